import { mergeConfig } from 'vitest/config';
import shared from '../../vitest.shared.ts';

export default mergeConfig(shared, {
  test: { name: 'consumer', globalSetup: 'setup.mjs', hookTimeout: 120_000, testTimeout: 120_000 },
});
