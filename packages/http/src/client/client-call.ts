// The wait for a request or for a body, in coroutines and async functions. A coroutine that is cancelled while it waits ends the
// request, unless somebody else waits for it as well.

import type { Awaitable } from '@ichor/core';
import type { Continuation, Suspension } from '@ichor/coroutines';

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
    return new CallWait<T>(this);
  }

  // oxlint-disable-next-line unicorn/no-thenable
  then<Fulfilled = T, Rejected = never>(
    onFulfilled?: ((value: T) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((error: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): PromiseLike<Fulfilled | Rejected> {
    this.#isShared = true;
    return this.#promise.then(onFulfilled, onRejected);
  }

  suspend(wait: CallWait<T>): void {
    this.#waiting++;
    this.#promise.then(
      (value) => wait.continuation?.resume(value),
      (error: unknown) => wait.continuation?.fail(error),
    );
  }

  cancel(): void {
    if (--this.#waiting === 0 && !this.#isShared) this.#request.abandoned();
  }
}

class CallWait<T> implements Iterator<Suspension, T, unknown>, Suspension {
  continuation: Continuation | undefined = undefined;
  readonly #call: ClientCall<T>;
  #waited = false;

  constructor(call: ClientCall<T>) {
    this.#call = call;
  }

  next(received: unknown): IteratorResult<Suspension, T> {
    return this.#waited ? { done: true, value: received as T } : { done: false, value: this };
  }

  throw(error: unknown): never {
    throw error;
  }

  suspend(continuation: Continuation): void {
    this.#waited = true;
    this.continuation = continuation;
    this.#call.suspend(this);
  }

  cancel(): void {
    this.continuation = undefined;
    this.#call.cancel();
  }

  describe(): string {
    return 'an HTTP answer';
  }
}
