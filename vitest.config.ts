// The one test run of the repository: every package, app and suite is a project of it.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Many tests wait for other processes: leaving a core free, as is the default, would leave it idle.
    maxWorkers: '100%',
    projects: [
      'packages/*/vitest.config.ts',
      'packages/serialization/vitest.no-code-generation.config.ts',
      'apps/*/vitest.config.ts',
      'tests/*/vitest.config.ts',
      'benchmarks/vitest.config.ts',
    ],
  },
});
