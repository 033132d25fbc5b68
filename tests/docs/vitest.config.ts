import { mergeConfig } from 'vitest/config';
import shared from '../../vitest.shared.ts';

export default mergeConfig(shared, {
  test: {
    name: 'docs',
    globalSetup: '../../scripts/lib/build-setup.mjs',
    maxConcurrency: 4,
    chaiConfig: { truncateThreshold: 0 },
  },
});
