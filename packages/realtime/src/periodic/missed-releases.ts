// Which release of a periodic task comes next, and how many were missed. Pure arithmetic on an absolute schedule, so nothing drifts.

/**
 * What becomes of releases that came due while the task was still busy:
 * - `skip`: they are left out; the task goes on with the next release in the future;
 * - `once`: the latest of them is run at once, late; the others are left out;
 * - `catch-up`: all of them are run, one after the other, as soon as possible.
 */
export type MissedPolicy = 'skip' | 'once' | 'catch-up';

/** An absolute schedule: release `index` is planned at `originMs + index * periodMs`. */
export interface Schedule {
  readonly originMs: number;
  readonly periodMs: number;
}

/** When a release is planned. */
export function plannedMs(schedule: Schedule, index: number): number {
  return schedule.originMs + index * schedule.periodMs;
}

/** The first release that is planned not before `nowMs`. */
export function firstRelease(schedule: Schedule, nowMs: number): number {
  const index = Math.max(0, Math.ceil((nowMs - schedule.originMs) / schedule.periodMs));
  // Rounding may be off by one in either direction.
  if (index > 0 && plannedMs(schedule, index - 1) >= nowMs) return index - 1;
  return plannedMs(schedule, index) < nowMs ? index + 1 : index;
}

/** The release that follows `index` when the task is free again at `nowMs`. The releases between them are missed. */
export function nextRelease(schedule: Schedule, index: number, nowMs: number, policy: MissedPolicy): number {
  const following = index + 1;
  if (policy === 'catch-up' || plannedMs(schedule, following) >= nowMs) return following;
  const upcoming = Math.max(following, firstRelease(schedule, nowMs));
  if (policy === 'skip') return upcoming;
  return plannedMs(schedule, upcoming) > nowMs ? Math.max(following, upcoming - 1) : upcoming;
}
