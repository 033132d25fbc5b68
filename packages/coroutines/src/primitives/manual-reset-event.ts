// A gate: open or closed. Opening it lets everybody through, who comes later passes until it is closed.

import type { Awaitable, Continuation } from '../contract/awaitable.ts';
import { WaitList } from '../driver/wait-list.ts';
import { nothing, passed, Wait } from '../driver/wait.ts';
import { disposedError, failAll } from './disposed.ts';

/**
 * An event that stays set until it is reset (CO-40…47). `set()` resumes all waiters inline, first come first served, each before
 * the next; waiting for a set event does not suspend.
 *
 * @example
 * ```ts
 * import { ManualResetEvent, task } from '@ichor/coroutines';
 *
 * const ready = new ManualResetEvent();
 * task(function* () {
 *   yield* ready.wait();
 *   console.log('go');
 * }).start();
 * ready.set(); // prints before it returns
 * ```
 */
export class ManualResetEvent implements Disposable {
  readonly #wait: ManualWait;

  /** @param isSet Initial state. Default: not set. */
  constructor(isSet = false) {
    this.#wait = new ManualWait(isSet);
  }

  get isSet(): boolean {
    return this.#wait.isSet;
  }

  /** Waits until it is set. Passes at once when it is. Allocates nothing. */
  wait(): Awaitable<void> {
    return this.#wait;
  }

  /**
   * Sets it and resumes everybody who waits now, in order of waiting, inline. Does nothing when it is set.
   * A resumed coroutine may wait again (it passes, unless the event was reset), reset or dispose the event.
   */
  set(): void {
    const wait = this.#wait;
    if (wait.isSet) return;
    wait.isSet = true;
    if (wait.waiters.isEmpty) return;
    const { waiters } = wait;
    wait.waiters = new WaitList();
    for (let waiter = waiters.shift(); waiter !== undefined; waiter = waiters.shift()) waiter.resume(nothing);
  }

  /** Back to not set. Nobody who was released before is affected. */
  reset(): void {
    this.#wait.isSet = false;
  }

  /** Fails everybody who waits, and all later waits, with ICHOR_COROUTINES_DISPOSED. */
  [Symbol.dispose](): void {
    this.#wait.disposed = true;
    failAll(this.#wait.waiters, 'ManualResetEvent');
  }
}

class ManualWait extends Wait<void> {
  isSet: boolean;
  disposed = false;
  waiters = new WaitList();

  constructor(isSet: boolean) {
    super();
    this.isSet = isSet;
  }

  protected tryNow(): IteratorReturnResult<void> | undefined {
    if (this.disposed) throw disposedError('ManualResetEvent');
    if (!this.isSet) return undefined;
    return passed;
  }

  protected override finish(): IteratorReturnResult<void> {
    return passed;
  }

  suspend(continuation: Continuation): void {
    this.waiters.push(continuation);
  }

  describe(): string {
    return 'ManualResetEvent.wait()';
  }
}
