// The layering rules on made-up trees: each rule is broken once, so that a rule that stopped working is noticed.
import { describe, expect, test } from 'vitest';
import { cyclesOf } from '../../../scripts/lib/cycles.mjs';
import { importsOf } from '../../../scripts/lib/imports.mjs';
import { layeringProblems } from '../../../scripts/lib/layering.mjs';

type Member = Parameters<typeof layeringProblems>[0][number];

function member(name: string, manifest: Partial<Member['manifest']> = {}): Member {
  const isApp = !name.startsWith('@ichor/');
  const folder = isApp ? `apps/${name}` : `packages/${name.slice('@ichor/'.length)}`;
  return {
    name,
    folder,
    manifest: { name, version: '0.0.0', ...(isApp ? {} : { exports: { '.': {} } }), ...manifest },
  };
}

const coroutines = member('@ichor/coroutines');
const core = member('@ichor/core', {
  exports: { '.': {}, './testing': {} },
  dependencies: { '@ichor/coroutines': 'workspace:^' },
});
const serialization = member('@ichor/serialization', { peerDependencies: { '@ichor/core': 'workspace:^' } });
const http = member('@ichor/http', { dependencies: { '@ichor/core': 'workspace:^', undici: '7' } });
const pong = member('pong', { dependencies: { '@ichor/core': 'workspace:^', '@ichor/http': 'workspace:^' } });
const all = [coroutines, core, serialization, http, pong];

function problems(file: string, ...specifiers: string[]): string[] {
  return layeringProblems(all, [{ file, imports: specifiers.map((specifier) => ({ specifier, line: 1 })) }]);
}

test('imports along the arrows are accepted', () => {
  expect(problems('packages/core/src/index.ts', '@ichor/coroutines', './queue/lane.ts')).toEqual([]);
  expect(problems('packages/http/src/server/host.ts', '@ichor/core', '@ichor/core/testing')).toEqual([]);
  expect(problems('packages/http/src/node/server.ts', 'node:net')).toEqual([]);
  expect(problems('packages/http/src/client/client.ts', 'undici')).toEqual([]);
  expect(problems('apps/pong/src/main.ts', '@ichor/core', '@ichor/http', 'node:util')).toEqual([]);
  expect(problems('packages/core/test/queue.test.ts', '../src/queue/lane.ts', 'vitest', 'node:fs')).toEqual([]);
});

describe('a problem is reported for', () => {
  test.each([
    ['an import of a higher package', 'packages/core/src/index.ts', '@ichor/http', 'must not import @ichor/http'],
    [
      'an import of a sibling',
      'packages/http/src/index.ts',
      '@ichor/serialization',
      'must not import @ichor/serialization',
    ],
    [
      'a sub-path that is not exported',
      'packages/http/src/index.ts',
      '@ichor/core/queue',
      'is an internal of @ichor/core',
    ],
    ['a path into another package', 'packages/http/src/a.ts', '../../core/src/index.ts', 'leaves packages/http'],
    [
      'a path into another package from a test',
      'packages/http/test/a.test.ts',
      '../../core/src/x.ts',
      'leaves packages/http',
    ],
    ['an import of an app', 'packages/http/test/a.test.ts', 'pong', 'is not a library'],
    ['its own name instead of a path', 'packages/core/src/a.ts', '@ichor/core', 'its own package by name'],
    ['the platform outside its folders', 'packages/core/src/queue/a.ts', 'node:fs', 'belongs in a node/'],
    ['a transport outside its folders', 'packages/http/src/server/a.ts', 'undici', 'belongs in a node/'],
    ['a module of Node without its prefix', 'packages/core/src/node/a.ts', 'fs', "write 'node:fs'"],
    [
      'core in the root entry of a codec package',
      'packages/serialization/src/index.ts',
      '@ichor/core',
      'only src/services/',
    ],
    ['a library that is not declared', 'packages/core/src/a.ts', 'lodash', 'is not among the dependencies'],
  ])('%s', (_what, file, specifier, message) => {
    expect(problems(file, specifier)).toEqual([expect.stringContaining(message)]);
  });

  test('a dependency against the arrows, and the cycle it makes', () => {
    const lower = member('@ichor/coroutines', { dependencies: { '@ichor/core': 'workspace:^' } });
    expect(layeringProblems([lower, core], [])).toEqual([
      'packages/coroutines/package.json: @ichor/coroutines must not depend on @ichor/core; it may build on nothing',
      'packages in a cycle: @ichor/core → @ichor/coroutines → @ichor/core',
    ]);
  });

  test('a cycle through devDependencies', () => {
    const lower = member('@ichor/coroutines', { devDependencies: { '@ichor/core': 'workspace:^' } });
    expect(layeringProblems([lower, core], [])).toEqual([expect.stringContaining('packages in a cycle')]);
  });

  test('a package nobody has given a place', () => {
    expect(layeringProblems([member('@ichor/novel')], [])).toEqual([expect.stringContaining('not in the arrows')]);
  });

  test('a cycle between files, with its path, also when only types are imported', () => {
    const files = [
      { file: 'packages/core/src/a.ts', imports: importsOf('a.ts', "import { b } from './b.ts';") },
      { file: 'packages/core/src/b.ts', imports: importsOf('b.ts', "export * from './c.ts';") },
      { file: 'packages/core/src/c.ts', imports: importsOf('c.ts', "import type { A } from './a.ts';") },
    ];
    expect(layeringProblems(all, files)).toEqual([
      'files in an import cycle: packages/core/src/a.ts → packages/core/src/b.ts → packages/core/src/c.ts → packages/core/src/a.ts',
    ]);
  });
});

test('every way to import is seen, with its line', () => {
  const text = [
    "import a from 'one';",
    "import type { B } from 'two';",
    "export { c } from 'three';",
    "export * from 'four';",
    "const d = await import('five');",
    "type E = import('six').E;",
    "import 'seven'; // import 'not this'",
    'const text = "import \'nor this\'";',
  ].join('\n');
  expect(importsOf('a.ts', text)).toEqual(
    ['one', 'two', 'three', 'four', 'five', 'six', 'seven'].map((specifier, index) => ({ specifier, line: index + 1 })),
  );
});

test('a graph without cycles has none, and two separate cycles are two', () => {
  const graph = new Map([
    ['a', ['b', 'c']],
    ['b', ['c']],
    ['c', []],
  ]);
  expect(cyclesOf(graph)).toEqual([]);
  expect(cyclesOf(new Map([...graph, ['c', ['c']], ['x', ['y']], ['y', ['x', 'a']]]))).toEqual([
    ['c', 'c'],
    ['x', 'y', 'x'],
  ]);
});
