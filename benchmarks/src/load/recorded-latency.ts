// Latencies collected in a histogram of constant size, and read as a sample holds them.

import { createHistogram } from 'node:perf_hooks';
import type { Latency } from '../experiment.ts';

const percents = [1, 10, 25, 50, 75, 90, 95, 99, 99.9, 99.99];

export class RecordedLatency {
  readonly #histogram = createHistogram({ figures: 3 });

  record(ms: number): void {
    this.#histogram.record(Math.max(1, Math.round(ms * 1e6)));
  }

  read(): Latency {
    const ms = (nanoseconds: number): number => Math.round(nanoseconds / 100) / 1e4;
    return {
      percentiles: percents.map((percent) => [percent, ms(this.#histogram.percentile(percent))] as const),
      maxMs: ms(this.#histogram.max),
    };
  }
}
