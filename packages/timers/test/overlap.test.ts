// Callbacks of random length in a running manager, in virtual time, against a few lines of arithmetic (TM-11, GD-34).
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DependencyManager, required, type Coroutine, type Injected } from '@ichor/core';
import { VirtualClock } from '@ichor/coroutines/testing';
import { TimerFactory, TimerService, type OverlapPolicy } from '../src/index.ts';

const interval = 10;
// No sum of fewer than a hundred of these falls on a due time, so that nothing begins and ends at the same moment.
const lengths = fc.array(
  fc.integer({ min: 1, max: 45 }).map((length) => length + 0.37),
  { minLength: 1, maxLength: 60 },
);

type Run = readonly [begin: number, end: number];

async function simulate(overlap: OverlapPolicy, durations: readonly number[], isAsync: boolean) {
  const clock = new VirtualClock();
  const manager = new DependencyManager({ clock, startupReportMs: Infinity });
  const runs: Run[] = [];
  let skipped = 0;
  class Robot {
    static readonly dependencies = { timers: required(TimerFactory) };
    constructor({ timers }: Injected<typeof Robot.dependencies>) {
      const begun = () => {
        const begin = clock.now();
        const index = runs.push([begin, Infinity]) - 1;
        return { index, begin, length: durations[index] };
      };
      const callback = isAsync
        ? async () => {
            const { index, begin, length } = begun();
            if (length === undefined) return;
            await timers.sleep(length);
            runs[index] = [begin, clock.now()];
          }
        : function* (): Coroutine<void> {
            const { index, begin, length } = begun();
            if (length === undefined) return;
            yield* timers.sleep(length);
            runs[index] = [begin, clock.now()];
          };
      const timer = timers.every(
        interval,
        (self) => {
          skipped = self.skipped;
          if (runs.length === durations.length) return timer.stop();
          return callback();
        },
        { overlap },
      );
    }
  }
  manager.register(TimerService);
  manager.register(Robot);
  const ended = manager.run();
  await manager.started();
  await clock.advanceAsync((durations.length + 1) * 60);
  void manager.quit();
  await clock.advanceAsync(20_000);
  await ended;
  expect(clock.pending).toBe(0);
  return { runs, skipped };
}

/** When the callbacks run, by the words of the documentation. */
function expected(overlap: OverlapPolicy, durations: readonly number[]) {
  const runs: Run[] = [];
  let skipped = 0;
  let free = 0;
  for (let due = interval; runs.length < durations.length; due += interval) {
    if (overlap === 'skip' && free > due) {
      skipped++;
      continue;
    }
    const begin = overlap === 'queue' ? Math.max(due, free) : due;
    free = begin + durations[runs.length]!;
    runs.push([begin, free]);
  }
  return { runs, skipped };
}

test.each(['parallel', 'queue', 'skip'] as const)(
  'callbacks of any length begin when the policy %s says, as coroutines and as async functions',
  async (overlap) => {
    await fc.assert(
      fc.asyncProperty(lengths, fc.boolean(), async (durations, isAsync) => {
        const actual = await simulate(overlap, durations, isAsync);
        const model = expected(overlap, durations);
        expect(actual.runs.map(([begin]) => begin.toFixed(6))).toEqual(model.runs.map(([begin]) => begin.toFixed(6)));
        expect(actual.runs.map(([, end]) => end.toFixed(6))).toEqual(model.runs.map(([, end]) => end.toFixed(6)));
        if (overlap !== 'skip') expect(actual.skipped).toBe(0);
        else expect(actual.skipped).toBeGreaterThanOrEqual(model.skipped);
      }),
      { numRuns: 15 },
    );
  },
);
