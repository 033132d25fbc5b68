import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DueHeap } from '../src/schedule/due-heap.ts';

type Entry = { due: number; order: number; slot: number };

const commands = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('push' as const), due: fc.integer({ min: 0, max: 20 }) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('take' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), pick: fc.nat() }) },
  ),
  { maxLength: 400 },
);

describe('DueHeap', () => {
  test('behaves like a list sorted by due time and order of arming, whatever is pushed, taken and removed', () => {
    fc.assert(
      fc.property(commands, (script) => {
        const heap = new DueHeap<Entry>();
        const model: Entry[] = [];
        let order = 0;
        const sorted = () => [...model].sort((a, b) => a.due - b.due || a.order - b.order);
        for (const command of script) {
          if (command.kind === 'push') {
            const entry = { due: command.due, order: order++, slot: -1 };
            entry.slot = heap.push(entry.due, entry);
            model.push(entry);
          } else if (command.kind === 'take') {
            const expected = sorted()[0];
            expect(heap.take()).toBe(expected);
            if (expected !== undefined) model.splice(model.indexOf(expected), 1);
          } else if (model.length > 0) {
            const [entry] = model.splice(command.pick % model.length, 1);
            expect(heap.remove(entry!.slot)).toBe(entry);
          }
          expect(heap.size).toBe(model.length);
          expect(heap.firstDue).toBe(sorted()[0]?.due ?? Infinity);
          expect(new Set(model.map((entry) => entry.slot)).size).toBe(model.length);
        }
        const rest = sorted();
        expect(rest.map(() => heap.take())).toEqual(rest);
        expect(heap.take()).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  test('keeps its order across growth to 100,000 entries and after everything was removed', () => {
    const heap = new DueHeap<number>();
    for (let round = 0; round < 2; round++) {
      let seed = 7;
      const slots: number[] = [];
      for (let i = 0; i < 100_000; i++) {
        seed = (seed * 16_807) % 2_147_483_647;
        slots.push(heap.push(seed, seed));
      }
      for (let i = 0; i < slots.length; i += 2) heap.remove(slots[i]!);
      let last = -1;
      for (let i = 0; i < 50_000; i++) {
        const value = heap.take()!;
        expect(value).toBeGreaterThanOrEqual(last);
        last = value;
      }
      expect(heap.size).toBe(0);
    }
  });

  test('lets go of items that were taken or removed', async () => {
    const heap = new DueHeap<object>();
    heap.push(1, {});
    const removed = new WeakRef({});
    const taken = new WeakRef({});
    const removedSlot = heap.push(3, removed.deref()!);
    heap.push(0, taken.deref()!);
    heap.remove(removedSlot);
    heap.take();
    await new Promise((resolve) => setTimeout(resolve));
    globalThis.gc!();
    expect(removed.deref()).toBeUndefined();
    expect(taken.deref()).toBeUndefined();
    expect(heap.size).toBe(1);
  });
});
