// Cron expressions as calendars of timers, on top of the library croner (an optional peer dependency).

import { Cron } from 'croner';
import { timerError } from '../errors/catalogue.ts';
import type { Calendar } from '../schedule/calendar-schedule.ts';

/** How a cron expression is read. */
export interface CronOptions {
  /** IANA name of the time zone, such as `'Europe/Paris'`, with its daylight saving time. Default: the zone of the process. */
  readonly timezone?: string;
}

/** A {@link Calendar} made from a cron expression. */
export interface CronCalendar extends Calendar {
  readonly expression: string;
}

/**
 * The instants of a cron expression: minute, hour, day of month, month, day of week, optionally seconds before them;
 * nicknames such as `@daily` too. Read by croner (https://croner.56k.guru), with its rules for daylight saving time.
 *
 * @throws ICHOR_TIMER_CRON_INVALID for expressions and time zones that cannot be understood.
 * @example
 * ```ts
 * import { cron } from '@ichor/timers/cron';
 *
 * const nights = cron('30 3 * * 1-5', { timezone: 'UTC' });
 * console.log(new Date(nights.next(Date.UTC(2026, 0, 2, 12))!).toISOString()); // 2026-01-05T03:30:00.000Z
 * // In a service: timers.at(nights, () => this.tidyUp());
 * ```
 */
export function cron(expression: string, options: CronOptions = {}): CronCalendar {
  const { timezone } = options;
  const invalid = (cause: unknown) =>
    timerError(
      'ICHOR_TIMER_CRON_INVALID',
      `Cron expression ${JSON.stringify(expression)}${timezone === undefined ? '' : ` in time zone ${JSON.stringify(timezone)}`} cannot be understood: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause, details: { expression, timezone } },
    );
  // croner reads other texts, and dates, as single instants.
  if (typeof expression !== 'string' || /\d{4}-\d\d-\d\dT/.test(expression))
    throw invalid(new TypeError('expected five or six fields, such as "30 3 * * 1-5"'));
  try {
    const job = new Cron(expression, { paused: true, ...(timezone === undefined ? {} : { timezone }) });
    // An unknown time zone is only found when it is used.
    job.nextRun(new Date(0));
    return { expression, next: (after) => job.nextRun(new Date(after))?.getTime() };
  } catch (cause) {
    throw invalid(cause);
  }
}
