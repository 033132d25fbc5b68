// Counts durations in fixed memory: log-linear buckets, 32 per power of two, from 1 ns to 18 minutes (as in HdrHistogram, G. Tene).
// Recording writes to typed arrays only.

const perOctave = 32;
const octaves = 35;
const linearLimit = 2 * perOctave;
const bucketCount = linearLimit + octaves * perOctave;
const nanosecondsPerMs = 1e6;

/** What was recorded, in milliseconds. Percentiles are at most 1/32 above their value and never below it; the others are exact. */
export interface DurationSummary {
  readonly count: number;
  readonly sumMs: number;
  readonly minMs: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Durations of one kind. 4.6 KiB. */
export class DurationHistogram {
  count = 0;
  sumMs = 0;
  maxMs = 0;
  #minMs = Number.POSITIVE_INFINITY;
  readonly #buckets = new Uint32Array(bucketCount);

  /** Smallest value; 0 when there is none. */
  get minMs(): number {
    return this.count === 0 ? 0 : this.#minMs;
  }

  /** Adds one duration; a negative one counts as 0. O(1), no allocation. */
  record(durationMs: number): void {
    const value = durationMs > 0 ? durationMs : 0;
    this.count++;
    this.sumMs += value;
    if (value < this.#minMs) this.#minMs = value;
    if (value > this.maxMs) this.maxMs = value;
    const bucket = bucketOf(value * nanosecondsPerMs);
    this.#buckets[bucket] = (this.#buckets[bucket] as number) + 1;
  }

  /** The value that `percent` (0 to 100) of the recorded ones do not exceed; 0 when there is none. */
  percentile(percent: number): number {
    const rank = Math.max(1, Math.ceil((percent / 100) * this.count));
    let seen = 0;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      seen += this.#buckets[bucket] as number;
      if (seen >= rank) return Math.min(this.maxMs, Math.max(this.minMs, upperEnd(bucket) / nanosecondsPerMs));
    }
    return this.maxMs;
  }

  summary(): DurationSummary {
    const { count, sumMs, minMs, maxMs } = this;
    return {
      count,
      sumMs,
      minMs,
      meanMs: count === 0 ? 0 : sumMs / count,
      p50Ms: this.percentile(50),
      p90Ms: this.percentile(90),
      p99Ms: this.percentile(99),
      maxMs,
    };
  }

  /** Adds everything another one recorded. */
  add(other: DurationHistogram): void {
    this.count += other.count;
    this.sumMs += other.sumMs;
    this.#minMs = Math.min(this.#minMs, other.#minMs);
    this.maxMs = Math.max(this.maxMs, other.maxMs);
    for (let bucket = 0; bucket < bucketCount; bucket++)
      this.#buckets[bucket] = (this.#buckets[bucket] as number) + (other.#buckets[bucket] as number);
  }

  reset(): void {
    this.count = this.sumMs = this.maxMs = 0;
    this.#minMs = Number.POSITIVE_INFINITY;
    this.#buckets.fill(0);
  }
}

function bucketOf(nanoseconds: number): number {
  if (nanoseconds >= 2 ** 31) return bucketOfLong(nanoseconds);
  const whole = nanoseconds | 0;
  if (whole < linearLimit) return whole;
  const exponent = 26 - Math.clz32(whole);
  return (exponent << 5) + (whole >> exponent);
}

/** Above two seconds a duration does not fit 32 bits. */
function bucketOfLong(nanoseconds: number): number {
  const scaled = nanoseconds / 2 ** 20;
  if (scaled >= 2 ** 31) return bucketCount - 1;
  const exponent = 46 - Math.clz32(scaled);
  const bucket = exponent * perOctave + Math.trunc(nanoseconds / 2 ** exponent);
  return bucket < bucketCount ? bucket : bucketCount - 1;
}

/** The end of a bucket in nanoseconds. */
function upperEnd(bucket: number): number {
  if (bucket < linearLimit) return bucket + 1;
  const exponent = Math.trunc(bucket / perOctave) - 1;
  return (bucket - exponent * perOctave + 1) * 2 ** exponent;
}
