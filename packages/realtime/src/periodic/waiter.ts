// How a periodic task waits for its next release: a port, with the plain way here and the hybrid one in node/.

import type { Clock, ScheduledCall } from '@ichor/core';

/** Calls back at a point in time, one call at a time. */
export interface Waiter {
  /** Calls `callback` at `atMs`, or as soon after it as possible; at once in a later turn when it is past. */
  wait(atMs: number, callback: () => void): void;
  /** Takes the pending call back. */
  cancel(): void;
  /** When the timer last fired, before any spinning; used to blame late timers. */
  readonly firedMs: number;
}

/** Waits with the clock's timer alone: exact in virtual time, to about a millisecond in real time. */
export class TimerWaiter implements Waiter {
  readonly #clock: Clock;
  #call: ScheduledCall | undefined;
  #firedMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get firedMs(): number {
    return this.#firedMs;
  }

  wait(atMs: number, callback: () => void): void {
    this.cancel();
    this.#call = this.#clock.schedule(() => {
      this.#firedMs = this.#clock.now();
      callback();
    }, atMs - this.#clock.now());
  }

  cancel(): void {
    this.#call?.cancel();
    this.#call = undefined;
  }
}
