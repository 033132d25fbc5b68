// When the ticks of one timer are due: the port between a timer and the arithmetic of intervals and of calendars.

/**
 * What happens to ticks whose time passed before they could run (the program was busy, or the clock jumped ahead):
 * `'catchUp'` runs every one of them, one after another, `'skip'` runs one and returns to the schedule,
 * `'delay'` runs one and shifts the schedule by the delay. With the first two, later ticks stay on the schedule: no drift.
 */
export type CatchUpPolicy = 'skip' | 'catchUp' | 'delay';

/** The due times of one timer, on the monotonic clock. Pure except for a calendar's look at the wall clock. */
export interface Schedule {
  /** When the current or next tick is due; `Infinity` when there will be none. */
  readonly due: number;
  /** Begins at `now`: the first tick is due at once with `immediately`, else at the schedule's first time after `now`. */
  begin(now: number, immediately: boolean): void;
  /** Whether the tick of `due` may run now. False where time went on without it: `due` was then set anew. */
  isReached(now: number): boolean;
  /** Goes from the tick of `due`, which began to run at `now`, to the next. Returns how many ticks were skipped. */
  advance(now: number, policy: CatchUpPolicy): number;
  /** Gives up the tick of `due` and all others up to `now`. Returns how many those were. */
  skipTo(now: number): number;
  /** Holds the schedule at `now`. */
  pause(now: number): void;
  /** Goes on at `now` after {@link Schedule.pause}. */
  resume(now: number): void;
}
