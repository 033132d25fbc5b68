// What a timer has done and is still doing: counts, callbacks that have not ended, and who waits for its stop.
// Made with the first tick, so that a timer that merely waits does not pay for it.

import type { Awaitable } from '@ichor/core';
import { ManualResetEvent } from '@ichor/coroutines';
import { unwatchAbort, watchAbort, type Abortable } from './abort-watch.ts';

export class TimerHistory {
  ticks = 0;
  skipped = 0;
  /** Rows in the event queue whose tick was taken back. */
  staleRows = 0;
  /** Changes with each start and stop: tells callbacks of this start from those of earlier ones. */
  epoch = 0;
  /** Callbacks of this start that have not ended. */
  active = 0;
  /** Callbacks of earlier starts that have not ended. */
  ending = 0;
  signal: AbortSignal | undefined = undefined;
  #stopWaiters: ManualResetEvent | undefined = undefined;
  #endWaiters: ManualResetEvent[] | undefined = undefined;

  /** No callback of any start is unfinished. */
  get isIdle(): boolean {
    return this.active + this.ending === 0;
  }

  started(timer: Abortable): void {
    this.epoch++;
    if (this.signal !== undefined) watchAbort(this.signal, timer);
  }

  stopped(timer: Abortable): void {
    this.epoch++;
    if (this.signal !== undefined) unwatchAbort(this.signal, timer);
    this.ending += this.active;
    this.active = 0;
    if (this.#stopWaiters !== undefined) {
      (this.#endWaiters ??= []).push(this.#stopWaiters);
      this.#stopWaiters = undefined;
    }
    if (this.ending === 0) this.#releaseEndWaiters();
  }

  callbackBegan(epoch: number): void {
    if (epoch === this.epoch) this.active++;
    else this.ending++;
  }

  callbackEnded(epoch: number): void {
    if (epoch === this.epoch) this.active--;
    else if (--this.ending === 0) this.#releaseEndWaiters();
  }

  whenStopped(isStarted: boolean): Awaitable<void> {
    const event = new ManualResetEvent();
    if (isStarted) return (this.#stopWaiters ??= event).wait();
    if (this.ending > 0) (this.#endWaiters ??= []).push(event);
    else event.set();
    return event.wait();
  }

  #releaseEndWaiters(): void {
    const waiters = this.#endWaiters;
    this.#endWaiters = undefined;
    if (waiters !== undefined) for (const event of waiters) event.set();
  }
}
