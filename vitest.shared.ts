// Options every vitest project shares: tests run on the sources, never on a build that may be stale.
import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

const conditions = ['@ichor/source', ...defaultServerConditions];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    // One process runs the files of a project one after another: importing everything anew for each would take longer than the tests.
    isolate: false,
    execArgv: ['--expose-gc'],
    testTimeout: 30_000,
  },
});
