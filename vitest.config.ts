// The one test run of the repository: every package, app and suite is a project of it.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      'packages/*/vitest.config.ts',
      'packages/serialization/vitest.no-code-generation.config.ts',
      'apps/*/vitest.config.ts',
      'tests/*/vitest.config.ts',
      'benchmarks/vitest.config.ts',
    ],
  },
});
