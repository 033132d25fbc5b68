import { mergeConfig } from 'vitest/config';
import shared from '../vitest.shared.ts';

export default mergeConfig(shared, {
  test: { name: 'benchmarks', globalSetup: '../scripts/lib/build-setup.mjs', testTimeout: 60_000 },
});
