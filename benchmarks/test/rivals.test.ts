// Rivals do what the scenario does: the same facts, for the same count.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { programs } from '../src/programs.ts';
import { rivals } from '../src/rivals.ts';

const expected: Readonly<Record<string, (count: number) => unknown>> = {
  event: (count) => ({ pushed: count, handled: 0, outOfOrder: 0 }),
  coroutine: (count) => ({ resumed: count, released: count + 1 }),
  start: (count) => ({ started: count, stopped: count }),
  cascade: (count) => ({ starts: count * 21, stops: count * 21 }),
  serializer: (count) => ({ messages: count, same: count }),
  timers: (count) => ({ fired: count, left: 0 }),
  mutex: (count) => ({ locked: count, stillLocked: 0 }),
};

test.each(rivals)('$name does the whole workload of $scenario', async ({ scenario, load }) => {
  const { run } = await load();
  expect((await run(50)).facts).toEqual(expected[scenario]!(50));
});

test('a cascade is timed by the round', async () => {
  const cascade = rivals.find(({ scenario }) => scenario === 'cascade')!;
  const began = performance.now();
  const { seconds } = await (await cascade.load()).run(20);
  expect(seconds).toBeGreaterThan(0);
  expect(seconds! * 20).toBeLessThan((performance.now() - began) / 1000);
});

test('every rival has a name of its own', () => {
  expect(new Set(rivals.map(({ name }) => name)).size).toBe(rivals.length);
});

test('the program runs one rival and prints what was measured', () => {
  const { stdout, status } = spawnSync(process.execPath, [programs.rival, 'tinyqueue', '100'], { encoding: 'utf8' });
  expect(JSON.parse(stdout)).toEqual({
    seconds: expect.any(Number),
    cpuSeconds: expect.any(Number),
    peakRssBytes: expect.any(Number),
    facts: { pushed: 100, handled: 0, outOfOrder: 0 },
  });
  expect(status).toBe(0);
});

test.each([
  ['nobody', '1'],
  ['tinyqueue', '0'],
  ['tinyqueue', 'many'],
])('the program refuses %s %s', (...args) => {
  const { stderr, status } = spawnSync(process.execPath, [programs.rival, ...args], { encoding: 'utf8' });
  expect(stderr).toContain(`received ${args.join(' ')}`);
  expect(status).toBe(2);
});
