// Waiting for promises in coroutines.

import type { Awaitable, Continuation, Suspension } from '../contract/awaitable.ts';
import { isPromiseLike } from '../driver/is-coroutine.ts';
import { notAwaitable } from '../driver/not-awaitable.ts';

/** What a wait for a promise says and does beyond waiting. */
export interface FromPromiseOptions {
  /** What is waited for, in reports of what a coroutine waits for. Default: `a promise`. */
  readonly description?: string;
  /** Called when a coroutine is cancelled while it waits: to end what nobody waits for any more. Must not throw. */
  readonly onCancel?: () => void;
}

/**
 * Waits for a promise in a coroutine: `const data = yield* fromPromise(load())`. The coroutine continues in the microtask in
 * which the promise settles. A cancelled coroutine stops waiting; the promise itself goes on, and its result is ignored, unless
 * `onCancel` ends it: `fromPromise(fetch(url, { signal }), { onCancel: () => abort.abort() })`.
 *
 * @throws ICHOR_COROUTINES_NOT_AWAITABLE when `promise` has no `then`.
 * @example
 * ```ts
 * import { fromPromise, task } from '@ichor/coroutines';
 *
 * const length = task(function* () {
 *   const text = yield* fromPromise(Promise.resolve('hello'));
 *   return text.length;
 * });
 * console.log(await length); // 5
 * ```
 */
export function fromPromise<T>(promise: PromiseLike<T>, options: FromPromiseOptions = noOptions): Awaitable<T> {
  if (!isPromiseLike(promise)) throw notAwaitable(promise, 'given to fromPromise()');
  return new FromPromise(promise, options);
}

const noOptions: FromPromiseOptions = Object.freeze({});

class FromPromise<T> implements Awaitable<T> {
  readonly #promise: PromiseLike<T>;
  readonly #options: FromPromiseOptions;

  constructor(promise: PromiseLike<T>, options: FromPromiseOptions) {
    this.#promise = promise;
    this.#options = options;
  }

  [Symbol.iterator](): Iterator<Suspension, T, unknown> {
    return new PromiseWait(this.#promise, this.#options);
  }

  // oxlint-disable-next-line unicorn/no-thenable
  then<Fulfilled = T, Rejected = never>(
    onFulfilled?: ((value: T) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((error: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): PromiseLike<Fulfilled | Rejected> {
    return this.#promise.then(onFulfilled, onRejected);
  }
}

class PromiseWait<T> implements Iterator<Suspension, T, unknown>, Suspension {
  readonly #promise: PromiseLike<T>;
  readonly #options: FromPromiseOptions;
  #continuation: Continuation | undefined = undefined;
  #waited = false;

  constructor(promise: PromiseLike<T>, options: FromPromiseOptions) {
    this.#promise = promise;
    this.#options = options;
  }

  next(received: unknown): IteratorResult<Suspension, T> {
    return this.#waited ? { done: true, value: received as T } : { done: false, value: this };
  }

  throw(error: unknown): never {
    throw error;
  }

  suspend(continuation: Continuation): void {
    this.#waited = true;
    this.#continuation = continuation;
    this.#promise.then(
      (value) => this.#continuation?.resume(value),
      (error: unknown) => this.#continuation?.fail(error),
    );
  }

  cancel(): void {
    this.#continuation = undefined;
    this.#options.onCancel?.();
  }

  describe(): string {
    return this.#options.description ?? 'a promise';
  }
}
