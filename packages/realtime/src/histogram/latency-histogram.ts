// A histogram of durations in fixed memory: log-linear buckets from 1 ns to over an hour, as in HdrHistogram (G. Tene).
// Used wherever this package measures. Recording writes to typed arrays only, so it allocates nothing.

/** Buckets per power of two: values are kept to 1 part in 64. */
const perOctave = 64;
const octaves = 36;
const linearLimit = 2 * perOctave;
const bucketCount = linearLimit + octaves * perOctave;
const nanosecondsPerMs = 1e6;

const [countAt, sumAt, minAt, maxAt] = [0, 1, 2, 3] as const;

/** What was recorded, in milliseconds. Percentiles are exact to 1/64 of their value (never too low), min and max are exact. */
export interface LatencySummary {
  readonly count: number;
  readonly minMs: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

/**
 * Counts durations in 19 KiB, however many there are.
 *
 * @example
 * ```ts
 * import { LatencyHistogram } from '@ichor/realtime';
 *
 * const histogram = new LatencyHistogram();
 * for (const ms of [0.2, 0.3, 0.25, 4]) histogram.record(ms);
 * console.log(histogram.summary().maxMs); // 4
 * ```
 */
export class LatencyHistogram {
  readonly #buckets = new Float64Array(bucketCount);
  readonly #totals = new Float64Array(4);
  readonly #argument = new Float64Array(1);

  constructor() {
    this.reset();
  }

  /** Values recorded. */
  get count(): number {
    return this.#totals[countAt] as number;
  }

  /** Smallest value; 0 when there is none. */
  get minMs(): number {
    return this.count === 0 ? 0 : (this.#totals[minAt] as number);
  }

  /** Largest value, which is the observed worst case; 0 when there is none. */
  get maxMs(): number {
    return this.#totals[maxAt] as number;
  }

  /** Average; 0 when there is no value. */
  get meanMs(): number {
    return this.count === 0 ? 0 : (this.#totals[sumAt] as number) / this.count;
  }

  /** Adds one duration. Below zero counts as 0; beyond the last bucket (2.4 h) goes into it. O(1). */
  record(durationMs: number): void {
    this.#argument[0] = durationMs;
    this.recordAt(this.#argument, 0);
  }

  /** As `record`, for a duration in an array: a number with a fraction that is passed as an argument may be allocated. */
  recordAt(durations: Float64Array, index: number): void {
    const durationMs = durations[index] as number;
    const value = durationMs > 0 ? durationMs : 0;
    const totals = this.#totals;
    totals[countAt] = (totals[countAt] as number) + 1;
    totals[sumAt] = (totals[sumAt] as number) + value;
    if (value < (totals[minAt] as number)) totals[minAt] = value;
    if (value > (totals[maxAt] as number)) totals[maxAt] = value;
    const bucket = bucketOf(value * nanosecondsPerMs);
    this.#buckets[bucket] = (this.#buckets[bucket] as number) + 1;
  }

  /**
   * The value that `percent` of the recorded values do not exceed; 0 when there is none.
   * @param percent From 0 to 100.
   */
  percentile(percent: number): number {
    // 99.9 % of 1000 is 999, although 0.999 * 1000 is a little more.
    const rank = Math.max(1, Math.ceil((Math.min(100, Math.max(0, percent)) / 100) * this.count - 1e-9));
    let seen = 0;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      seen += this.#buckets[bucket] as number;
      if (seen >= rank) return Math.min(this.maxMs, Math.max(this.minMs, upperEnd(bucket) / nanosecondsPerMs));
    }
    return this.maxMs;
  }

  /** The usual figures. */
  summary(): LatencySummary {
    return {
      count: this.count,
      minMs: this.minMs,
      meanMs: this.meanMs,
      p50Ms: this.percentile(50),
      p99Ms: this.percentile(99),
      p999Ms: this.percentile(99.9),
      maxMs: this.maxMs,
    };
  }

  /** Calls `visit` for each bucket that holds something, ascending, with its bounds in milliseconds. */
  forEachBucket(visit: (fromMs: number, toMs: number, count: number) => void): void {
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      const count = this.#buckets[bucket] as number;
      if (count > 0) {
        const from = bucket === 0 ? 0 : upperEnd(bucket - 1);
        visit(from / nanosecondsPerMs, upperEnd(bucket) / nanosecondsPerMs, count);
      }
    }
  }

  /** Adds everything another histogram recorded. */
  add(other: LatencyHistogram): void {
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      this.#buckets[bucket] = (this.#buckets[bucket] as number) + (other.#buckets[bucket] as number);
    }
    const totals = this.#totals;
    totals[countAt] = this.count + other.count;
    totals[sumAt] = (totals[sumAt] as number) + (other.#totals[sumAt] as number);
    totals[minAt] = Math.min(totals[minAt] as number, other.#totals[minAt] as number);
    totals[maxAt] = Math.max(this.maxMs, other.maxMs);
  }

  /** Forgets everything. */
  reset(): void {
    this.#buckets.fill(0);
    this.#totals.fill(0);
    this.#totals[minAt] = Infinity;
  }
}

function bucketOf(nanoseconds: number): number {
  if (nanoseconds < linearLimit) return nanoseconds | 0;
  // clz32 sees 32 bits; larger values are first divided by 2^20.
  const large = nanoseconds >= 2 ** 31;
  const scaled = large ? nanoseconds / 2 ** 20 : nanoseconds;
  if (scaled >= 2 ** 31) return bucketCount - 1;
  const exponent = 31 - Math.clz32(scaled) + (large ? 20 : 0) - 6;
  const bucket = exponent * perOctave + Math.trunc(nanoseconds / 2 ** exponent);
  return bucket < bucketCount ? bucket : bucketCount - 1;
}

/** The end of a bucket in nanoseconds (exclusive). */
function upperEnd(bucket: number): number {
  if (bucket < linearLimit) return bucket + 1;
  const exponent = Math.trunc(bucket / perOctave) - 1;
  return (bucket - exponent * perOctave + 1) * 2 ** exponent;
}
