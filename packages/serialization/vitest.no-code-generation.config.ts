// The same tests in processes that forbid code generation, as content security policies do: codecs compose closures there.
import { configDefaults, mergeConfig } from 'vitest/config';
import shared from '../../vitest.shared.ts';

export default mergeConfig(shared, {
  test: {
    name: 'serialization-no-code-generation',
    execArgv: ['--disallow-code-generation-from-strings'],
    setupFiles: ['test/no-code-generation-setup.ts'],
    // What is about generated code itself, or needs a library that generates some.
    exclude: [...configDefaults.exclude, 'test/{generated,json-schema,no-code-generation}.test.ts'],
  },
});
