import { mergeConfig } from 'vitest/config';
import shared from '../../vitest.shared.ts';

// These tests look at real threads and clocks: what else runs on the machine can hold one up for longer than it may wait.
export default mergeConfig(shared, { test: { name: 'realtime', retry: 3 } });
