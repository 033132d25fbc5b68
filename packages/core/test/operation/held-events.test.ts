// Events that are held while a service is exchanged: order and completeness against a simple model. Issue 5.

import { PriorityQueue, type EventRow } from '@ichor/core';
import { emptyEventRow } from '@ichor/core/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HeldEvents, type Hold } from '../../src/events/held-events.ts';

const holds: readonly Hold[] = [
  { typeIds: new Set([1]), exceptFrom: new Set([9]) },
  { typeIds: new Set([1, 2]), exceptFrom: new Set() },
];

const step = fc.oneof(
  fc.record({ push: fc.tuple(fc.nat(3), fc.constantFrom(0, 9), fc.constantFrom(10, 20, 30)) }),
  fc.record({ toggle: fc.nat(1) }),
  fc.constant({ take: true }),
);

it('the next event is the first by priority and age of those that no hold keeps; none is lost', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const queue = new PriorityQueue();
      const held = new HeldEvents(queue);
      const active = new Set<Hold>();
      let model: Pick<EventRow, 'id' | 'typeId' | 'origin' | 'priority'>[] = [];
      const isHeld = ({ typeId, origin }: { typeId: number; origin: number }): boolean =>
        [...active].some((hold) => hold.typeIds.has(typeId) && !hold.exceptFrom.has(origin));
      const take = (): void => {
        const [expected] = model
          .filter((row) => !isHeld(row))
          .toSorted((a, b) => a.priority - b.priority || a.id - b.id);
        const row = emptyEventRow();
        expect(held.take(row)).toBe(expected !== undefined);
        if (expected === undefined) return;
        expect(row).toMatchObject({ ...expected, payload: `payload ${expected.id}` });
        model = model.filter(({ id }) => id !== expected.id);
      };
      let id = 0;
      for (const one of steps) {
        if ('push' in one) {
          const [typeId, origin, priority] = one.push;
          queue.push(id, typeId, origin, priority, `payload ${id}`, Infinity, 0, -1);
          model.push({ id: id++, typeId, origin, priority });
        } else if ('toggle' in one) {
          const hold = holds[one.toggle] as Hold;
          if (active.delete(hold)) held.end(hold);
          else {
            active.add(hold);
            held.begin(hold);
          }
        } else take();
        expect(queue.size + held.size).toBe(model.length);
      }
      for (const hold of active) held.end(hold);
      active.clear();
      while (model.length > 0) take();
      expect(held.isIdle).toBe(true);
    }),
    { numRuns: 300 },
  );
});

it('a long queue behind a hold costs its length once', () => {
  const queue = new PriorityQueue();
  const held = new HeldEvents(queue);
  const hold = holds[1] as Hold;
  held.begin(hold);
  for (let id = 0; id < 200_000; id++) queue.push(id, id % 4, 0, 1000, undefined, Infinity, 0, -1);
  const row = emptyEventRow();
  let taken = 0;
  while (held.take(row)) taken++;
  expect([taken, held.size]).toEqual([100_000, 100_000]);
  const depths = new Map([[1000, 1]]);
  held.addDepths(depths);
  expect(depths.get(1000)).toBe(100_001);
  held.end(hold);
  let last = -1;
  while (held.take(row)) {
    expect(row.id > last).toBe(true);
    last = row.id;
  }
  expect(held.isIdle).toBe(true);
});
