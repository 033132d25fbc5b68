// Waits for a point in time more exactly than a timer: timer, then (yielding or sleeping) until close, then spinning.
// Called by PeriodicTask on the system clock. The time it may keep the thread busy is limited per wait.

import { checkOption } from '../errors/catalogue.ts';
import type { Waiter } from '../periodic/waiter.ts';

/** How the last stretch before a release is waited for. */
export interface HybridWaitOptions {
  /** The thread spins for so long before the release, in milliseconds: about the jitter of what comes before. Default: 0.1. */
  readonly spinMs?: number;
  /**
   * Between the timer and the spinning:
   * `yield` polls the event loop, so that I/O goes on, at the cost of a busy processor;
   * `sleep` puts the thread to sleep while no events wait, so that I/O waits, at no cost. Choose `sleep` for periods below 3 ms,
   * where timers are too coarse; the event loop still gets one turn per period.
   * Default: `yield`.
   */
  readonly between?: 'yield' | 'sleep';
  /**
   * Most of each wait that may be spent polling and spinning, from 0 to 1; a timer of the event loop covers the rest.
   * What is left of a wait that would need more is late by up to a millisecond. Default: 0.5.
   */
  readonly busyShare?: number;
}

/** Timers of libuv have whole milliseconds, and fire up to this late on an idle machine. */
const timerSlackMs = 1.2;

/** @throws ICHOR_REALTIME_INVALID_OPTION */
export function checkHybridWait({ spinMs = 0.1, between = 'yield', busyShare = 0.5 }: HybridWaitOptions): void {
  checkOption(spinMs >= 0 && Number.isFinite(spinMs), 'spinMs', spinMs, 'a number of milliseconds from 0');
  checkOption(between === 'yield' || between === 'sleep', 'between', between, '"yield" or "sleep"');
  checkOption(busyShare >= 0 && busyShare <= 1, 'busyShare', busyShare, 'a number from 0 to 1');
}

export class HybridWaiter implements Waiter {
  readonly #spinMs: number;
  readonly #sleeps: boolean;
  readonly #busyShare: number;
  readonly #isIdle: () => boolean;
  readonly #times = new Float64Array(2);
  /** Never changes: waiting on it is sleeping. */
  readonly #cell = new Int32Array(new SharedArrayBuffer(4));
  #callback: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #immediate: ReturnType<typeof setImmediate> | undefined;
  readonly #approach = (): void => {
    this.#timer = undefined;
    this.#immediate = undefined;
    const remainingMs = (this.#times[0] as number) - performance.now();
    if (remainingMs > this.#spinMs) {
      if (!this.#sleeps || !this.#isIdle()) {
        this.#immediate = setImmediate(this.#approach);
        return;
      }
      Atomics.wait(this.#cell, 0, 0, remainingMs - this.#spinMs);
    }
    this.#release();
  };

  /**
   * @param isIdle Whether the thread has nothing else to do, and so may sleep.
   * @throws ICHOR_REALTIME_INVALID_OPTION
   */
  constructor(options: HybridWaitOptions, isIdle: () => boolean) {
    checkHybridWait(options);
    this.#isIdle = isIdle;
    this.#spinMs = options.spinMs ?? 0.1;
    this.#sleeps = options.between === 'sleep';
    this.#busyShare = options.busyShare ?? 0.5;
  }

  get firedMs(): number {
    return this.#times[1] as number;
  }

  wait(atMs: number, callback: () => void): void {
    this.cancel();
    this.#callback = callback;
    const remainingMs = atMs - performance.now();
    this.#times[0] = atMs;
    const wantedMs = timerSlackMs + this.#spinMs;
    const leadMs = this.#sleeps ? wantedMs : Math.min(wantedMs, remainingMs * this.#busyShare);
    if (remainingMs > leadMs) this.#timer = setTimeout(this.#approach, Math.max(1, Math.floor(remainingMs - leadMs)));
    else this.#immediate = setImmediate(this.#approach);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
    this.#callback = undefined;
  }

  #release(): void {
    const atMs = this.#times[0] as number;
    this.#times[1] = performance.now();
    while (performance.now() < atMs) {
      // Spinning: at most spinMs.
    }
    const callback = this.#callback;
    this.#callback = undefined;
    callback?.();
  }
}
