// Due times from a calendar (cron-like): instants of the wall clock, waited for on the monotonic clock and checked again on arrival.

import type { Clock } from '@ichor/core';
import { timerError } from '../errors/catalogue.ts';
import type { CatchUpPolicy, Schedule } from './schedule.ts';

/**
 * A source of instants on the wall clock. `cron()` of `@ichor/timers/cron` makes one from a cron expression.
 *
 * @example
 * ```ts
 * import type { Calendar } from '@ichor/timers';
 *
 * const fullMinutes: Calendar = { next: (after) => (Math.floor(after / 60_000) + 1) * 60_000 };
 * console.log(fullMinutes.next(90_000)); // 120000
 * ```
 */
export interface Calendar {
  /** The first instant behind `after`, both in milliseconds since the Unix epoch; undefined when there is none. */
  next(after: number): number | undefined;
}

/** The wall clock is looked at this often, so that an instant is met soon after somebody sets the clock forward. */
const recheckMs = 60_000;
/** More missed instants than this are not counted one by one. */
const countedSkips = 10_000;

/** Ticks at the instants of a calendar. An instant never comes twice, also when the wall clock is set back. */
export class CalendarSchedule implements Schedule {
  readonly #calendar: Calendar;
  readonly #clock: Clock;
  #planned = Infinity;
  #due = Infinity;

  constructor(calendar: Calendar, clock: Clock) {
    this.#calendar = calendar;
    this.#clock = clock;
  }

  get due(): number {
    return this.#due;
  }

  begin(now: number, immediately: boolean): void {
    const wallTime = this.#clock.wallTime();
    this.#plan(immediately ? wallTime : this.#after(wallTime), now);
  }

  isReached(now: number): boolean {
    if (this.#clock.wallTime() >= this.#planned) return true;
    this.#plan(this.#planned, now);
    return false;
  }

  advance(now: number, policy: CatchUpPolicy): number {
    let next = this.#after(this.#planned);
    let skipped = 0;
    if (policy !== 'catchUp') {
      const wallTime = this.#clock.wallTime();
      while (next <= wallTime) {
        skipped++;
        next = this.#after(skipped < countedSkips ? next : wallTime);
      }
    }
    this.#plan(next, now);
    return skipped;
  }

  skipTo(now: number): number {
    return this.advance(now, 'skip') + 1;
  }

  pause(): void {
    // A calendar goes on while the timer does not listen; resume() finds the next instant.
  }

  resume(now: number): void {
    const wallTime = this.#clock.wallTime();
    this.#plan(this.#planned > wallTime ? this.#planned : this.#after(wallTime), now);
  }

  #after(instant: number): number {
    if (instant === Infinity) return Infinity;
    let next: number | undefined;
    try {
      next = this.#calendar.next(instant);
    } catch (cause) {
      throw timerError(
        'ICHOR_TIMER_CALENDAR_FAILED',
        `The calendar of a timer threw when asked for the instant after ${instant}.`,
        {
          cause,
        },
      );
    }
    if (next === undefined) return Infinity;
    if (next > instant) return next;
    throw timerError(
      'ICHOR_TIMER_CALENDAR_FAILED',
      `The calendar of a timer answered ${next} when asked for the instant after ${instant}: return a later one, or undefined when there is none.`,
    );
  }

  #plan(instant: number, now: number): void {
    this.#planned = instant;
    if (instant === Infinity) this.#due = Infinity;
    else this.#due = now + Math.min(recheckMs, Math.max(0, instant - this.#clock.wallTime()));
  }
}
