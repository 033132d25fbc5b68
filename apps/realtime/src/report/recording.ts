// What one program run records: whole microseconds in an array of fixed size, and the lines printed while it runs (RB-83).

/** Microseconds per iteration. Filled by the measured service; allocates nothing. */
export class Recording {
  readonly maxUs: number;
  /** Releases that were left out, in periodic mode. */
  missedReleases = 0;
  readonly #values: Int32Array;
  readonly #exceeded: (index: number, us: number) => void;
  #count = 0;
  #isEnded = false;

  /** @param exceeded Called for each value above `maxUs`. */
  constructor(iterations: number, maxUs: number, exceeded: (index: number, us: number) => void) {
    this.maxUs = maxUs;
    this.#values = new Int32Array(iterations);
    this.#exceeded = exceeded;
  }

  get count(): number {
    return this.#count;
  }

  /** Nothing more is to be recorded: the program should end. */
  get isFull(): boolean {
    return this.#isEnded || this.#count === this.#values.length;
  }

  /** Ends the recording early. */
  end(): void {
    this.#isEnded = true;
  }

  /** What was recorded so far. */
  get values(): Int32Array {
    return this.#values.subarray(0, this.#count);
  }

  add(us: number): void {
    const index = this.#count++;
    this.#values[index] = us;
    if (us > this.maxUs) this.#exceeded(index, us);
  }
}

/** Figures over recorded microseconds. */
export interface RecordingSummary {
  readonly count: number;
  readonly minUs: number;
  readonly maxUs: number;
  /** Integer average, as the original prints it. */
  readonly avgUs: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  /** Values above the limit. */
  readonly missed: number;
}

/** Exact figures, from all values. */
export function summarise(values: Int32Array, limitUs: number): RecordingSummary {
  const sorted = values.slice().sort();
  const at = (percent: number): number =>
    sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length - 1e-9) - 1)] ?? 0;
  let sum = 0;
  let missed = 0;
  for (const value of values) {
    sum += value;
    if (value > limitUs) missed++;
  }
  return {
    count: values.length,
    minUs: sorted[0] ?? 0,
    maxUs: sorted.at(-1) ?? 0,
    avgUs: values.length === 0 ? 0 : Math.floor(sum / values.length),
    p50Us: at(50),
    p99Us: at(99),
    p999Us: at(99.9),
    missed,
  };
}

/** One bar of a histogram. */
export interface Bar {
  readonly fromUs: number;
  readonly toUs: number;
  readonly count: number;
}

/** Bars of growing width (each power of two in four), from the smallest to the largest value; gaps included. */
export function barsOf(values: Int32Array): Bar[] {
  if (values.length === 0) return [];
  const counts = new Map<number, number>();
  for (const value of values) counts.set(barOf(value), (counts.get(barOf(value)) ?? 0) + 1);
  const first = Math.min(...counts.keys());
  const last = Math.max(...counts.keys());
  return Array.from({ length: last - first + 1 }, (_, index) => ({
    fromUs: startOf(first + index),
    toUs: startOf(first + index + 1),
    count: counts.get(first + index) ?? 0,
  }));
}

const barsPerOctave = 4;

/** Bars 0 to 7 are single microseconds; from 8 on each power of two has four. */
function barOf(us: number): number {
  if (us < 2 * barsPerOctave) return Math.max(0, us);
  const exponent = 31 - Math.clz32(us) - 2;
  return exponent * barsPerOctave + (us >> exponent);
}

function startOf(bar: number): number {
  if (bar < 2 * barsPerOctave) return bar;
  const exponent = Math.trunc(bar / barsPerOctave) - 1;
  return (bar - exponent * barsPerOctave) * 2 ** exponent;
}
