// Waiting for time to pass.

import type { Awaitable, Continuation, Suspension } from '../contract/awaitable.ts';
import type { Clock, ScheduledCall } from '../contract/clock.ts';
import { Frame } from '../driver/frame.ts';
import { AwaitableBase } from '../driver/promise-host.ts';
import { checkDuration } from '../errors/check-option.ts';
import { systemClock } from './system-clock.ts';

/** How {@link sleep} waits. */
export interface SleepOptions {
  /** Default: the clock of the coroutine's scheduler. */
  readonly clock?: Clock;
  /** Whether the process stays alive for it. Default: true. */
  readonly keepAlive?: boolean;
}

/**
 * Waits for at least `durationMs` milliseconds; never less. Cancelling the coroutine clears the timer.
 *
 * @param durationMs 0 or more. `Infinity` waits until cancelled.
 * @throws ICHOR_COROUTINES_OPTION for a negative duration or NaN.
 * @example
 * ```ts
 * import { sleep } from '@ichor/coroutines';
 *
 * await sleep(5);
 * ```
 */
export function sleep(durationMs: number, options?: SleepOptions): Awaitable<void> {
  return new Sleep(checkDuration('durationMs', durationMs), options);
}

class Sleep extends AwaitableBase<void> {
  readonly durationMs: number;
  readonly options: SleepOptions | undefined;

  constructor(durationMs: number, options: SleepOptions | undefined) {
    super();
    this.durationMs = durationMs;
    this.options = options;
  }

  [Symbol.iterator](): Iterator<Suspension, void, unknown> {
    return new SleepWait(this);
  }
}

class SleepWait implements Iterator<Suspension, void, unknown>, Suspension {
  readonly #sleep: Sleep;
  #call: ScheduledCall | undefined = undefined;

  constructor(sleeping: Sleep) {
    this.#sleep = sleeping;
  }

  next(): IteratorResult<Suspension, void> {
    return this.#call === undefined ? { done: false, value: this } : { done: true, value: undefined };
  }

  throw(error: unknown): never {
    throw error;
  }

  suspend(continuation: Continuation): void {
    const { durationMs, options } = this.#sleep;
    this.#call = (options?.clock ?? clockOf(continuation)).schedule(() => continuation.resume(), durationMs, options);
  }

  cancel(): void {
    this.#call?.cancel();
  }

  describe(): string {
    return `sleep(${this.#sleep.durationMs})`;
  }
}

/** The clock of whoever waits. */
export function clockOf(continuation: Continuation): Clock {
  return continuation instanceof Frame ? continuation.scheduler.clock : systemClock;
}
