// A turnstile: each set lets one through. The hottest primitive: a wait and a set allocate nothing.

import type { Awaitable, Continuation } from '../contract/awaitable.ts';
import { WaitList } from '../driver/wait-list.ts';
import { nothing, passed, Wait } from '../driver/wait.ts';
import { disposedError, failAll } from './disposed.ts';

/**
 * An event that resets itself when somebody passes (CO-60…65). `set()` resumes the one who waits longest, inline; with nobody
 * waiting it stays set for the next one, and further `set()`s do not add up.
 *
 * @example
 * ```ts
 * import { AutoResetEvent, task } from '@ichor/coroutines';
 *
 * const ticked = new AutoResetEvent();
 * const counting = task(function* () {
 *   for (let tick = 1; tick <= 3; tick++) {
 *     yield* ticked.wait();
 *     console.log(tick);
 *   }
 * }).start();
 * ticked.set(); ticked.set(); ticked.set(); // prints 1, 2, 3
 * await counting;
 * ```
 */
export class AutoResetEvent implements Disposable {
  readonly #wait: AutoWait;

  /** @param isSet Initial state. Default: not set. */
  constructor(isSet = false) {
    this.#wait = new AutoWait(isSet);
  }

  get isSet(): boolean {
    return this.#wait.isSet;
  }

  /** Waits for a `set()` of one's own. Passes at once, and resets it, when it is set. Allocates nothing. */
  wait(): Awaitable<void> {
    return this.#wait;
  }

  /** Resumes the one who waits longest, inline; with nobody waiting, sets it. */
  set(): void {
    const waiter = this.#wait.waiters.shift();
    if (waiter === undefined) this.#wait.isSet = true;
    else waiter.resume(nothing);
  }

  /**
   * Resumes everybody who waits now, in order of waiting, inline, and then sets it (CO-63): who waits again meanwhile counts as
   * the next one and passes.
   */
  setAll(): void {
    const wait = this.#wait;
    if (!wait.waiters.isEmpty) {
      const { waiters } = wait;
      wait.waiters = new WaitList();
      for (let waiter = waiters.shift(); waiter !== undefined; waiter = waiters.shift()) waiter.resume(nothing);
    }
    if (!wait.disposed) this.set();
  }

  /** Back to not set. */
  reset(): void {
    this.#wait.isSet = false;
  }

  /** Fails everybody who waits, and all later waits, with ICHOR_COROUTINES_DISPOSED. */
  [Symbol.dispose](): void {
    this.#wait.disposed = true;
    failAll(this.#wait.waiters, 'AutoResetEvent');
  }
}

class AutoWait extends Wait<void> {
  isSet: boolean;
  disposed = false;
  waiters = new WaitList();

  constructor(isSet: boolean) {
    super();
    this.isSet = isSet;
  }

  protected tryNow(): IteratorReturnResult<void> | undefined {
    if (this.disposed) throw disposedError('AutoResetEvent');
    if (!this.isSet) return undefined;
    this.isSet = false;
    return passed;
  }

  protected override finish(): IteratorReturnResult<void> {
    return passed;
  }

  suspend(continuation: Continuation): void {
    this.waiters.push(continuation);
  }

  describe(): string {
    return 'AutoResetEvent.wait()';
  }
}
