import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IntervalSchedule } from '../src/schedule/interval-schedule.ts';
import type { CatchUpPolicy } from '../src/schedule/schedule.ts';

const policies = ['skip', 'catchUp', 'delay'] as const satisfies readonly CatchUpPolicy[];

/** The same arithmetic, done naively with whole numbers: add the interval, one tick at a time. */
class Model {
  interval: number;
  due = Infinity;
  remaining = 0;

  constructor(interval: number) {
    this.interval = interval;
  }

  begin(now: number, immediately: boolean): void {
    this.due = immediately ? now : now + this.interval;
  }

  advance(now: number, policy: CatchUpPolicy): number {
    if (policy === 'delay') {
      this.due = now + this.interval;
      return 0;
    }
    this.due += this.interval;
    let skipped = 0;
    if (policy === 'skip') {
      while (this.due <= now) {
        this.due += this.interval;
        skipped++;
      }
    }
    return skipped;
  }
}

const step = fc.record({
  lateBy: fc.nat({ max: 500 }),
  policy: fc.constantFrom(...policies),
  change: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined, freq: 4 }),
  pausedFor: fc.option(fc.tuple(fc.nat({ max: 50 }), fc.nat({ max: 1000 })), { nil: undefined, freq: 4 }),
});

describe('IntervalSchedule', () => {
  test('agrees with a naive model under random delays, pauses and changes of the interval (TM-5, TM-9)', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 1000 }),
        fc.integer({ min: 1, max: 100 }),
        fc.boolean(),
        fc.array(step, { maxLength: 60 }),
        (begin, interval, immediately, steps) => {
          const schedule = new IntervalSchedule(interval);
          const model = new Model(interval);
          let now = begin;
          schedule.begin(now, immediately);
          model.begin(now, immediately);
          expect(schedule.due).toBe(model.due);
          for (const { lateBy, policy, change, pausedFor } of steps) {
            if (pausedFor !== undefined) {
              const [before, length] = pausedFor;
              now = Math.max(now, Math.min(now + before, schedule.due));
              schedule.pause(now);
              const remaining = Math.max(0, model.due - now);
              now += length;
              schedule.resume(now);
              model.due = now + remaining;
              expect(schedule.due).toBe(model.due);
            }
            if (change !== undefined) {
              schedule.intervalMs = change;
              model.interval = change;
              expect(schedule.due).toBe(model.due);
            }
            expect(schedule.isReached(schedule.due - 1)).toBe(false);
            expect(schedule.isReached(schedule.due)).toBe(true);
            now = Math.max(now, schedule.due) + lateBy;
            expect(schedule.advance(now, policy)).toBe(model.advance(now, policy));
            expect(schedule.due).toBe(model.due);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('skips to the first due time behind now and counts the tick given up, for fractional intervals too', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 1e10, noNaN: true }),
        fc.double({ min: 0, max: 1e10, noNaN: true }),
        (interval, begin, busyFor) => {
          const schedule = new IntervalSchedule(interval);
          schedule.begin(begin, true);
          const now = begin + busyFor;
          const skipped = schedule.skipTo(now);
          expect(schedule.due).toBeGreaterThan(now);
          expect(begin + (skipped - 1) * interval).toBeLessThanOrEqual(now);
          expect(schedule.due).toBe(begin + skipped * interval);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('has no drift over a year of ticks, also with intervals that binary fractions cannot hold (TM-9)', () => {
    const year = 365 * 24 * 3600 * 1000;
    for (const interval of [0.1, 33.3, 1000, 1000 / 60]) {
      const begin = 1234.567;
      const ticks = Math.min(3_000_000, Math.floor(year / interval));
      const schedule = new IntervalSchedule(interval);
      schedule.begin(begin, false);
      for (let i = 1; i < ticks; i++) schedule.advance(schedule.due, 'catchUp');
      expect(schedule.due).toBe(begin + ticks * interval);
    }
  });
});
