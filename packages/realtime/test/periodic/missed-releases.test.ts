// The arithmetic of absolute schedules, against counting.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstRelease, nextRelease, plannedMs } from '../../src/periodic/missed-releases.ts';

const schedule = fc.record({
  originMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
  periodMs: fc.double({ min: 0.05, max: 1000, noNaN: true }),
});

describe('releases of an absolute schedule', () => {
  it('begin with the first one that is not past', () => {
    fc.assert(
      fc.property(schedule, fc.double({ min: -10, max: 5000, noNaN: true }), (planned, laterMs) => {
        const now = planned.originMs + laterMs;
        const index = firstRelease(planned, now);
        expect(index).toBeGreaterThanOrEqual(0);
        expect(plannedMs(planned, index)).toBeGreaterThanOrEqual(Math.min(now, plannedMs(planned, 0)));
        if (index > 0) expect(plannedMs(planned, index - 1)).toBeLessThan(now);
      }),
    );
  });

  it('skip to the next in the future, run the latest once, or catch up one by one', () => {
    const planned = { originMs: 100, periodMs: 10 };
    // Release 2 (at 120) ends at 155: those at 130, 140 and 150 came due meanwhile.
    expect(nextRelease(planned, 2, 155, 'skip')).toBe(6);
    expect(nextRelease(planned, 2, 155, 'once')).toBe(5);
    expect(nextRelease(planned, 2, 155, 'catch-up')).toBe(3);
    for (const policy of ['skip', 'once', 'catch-up'] as const) {
      expect(nextRelease(planned, 2, 121, policy)).toBe(3);
      expect(nextRelease(planned, 2, 130, policy)).toBe(3);
    }
  });

  it('always go forward, and never lie in the past when skipping', () => {
    fc.assert(
      fc.property(schedule, fc.nat(1000), fc.double({ min: 0, max: 5000, noNaN: true }), (planned, index, tookMs) => {
        const now = plannedMs(planned, index) + tookMs;
        const skipped = nextRelease(planned, index, now, 'skip');
        const once = nextRelease(planned, index, now, 'once');
        expect(once).toBeGreaterThan(index);
        expect(skipped).toBeGreaterThanOrEqual(once);
        expect(skipped - once).toBeLessThanOrEqual(1);
        expect(plannedMs(planned, skipped)).toBeGreaterThanOrEqual(now);
      }),
    );
  });
});
