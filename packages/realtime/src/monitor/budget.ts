// What a watched event type or handler is allowed, and what happens when it takes more. Validated when watching begins.

import { checkOption } from '../errors/catalogue.ts';

/**
 * What follows an overrun, beside the `DeadlineOverrun` event that always does:
 * - `report`: nothing more;
 * - `drop`: events whose deadline has passed before their turn comes are not processed;
 * - `degrade`: the watch is `degraded` until `recoverAfter` events in a row were in time; handlers look at it and do less;
 * - `quit`: the manager quits, and `run()` rejects with ICHOR_REALTIME_DEADLINE_MISSED.
 */
export type OverrunPolicy = 'report' | 'drop' | 'degrade' | 'quit';

/** Limits of one event type or handler, in milliseconds. What is left out is not limited, but measured all the same. */
export interface Budget {
  /** Longest execution: from the start of its processing to its end or first suspension. */
  readonly budgetMs?: number;
  /** Longest response: from push (or release) to the end of its processing. Also the deadline by which an `EdfQueue` orders. */
  readonly deadlineMs?: number;
  /** Longest start latency: from push (or release) to the start of its processing. */
  readonly startMs?: number;
  /** Default: `report`. `drop` needs `deadlineMs`. */
  readonly onOverrun?: OverrunPolicy;
  /** Events in time after which a degraded watch recovers. Default: 100. */
  readonly recoverAfter?: number;
  /** Called when `degraded` changes. Must not throw. */
  readonly onDegraded?: (degraded: boolean) => void;
}

const policies: readonly OverrunPolicy[] = ['report', 'drop', 'degrade', 'quit'];

/** @throws ICHOR_REALTIME_INVALID_OPTION */
export function checkBudget(budget: Budget): void {
  for (const key of ['budgetMs', 'deadlineMs', 'startMs'] as const) {
    const limit = budget[key];
    checkOption(limit === undefined || limit > 0, key, limit, 'a positive number of milliseconds');
  }
  const { onOverrun = 'report', recoverAfter = 100, deadlineMs } = budget;
  checkOption(policies.includes(onOverrun), 'onOverrun', onOverrun, policies.map((policy) => `"${policy}"`).join(', '));
  checkOption(
    onOverrun !== 'drop' || deadlineMs !== undefined,
    'onOverrun',
    onOverrun,
    'used together with deadlineMs',
  );
  const whole = Number.isSafeInteger(recoverAfter) && recoverAfter >= 1;
  checkOption(whole, 'recoverAfter', recoverAfter, 'a whole number from 1');
}
