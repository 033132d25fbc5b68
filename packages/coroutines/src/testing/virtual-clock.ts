// Time that only moves when told to. Calls run in the order of their due times, then of scheduling, with now() at their due time.

import type { Clock, ScheduledCall } from '../contract/clock.ts';
import { coroutineError } from '../errors/catalogue.ts';
import { checkDuration } from '../errors/check-option.ts';

/** How a {@link VirtualClock} begins. */
export interface VirtualClockOptions {
  /** First value of `now()` in milliseconds. Default: 0. */
  readonly startMs?: number;
  /** First value of `wallTime()`: milliseconds since the epoch. Default: 2000-01-01T00:00:00Z. */
  readonly wallTimeMs?: number;
  /** How many calls one advance may make before it is taken for an endless loop. Default: 1,000,000. */
  readonly maxCalls?: number;
}

class VirtualCall implements ScheduledCall {
  callback: (() => void) | undefined;
  readonly dueAt: number;
  readonly order: number;
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock, callback: () => void, dueAt: number, order: number) {
    this.#clock = clock;
    this.callback = callback;
    this.dueAt = dueAt;
    this.order = order;
  }

  cancel(): void {
    if (this.callback === undefined) return;
    this.callback = undefined;
    VirtualClock.forget(this.#clock);
  }

  [Symbol.dispose](): void {
    this.cancel();
  }
}

/**
 * A {@link Clock} for tests and simulations. A program that takes all its time from it runs deterministically, and at once.
 *
 * @example
 * ```ts
 * import { sleep, task } from '@ichor/coroutines';
 * import { VirtualClock } from '@ichor/coroutines/testing';
 *
 * const clock = new VirtualClock();
 * const nap = task(function* () {
 *   yield* sleep(60_000, { clock });
 *   return clock.now();
 * }).start();
 * clock.advance(60_000);
 * console.log(await nap); // 60000
 * ```
 */
export class VirtualClock implements Clock {
  #now: number;
  readonly #wallOffset: number;
  readonly #maxCalls: number;
  /** A binary heap by due time, then order. Cancelled calls stay until they come up. */
  readonly #heap: VirtualCall[] = [];
  #cancelled = 0;
  #order = 0;
  #advancing = false;

  /** @throws ICHOR_COROUTINES_OPTION */
  constructor(options?: VirtualClockOptions) {
    this.#now = checkDuration('startMs', options?.startMs ?? 0);
    this.#wallOffset = (options?.wallTimeMs ?? Date.UTC(2000, 0, 1)) - this.#now;
    this.#maxCalls = checkDuration('maxCalls', options?.maxCalls ?? 1_000_000);
  }

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#now + this.#wallOffset;
  }

  /** Calls that are due in future and not cancelled. */
  get pending(): number {
    return this.#heap.length - this.#cancelled;
  }

  /** When the next call is due, in `now()` time; undefined when there is none. */
  get nextDueAt(): number | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.dueAt;
  }

  schedule(callback: () => void, delayMs: number): ScheduledCall {
    const call = new VirtualCall(this, callback, this.#now + (delayMs > 0 ? delayMs : 0), this.#order++);
    if (delayMs === Infinity) call.callback = undefined;
    else this.#insert(call);
    return call;
  }

  /**
   * Moves time forward by `durationMs`, making every call that falls due on the way, also those that are scheduled meanwhile.
   *
   * @throws ICHOR_COROUTINES_VIRTUAL_TIME when called from one of these calls, or when they do not come to an end.
   */
  advance(durationMs: number): void {
    this.advanceTo(this.#now + checkDuration('durationMs', durationMs));
  }

  /** Moves time forward to `timeMs` of `now()` time; see {@link advance}. */
  advanceTo(timeMs: number): void {
    this.#begin(timeMs);
    try {
      for (let calls = 0; this.#runNext(timeMs); calls++) this.#checkCalls(calls);
      this.#now = Math.max(this.#now, timeMs === Infinity ? this.#now : timeMs);
    } finally {
      this.#advancing = false;
    }
  }

  /** As {@link advance}, but lets promises settle first, between any two calls, and at the end. For programs that use `await`. */
  async advanceAsync(durationMs: number): Promise<void> {
    const timeMs = this.#now + checkDuration('durationMs', durationMs);
    this.#begin(timeMs);
    try {
      await settle();
      for (let calls = 0; this.#runNext(timeMs); calls++) {
        this.#checkCalls(calls);
        await settle();
      }
      this.#now = Math.max(this.#now, timeMs === Infinity ? this.#now : timeMs);
      await settle();
    } finally {
      this.#advancing = false;
    }
  }

  /** Makes the next call, moving time to it. False when there is none. */
  step(): boolean {
    this.#begin(Infinity);
    try {
      return this.#runNext(Infinity);
    } finally {
      this.#advancing = false;
    }
  }

  /** Advances until no call is pending. */
  runAll(): void {
    this.advanceTo(Infinity);
  }

  /** Advances until no call is pending, letting promises settle between the calls. */
  async runAllAsync(): Promise<void> {
    await this.advanceAsync(Infinity);
  }

  /** A call was cancelled. Drops the cancelled ones when they are in the majority. */
  static forget(clock: VirtualClock): void {
    if (++clock.#cancelled * 2 <= clock.#heap.length || clock.#heap.length < 64) return;
    const kept = clock.#heap.filter((call) => call.callback !== undefined);
    clock.#heap.length = 0;
    clock.#cancelled = 0;
    for (const call of kept) clock.#insert(call);
  }

  #begin(timeMs: number): void {
    if (this.#advancing) {
      throw coroutineError(
        'ICHOR_COROUTINES_VIRTUAL_TIME',
        'The virtual clock is already being advanced. Let a scheduled call schedule another one instead of advancing the clock.',
      );
    }
    if (!(timeMs >= this.#now)) {
      throw coroutineError(
        'ICHOR_COROUTINES_VIRTUAL_TIME',
        `Virtual time cannot go back: it is ${this.#now}, asked for ${timeMs}. Pass a later time.`,
      );
    }
    this.#advancing = true;
  }

  #checkCalls(calls: number): void {
    if (calls < this.#maxCalls) return;
    throw coroutineError(
      'ICHOR_COROUTINES_VIRTUAL_TIME',
      `The virtual clock made ${calls} calls in one advance; at ${this.#now} ms there is still one due. Look for a call that schedules itself without delay, or raise maxCalls.`,
    );
  }

  #runNext(untilMs: number): boolean {
    this.#dropCancelled();
    const call = this.#heap[0];
    if (call === undefined || call.dueAt > untilMs) return false;
    this.#removeFirst();
    this.#now = Math.max(this.#now, call.dueAt);
    const callback = call.callback!;
    call.callback = undefined;
    callback();
    return true;
  }

  #dropCancelled(): void {
    while (this.#heap.length > 0 && this.#heap[0]!.callback === undefined) {
      this.#removeFirst();
      this.#cancelled--;
    }
  }

  #insert(call: VirtualCall): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(call);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(call, heap[above]!)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = call;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = at * 2 + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++;
      if (!isBefore(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
  }
}

function isBefore(a: VirtualCall, b: VirtualCall): boolean {
  return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order);
}

/** A turn of the event loop: every promise that can settle without time passing has settled, microtask after microtask. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
