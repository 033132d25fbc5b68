// Decides whether there is room for one more request: by their number, and by how long they have to wait in the queue.

import type { HttpLimits } from '../contract/host-options.ts';

export class OverloadGuard {
  readonly #limits: HttpLimits;
  #inFlight = 0;
  #isLate = false;
  #longestWait = 0;

  /** Coarse time in milliseconds, moved by the sweep. */
  now = 0;

  constructor(limits: HttpLimits) {
    this.#limits = limits;
  }

  /** Requests admitted and not released. */
  get inFlight(): number {
    return this.#inFlight;
  }

  get hasRoom(): boolean {
    return this.#inFlight < this.#limits.requestsInFlight && !this.#isLate;
  }

  admitted(): void {
    this.#inFlight++;
  }

  /** A request leaves the queue. */
  started(queuedAt: number): void {
    const waited = this.now - queuedAt;
    if (waited > this.#longestWait) this.#longestWait = waited;
  }

  released(): void {
    this.#inFlight--;
  }

  /** Moves the time on. @param lateMs by how much the sweep itself was late: a thread that is held up is overloaded as well. */
  tick(now: number, lateMs: number): void {
    this.now = now;
    this.#isLate = this.#longestWait > this.#limits.queueDelayMs || lateMs > this.#limits.queueDelayMs;
    this.#longestWait = 0;
  }
}
