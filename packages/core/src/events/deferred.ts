// A result that arrives later, for coroutines (resumed inline, in the order of waiting) and promises alike.

import type { Awaitable, Continuation, Suspension } from '@ichor/coroutines';

/** Settled once, by whoever made it. A failure that nobody waits for is not reported: its maker decides what it means. */
export class Deferred<T> implements Awaitable<T>, Suspension {
  readonly #description: string;
  #state: 'pending' | 'resolved' | 'rejected' = 'pending';
  #value: T | undefined;
  #error: unknown;
  #waiters: Continuation[] = [];
  #callbacks: ((value: T | undefined, error: unknown) => void)[] | undefined;
  #promise: Promise<T> | undefined;
  #settlePromise: { resolve(value: T): void; reject(error: unknown): void } | undefined;

  /** @param description What is waited for, for diagnostics. */
  constructor(description: string) {
    this.#description = description;
  }

  get isSettled(): boolean {
    return this.#state !== 'pending';
  }

  /** Somebody waits for it, or has. `onSettled` does not count. */
  get isAwaited(): boolean {
    return this.#waiters.length > 0 || this.#promise !== undefined;
  }

  resolve(value: T): void {
    if (this.#state !== 'pending') return;
    this.#state = 'resolved';
    this.#value = value;
    this.#settlePromise?.resolve(value);
    for (const waiter of this.#takeWaiters()) waiter.resume(value);
    this.#callBack();
  }

  reject(error: unknown): void {
    if (this.#state !== 'pending') return;
    this.#state = 'rejected';
    this.#error = error;
    this.#settlePromise?.reject(error);
    for (const waiter of this.#takeWaiters()) waiter.fail(error);
    this.#callBack();
  }

  /** Calls back, synchronously, once settled: now if it is. `value` is undefined when it was rejected. */
  onSettled(callback: (value: T | undefined, error: unknown) => void): void {
    if (this.#state === 'pending') (this.#callbacks ??= []).push(callback);
    else callback(this.#value, this.#error);
  }

  // oxlint-disable-next-line unicorn/no-thenable -- an Awaitable is awaited.
  then<R1 = T, R2 = never>(
    onResolved?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    this.#promise ??= new Promise<T>((resolve, reject) => {
      if (this.#state === 'resolved') resolve(this.#value as T);
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- it passes on what it was given.
      else if (this.#state === 'rejected') reject(this.#error);
      else this.#settlePromise = { resolve, reject };
    });
    return this.#promise.then(onResolved, onRejected);
  }

  *[Symbol.iterator](): Generator<Suspension, T, unknown> {
    if (this.#state === 'resolved') return this.#value as T;
    if (this.#state === 'rejected') throw this.#error;
    return (yield this) as T;
  }

  suspend(continuation: Continuation): void {
    this.#waiters.push(continuation);
  }

  cancel(continuation: Continuation): void {
    const index = this.#waiters.indexOf(continuation);
    if (index >= 0) this.#waiters.splice(index, 1);
  }

  describe(): string {
    return this.#description;
  }

  #callBack(): void {
    const callbacks = this.#callbacks;
    this.#callbacks = undefined;
    if (callbacks !== undefined) for (const callback of callbacks) callback(this.#value, this.#error);
  }

  #takeWaiters(): Continuation[] {
    const waiters = this.#waiters;
    this.#waiters = [];
    return waiters;
  }
}
