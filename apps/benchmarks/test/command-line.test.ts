// The built program as a process: its lines, its JSON, its exit codes.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { scenarioNames } from '../src/scenarios.ts';

const entry = fileURLToPath(new URL('../dist/main.js', import.meta.url));

function run(...args: string[]) {
  return spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8' });
}

test('a run prints the line of RB-6', () => {
  const { status, stdout } = run('event', '--count', '1000');
  expect(stdout).toMatch(/^event single threaded ran for [\d,]+ µs with [\d,]+ peak memory usage [\d,]+ events\/s\n$/);
  expect(status).toBe(0);
});

test.each([
  ['event', ['--variant', 'handled'], /^event single threaded handled ran for .* events\/s\n$/],
  ['start', [], /^start single threaded advanced injection ran for [\d,]+ µs with [\d,]+ peak memory usage\n$/],
  ['start-stop', [], /^start-stop single threaded ran for .* start & stop \/s\n$/],
  ['serializer', [], /^serializer single threaded json ran for .* MB\/s\n$/],
  ['coroutine', ['--threads', '2'], /^coroutine multi threaded ran for .* coroutines\/s\n$/],
])('the line of %s %j says which variant it was, and whether there were several threads', (name, args, line) => {
  expect(run(name, '--count', '100', ...args).stdout).toMatch(line);
});

test('--json gives one line with everything that was measured', () => {
  const { stdout } = run('start', '--variant', 'constructor', '--count', '10', '--json');
  expect(stdout.split('\n')).toHaveLength(2);
  expect(JSON.parse(stdout)).toEqual({
    scenario: 'start',
    variant: 'constructor',
    threads: 1,
    count: 10,
    seconds: expect.any(Number),
    rate: expect.any(Number),
    unit: 'services/s',
    cpuSeconds: expect.any(Number),
    peakRssBytes: expect.any(Number),
    node: process.version,
    ichor: expect.stringMatching(/^\d+\.\d+\.\d+/),
  });
});

test('--threads runs the full count in every thread (RB-4)', () => {
  const { status, stdout } = run('coroutine', '--count', '1000', '--threads', '2', '--json');
  const { threads, seconds, rate } = JSON.parse(stdout) as { threads: number; seconds: number; rate: number };
  expect(threads).toBe(2);
  expect(Math.abs(rate - 2000 / seconds)).toBeLessThan(2);
  expect(status).toBe(0);
});

test('ICHOR_MANAGER reaches the manager, which refuses what it does not know', () => {
  const env = { ...process.env, ICHOR_MANAGER: '{"journal":10,"wrong":1}' };
  const args = [entry, 'event', '--count', '10'];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  expect(stderr).toContain('Option "wrong" of DependencyManager is unknown');
  expect(status).toBe(1);
});

test('--help lists every scenario', () => {
  const { status, stdout } = run('--help');
  for (const name of scenarioNames) expect(stdout).toContain(`  ${name} `);
  expect(status).toBe(0);
});

test.each([
  [[], 'no scenario given'],
  [['nothing'], 'unknown scenario "nothing"'],
  [['event', '--variant', 'odd'], 'unknown variant "odd" of event; allowed: plain, handled'],
  [['event', '--count', '-1'], '--count'],
  [['event', '--count', '1e3'], '--count: received 1e3; allowed are whole numbers from 1'],
  [['event', '--count', '0'], '--count: received 0; allowed are whole numbers from 1'],
  [['event', '--count', '1.5'], '--count: received 1.5; allowed are whole numbers from 1'],
  [['event', '--count='], '--count: received nothing; allowed are whole numbers from 1'],
  [['event', '--threads', '0'], '--threads: received 0; allowed are whole numbers from 1 to 256'],
  [['event', '--threads', '257'], '--threads: received 257; allowed are whole numbers from 1 to 256'],
  [['event', '--wrong'], '--wrong'],
  [['event', 'coroutine'], 'one scenario at a time'],
])('%j is refused with the usage and exit code 2', (args, message) => {
  const { status, stdout, stderr } = run(...args);
  expect(stderr).toContain(message);
  expect(stderr).toContain('usage: benchmarks <scenario>');
  expect(stdout).toBe('');
  expect(status).toBe(2);
});
