// Comparing commits, on a made-up repository whose program says how much processor time it took.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compareCommits, type CompareOptions } from '../src/compare/compare.ts';
import { prepareCheckout } from '../src/compare/prepare.ts';
import { verdictOf } from '../src/compare/verdict.ts';
import { withCheckouts, type Checkout } from '../src/compare/worktrees.ts';

const repository = realpathSync(mkdtempSync(path.join(tmpdir(), 'ichor-compare-test-')));
const runs = path.join(repository, '..', `${path.basename(repository)}-runs`);
afterAll(() => {
  rmSync(repository, { recursive: true, force: true });
  rmSync(runs, { force: true });
});

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', ['-C', repository, ...identity, ...args], { encoding: 'utf8' }).trim();
}

/** A program that appends which commit it belongs to, and takes `seconds` for every unit. */
function commit(name: string, seconds: number | string): void {
  mkdirSync(path.join(repository, 'apps'), { recursive: true });
  const program = `
    const { appendFileSync } = require('node:fs');
    const [scenario, , variant, , count] = process.argv.slice(2);
    if (scenario === 'timers') throw new Error('no such scenario here');
    appendFileSync(${JSON.stringify(runs)}, ${JSON.stringify(`${name} `)});
    const cpuSeconds = ${seconds} * count;
    console.log(JSON.stringify({ seconds: cpuSeconds, cpuSeconds, peakRssBytes: 1 }));
  `;
  writeFileSync(path.join(repository, 'apps/main.cjs'), program);
  git('add', '-A');
  git('commit', '-q', '-m', name);
  git('tag', name);
}

beforeAll(() => {
  git('init', '-q', '-b', 'main');
  commit('fast', 1);
  commit('slow', 1.2);
  // Slow in the first of two measurements of two rounds only.
  commit(
    'noisy',
    `(require('node:fs').readFileSync(${JSON.stringify(runs)}, 'utf8').split('noisy').length <= 3 ? 1.2 : 1)`,
  );
});

const prepare = ({ folder }: Checkout) => Promise.resolve(path.join(folder, 'apps/main.cjs'));

async function compare(base: string, head: string, more: Partial<CompareOptions> = {}) {
  const lines: string[] = [];
  writeFileSync(runs, '');
  const options = { scenarios: ['event'], rounds: 2, count: 10, thresholdPercent: 5 };
  const isSlower = await compareCommits({
    repository,
    base,
    head,
    ...options,
    prepare,
    print: (line) => lines.push(line),
    ...more,
  });
  return { isSlower, lines, order: readFileSync(runs, 'utf8').trim() };
}

test('a regression that repeats itself is one; runs take turns, and what looks slower runs twice', async () => {
  const { isSlower, lines, order } = await compare('fast', 'slow');
  expect(isSlower).toBe(true);
  expect(order).toBe('fast slow slow fast fast slow slow fast');
  expect(lines[2]).toMatch(/^event plain +\+20\.0 % {2}\(\+20\.0 % to \+20\.0 %\) {2}slower$/);
  expect(lines[3]).toMatch(/slower \(once more\)$/);
  expect(lines.at(-1)).toBe('HEAD is slower, repeatedly.');
});

test('what is slower only once is no regression', async () => {
  const { isSlower, lines } = await compare('fast', 'noisy');
  expect(lines.slice(2)).toEqual([
    expect.stringMatching(/slower$/),
    expect.stringMatching(/same \(once more\)$/),
    'No repeated regression.',
  ]);
  expect(isSlower).toBe(false);
});

test('an improvement, and a change below the threshold, are none either', async () => {
  expect((await compare('slow', 'fast')).lines[2]).toMatch(/−16\.7 %.*faster$/);
  expect(await compare('fast', 'slow', { thresholdPercent: 25 })).toMatchObject({ isSlower: false });
});

test('nothing of the developer’s tree is touched, and nothing is left behind', async () => {
  const file = path.join(repository, 'unfinished.txt');
  writeFileSync(file, 'unfinished');
  const state = () => [git('status', '--porcelain'), git('stash', 'list'), git('rev-parse', '--abbrev-ref', 'HEAD')];
  const before = state();
  let folders: string[] = [];
  await compare('fast', 'slow', {
    prepare: (checkout) => {
      folders = [...folders, checkout.folder];
      return prepare(checkout);
    },
  });
  expect(state()).toEqual(before);
  expect(readFileSync(file, 'utf8')).toBe('unfinished');
  expect(git('worktree', 'list').split('\n')).toHaveLength(1);
  expect(folders.map((folder) => existsSync(folder))).toEqual([false, false]);
});

test.each([
  ['an unknown commit', 'nothing', 'fast', {}, '"nothing" is no commit of this repository'],
  ['what git would take for an option', '--all', 'fast', {}, '"--all" is no commit'],
  ['an unknown scenario', 'fast', 'slow', { scenarios: ['nothing'] }, 'unknown scenario "nothing"; allowed: event,'],
  ['a scenario that a commit does not have', 'fast', 'slow', { scenarios: ['timers'] }, 'no such scenario here'],
  [
    'a build that fails',
    'fast',
    'slow',
    { prepare: () => Promise.reject(new Error('it does not build')) },
    'it does not build',
  ],
])('%s is an error, and leaves no worktree', async (_what, base, head, more, message) => {
  await expect(compare(base, head, more)).rejects.toThrow(message);
  expect(git('worktree', 'list').split('\n')).toHaveLength(1);
});

test('a signal ends the comparison and removes the worktrees', async () => {
  let folder = '';
  const compared = withCheckouts(repository, 'fast', 'slow', ([base]) => {
    ({ folder } = base);
    process.emit('SIGTERM', 'SIGTERM');
    return new Promise(() => undefined);
  });
  await expect(compared).rejects.toThrow('stopped by SIGTERM');
  expect(existsSync(folder)).toBe(false);
  expect(git('worktree', 'list').split('\n')).toHaveLength(1);
});

test('a checkout that cannot be installed is told with the output', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ichor-prepare-'));
  writeFileSync(path.join(folder, 'package.json'), '{"packageManager":"./no-such-package-manager"}');
  const checkout: Checkout = { name: 'base', commit: '', folder };
  await expect(prepareCheckout(checkout)).rejects.toThrow('base could not be built: npx');
  rmSync(folder, { recursive: true });
});

test('a verdict needs the median beyond the threshold and three quarters of the pairs on its side', () => {
  const pairs = (...ratios: number[]) => ratios.map((head) => ({ base: 1, head }));
  expect(verdictOf(pairs(1.2, 1.1, 1.3), 5)).toMatchObject({ ratio: 1.2, outcome: 'slower' });
  expect(verdictOf(pairs(0.5, 0.9, 1.2, 1.3, 1.3), 5).outcome).toBe('same');
  expect(verdictOf(pairs(1.04, 1.04, 1.04), 5).outcome).toBe('same');
  expect(verdictOf(pairs(0.8, 0.9, 0.85), 5).outcome).toBe('faster');
  expect(() => verdictOf([], 5)).toThrow('no pairs');
});

test('a commit beside itself is neither slower nor faster, whatever its times', () => {
  const times = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 1, maxLength: 9 });
  const outcomeOf = (taken: number[]) =>
    verdictOf(
      taken.map((time) => ({ base: time, head: time })),
      5,
    ).outcome;
  fc.assert(fc.property(times, (taken) => outcomeOf(taken) === 'same'));
});
