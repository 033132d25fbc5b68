// Event statistics: what is counted for whom, how exact the histograms are, and that memory stays bounded. MT-1…MT-4, GD-51.

import {
  defineEvent,
  defineService,
  defineWork,
  EventStatistics,
  EventStatisticsService,
  IchorError,
  Logger,
  required,
  type EventStatisticsOptions,
  type LongEvent,
  type ServiceContext,
} from '@ichor/core';
import { pause } from '@ichor/coroutines';
import { assertNoLeaks, heldResources, testManager, type TestManager } from '@ichor/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DurationHistogram } from '../../src/statistics/duration-histogram.ts';

const Order = defineEvent<number>('Order');
const Tick = defineWork('Tick');

async function measured(
  options: EventStatisticsOptions = {},
  more: (manager: TestManager) => void = () => undefined,
): Promise<{ manager: TestManager; statistics: EventStatistics }> {
  const manager = testManager();
  const { id } = manager.register(EventStatisticsService, { options: { longEventMs: Infinity, ...options } });
  more(manager);
  await manager.begin();
  const statistics = manager.services.instance(id, EventStatistics) as EventStatistics;
  statistics.reset();
  return { manager, statistics };
}

/** Takes `ms` of virtual time for each order. */
function worker(name: string, ms: number, manager: TestManager): number {
  return manager.register(
    defineService({
      name,
      setup(_, self: ServiceContext) {
        self.on(Order, () => {
          manager.clock.advance(ms);
        });
      },
    }),
  ).id;
}

