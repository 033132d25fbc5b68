// Due times at a fixed interval. A due time is origin + count × interval, never a running sum: no drift, whatever the interval.

import type { CatchUpPolicy, Schedule } from './schedule.ts';

/** Ticks every `intervalMs` milliseconds. */
export class IntervalSchedule implements Schedule {
  #intervalMs: number;
  #origin = 0;
  #count = 0;
  #remaining = 0;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  get due(): number {
    return this.#origin + this.#count * this.#intervalMs;
  }

  get intervalMs(): number {
    return this.#intervalMs;
  }

  /** Takes effect behind the tick that is due next: that one keeps its time. */
  set intervalMs(intervalMs: number) {
    this.#restartAt(this.due);
    this.#intervalMs = intervalMs;
  }

  begin(now: number, immediately: boolean): void {
    this.#restartAt(now);
    if (!immediately) this.#count = 1;
  }

  isReached(now: number): boolean {
    return now >= this.due;
  }

  advance(now: number, policy: CatchUpPolicy): number {
    if (policy === 'skip') {
      const next = Math.max(this.#count + 1, this.#firstAfter(now));
      const skipped = next - this.#count - 1;
      this.#count = next;
      return skipped;
    }
    if (policy === 'delay') this.#restartAt(now);
    this.#count++;
    return 0;
  }

  skipTo(now: number): number {
    return this.advance(now, 'skip') + 1;
  }

  pause(now: number): void {
    this.#remaining = Math.max(0, this.due - now);
  }

  resume(now: number): void {
    this.#restartAt(now + this.#remaining);
  }

  #restartAt(due: number): void {
    this.#origin = due;
    this.#count = 0;
  }

  /** The smallest count whose due time lies behind `now`. */
  #firstAfter(now: number): number {
    let count = Math.floor((now - this.#origin) / this.#intervalMs);
    // The division rounds, so the quotient may be off by one in either direction.
    while (this.#origin + count * this.#intervalMs > now) count--;
    while (this.#origin + count * this.#intervalMs <= now) count++;
    return count;
  }
}
