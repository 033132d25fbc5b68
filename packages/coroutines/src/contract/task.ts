// A running or not yet started coroutine as the one who owns it sees it.

import type { Awaitable } from './awaitable.ts';

/**
 * A coroutine with a result. Lazy when made by `task()`: it starts when first awaited or when `start()` is called;
 * already running when it was started by somebody else. Awaiting gives its value or throws its error.
 *
 * While it is unfinished, one coroutine at a time may `yield*` it (ICHOR_COROUTINES_TASK_AWAITED otherwise); `await`, `then`
 * and `whenReady()` may be used by any number. Once finished, it can be awaited any number of times.
 */
export interface Task<T> extends Awaitable<T> {
  readonly name: string;
  /** Returned, threw, or was cancelled. */
  readonly isReady: boolean;
  /** Begins to run it, inline until its first suspension. Does nothing when it already began. */
  start(): this;
  /** Waits for its end without throwing; the result stays to be awaited. Starts it when it has not begun. */
  whenReady(): Awaitable<void>;
  /** Cancels it (see `CoroutineHandle.cancel`); awaiting it then throws a CancelledError with `reason`. */
  cancel(reason?: unknown, cleanupMs?: number): void;
}
