// Robust figures over a few samples: the median, and how far the middle half lies apart.

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** The quartiles. */
  readonly lower: number;
  readonly upper: number;
  /** Distance between the quartiles, as a share of the median. */
  readonly spread: number;
}

/** @throws RangeError when there are no values. */
export function summarise(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError('no values to summarise');
  const sorted = values.toSorted((a, b) => a - b);
  const median = quantile(sorted, 0.5);
  const lower = quantile(sorted, 0.25);
  const upper = quantile(sorted, 0.75);
  return { median, min: sorted[0]!, max: sorted.at(-1)!, lower, upper, spread: (upper - lower) / median };
}

/** Linear between the two nearest ranks (Hyndman and Fan, 1996, definition 7). */
export function quantile(sorted: readonly number[], share: number): number {
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)]!;
  const above = sorted[Math.ceil(position)]!;
  return below + (above - below) * (position - Math.floor(position));
}
