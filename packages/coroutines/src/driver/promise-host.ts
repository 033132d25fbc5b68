// The `await` side of every awaitable: drives its iterator and settles a promise.

import type { Awaitable, Suspension } from '../contract/awaitable.ts';
import type { CoroutineHost, Scheduler } from '../contract/scheduler.ts';
import { claim } from './claim.ts';
import { countAsyncRelease, currentScheduler } from './current-scheduler.ts';
import { startCoroutine } from './frame.ts';
import { inlineScheduler } from './inline-scheduler.ts';
import { isCoroutine } from './is-coroutine.ts';

/** Priority of coroutines whose starter names none. */
export const defaultPriority = 1000;

class PromiseHost<T> implements CoroutineHost {
  readonly name = 'await';
  readonly priority = defaultPriority;
  readonly scheduler: Scheduler;
  readonly #resolve: (value: T) => void;
  readonly #reject: (error: unknown) => void;

  constructor(scheduler: Scheduler, resolve: (value: T) => void, reject: (error: unknown) => void) {
    this.scheduler = scheduler;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  returned(value: unknown): void {
    countAsyncRelease();
    this.#resolve(value as T);
  }

  threw(error: unknown): void {
    countAsyncRelease();
    this.#reject(error);
  }
}

/**
 * A promise of what `awaitable` gives. Begins to wait at once, whereas `await awaitable` begins one microtask later.
 * A coroutine object is run to its end, once: @throws ICHOR_COROUTINES_ALREADY_RUN.
 *
 * @example
 * ```ts
 * import { ManualResetEvent, toPromise } from '@ichor/coroutines';
 *
 * const event = new ManualResetEvent();
 * const waited = toPromise(event.wait()); // waits from here on
 * event.set();
 * event.reset();
 * await waited;
 * ```
 */
export function toPromise<T>(awaitable: Iterable<Suspension, T, unknown>): Promise<T> {
  if (isCoroutine(awaitable)) claim(awaitable);
  return promiseOn(currentScheduler() ?? inlineScheduler, awaitable);
}

/** As {@link toPromise}, for something that belongs to `scheduler`. */
export function promiseOn<T>(scheduler: Scheduler, awaitable: Iterable<Suspension, T, unknown>): Promise<T> {
  return new Promise((resolve, reject) => {
    startCoroutine(awaitable[Symbol.iterator](), new PromiseHost<T>(scheduler, resolve, reject));
  });
}

/** Base of the awaitables: `then` through the iterator. */
export abstract class AwaitableBase<T> implements Awaitable<T> {
  abstract [Symbol.iterator](): Iterator<Suspension, T, unknown>;

  // oxlint-disable-next-line unicorn/no-thenable
  then<Fulfilled = T, Rejected = never>(
    onFulfilled?: ((value: T) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((error: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return toPromise(this).then(onFulfilled, onRejected);
  }
}
