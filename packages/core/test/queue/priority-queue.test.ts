// The queue of core against the contract suite of all queues (D4, EV-80…91, EV-101, GD-23).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PriorityQueue } from '../../src/index.ts';
import { emptyEventRow, eventQueueCases } from '../../src/testing/index.ts';

describe('the priority queue', () => {
  it.each(eventQueueCases)('meets the contract: $name', async ({ run }) => {
    await expect((async () => run((options) => new PriorityQueue(options)))()).resolves.toBeUndefined();
  });

  it('agrees with a sorted list over random programs', () => {
    const operations = fc.array(
      fc.oneof(
        fc.constantFrom(0, 1, 100, 1000, 2 ** 40, Number.MAX_SAFE_INTEGER).map((priority) => ({ push: priority })),
        fc.nat({ max: 500 }).map((priority) => ({ push: priority })),
        fc.constant({ take: true }),
        fc.constantFrom({ clear: true }, { take: true }, { take: true }),
      ),
      { maxLength: 400 },
    );
    fc.assert(
      fc.property(operations, (program) => {
        const queue = new PriorityQueue();
        const model: { id: number; priority: number }[] = [];
        const row = emptyEventRow();
        let id = 0;
        for (const operation of program) {
          if ('push' in operation) {
            queue.push(id, 1, 0, operation.push, id, Number.POSITIVE_INFINITY, 0, -1);
            model.push({ id, priority: operation.push });
            model.sort((a, b) => a.priority - b.priority || a.id - b.id);
            id++;
          } else if ('clear' in operation) {
            queue.clear();
            model.length = 0;
          } else {
            const expected = model.shift();
            expect(queue.take(row)).toBe(expected !== undefined);
            if (expected !== undefined)
              expect([row.id, row.priority, row.payload]).toEqual([expected.id, expected.priority, expected.id]);
          }
          expect([queue.size, queue.nextPriority]).toEqual([model.length, model[0]?.priority]);
        }
      }),
      { numRuns: 200 },
    );
  });
});
