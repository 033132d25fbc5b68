// The harness as a process, with tiny counts: tables, stored results, resuming, exit codes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { parseCommandLine } from '../src/command-line.ts';
import { loadAll, type StoredExperiment } from '../src/results.ts';

const entry = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'ichor-bench-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bench(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8', env: { ...process.env, ...env } });
}

test('an experiment prints a table and stores every sample with its environment; --resume takes it as done', () => {
  const into = path.join(folder, 'mutex');
  const args = ['mutex', '--rounds', '2', '--count', '100', '--into', into];
  const { status, stdout, stderr } = bench(args);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^Mutex: locked and unlocked, nobody else there, 100 locks\n/);
  for (const name of ['ichor', 'async-mutex', 'p-queue, concurrency 1']) expect(stdout).toContain(`\n${name} `);
  expect(status).toBe(0);

  const stored = JSON.parse(readFileSync(path.join(into, 'mutex-uncontended.json'), 'utf8')) as StoredExperiment;
  expect(stored).toMatchObject({ format: 1, id: 'mutex-uncontended', unit: 'locks', rounds: 2 });
  expect(stored.environment).toMatchObject({
    node: process.version,
    cores: expect.any(Number),
    cpu: expect.any(String),
    commit: expect.any(String),
  });
  expect(stored.results.map(({ samples }) => samples.length)).toEqual([2, 2, 2]);
  expect(stored.results[0]!.samples[0]).toEqual({
    operations: 100,
    seconds: expect.any(Number),
    cpuSeconds: expect.any(Number),
    peakRssBytes: expect.any(Number),
  });

  const again = bench([...args, '--resume']);
  expect(again.stdout).toContain('1 experiments are done already');
  expect(again.stdout).not.toContain('async-mutex');
});

test('a contestant that fails is told, the others are measured, and the exit code is 1', () => {
  const into = path.join(folder, 'failing');
  const forbidden = { NODE_OPTIONS: '--disallow-code-generation-from-strings' };
  const { status, stdout } = bench(['serializer-json', '--rounds', '1', '--count', '10', '--into', into], forbidden);
  expect(stdout).toContain('fast-json-stringify, JSON.parse failed: Command failed');
  const results = loadAll(into).get('serializer-json')!.results;
  const failed = results.filter(({ failure }) => failure !== undefined);
  expect(failed[0]!.failure).toContain(' benchmarks/dist/rival-program.js');
  expect(failed.map(({ contestant }) => contestant)).toEqual(['fast-json-stringify, JSON.parse']);
  expect(results.filter(({ samples }) => samples.length === 1)).toHaveLength(results.length - 1);
  expect(status).toBe(1);
});

test('--list names experiments and measures nothing', () => {
  const comparisons = bench(['--list']).stdout;
  const everything = bench(['--list', 'all']).stdout;
  expect(comparisons).toMatch(/^event-plain {2,}Events: /m);
  expect(comparisons).not.toContain('scaling-');
  for (const id of ['scaling-services', 'versions-http', 'switches-event-plain', 'realtime-chain', 'http-most'])
    expect(everything).toContain(id);
  expect(bench(['--list', 'http', '--quick']).stdout.trim().split('\n')).toHaveLength(2);
});

test('report makes a page and plots of a folder of results', () => {
  const [from, out] = [path.join(folder, 'some'), path.join(folder, 'report')];
  bench(['timers', '--rounds', '1', '--count', '10', '--into', from]);
  const { status, stdout } = bench(['report', from, '--out', out]);
  expect(stdout).toContain('index.html and 1 other files written');
  expect(readdirSync(out).toSorted()).toEqual(['index.html', 'timers-once.svg']);
  expect(readFileSync(path.join(out, 'index.html'), 'utf8')).toContain('Timers due within 50 ms');
  expect(status).toBe(0);
});

test.each([
  [['nothing'], 'unknown experiment "nothing"'],
  [['--rounds', '0'], '--rounds: received 0; allowed are whole numbers from 1'],
  [['--wrong'], '--wrong'],
  [['--threshold', '5'], '--threshold has no meaning here'],
  [['report', 'a', 'b'], 'one folder of results at a time'],
  [['report', '--quick'], '--quick has no meaning here'],
  [['compare', 'main'], 'compare needs two commits'],
])('%j is refused with the usage and exit code 2', (args, message) => {
  const { status, stderr } = bench(args);
  expect(stderr).toContain(message);
  expect(stderr).toContain('usage: bench');
  expect(status).toBe(2);
});

test('what cannot be done is told without the usage, with exit code 2', () => {
  const missing = path.join(folder, 'nothing here');
  const report = bench(['report', missing]);
  expect([report.status, report.stderr]).toEqual([2, `bench: there are no results in ${missing}\n`]);
  const compare = bench(['compare', 'no-such-commit', 'HEAD']);
  expect([compare.status, compare.stderr]).toEqual([
    2,
    'bench: "no-such-commit" is no commit of this repository; name a branch, a tag or a hash\n',
  ]);
  expect(existsSync(missing)).toBe(false);
});

test('defaults depend on --quick', () => {
  expect(parseCommandLine(['--connections', '5'])).toMatchObject({ rounds: 5, loadSeconds: 5, connections: 5 });
  expect(parseCommandLine(['--quick'])).toMatchObject({ rounds: 2, loadSeconds: 1, isQuick: true });
  expect(parseCommandLine(['compare', 'a', 'b'])).toMatchObject({ rounds: 7, thresholdPercent: 5, scenarios: [] });
  expect(bench(['--help']).stdout).toContain('usage: bench');
});
