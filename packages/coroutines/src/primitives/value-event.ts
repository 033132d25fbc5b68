// A gate that carries a value: whoever waits gets it.

import type { Awaitable, Continuation } from '../contract/awaitable.ts';
import { WaitList } from '../driver/wait-list.ts';
import { nothing, Wait } from '../driver/wait.ts';
import { disposedError, failAll } from './disposed.ts';

/**
 * A {@link ManualResetEvent} with a value (CO-50…52). `set(value)` gives the same reference to everybody who waits, inline and in
 * order of waiting, even when one of them resets the event or sets another value; later waits get the newest one.
 *
 * @example
 * ```ts
 * import { task, ValueEvent } from '@ichor/coroutines';
 *
 * const configured = new ValueEvent<{ port: number }>();
 * const serving = task(function* () {
 *   const { port } = yield* configured.wait();
 *   return `listening on ${port}`;
 * }).start();
 * configured.set({ port: 8080 });
 * console.log(await serving); // listening on 8080
 * ```
 */
export class ValueEvent<T> implements Disposable {
  readonly #wait = new ValueWait<T>();

  get isSet(): boolean {
    return this.#wait.isSet;
  }

  /** The value while set, else undefined. */
  get value(): T | undefined {
    return this.#wait.value;
  }

  /** Waits for a value. Passes at once when there is one. Allocates only the iterator's result. */
  wait(): Awaitable<T> {
    return this.#wait;
  }

  /** Sets or replaces the value and resumes everybody who waits now, inline. */
  set(value: T): void {
    const wait = this.#wait;
    wait.isSet = true;
    wait.value = value;
    if (wait.waiters.isEmpty) return;
    const { waiters } = wait;
    wait.waiters = new WaitList();
    const sent = value === undefined ? nothing : value;
    for (let waiter = waiters.shift(); waiter !== undefined; waiter = waiters.shift()) waiter.resume(sent);
  }

  /** Back to not set; forgets the value. */
  reset(): void {
    this.#wait.isSet = false;
    this.#wait.value = undefined;
  }

  /** Fails everybody who waits, and all later waits, with ICHOR_COROUTINES_DISPOSED. */
  [Symbol.dispose](): void {
    this.#wait.disposed = true;
    this.#wait.value = undefined;
    failAll(this.#wait.waiters, 'ValueEvent');
  }
}

class ValueWait<T> extends Wait<T> {
  isSet = false;
  value: T | undefined = undefined;
  disposed = false;
  waiters = new WaitList();

  protected tryNow(): IteratorReturnResult<T> | undefined {
    if (this.disposed) throw disposedError('ValueEvent');
    return this.isSet ? { done: true, value: this.value as T } : undefined;
  }

  suspend(continuation: Continuation): void {
    this.waiters.push(continuation);
  }

  describe(): string {
    return 'ValueEvent.wait()';
  }
}
