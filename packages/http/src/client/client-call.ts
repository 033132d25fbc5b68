// The wait for a request or for a body, in coroutines and async functions. A coroutine that is cancelled while it waits ends the
// request, unless somebody else waits for it as well.

import type { Awaitable } from '@ichor/core';
import { fromPromise, type Suspension } from '@ichor/coroutines';

const ignore = (): void => undefined;

/** What a wait can end. */
export interface Abandonable {
  abandoned(): void;
}

export class ClientCall<T> implements Awaitable<T> {
  readonly #promise: Promise<T>;
  readonly #request: Abandonable;
  #waiting = 0;
  #isShared = false;

  constructor(promise: Promise<T>, request: Abandonable) {
    this.#promise = promise;
    this.#request = request;
    // A failure is not an unhandled rejection when the waiting code was cancelled, or never waited.
    promise.catch(ignore);
  }

  [Symbol.iterator](): Iterator<Suspension, T, unknown> {
    this.#waiting++;
    const onCancel = (): void => {
      if (--this.#waiting === 0 && !this.#isShared) this.#request.abandoned();
    };
    return fromPromise(this.#promise, { description: 'an HTTP answer', onCancel })[Symbol.iterator]();
  }

  // oxlint-disable-next-line unicorn/no-thenable
  then<Fulfilled = T, Rejected = never>(
    onFulfilled?: ((value: T) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((error: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): PromiseLike<Fulfilled | Rejected> {
    this.#isShared = true;
    return this.#promise.then(onFulfilled, onRejected);
  }
}
