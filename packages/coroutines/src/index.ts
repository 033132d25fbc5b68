// The public names of @ichor/coroutines.

export { CancelledError, isCancelled } from './errors/cancelled-error.ts';
export {
  errorsOf,
  IchorError,
  type ErrorCatalogue,
  type ErrorCode,
  type IchorErrorOptions,
} from './errors/ichor-error.ts';
export type { Awaitable, Continuation, Coroutine, Suspension, WaitLinks } from './contract/awaitable.ts';
export type { Clock, ScheduledCall, ScheduleOptions } from './contract/clock.ts';
export type { CoroutineHandle, CoroutineHost, CoroutineInfo, Resumable, Scheduler } from './contract/scheduler.ts';
export type { Task } from './contract/task.ts';
export { onUnhandled, type UnhandledHook } from './driver/inline-scheduler.ts';
export { toPromise } from './driver/promise-host.ts';
export { recordStartTraces, type StartTraces } from './driver/start-trace.ts';
export { task, type TaskOptions, type TaskRoutine } from './driver/task.ts';
export { AutoResetEvent } from './primitives/auto-reset-event.ts';
export { fromPromise } from './primitives/from-promise.ts';
export { ManualResetEvent } from './primitives/manual-reset-event.ts';
export { pause } from './primitives/pause.ts';
export { systemClock } from './time/system-clock.ts';
