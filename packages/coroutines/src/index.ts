// The public names of @ichor/coroutines.

export { errorsOf, IchorError, type ErrorCatalogue, type ErrorCode, type IchorErrorOptions } from './errors/ichor-error.ts';
export type { Awaitable, Continuation, Coroutine, Suspension } from './contract/awaitable.ts';
export type { Clock, ScheduledCall, ScheduleOptions } from './contract/clock.ts';
export type { CoroutineHandle, CoroutineHost, CoroutineInfo, Resumable, Scheduler } from './contract/scheduler.ts';
export type { Task } from './contract/task.ts';
