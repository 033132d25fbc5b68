// The bound of the queue: marks, refusal, waiting for room, and the figures about it. Issue 5, EV-102, GU-9.

import {
  defineEvent,
  DependencyManager,
  IchorError,
  Quit,
  StopService,
  type QueueMetrics,
  type ServiceContext,
} from '@ichor/core';
import { testManager } from '@ichor/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const Load = defineEvent<number>('Load');

describe('the queue limit', () => {
  it('tells once when the high mark is reached and once when the low mark is', async () => {
    const calls: [string, number][] = [];
    const manager = testManager({
      queueLimit: {
        highWater: 10,
        lowWater: 3,
        onHigh: ({ size }) => calls.push(['high', size]),
        onLow: ({ size }) => calls.push(['low', size]),
      },
    });
    await manager.begin();
    for (let i = 0; i < 25; i++) manager.queue.push(Load, i);
    expect(calls).toEqual([['high', 10]]);
    expect(manager.queueMetrics()).toMatchObject({ size: 25, isHigh: true, rejected: 0, depths: { 1000: 25 } });
    await manager.settle();
    expect(calls).toEqual([
      ['high', 10],
      ['low', 3],
    ]);
    for (let i = 0; i < 10; i++) manager.queue.push(Load, i);
    expect(calls).toHaveLength(3);
    await manager.quit();
  });

  it('refuses pushes of users at the mark, never lifecycle events, and loses nothing that it took', async () => {
    const seen: number[] = [];
    const manager = testManager({ queueLimit: { highWater: 5, policy: 'reject' } });
    class Reader {
      static readonly dependencies = {};
      constructor(_: object, self: ServiceContext) {
        self.on(Load, (value) => {
          seen.push(value);
        });
      }
    }
    const reader = manager.register(Reader);
    await manager.begin();
    for (let i = 0; i < 5; i++) manager.queue.push(Load, i);
    const refused = codeOf(() => manager.queue.push(Load, 5));
    expect(refused).toBe('ICHOR_QUEUE_FULL');
    expect(codeOf(() => manager.queue.post(() => undefined))).toBe('ICHOR_QUEUE_FULL');
    expect(codeOf(() => manager.queue.pushAndWait(Load, 6))).toBe('ICHOR_QUEUE_FULL');
    manager.queue.push(StopService, { serviceId: reader.id, removeAfter: false });
    manager.queue.push(Quit);
    expect(manager.queueMetrics().rejected).toBe(3);
    await manager.settle();
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect(manager.outcome).toBe('resolved');
  });

  it('reports the depth per priority and the age of the oldest event', async () => {
    const manager = testManager({ queueLimit: { highWater: 100 } });
    await manager.begin();
    manager.queue.push(Load, 1, { priority: 'low' });
    manager.clock.advance(40);
    manager.queue.push(Load, 2, { priority: 'high' });
    manager.queue.push(Load, 3, { priority: 'high' });
    expect(manager.queueMetrics()).toMatchObject({ size: 3, depths: { 100: 2, 10000: 1 }, oldestAgeMs: 40 });
    await manager.settle();
    expect(manager.queueMetrics()).toMatchObject({ size: 0, depths: {}, oldestAgeMs: undefined });
    await manager.quit();
  });

  it('survives a callback that throws', async () => {
    const manager = testManager({
      queueLimit: {
        highWater: 1,
        onHigh: () => {
          throw new Error('callback is broken');
        },
      },
    });
    await manager.begin();
    manager.queue.push(Load, 1);
    expect(manager.host.messages.join()).toContain('queueLimit.onHigh failed');
    await manager.quit();
    expect(manager.outcome).toBe('resolved');
  });

  it.each([
    [{ highWater: 0 }, 'queueLimit.highWater'],
    [{ highWater: 1.5 }, 'queueLimit.highWater'],
    [{ highWater: 10, lowWater: 10 }, 'queueLimit.lowWater'],
    [{ highWater: 10, policy: 'drop' }, 'queueLimit.policy'],
    [{ highWater: 10, onHigh: 1 }, 'queueLimit.onHigh'],
    [{ highWater: 10, high: 1 }, 'queueLimit.high'],
  ])('refuses the wrong option %j by name', (queueLimit, option) => {
    const make = (): DependencyManager => new DependencyManager({ queueLimit: queueLimit as never });
    expect(codeOf(make)).toBe('ICHOR_OPTION_INVALID');
    expect(make).toThrow(option);
  });
});

describe('whenBelow', () => {
  it('lets producers in first come, first served, and never more than there is room for', async () => {
    const order: string[] = [];
    const manager = testManager();
    await manager.begin();
    for (let i = 0; i < 8; i++) manager.queue.push(Load, i);
    let longest = 0;
    for (const name of ['a', 'b', 'c'])
      manager.start(function* () {
        for (let i = 0; i < 3; i++) {
          yield* manager.queue.whenBelow(4);
          order.push(name);
          manager.queue.push(Load, i);
          longest = Math.max(longest, manager.queueMetrics().size);
        }
      });
    expect(longest).toBe(0);
    await manager.settle();
    expect(order.slice(0, 6)).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    expect(order.toSorted()).toEqual(['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c']);
    expect(longest).toBeLessThanOrEqual(4);
    await manager.quit();
  });

  it('holds the bound for any mix of producers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 20 })), { maxLength: 8 }),
        async (producers) => {
          const manager = testManager();
          const seen: number[] = [];
          manager.intercept(Load, { after: (_event, _processed, payload) => void seen.push(payload) });
          await manager.begin();
          let pushed = 0;
          for (const [size, count] of producers)
            manager.start(function* () {
              for (let i = 0; i < count; i++) {
                yield* manager.queue.whenBelow(size);
                expect(manager.queueMetrics().size).toBeLessThan(size);
                manager.queue.push(Load, pushed++);
              }
            });
          await manager.settle();
          const total = producers.reduce((sum, [, count]) => sum + count, 0);
          expect(seen).toEqual(Array.from({ length: total }, (_, index) => index));
          await manager.quit();
        },
      ),
      { numRuns: 50 },
    );
  });

  it('fails who waits when the manager ends', async () => {
    const manager = testManager();
    const never = manager.queue.whenBelow(1);
    manager.queue.push(Load, 1);
    const failed = Promise.resolve(never).catch((error: unknown) => (error as IchorError).code);
    await Promise.resolve();
    await manager.quit();
    expect(await failed).toBe('ICHOR_MANAGER_QUIT');
  });

  it('forgets a producer that is cancelled', async () => {
    const manager = testManager();
    await manager.begin();
    manager.queue.push(Load, 1);
    let ran = false;
    const task = manager.start(function* () {
      yield* manager.queue.whenBelow(1);
      ran = true;
    });
    task.cancel();
    await manager.settle();
    expect(ran).toBe(false);
    await manager.quit();
  });
});

it('the metrics stay plain data', () => {
  const metrics: QueueMetrics = new DependencyManager().queueMetrics();
  expect(JSON.parse(JSON.stringify(metrics))).toEqual({
    size: 0,
    depths: {},
    isHigh: false,
    pushed: 0,
    rejected: 0,
  });
});

function codeOf(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    return IchorError.is(error) ? error.code : String(error);
  }
  return undefined;
}
