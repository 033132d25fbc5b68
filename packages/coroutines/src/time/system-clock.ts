// The real clock: performance.now() for intervals, Date.now() for the wall, setTimeout for delayed calls.
// setTimeout may fire up to a millisecond early and takes at most 2^31-1 ms; both are hidden here.

import type { Clock, ScheduledCall, ScheduleOptions } from '../contract/clock.ts';

const longestTimeoutMs = 2 ** 31 - 1;

class SystemCall implements ScheduledCall {
  #callback: (() => void) | undefined;
  readonly #dueAt: number;
  readonly #keepAlive: boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(callback: () => void, delayMs: number, keepAlive: boolean) {
    this.#callback = callback;
    this.#dueAt = performance.now() + delayMs;
    this.#keepAlive = keepAlive;
    if (delayMs !== Infinity) this.#arm(delayMs);
  }

  cancel(): void {
    this.#callback = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  [Symbol.dispose](): void {
    this.cancel();
  }

  #arm(delayMs: number): void {
    const timer = setTimeout(fire, Math.min(Math.ceil(delayMs), longestTimeoutMs), this);
    // In a browser or worker without Node's timers the handle is a number, and nothing needs to be kept alive.
    if (!this.#keepAlive) (timer as { unref?: () => unknown }).unref?.();
    this.#timer = timer;
  }

  static fire(call: SystemCall): void {
    const callback = call.#callback;
    if (callback === undefined) return;
    const remainingMs = call.#dueAt - performance.now();
    if (remainingMs > 0) {
      call.#arm(remainingMs);
      return;
    }
    call.#callback = undefined;
    call.#timer = undefined;
    callback();
  }
}

const fire = (call: SystemCall): void => SystemCall.fire(call);

/**
 * The real time of the process. Calls are never early, may be any time ahead, and keep the process alive unless
 * `keepAlive: false`. Resolution: one millisecond; calls due in the same millisecond run in the order of scheduling.
 *
 * @example
 * ```ts
 * import { systemClock } from '@ichor/coroutines';
 *
 * using call = systemClock.schedule(() => console.log('a second later'), 1000, { keepAlive: false });
 * ```
 */
export const systemClock: Clock = Object.freeze({
  now: () => performance.now(),
  wallTime: () => Date.now(),
  schedule: (callback: () => void, delayMs: number, options?: ScheduleOptions): ScheduledCall =>
    new SystemCall(callback, delayMs > 0 ? delayMs : 0, options?.keepAlive ?? true),
});
