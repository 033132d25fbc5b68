// What pairs of measurements say about a change. Processor time is compared, because rates move with everything else on a machine.

import { quantile } from '../statistics.ts';

/** Base and head, measured right after one another, in seconds of processor time. */
export interface Pair {
  readonly base: number;
  readonly head: number;
}

export interface Verdict {
  /** Median of head divided by base. */
  readonly ratio: number;
  /** The quartiles of it. */
  readonly lower: number;
  readonly upper: number;
  /**
   * `slower` (`faster`) when the median is beyond the threshold and three quarters of the pairs agree on the direction;
   * `same` is everything else, noise included.
   */
  readonly outcome: 'slower' | 'faster' | 'same';
}

/** @throws RangeError when there are no pairs. */
export function verdictOf(pairs: readonly Pair[], thresholdPercent: number): Verdict {
  if (pairs.length === 0) throw new RangeError('no pairs to judge');
  const ratios = pairs.map(({ base, head }) => head / base).toSorted((a, b) => a - b);
  const [lower, ratio, upper] = [0.25, 0.5, 0.75].map((share) => quantile(ratios, share)) as [number, number, number];
  const threshold = 1 + thresholdPercent / 100;
  const outcome =
    ratio > threshold && lower > 1 ? 'slower' : ratio < 1 / threshold && upper < 1 ? 'faster' : ('same' as const);
  return { ratio, lower, upper, outcome };
}
