// Periodic tasks in virtual time: releases, phase, missed periods, failures, ownership.
import { defineService, type Handled, type ServiceContext } from '@ichor/core';
import { sleep } from '@ichor/coroutines';
import { assertNoLeaks, testManager, type TestManager } from '@ichor/core/testing';
import { describe, expect, it } from 'vitest';
import {
  startPeriodic,
  type PeriodicOptions,
  type PeriodicTask,
  type Release,
} from '../../src/periodic/periodic-task.ts';

interface Started {
  readonly manager: TestManager;
  readonly task: PeriodicTask;
  readonly self: ServiceContext;
}

async function start(
  options: Partial<PeriodicOptions>,
  handler: (release: Release) => Handled,
  onFailure: 'log' | 'failService' = 'failService',
): Promise<Started> {
  const manager = testManager();
  let task: PeriodicTask | undefined;
  let context: ServiceContext | undefined;
  manager.register(
    defineService({
      name: 'Owner',
      setup(_, self) {
        context = self;
        task = startPeriodic(self, { name: 'task', periodMs: 10, ...options }, handler);
      },
    }),
    { onFailure },
  );
  await manager.begin();
  return { manager, task: task as PeriodicTask, self: context as ServiceContext };
}

describe('a periodic task', () => {
  it('is released on an absolute schedule from its phase on', async () => {
    const releases: number[] = [];
    const { manager, task } = await start(
      { periodMs: 2.5, phaseMs: 4 },
      ({ plannedMs }) => void releases.push(plannedMs),
    );
    const origin = manager.clock.now();
    await manager.advance(12);
    expect(releases.map((at) => at - origin)).toEqual([4, 6.5, 9, 11.5]);
    expect(task.report()).toMatchObject({ name: 'task', runs: 4, missed: 0, overruns: 0 });
    await manager.quit();
    assertNoLeaks(manager);
  });

  it.each([
    ['skip', [0, 40, 50], 3],
    ['once', [0, 35, 40], 2],
    ['catch-up', [0, 35, 35], 0],
  ] as const)(
    'with the policy %s goes on after a run that took 3.5 periods',
    async (missed, starts, expectedMissed) => {
      const begun: number[] = [];
      const { manager, task } = await start({ missed }, function* () {
        begun.push(manager.clock.now());
        if (begun.length === 1) yield* sleep(35);
      });
      const origin = manager.clock.now();
      await manager.advance(50);
      expect(begun.slice(0, 3).map((at) => at - origin)).toEqual(starts);
      expect(task.missed).toBe(expectedMissed);
      await manager.quit();
    },
  );

  it('tells each run how many releases were missed before it', async () => {
    const missed: number[] = [];
    const { manager } = await start({}, function* (release) {
      missed.push(release.missed);
      if (release.index === 1) yield* sleep(25);
    });
    await manager.advance(60);
    expect(missed.slice(0, 3)).toEqual([0, 0, 2]);
    await manager.quit();
  });

  it('goes on after a failure when the policy of its service allows it', async () => {
    const runs: number[] = [];
    const { manager, task } = await start(
      {},
      ({ index }) => {
        runs.push(index);
        if (index === 1) throw new Error('once');
      },
      'log',
    );
    await manager.advance(35);
    expect(runs).toEqual([0, 1, 2, 3]);
    expect(task.runs).toBe(4);
    await manager.quit();
  });

  it('ends with its service, which a failure stops by default', async () => {
    const runs: number[] = [];
    const { manager } = await start({}, async ({ index }) => {
      runs.push(index);
      if (index === 1) throw new Error('always');
    });
    await manager.advance(100);
    expect(runs).toEqual([0, 1]);
    expect(manager.outcome).toBe('rejected');
  });

  it('can be stopped, and not be started again', async () => {
    let runs = 0;
    const { manager, task } = await start({}, () => void runs++);
    await manager.advance(15);
    const pending = manager.clock.pending;
    task[Symbol.dispose]();
    expect(manager.clock.pending).toBe(pending - 1);
    await manager.advance(50);
    expect(runs).toBe(2);
    expect(() => task.start()).toThrow(/"task" was stopped/);
    await manager.quit();
  });

  it('has its period as deadline and drops late releases with the policy drop', async () => {
    const ran: number[] = [];
    const { manager, task } = await start({ onOverrun: 'drop', missed: 'catch-up' }, function* ({ index }) {
      ran.push(index);
      if (index === 0) yield* sleep(35);
    });
    await manager.advance(45);
    // Releases 1 and 2 (planned 10 and 20) are later than a period at 35; release 3 is not.
    expect(ran).toEqual([0, 3, 4]);
    expect(task.watch.dropped).toBe(2);
    await manager.quit();
  });

  it.each([
    [{ periodMs: 0 }, /"periodMs" is 0, but must be a positive number/],
    [{ phaseMs: -1 }, /"phaseMs" is -1/],
    [{ missed: 'never' as 'skip' }, /"missed" is "never", but must be "skip", "once", "catch-up"/],
    [{ priority: -1 }, /"priority" is -1/],
    [{ waiting: { spinMs: -1 } }, /"spinMs" is -1/],
    [{ waiting: { between: 'nap' as 'sleep' } }, /"between" is "nap", but must be "yield" or "sleep"/],
    [{ waiting: { busyShare: 2 } }, /"busyShare" is 2/],
  ])('refuses %j', async (options, message) => {
    await expect(start(options, () => undefined)).rejects.toThrow(message);
  });
});
