// Whose code runs now, and whether async waiters were released: the two facts that decide between inline and queued resumption.

import type { Scheduler } from '../contract/scheduler.ts';

let current: Scheduler | undefined;
let released = 0;

/** The scheduler whose code is running; undefined outside of any, for example in a socket callback. */
export function currentScheduler(): Scheduler | undefined {
  return current;
}

/**
 * Declares that code of `scheduler` runs from now on. Restore the previous one in a `finally`.
 *
 * @returns the scheduler that was current before.
 */
export function enterScheduler(scheduler: Scheduler | undefined): Scheduler | undefined {
  const previous = current;
  current = scheduler;
  return previous;
}

/**
 * How many waiters that used `await` or `then` have been released so far on this thread. A loop compares it before and after
 * an event: when it grew, microtasks have to run before the next event.
 */
export function asyncReleases(): number {
  return released;
}

/** A waiter that used `await` or `then` is released, or a decision was left to a microtask. */
export function countAsyncRelease(): void {
  released++;
}
