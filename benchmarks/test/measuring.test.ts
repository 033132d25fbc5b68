// The order in which samples are taken, and what happens to contestants that fail or take long.
import { expect, test } from 'vitest';
import type { Cell, Sample } from '../src/experiment.ts';
import { measure } from '../src/measuring.ts';

const sampleOf = (operations: number, text?: string): Sample =>
  text === undefined ? { operations, seconds: 1 } : { operations, seconds: 1, text };

function experimentOf(...cells: Cell[]) {
  return { id: 'made-up', title: 'Made up', unit: 'things', axis: 'things', cells };
}

test('contestants take turns, and the order is reversed every round', async () => {
  const order: string[] = [];
  const cells = ['a', 'b', 'c'].map((contestant): Cell => ({
    contestant,
    x: 1,
    sample: () => {
      order.push(contestant);
      return Promise.resolve(sampleOf(1));
    },
  }));
  const progress: string[] = [];
  const results = await measure(experimentOf(...cells), 3, (round, { contestant }) =>
    progress.push(`${round}${contestant}`),
  );
  expect(order.join('')).toBe('abccbaabc');
  expect(progress.join(' ')).toBe('0a 0b 0c 1c 1b 1a 2a 2b 2c');
  expect(results.map(({ contestant, samples }) => [contestant, samples.length])).toEqual([
    ['a', 3],
    ['b', 3],
    ['c', 3],
  ]);
});

test('a contestant that fails is noted and left out, and the others go on', async () => {
  let tries = 0;
  const failing: Cell = {
    contestant: 'failing',
    x: 1,
    sample: () => (++tries === 2 ? Promise.reject(new Error('it broke')) : Promise.resolve(sampleOf(5))),
  };
  const good: Cell = { contestant: 'good', x: 1, sample: () => Promise.resolve(sampleOf(1)) };
  const [first, second] = await measure(experimentOf(failing, good), 4, () => undefined);
  expect(first).toEqual({ contestant: 'failing', x: 1, samples: [sampleOf(5)], failure: 'it broke' });
  expect(second!.samples).toHaveLength(4);
  expect(tries).toBe(2);
});

test('a sample that takes long is not taken again', async () => {
  const cell: Cell = { contestant: 'slow', x: 1, sample: () => Promise.resolve(sampleOf(1)) };
  const [slow] = await measure(experimentOf(cell), 5, () => undefined, -1);
  expect(slow!.samples).toHaveLength(1);
});

test('what programs print is kept of the sample in the middle only', async () => {
  const rates = [30, 10, 20];
  const cell: Cell = {
    contestant: 'talking',
    x: 1,
    sample: () => {
      const rate = rates.shift()!;
      return Promise.resolve(sampleOf(rate, `at ${rate}`));
    },
  };
  const [result] = await measure(experimentOf(cell), 3, () => undefined);
  expect(result!.samples).toEqual([sampleOf(30), sampleOf(10), sampleOf(20, 'at 20')]);
});
