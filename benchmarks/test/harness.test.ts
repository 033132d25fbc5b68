// The harness as a process, with tiny counts: tables, stored results, exit codes. And its statistics.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { quantile, summarise } from '../src/statistics.ts';

const entry = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'ichor-bench-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bench(...args: string[]) {
  return spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8' });
}

test('a comparison prints a table and stores every sample with its environment', () => {
  const out = path.join(folder, 'mutex.json');
  const { status, stdout, stderr } = bench('mutex', '--rounds', '2', '--count', '100', '--out', out);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^mutex uncontended, 100 at a time\n/);
  for (const name of ['ichor', 'async-mutex', 'p-queue, concurrency 1']) expect(stdout).toContain(`\n${name} `);
  const stored = JSON.parse(readFileSync(out, 'utf8')) as {
    environment: object;
    comparisons: { results: { contestant: string; samples: unknown[] }[] }[];
  };
  expect(stored.environment).toMatchObject({
    node: process.version,
    cores: expect.any(Number),
    commit: expect.any(String),
  });
  expect(stored.comparisons[0]!.results.map(({ samples }) => samples.length)).toEqual([2, 2, 2]);
  expect(status).toBe(0);
});

test.each([
  [['nothing'], 'unknown scenario "nothing"'],
  [['--rounds', '0'], '--rounds: received 0'],
  [['--wrong'], '--wrong'],
])('%j is refused with the usage and exit code 2', (args, message) => {
  const { status, stderr } = bench(...args);
  expect(stderr).toContain(message);
  expect(stderr).toContain('usage: bench');
  expect(status).toBe(2);
});

test('a summary is the median, the range, and the distance of the quartiles', () => {
  expect(summarise([4, 1, 3, 2, 5])).toEqual({ median: 3, min: 1, max: 5, spread: 2 / 3 });
  expect(quantile([1, 2], 0.5)).toBe(1.5);
  expect(() => summarise([])).toThrow('no values');
});
