// The example of exchanging a service in a running program, run as a reader runs it: real modules, real load, the built package.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root } from '../../../scripts/lib/workspace.mjs';

const run = promisify(execFile);
const example = path.join(root, 'packages/core/examples/hot-replace/main.mjs');

test('a service is exchanged under load: every order is answered once, and old instances are collected', async () => {
  const { stdout, stderr } = await run(process.execPath, ['--expose-gc', example, '10'], { timeout: 20_000 });
  expect(stderr).toBe('');
  const numbers = /(?<pushed>\d+) orders: (?<answered>\d+) answered, 0 lost, 0 answered twice/.exec(stdout)?.groups;
  expect(numbers?.['answered']).toBe(numbers?.['pushed']);
  expect(Number(numbers?.['pushed'])).toBeGreaterThan(100);
  expect(stdout).toContain('the last one is version 10');
  // The newest old one may still be on the stack of the last exchange.
  expect(Number(/instances still in memory: (\d+) of 9/.exec(stdout)?.[1])).toBeLessThanOrEqual(1);
  expect(stdout).toContain('classes still in memory: 9 of 9');
});
