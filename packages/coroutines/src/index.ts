// The public names of @ichor/coroutines.

export { all, allSettled, type Results, type Settled } from './combinators/all.ts';
export { any, race } from './combinators/race.ts';
export { Scope, type ScopeOptions, type ScopeRoutine } from './combinators/scope.ts';
export { suppressedBy } from './combinators/suppressed.ts';
export type { Result, Waitable } from './combinators/waitable.ts';
export { withTimeout, type TimeoutOptions } from './combinators/with-timeout.ts';
export type { Awaitable, Continuation, Coroutine, Suspension, WaitLinks } from './contract/awaitable.ts';
export type { Clock, ScheduledCall, ScheduleOptions } from './contract/clock.ts';
export type { CoroutineHandle, CoroutineHost, CoroutineInfo, Resumable, Scheduler } from './contract/scheduler.ts';
export type { Task } from './contract/task.ts';
export { onUnhandled, type UnhandledHook } from './driver/inline-scheduler.ts';
export { toPromise } from './driver/promise-host.ts';
export { shield } from './driver/shield.ts';
export { recordStartTraces, type StartTraces } from './driver/start-trace.ts';
export { task, type TaskOptions, type TaskRoutine } from './driver/task.ts';
export { CancelledError, isCancelled } from './errors/cancelled-error.ts';
export {
  errorsOf,
  IchorError,
  type ErrorCatalogue,
  type ErrorCode,
  type IchorErrorOptions,
} from './errors/ichor-error.ts';
export { AutoResetEvent } from './primitives/auto-reset-event.ts';
export { Channel } from './primitives/channel.ts';
export { Condition } from './primitives/condition.ts';
export { fromPromise, type FromPromiseOptions } from './primitives/from-promise.ts';
export { ManualResetEvent } from './primitives/manual-reset-event.ts';
export { Mutex, type MutexLock } from './primitives/mutex.ts';
export { pause } from './primitives/pause.ts';
export { Semaphore, type SemaphorePermit } from './primitives/semaphore.ts';
export { ValueEvent } from './primitives/value-event.ts';
export { fromAsyncIterable } from './stream/from-async-iterable.ts';
export { stream, type Emit, type Stream, type StreamOptions } from './stream/stream.ts';
export { sleep, type SleepOptions } from './time/sleep.ts';
export { systemClock } from './time/system-clock.ts';
