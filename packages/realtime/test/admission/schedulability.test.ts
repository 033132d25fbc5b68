// The admission test against a simulation of earliest-deadline-first, step by step (GP-1).
import { IchorError } from '@ichor/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit, testSchedulability, type TaskLoad } from '../../src/admission/schedulability.ts';

interface Job {
  readonly deadline: number;
  remaining: number;
}

const task = fc
  .record({
    periodMs: fc.constantFrom(2, 3, 4, 5, 6, 8, 10, 12),
    worstCaseMs: fc.integer({ min: 1, max: 5 }),
    slack: fc.nat(12),
  })
  .map(({ periodMs, worstCaseMs, slack }) => ({ name: 't', periodMs, worstCaseMs, deadlineMs: worstCaseMs + slack }));
const taskSet = fc.array(task, { minLength: 1, maxLength: 4 });

/** All tasks released at 0; runs for two hyperperiods, or until an overload must show, in steps of 1 ms. */
function simulationMisses(tasks: readonly TaskLoad[], preemptive: boolean): boolean {
  // An overload by one part in 120 takes long to use up the slack of long deadlines.
  const utilisation = tasks.reduce((sum, { periodMs, worstCaseMs }) => sum + worstCaseMs / periodMs, 0);
  const end = utilisation > 1 ? 12_000 : 2 * 120 + 40;
  const ready: Job[] = [];
  let running: Job | undefined;
  for (let now = 0; now < end; now++) {
    for (const { periodMs, worstCaseMs, deadlineMs = periodMs } of tasks) {
      if (now % periodMs === 0) ready.push({ deadline: now + deadlineMs, remaining: worstCaseMs });
    }
    if (preemptive && running !== undefined) ready.push(running);
    if (preemptive || running === undefined) {
      ready.sort((a, b) => a.deadline - b.deadline);
      running = ready.shift();
    }
    if (running !== undefined && --running.remaining === 0) {
      if (now + 1 > running.deadline) return true;
      running = undefined;
    }
    if (ready.some(({ deadline }) => deadline <= now)) return true;
  }
  return false;
}

describe('testSchedulability', () => {
  it('agrees exactly with a preemptive simulation of tasks released together (Baruah et al. 1990)', () => {
    fc.assert(
      fc.property(taskSet, (tasks) => {
        const { schedulable } = testSchedulability(tasks, { preemptive: true });
        expect(schedulable).toBe(!simulationMisses(tasks, true));
      }),
      { numRuns: 400 },
    );
  });

  it('never admits a set that misses when handlers cannot be interrupted (Jeffay et al. 1991)', () => {
    fc.assert(
      fc.property(taskSet, (tasks) => {
        if (testSchedulability(tasks).schedulable) expect(simulationMisses(tasks, false)).toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  it('admits a full processor when deadlines are periods (Liu and Layland 1973)', () => {
    const tasks = [
      { name: 'a', periodMs: 2, worstCaseMs: 1 },
      { name: 'b', periodMs: 4, worstCaseMs: 1 },
      { name: 'c', periodMs: 8, worstCaseMs: 2 },
    ];
    expect(testSchedulability(tasks, { preemptive: true })).toEqual({ schedulable: true, utilisation: 1, reason: '' });
  });

  it('says who misses, where, and who blocks', () => {
    const tasks = [
      { name: 'control', periodMs: 1, worstCaseMs: 0.2 },
      { name: 'telemetry', periodMs: 10, worstCaseMs: 2 },
    ];
    expect(testSchedulability(tasks)).toMatchObject({ schedulable: false, overloadedIntervalMs: 1, demandMs: 2.2 });
    expect(testSchedulability(tasks).reason).toBe(
      '"control" can miss its deadline: within 1 ms it needs 0.2 ms, and "telemetry" can hold the thread for 2 ms more.',
    );
    expect(testSchedulability(tasks, { preemptive: true }).schedulable).toBe(true);
    expect(testSchedulability(tasks, { preemptive: true, blockingMs: 0.9 }).reason).toBe(
      '"control" can miss its deadline: within 1 ms it needs 0.2 ms, and 0.9 ms are set aside for everything else.',
    );
  });

  it('refuses more than the whole thread whatever the deadlines', () => {
    const answer = testSchedulability([{ name: 'a', periodMs: 1, worstCaseMs: 1.5, deadlineMs: 100 }]);
    expect(answer).toMatchObject({ schedulable: false, utilisation: 1.5 });
    expect(answer.reason).toContain('150 %');
  });

  it('admits no task at all', () => {
    expect(testSchedulability([])).toEqual({ schedulable: true, utilisation: 0, reason: '' });
  });

  it.each([
    [{ name: 'a', periodMs: 0, worstCaseMs: 1 }, /"periodMs of "a"" is 0, but must be a positive number/],
    [{ name: 'a', periodMs: 1, worstCaseMs: NaN }, /worstCaseMs of "a"/],
    [{ name: 'a', periodMs: 5, worstCaseMs: 2, deadlineMs: 1 }, /deadlineMs of "a"/],
  ])('refuses %j', (load, message) => {
    expect(() => testSchedulability([load])).toThrow(message);
  });
});

describe('admit', () => {
  const tooMuch = [{ name: 'a', periodMs: 1, worstCaseMs: 2, deadlineMs: 5 }];

  it('refuses with a coded error that carries the answer', () => {
    try {
      admit(tooMuch);
      expect.unreachable();
    } catch (error) {
      expect(IchorError.is(error, 'ICHOR_REALTIME_NOT_SCHEDULABLE')).toBe(true);
      expect((error as IchorError).details).toMatchObject({ utilisation: 2, schedulable: false });
    }
  });

  it('only tells a function that was given instead', () => {
    const told: number[] = [];
    admit(tooMuch, { otherwise: ({ utilisation }) => told.push(utilisation) });
    admit([{ name: 'a', periodMs: 2, worstCaseMs: 1 }], { otherwise: () => told.push(0) });
    expect(told).toEqual([2]);
  });
});
