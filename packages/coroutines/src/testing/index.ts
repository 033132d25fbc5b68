// Time and turns under the control of a test.

export { SteppingScheduler, type UnhandledFailure } from './stepping-scheduler.ts';
export { settle, VirtualClock, type VirtualClockOptions } from './virtual-clock.ts';
