// Figures about events of one kind: how long they waited in the queue and how long their processing took, kept apart.
// Fed by the recorder. Recording allocates nothing.

import { DurationHistogram, type DurationSummary } from './duration-histogram.ts';

/** What became of the events of one interval. */
export interface IntervalFigures {
  /** End of the interval, in milliseconds of the manager's clock. */
  readonly atMs: number;
  readonly count: number;
  readonly processing: { readonly minMs: number; readonly meanMs: number; readonly maxMs: number };
  readonly queueLatency: { readonly minMs: number; readonly meanMs: number; readonly maxMs: number };
}

/** Two histograms: 9.2 KiB. */
export class EventFigures {
  readonly queueLatency = new DurationHistogram();
  readonly processing = new DurationHistogram();

  /** @param waitedMs NaN when it is not known. */
  record(waitedMs: number, tookMs: number): void {
    if (waitedMs === waitedMs) this.queueLatency.record(waitedMs);
    this.processing.record(tookMs);
  }

  add(other: EventFigures): void {
    this.queueLatency.add(other.queueLatency);
    this.processing.add(other.processing);
  }

  summary(): { count: number; queueLatency: DurationSummary; processing: DurationSummary } {
    return {
      count: this.processing.count,
      queueLatency: this.queueLatency.summary(),
      processing: this.processing.summary(),
    };
  }
}

/** Numbers per interval in the ring: time, count, then smallest, largest and sum of both durations. */
const stride = 8;

/** The last intervals of one event type, in a ring of fixed size. */
export class IntervalRing {
  readonly #rows: Float64Array;
  readonly #capacity: number;
  #written = 0;
  #count = 0;
  #waitedCount = 0;
  readonly #processing = new MinMaxSum();
  readonly #waited = new MinMaxSum();

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#rows = new Float64Array(capacity * stride);
  }

  record(waitedMs: number, tookMs: number): void {
    this.#count++;
    this.#processing.add(tookMs);
    if (waitedMs !== waitedMs) return;
    this.#waitedCount++;
    this.#waited.add(waitedMs);
  }

  /** Ends the interval. One without events leaves no trace. */
  roll(atMs: number): void {
    if (this.#count === 0) return;
    const base = (this.#written++ % this.#capacity) * stride;
    const { min, max, sum } = this.#processing;
    const waited = this.#waited;
    const waitedMean = this.#waitedCount === 0 ? 0 : waited.sum / this.#waitedCount;
    this.#rows.set(
      [
        atMs,
        this.#count,
        min,
        max,
        sum / this.#count,
        this.#waitedCount === 0 ? 0 : waited.min,
        waited.max,
        waitedMean,
      ],
      base,
    );
    this.#count = this.#waitedCount = 0;
    this.#processing.reset();
    waited.reset();
  }

  /** Oldest first. */
  intervals(): IntervalFigures[] {
    const length = Math.min(this.#written, this.#capacity);
    return Array.from({ length }, (_, position) => {
      const base = ((this.#written - length + position) % this.#capacity) * stride;
      const at = (index: number): number => this.#rows[base + index] as number;
      return {
        atMs: at(0),
        count: at(1),
        processing: { minMs: at(2), maxMs: at(3), meanMs: at(4) },
        queueLatency: { minMs: at(5), maxMs: at(6), meanMs: at(7) },
      };
    });
  }
}

class MinMaxSum {
  min = Number.POSITIVE_INFINITY;
  max = 0;
  sum = 0;

  add(value: number): void {
    this.sum += value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
  }

  reset(): void {
    this.min = Number.POSITIVE_INFINITY;
    this.max = this.sum = 0;
  }
}
