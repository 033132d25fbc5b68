import { mergeConfig } from 'vitest/config';
import shared from '../../vitest.shared.ts';

// Last, on its own: its tests of `npm start` build while they run, which others should not see.
export default mergeConfig(shared, { test: { name: 'repository', sequence: { groupOrder: 1 }, testTimeout: 60_000 } });
