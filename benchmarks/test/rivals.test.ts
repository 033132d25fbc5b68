// Rivals do what the scenario does: the same facts, for the same count.
import { expect, test } from 'vitest';
import { rivals } from '../src/rivals.ts';

const expected: Readonly<Record<string, (count: number) => unknown>> = {
  event: (count) => ({ pushed: count, handled: 0, outOfOrder: 0 }),
  coroutine: (count) => ({ resumed: count, released: count + 1 }),
  start: (count) => ({ started: count }),
  serializer: (count) => ({ messages: count, same: count }),
  mutex: (count) => ({ locked: count, stillLocked: 0 }),
};

test.each(rivals)('$name does the whole workload of $scenario', async ({ scenario, run }) => {
  expect(await run(500)).toEqual(expected[scenario]!(500));
});

test('every rival has a name of its own', () => {
  expect(new Set(rivals.map(({ name }) => name)).size).toBe(rivals.length);
});
