// The lines the app prints. Those of RB-83 are word for word the ones of the original program.

import type { AppOptions } from '../options.ts';
import type { Bar, RecordingSummary } from './recording.ts';
import type { Miss } from './result.ts';

export function exceededLine(index: number, us: number, maxUs: number): string {
  return `duration of run ${index} is ${us} µs which exceeded maximum of ${maxUs} µs`;
}

export function durationLine({ minUs, maxUs, avgUs }: RecordingSummary): string {
  return `duration min/max/avg: ${minUs}/${maxUs}/${avgUs} µs`;
}

export function percentileLine({ p50Us, p99Us, p999Us, missed, count }: RecordingSummary): string {
  return `duration p50/p99/p99.9: ${p50Us}/${p99Us}/${p999Us} µs, missed deadlines: ${missed} of ${count}`;
}

/** As cyclictest prints a thread. */
export function cyclictestLine(summary: RecordingSummary, thread: number, last: number, options: AppOptions): string {
  const field = (value: number, width: number): string => String(value).padStart(width);
  const priority = options.fifo ? 20 : 0;
  return `T: 0 (${field(thread, 5)}) P:${field(priority, 2)} I:${options.periodUs} C:${field(summary.count, 7)} Min:${field(summary.minUs, 7)} Act:${field(last, 5)} Avg:${field(summary.avgUs, 5)} Max:${field(summary.maxUs, 8)}`;
}

export function latencyLine(summary: RecordingSummary, missedReleases: number): string {
  const { p50Us, p99Us, p999Us, missed, count } = summary;
  return `latency p50/p99/p99.9: ${p50Us}/${p99Us}/${p999Us} µs, late starts: ${missed} of ${count}, missed releases: ${missedReleases}`;
}

export function missLine({ index, us, cause, explanation }: Miss): string {
  return `run ${index < 0 ? '?' : index} (${us} µs): ${cause}, ${explanation}`;
}

const barWidth = 60;

export function histogramLines(bars: readonly Bar[]): string[] {
  const largest = Math.max(1, ...bars.map(({ count }) => count));
  return bars.map(({ fromUs, count }) => {
    // Rare values are what matters here: a bar that holds something is never empty.
    const length = count === 0 ? 0 : Math.max(1, Math.round((count / largest) * barWidth));
    return `${String(fromUs).padStart(8)} µs ${String(count).padStart(8)} ${'#'.repeat(length)}`.trimEnd();
  });
}
