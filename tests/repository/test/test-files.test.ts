// The check that no test file is forgotten, on made-up trees.
import { expect, test } from 'vitest';
import { uncollectedTests } from '../../../scripts/lib/test-files.mjs';

function uncollected(tree: Record<string, string[]>, ...collected: string[]): string[] {
  return uncollectedTests(Object.keys(tree), new Set(collected), (file) => tree[file] ?? []);
}

test('collected tests, their helpers, and type tests are fine', () => {
  const tree = {
    'packages/a/test/queue.test.ts': ['vitest', './queue-suite.ts', '../src/queue.ts'],
    'packages/a/test/queue-suite.ts': ['vitest'],
    'packages/a/test/inference.test-d.ts': ['../src/queue.ts'],
    'packages/a/src/queue.ts': [],
    'packages/a/src/latest-specification.ts': [],
  };
  expect(uncollected(tree, 'packages/a/test/queue.test.ts')).toEqual([]);
});

test.each([
  ['a wrong suffix', 'packages/a/test/queue.tests.ts', ['vitest']],
  ['another suffix', 'packages/a/test/queue.spec.ts', ['vitest']],
  ['a test beside its source', 'packages/a/src/queue.test.ts', ['vitest']],
  ['a project that is not listed', 'tools/test/queue.test.ts', ['vitest']],
  ['no suffix at all', 'packages/a/test/queue.ts', ['vitest']],
  ['a name that only looks like one', 'packages/a/test/test-queue.ts', ['node:assert']],
  ['a type test outside the test folder', 'packages/a/src/inference.test-d.ts', []],
])('a test is reported when it has %s', (_what, file, imports) => {
  expect(uncollected({ [file]: imports })).toEqual([expect.stringContaining(file)]);
});
