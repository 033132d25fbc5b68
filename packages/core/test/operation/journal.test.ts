// The journal: the last N events with their causes, and what explainEvent says of one. Issue 5, GP-11.

import { defineEvent, DependencyManager, type ServiceContext } from '@ichor/core';
import { testManager } from '@ichor/core/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const Order = defineEvent<{ item: string }>('Order');
const Pick = defineEvent<{ item: string }>('Pick', { priority: 500 });
const Ship = defineEvent<{ item: string }>('Ship');

class Warehouse {
  static readonly dependencies = {};
  constructor(_: object, self: ServiceContext) {
    self.on(Order, (order) => {
      self.queue.push(Pick, order);
    });
    self.on(Pick, (order) => {
      self.queue.push(Ship, order);
    });
  }
}

it('tells what led to an event and what it led to', async () => {
  const manager = testManager({ journal: 100 });
  const warehouse = manager.register(Warehouse);
  await manager.begin();
  const id = manager.queue.push(Order, { item: 'lamp' });
  manager.clock.advance(5);
  await manager.settle();
  const ship = manager.journal?.entries().find((entry) => entry.type === 'Ship');
  const explanation = manager.explainEvent(ship?.id ?? -1);
  expect(explanation.causes.map((cause) => cause.type)).toEqual(['Pick', 'Order']);
  expect(explanation.causes.at(-1)?.id).toBe(id);
  expect(explanation.entry).toMatchObject({ origin: warehouse.id, processed: false, vetoed: false, cause: id + 1 });
  expect(explanation.text).toContain(`pushed by Warehouse (${warehouse.id}) with priority 1000`);
  expect(explanation.text).toContain('handled by nobody');
  const first = manager.explainEvent(id);
  expect(first.effects.map((effect) => effect.type)).toEqual(['Pick']);
  expect(first.text).toContain('waited 5 ms, took 0 ms');
  expect(first.text).toContain('came from outside of event processing');
  await manager.quit();
});

it('marks vetoed events', async () => {
  const manager = testManager({ journal: 10 });
  manager.register(Warehouse);
  manager.intercept(Order, { before: () => false });
  await manager.begin();
  const id = manager.queue.push(Order, { item: 'lamp' });
  await manager.settle();
  expect(manager.explainEvent(id)).toMatchObject({ entry: { vetoed: true, processed: false }, effects: [] });
  expect(manager.explainEvent(id).text).toContain('vetoed');
  await manager.quit();
});

it('keeps the newest events and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 60 }), async (capacity, count) => {
      const manager = testManager({ journal: capacity });
      await manager.begin();
      const before = manager.journal?.entries() ?? [];
      const ids = Array.from({ length: count }, () => manager.queue.push(Ship, { item: 'x' }));
      await manager.settle();
      const kept = manager.journal?.entries().map((entry) => entry.id);
      expect(kept).toEqual([...before.map((entry) => entry.id), ...ids].slice(-capacity));
      await manager.quit();
    }),
    { numRuns: 30 },
  );
});

it('says why an event is not there', async () => {
  const manager = testManager({ journal: 2 });
  await manager.begin();
  const [first] = [1, 2, 3, 4].map(() => manager.queue.push(Ship, { item: 'x' }));
  await manager.settle();
  expect(manager.explainEvent(first ?? -1).text).toContain('followed by 2 others');
  expect(manager.explainEvent(10_000).text).toContain('does not exist');
  expect(new DependencyManager().explainEvent(0).text).toContain('keeps no journal');
  await manager.quit();
});

it('is off by default', () => {
  expect(new DependencyManager().journal).toBeUndefined();
  expect(new DependencyManager({ journal: 0 }).journal).toBeUndefined();
  expect(() => new DependencyManager({ journal: -1 })).toThrow(/"journal": received -1/);
});

it('knows the cause also of events that waited when it was switched on, as nobody', async () => {
  const manager = testManager();
  await manager.begin();
  manager.queue.push(Ship, { item: 'early' });
  const causes: number[] = [];
  const ages: number[] = [];
  manager.clock.advance(3);
  using _observing = manager.observe(
    {
      processed(event, startedAt) {
        causes.push(event.cause);
        ages.push(startedAt - event.pushedAt);
      },
    },
    { pushTimes: true, causes: true },
  );
  manager.clock.advance(4);
  await manager.settle();
  expect(causes).toEqual([-1]);
  expect(ages).toEqual([4]);
  await manager.quit();
});

it('takes an observer out that throws, and goes on', async () => {
  const manager = testManager();
  await manager.begin();
  let calls = 0;
  manager.observe({
    processed() {
      calls++;
      throw new Error('observer is broken');
    },
  });
  manager.queue.push(Ship, { item: 'x' });
  manager.queue.push(Ship, { item: 'y' });
  await manager.settle();
  expect(calls).toBe(1);
  expect(manager.host.messages.join()).toContain('observer is broken');
  await manager.quit();
});
