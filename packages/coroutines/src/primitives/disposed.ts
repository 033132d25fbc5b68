// What waiting on a disposed primitive fails with.

import { coroutineError } from '../errors/catalogue.ts';
import type { WaitList } from '../driver/wait-list.ts';

/** @param what The primitive, such as `Mutex`. */
export function disposedError(what: string): Error {
  return coroutineError(
    'ICHOR_COROUTINES_DISPOSED',
    `Waited on a ${what} that is disposed. Dispose it after its users have ended, or make the wait cancellable with a Scope.`,
    { details: { what } },
  );
}

/** Fails everybody in `waiters`, in order. */
export function failAll(waiters: WaitList, what: string): void {
  for (let waiter = waiters.shift(); waiter !== undefined; waiter = waiters.shift()) waiter.fail(disposedError(what));
}