describe('event statistics', () => {
  it('keeps queue latency and processing time apart, per type and per service', async () => {
    let [fast, slow] = [0, 0];
    const { manager, statistics } = await measured({}, (made) => {
      fast = worker('Fast', 1, made);
      slow = worker('Slow', 9, made);
    });
    manager.queue.push(Order, 1);
    manager.queue.push(Order, 2);
    manager.clock.advance(5);
    await manager.settle();
    const { types, series, services, total } = statistics.report();
    const orders = types.find(({ type }) => type === 'Order');
    expect(orders?.count).toBe(2);
    expect(orders?.queueLatency).toMatchObject({ minMs: 5, maxMs: 15, meanMs: 10 });
    expect(orders?.processing).toMatchObject({ minMs: 10, maxMs: 10, sumMs: 20 });
    const row = (id: number) => series.find(({ serviceId, type }) => serviceId === id && type === 'Order');
    expect(row(fast)?.processing).toMatchObject({ count: 2, meanMs: 1 });
    expect(row(slow)?.processing).toMatchObject({ count: 2, meanMs: 9 });
    expect(row(slow)?.queueLatency.minMs).toBe(6); // it began after the other handler
    expect(services.find(({ serviceId }) => serviceId === slow)).toMatchObject({ service: 'Slow', count: 2 });
    expect(total.count).toBeGreaterThanOrEqual(2);
    await manager.quit();
    assertNoLeaks(manager);
  });

  it('counts work, functions and continued coroutines for the service they belong to', async () => {
    let id = 0;
    const { manager, statistics } = await measured({}, (made) => {
      id = made.register(
        defineService({
          name: 'Worker',
          setup(_, self: ServiceContext) {
            self.on(Order, function* () {
              made.clock.advance(1);
              yield* pause();
              made.clock.advance(4);
            });
            self.on(Order, () => {
              self.queue.pushWork(Tick, { run: () => made.clock.advance(2) }, 1000);
              self.queue.post(() => made.clock.advance(3));
            });
          },
        }),
      ).id;
    });
    manager.queue.push(Order, 1);
    await manager.settle();
    const sums = Object.fromEntries(
      statistics
        .report()
        .series.filter(({ serviceId }) => serviceId === id)
        .map(({ type, processing }) => [type, processing.sumMs]),
    );
    expect(sums).toMatchObject({ Order: 1, Tick: 2, RunFunction: 3, Continue: 4 });
    await manager.quit();
  });

  it('means are weighted by the number of events, over any number of intervals (MT-3)', async () => {
    const { manager, statistics } = await measured({ intervalMs: 100, history: 3 }, (made) => {
      made.intercept(Order, { before: (_event, value) => made.clock.advance(value) });
    });
    for (const value of [10, 10, 10, 30]) manager.queue.push(Order, value);
    await manager.settle();
    manager.clock.advance(100);
    manager.queue.push(Order, 40);
    await manager.settle();
    manager.clock.advance(100);
    const orders = statistics.recent().find(({ type }) => type === 'Order');
    expect(orders?.intervals.map(({ count, processing }) => [count, processing.meanMs])).toEqual([
      [4, 15],
      [1, 40],
    ]);
    expect(statistics.report().types.find(({ type }) => type === 'Order')?.processing.meanMs).toBe(20);
    await manager.quit();
  });

  it('keeps only as many intervals as asked for', async () => {
    const { manager, statistics } = await measured({ intervalMs: 10, history: 3 });
    for (let i = 0; i < 8; i++) {
      manager.queue.push(Order, i);
      await manager.settle();
      manager.clock.advance(10);
    }
    const orders = statistics.recent().find(({ type }) => type === 'Order');
    expect(orders?.intervals.map(({ atMs }) => atMs)).toEqual([60, 70, 80]);
    await manager.quit();
  });

  it('reports long events to the callback, and to the log once a second per type (MT-4)', async () => {
    const long: LongEvent[] = [];
    const messages: string[] = [];
    let slow = 0;
    const { manager } = await measured({ longEventMs: 5, onLongEvent: (event) => long.push(event) }, (made) => {
      const log = { isEnabled: () => true, warn: (message: string) => messages.push(message), info: () => undefined };
      made.register(defineService({ name: 'Log', provides: [Logger], setup: () => log }));
      worker('Fast', 1, made);
      slow = worker('Slow', 6, made);
    });
    long.length = messages.length = 0;
    for (let i = 0; i < 3; i++) manager.queue.push(Order, i);
    await manager.settle();
    expect(long).toHaveLength(3);
    expect(long[0]).toMatchObject({ type: 'Order', serviceId: slow, service: 'Slow', durationMs: 7 });
    expect(messages).toEqual([`LONG EVENT Order ${slow} Slow: 7.000 ms`]);
    await manager.quit();
  });

  it('gives the rows of services that are gone back, and loses no count', async () => {
    const { manager, statistics } = await measured({ maxSeries: 20 });
    for (let round = 0; round < 100; round++) {
      const id = worker(`Worker ${round}`, 1, manager);
      await manager.settle();
      manager.queue.push(Order, round);
      await manager.settle();
      void manager.removeService(id);
      await manager.settle();
    }
    const { series, types } = statistics.report();
    const orders = series.filter(({ type }) => type === 'Order');
    expect(types.find(({ type }) => type === 'Order')?.count).toBe(100);
    expect(orders.reduce((sum, { count }) => sum + count, 0)).toBe(100);
    expect(series.filter(({ serviceId }) => serviceId !== undefined).length).toBeLessThanOrEqual(20);
    await manager.quit();
  });

  it('logs the figures when it stops, if asked to (MT-3)', async () => {
    const lines: string[] = [];
    const { manager } = await measured({ logOnStop: true }, (made) => {
      const log = { isEnabled: () => true, warn: () => undefined, info: (message: string) => lines.push(message) };
      made.register(defineService({ name: 'Log', provides: [Logger], setup: () => log }));
    });
    manager.queue.push(Order, 1);
    await manager.settle();
    await manager.quit();
    expect(lines).toContain(`Manager ${manager.id}: Order`);
    expect(lines.at(-1)).toBe(`Manager ${manager.id}: all events`);
  });

  it('can be required by others, and leaves nothing behind when it stops', async () => {
    const seen: number[] = [];
    const manager = testManager();
    await manager.begin();
    const held = heldResources(manager);
    const { id } = manager.register(EventStatisticsService);
    const reader = manager.register(
      defineService({
        dependencies: { statistics: required(EventStatistics) },
        setup({ statistics }) {
          seen.push(statistics.report().total.count);
        },
      }),
    );
    await manager.settle();
    expect(seen).toHaveLength(1);
    expect(manager.services.byId(id)?.priority).toBe(1001);
    manager.queue.push(Order, 1);
    await manager.settle();
    void manager.removeService(id);
    void manager.removeService(reader.id);
    await manager.settle();
    assertNoLeaks(manager, held);
    await manager.quit();
  });

  it.each(['intervalMs', 'history', 'maxSeries', 'longEventMs', 'onLongEvent', 'logOnStop', 'other'])(
    'refuses a wrong %s at registration',
    (key) => {
      const manager = testManager();
      let caught: unknown;
      try {
        manager.register(EventStatisticsService, { options: { [key]: key === 'logOnStop' ? 1 : -1 } });
      } catch (error) {
        caught = error;
      }
      expect(IchorError.is(caught, 'ICHOR_OPTION_INVALID')).toBe(true);
      expect((caught as Error).message).toContain(key);
    },
  );
});

describe('the histogram', () => {
  it('agrees with sorting, to 1/32 of the value, and exactly for count, sum, smallest and largest', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e5, noNaN: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(values, fc.array(fc.double({ min: 0.01, max: 100, noNaN: true })), (durations, percents) => {
        const histogram = new DurationHistogram();
        const half = new DurationHistogram();
        for (const [index, value] of durations.entries()) (index % 2 === 0 ? histogram : half).record(value);
        histogram.add(half);
        const sorted = durations.toSorted((a, b) => a - b);
        const summary = histogram.summary();
        expect(summary.count).toBe(durations.length);
        expect(summary.minMs).toBe(sorted[0]);
        expect(summary.maxMs).toBe(sorted.at(-1));
        for (const percent of percents) {
          const exact = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
          const measuredValue = histogram.percentile(percent);
          expect(measuredValue).toBeGreaterThanOrEqual(exact * (1 - 1e-12));
          expect(measuredValue).toBeLessThanOrEqual(exact * (1 + 1 / 32) + 1e-6);
        }
      }),
    );
  });
});
