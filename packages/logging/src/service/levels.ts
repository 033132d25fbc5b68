// Levels as numbers, so that a disabled message costs one comparison.

import type { LogThreshold } from '@ichor/core';
import { logError } from '../errors/catalogue.ts';
import { describeValue } from '../format/plain-value.ts';

/** Rank of each threshold; a message is written when its level's rank is not below the logger's. */
export const ranks = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, silent: 60 } as const satisfies Record<
  LogThreshold,
  number
>;

const thresholds = Object.keys(ranks) as LogThreshold[];

/** The rank of a threshold given by a user. @throws ICHOR_LOG_LEVEL_INVALID */
export function rankOf(level: unknown, where = 'Log level'): number {
  const rank = typeof level === 'string' && Object.hasOwn(ranks, level) ? ranks[level as LogThreshold] : undefined;
  if (rank === undefined)
    throw logError(
      'ICHOR_LOG_LEVEL_INVALID',
      `${where}: received ${describeValue(level)}; allowed are ${thresholds.map((name) => `'${name}'`).join(', ')}.`,
      { details: { received: level } },
    );
  return rank;
}

/** The threshold with this rank. */
export function thresholdOf(rank: number): LogThreshold {
  return thresholds[rank / 10 - 1] as LogThreshold;
}
