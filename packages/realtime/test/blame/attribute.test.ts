// The judgement over evidence, on made-up evidence for every cause (GP-1).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attribute } from '../../src/blame/attribute.ts';
import type { Evidence, ThreadCounters } from '../../src/blame/evidence.ts';

const nothing: Evidence = {
  window: { startMs: 100, endMs: 106 },
  startedMs: 105,
  expectedMs: 1,
  gcs: [],
  events: [],
  microtasks: [],
  continuedMs: [],
};

/** Counters over [99.5, 106]. */
function counters(part: Partial<ThreadCounters>): ThreadCounters {
  return {
    span: { startMs: 99.5, endMs: 106 },
    cpuMs: 6.5,
    runDelayMs: 0,
    realtime: false,
    timeslices: 0,
    involuntarySwitches: 0,
    stealMs: 0,
    ...part,
  };
}

describe('attribute', () => {
  it('blames a garbage collection with its kind, and takes its time from the handler in which it ran', () => {
    const blame = attribute({
      ...nothing,
      window: { startMs: 100, endMs: 108 },
      startedMs: 100,
      gcs: [{ kind: 'major', forced: true, startMs: 101, endMs: 107 }],
      thread: counters({ span: { startMs: 99.5, endMs: 108 }, cpuMs: 8.5 }),
    });
    expect(blame).toMatchObject({ cause: 'gc', ms: 6 });
    expect(blame.explanation).toBe('6.000 of 8.000 ms: forced major garbage collection');
    expect(blame.shares.find(({ cause }) => cause === 'self')?.ms).toBeCloseTo(1);
  });

  it('does not mistake waiting for the helpers of the collector for a system call', () => {
    const blame = attribute({
      ...nothing,
      startedMs: 100,
      gcs: [{ kind: 'minor', forced: false, startMs: 101, endMs: 105 }],
      thread: counters({ cpuMs: 2.5 }),
    });
    expect(blame.cause).toBe('gc');
    expect(blame.shares.some(({ cause }) => cause === 'blocked')).toBe(false);
  });

  it('blames another event by name and origin, adding up several of them', () => {
    const blame = attribute({
      ...nothing,
      events: [
        { eventType: 'Flood', origin: 3, startMs: 98, endMs: 102 },
        { eventType: 'Flood', origin: 3, startMs: 102, endMs: 104 },
        { eventType: 'Rare', origin: 0, startMs: 104, endMs: 104.5 },
      ],
    });
    expect(blame).toMatchObject({ cause: 'event', ms: 4 });
    expect(blame.explanation).toContain('event "Flood" of service 3');
    expect(blame.shares[1]).toEqual({ cause: 'event', ms: 0.5, detail: 'event "Rare"' });
  });

  it('blames the handler itself for what exceeds its usual time', () => {
    const blame = attribute({ ...nothing, startedMs: 100, expectedMs: 2 });
    expect(blame).toMatchObject({ cause: 'self', ms: 4 });
  });

  it('blames a run of microtasks between events', () => {
    const blame = attribute({ ...nothing, microtasks: [{ startMs: 100.5, endMs: 104.5 }] });
    expect(blame).toMatchObject({ cause: 'microtasks', ms: 4 });
  });

  it('blames other callbacks of the event loop for time that nobody else accounts for', () => {
    expect(attribute({ ...nothing, thread: counters({}) })).toMatchObject({ cause: 'event-loop', ms: 5 });
  });

  it('blames preemption for the time in which the thread could have run', () => {
    const blame = attribute({
      ...nothing,
      startedMs: 100,
      thread: counters({ cpuMs: 2, runDelayMs: 4.5, timeslices: 2, involuntarySwitches: 1 }),
    });
    expect(blame).toMatchObject({ cause: 'preemption', ms: 4 }); // 0.5 ms may lie before the window
    expect(blame.explanation).toContain('2 time slices, 1 involuntary switches');
  });

  it('says that a realtime thread was throttled or overtaken', () => {
    const thread = counters({ cpuMs: 2, runDelayMs: 4.5, realtime: true });
    const { cause, explanation } = attribute({ ...nothing, startedMs: 100, thread });
    expect(cause).toBe('preemption');
    expect(explanation).toContain('realtime throttling');
  });

  it('blames the hypervisor for stolen time that covers the window', () => {
    expect(attribute({ ...nothing, startedMs: 100, thread: counters({ stealMs: 10 }) })).toMatchObject({
      cause: 'steal',
      ms: 6,
    });
  });

  it('blames a stop signal when SIGCONT arrived, also when it came in the middle of another event', () => {
    const stopped = attribute({
      ...nothing,
      window: { startMs: 100, endMs: 160 },
      startedMs: 159,
      events: [{ eventType: 'Other', origin: 1, startMs: 100, endMs: 158 }],
      continuedMs: [160.5],
      thread: counters({ span: { startMs: 99.5, endMs: 160 }, cpuMs: 9 }),
    });
    expect(stopped.cause).toBe('stopped');
    expect(stopped.ms).toBeCloseTo(51);
    expect(stopped.shares.find(({ cause }) => cause === 'event')?.ms).toBeCloseTo(7);
  });

  it('blames a stop signal also when it fell into a collection', () => {
    const { cause, shares } = attribute({
      ...nothing,
      window: { startMs: 100, endMs: 160 },
      startedMs: 100,
      gcs: [{ kind: 'minor', forced: false, startMs: 101, endMs: 159 }],
      continuedMs: [161],
      thread: counters({ span: { startMs: 100, endMs: 160 }, cpuMs: 10 }),
    });
    expect(cause).toBe('stopped');
    expect(shares.find((share) => share.cause === 'gc')?.ms).toBeCloseTo(8);
  });

  it('blames a sleeping system call when the thread was off the processor and nobody wanted it off', () => {
    expect(attribute({ ...nothing, startedMs: 100, thread: counters({ cpuMs: 1.5 }) })).toMatchObject({
      cause: 'blocked',
      ms: 4.5,
    });
  });

  it('blames the timer for its own lateness, not the sleep before it fired', () => {
    const blame = attribute({
      ...nothing,
      window: { startMs: 100, endMs: 103 },
      startedMs: 102.1,
      timer: { dueMs: 100, firedMs: 102 },
      thread: counters({ span: { startMs: 95, endMs: 103 }, cpuMs: 1 }),
    });
    expect(blame.cause).toBe('timer');
    expect(blame.ms).toBeCloseTo(2);
  });

  it('gives no cause less than nothing or more than the window, and blames the largest, whatever the evidence', () => {
    const time = fc.double({ min: 90, max: 120, noNaN: true });
    const span = fc.tuple(time, time).map(([a, b]) => ({ startMs: Math.min(a, b), endMs: Math.max(a, b) }));
    const evidence = fc.record({
      at: fc.tuple(time, time, time).map((times): [number, number, number] => times.sort((a, b) => a - b)),
      gc: span,
      event: span,
      microtask: span,
      cpuMs: fc.double({ min: 0, max: 30, noNaN: true }),
      runDelayMs: fc.double({ min: 0, max: 30, noNaN: true }),
      stopped: fc.boolean(),
    });
    fc.assert(
      fc.property(evidence, ({ at: [startMs, startedMs, endMs], gc, event, microtask, ...os }) => {
        const { shares, ms } = attribute({
          window: { startMs, endMs },
          startedMs,
          expectedMs: 0,
          gcs: [{ ...gc, kind: 'minor', forced: false }],
          events: [{ ...event, eventType: 'E', origin: 0 }],
          microtasks: [microtask],
          continuedMs: os.stopped ? [130] : [],
          thread: counters({ span: { startMs: 90, endMs: 120 }, ...os }),
        });
        for (const share of shares) {
          expect(share.ms).toBeGreaterThan(0);
          expect(share.ms).toBeLessThanOrEqual(endMs - startMs + 1e-9);
          expect(share.ms).toBeLessThanOrEqual(ms);
        }
      }),
    );
  });
});
