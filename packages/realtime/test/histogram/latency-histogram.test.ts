// LatencyHistogram against exact statistics over the sorted values.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../src/histogram/latency-histogram.ts';

const durations = fc.array(fc.double({ min: 0, max: 3_600_000, noNaN: true }), { minLength: 1, maxLength: 300 });

function filled(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

describe('LatencyHistogram', () => {
  it('is all zeros while empty', () => {
    expect(new LatencyHistogram().summary()).toEqual({
      count: 0,
      minMs: 0,
      meanMs: 0,
      p50Ms: 0,
      p99Ms: 0,
      p999Ms: 0,
      maxMs: 0,
    });
  });

  it('keeps count, min and max exactly and percentiles to 1/64, never too low', () => {
    fc.assert(
      fc.property(durations, fc.double({ min: 0, max: 100, noNaN: true }), (values, percent) => {
        const histogram = filled(values);
        const sorted = [...values].sort((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil((percent / 100) * values.length - 1e-9)) - 1] ?? 0;
        expect(histogram.count).toBe(values.length);
        expect(histogram.minMs).toBe(sorted[0]);
        expect(histogram.maxMs).toBe(sorted.at(-1));
        const found = histogram.percentile(percent);
        expect(found).toBeGreaterThanOrEqual(exact);
        expect(found).toBeLessThanOrEqual(exact * (1 + 1 / 64) + 1e-6);
      }),
    );
  });

  it('adds another histogram as if its values had been recorded here', () => {
    fc.assert(
      fc.property(durations, durations, (first, second) => {
        const sum = filled(first);
        sum.add(filled(second));
        const { meanMs, ...rest } = filled([...first, ...second]).summary();
        expect(sum.summary()).toMatchObject(rest);
        expect(sum.meanMs).toBeCloseTo(meanMs, 6);
      }),
    );
  });

  it('shows its buckets in order, each value once, inside the bounds', () => {
    const values = [0, 0.000_5, 0.1, 0.1, 7, 5_000_000, 1e12, -3];
    const counts: number[] = [];
    let end = 0;
    filled(values).forEachBucket((fromMs, toMs, count) => {
      expect(fromMs).toBeGreaterThanOrEqual(end);
      expect(toMs).toBeGreaterThan(fromMs);
      end = toMs;
      counts.push(count);
    });
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
  });

  it('forgets everything at reset', () => {
    const histogram = filled([1, 2, 3]);
    histogram.reset();
    expect(histogram.summary()).toEqual(new LatencyHistogram().summary());
  });
});
