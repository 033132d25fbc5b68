// explain(): for every service that is not active the chain of what it waits for, cycles with their path, near misses, failures;
// printed when start-up and when quitting make no progress. Issue 5, GD-12, LC-230, LC-145.

import { defineService, required, many, token, type ServiceContext, type ServiceIdentifier } from '@ichor/core';
import { testManager, type TestManager } from '@ichor/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cyclesReachedFrom } from '../../src/diagnostics/cycles.ts';

function service(name: string, provides: ServiceIdentifier[], needs: ServiceIdentifier[] = [], more: object = {}) {
  return defineService({
    name,
    provides,
    dependencies: Object.fromEntries(needs.map((one, index) => [`need${index}`, required(one)])),
    setup: () => ({}),
    ...more,
  });
}

function textOf(manager: TestManager, name: string): string {
  return manager.explain().find((explanation) => explanation.name === name)?.text ?? 'active';
}

const [A, B, C, D] = ['A', 'B', 'C', 'D'].map((name) => token<object>(name)) as [
  ServiceIdentifier,
  ServiceIdentifier,
  ServiceIdentifier,
  ServiceIdentifier,
];

describe('explain', () => {
  it('tells the whole chain, down to what nobody provides', async () => {
    const manager = testManager();
    const a = manager.register(service('one', [A], [B]));
    const b = manager.register(service('two', [B], [C]));
    const c = manager.register(service('three', [C], [D]));
    await manager.begin();
    expect(textOf(manager, 'one')).toBe(
      `one (${a.id}) waits for B from two (${b.id}), which waits for C from three (${c.id}), which waits for D, which nobody provides`,
    );
    expect(manager.explain()[2]).toMatchObject({
      serviceId: c.id,
      waitsFor: [{ key: 'need0', token: 'D', because: 'which nobody provides', candidates: [] }],
      cycle: undefined,
    });
    await manager.quit();
  });

  it('gives the exact path of a cycle, to its members from themselves and to who waits for it', async () => {
    const manager = testManager();
    const outside = manager.register(service('outside', [], [A]));
    const a = manager.register(service('a', [A], [B]));
    const b = manager.register(service('b', [B], [C]));
    const c = manager.register(service('c', [C], [A]));
    await manager.begin();
    const [ofOutside, , ofB] = manager.explain();
    expect(ofB?.cycle).toEqual(['b', 'c', 'a', 'b']);
    expect(ofB?.text).toContain(
      `b (${b.id}) cannot start: these require each other: b (${b.id}) → c (${c.id}) → a (${a.id}) → b (${b.id})`,
    );
    expect(ofOutside?.cycle).toEqual(['a', 'b', 'c', 'a']);
    expect(ofOutside?.text).toContain(
      `outside (${outside.id}) cannot start: it waits for services that require each other`,
    );
    await manager.quit();
  });

  it('does not call it a cycle when another provider could end the wait', async () => {
    const manager = testManager();
    const Slow = defineService({
      name: 'slow',
      provides: [A],
      setup: () => new Promise<object>(() => undefined),
    });
    manager.register(service('a', [A], [B]));
    manager.register(service('b', [B], [A]));
    manager.register(Slow);
    await manager.begin();
    expect(manager.explain().map(({ cycle }) => cycle)).toEqual([undefined, undefined, undefined]);
    expect(textOf(manager, 'slow')).toMatch(/^slow \(\d+\) is starting and waits for .*a promise/);
    await manager.quit();
  });

  it.each([
    [
      'another token of the same name',
      (manager: TestManager) => manager.register(service('near', [token('A')])),
      /A, which nobody provides; near \(\d+\) provides a different token of the same name/,
    ],
    [
      'properties that do not match, with the values',
      (manager: TestManager) => manager.register(service('near', [A]), { properties: { region: 'us' } }),
      /near \(\d+\), which is active but its properties do not match: region is "us", and "eu" is wanted/,
    ],
    [
      'a filter for another consumer',
      (manager: TestManager) =>
        manager.register(service('near', [A]), { properties: { region: 'eu' }, filter: { consumer: 99_999 } }),
      /active but not for this consumer: it is only for service 99999/,
    ],
    [
      'a filter that describes itself',
      (manager: TestManager) =>
        manager.register(service('near', [A]), {
          properties: { region: 'eu' },
          filter: { matches: () => false, describe: () => 'only for robots' },
        }),
      /active but not for this consumer: only for robots/,
    ],
    [
      'a provider that failed, with the chain of causes',
      (manager: TestManager) =>
        manager.register(
          service('near', [A], [], {
            setup: () => {
              throw new Error('no configuration', { cause: new Error('file missing') });
            },
          }),
        ),
      /near \(\d+\), which failed in its construction: no configuration: file missing/,
    ],
    [
      'a provider that was stopped',
      (manager: TestManager) => {
        const { id } = manager.register(service('near', [A]));
        void manager.whenActive(id).then(() => manager.stopService(id));
      },
      /near \(\d+\), which was stopped/,
    ],
    [
      'only itself',
      (manager: TestManager) => manager.register(service('self', [D], [D])),
      /waits for D, which only it provides itself/,
    ],
  ])('points at a near miss: %s', async (_, arrange, expected) => {
    const manager = testManager({ failFast: false });
    manager.register(service('something that runs', []));
    manager.register(
      defineService({
        name: 'asking',
        dependencies: { a: required(A, { match: { region: 'eu' } }) },
        setup: () => ({}),
      }),
    );
    arrange(manager);
    await manager.begin();
    await manager.settle();
    expect(manager.explainText()).toMatch(expected);
    await manager.quit();
  });

  it('tells several candidates apart, up to five', async () => {
    const manager = testManager();
    manager.register(service('asking', [], [A]));
    for (let i = 0; i < 8; i++) manager.register(service(`p${i}`, [A], [B]));
    await manager.begin();
    const asking = manager.explain()[0];
    expect(asking?.waitsFor[0]?.candidates).toHaveLength(8);
    expect(asking?.waitsFor[0]?.because).toMatch(/p0 \(\d+\) waits for B; .*p4 \(\d+\) waits for B; and 3 more$/);
    await manager.quit();
  });

  it('copes with ten thousand services in one chain, and in one cycle', async () => {
    const manager = testManager();
    const tokens = Array.from({ length: 10_000 }, (_, index) => token<object>(`T${index}`));
    for (const [index, one] of tokens.entries())
      manager.register(service(`s${index}`, [one], [tokens[(index + 1) % tokens.length] as ServiceIdentifier]));
    await manager.begin();
    const explanations = manager.explain();
    expect(explanations).toHaveLength(10_000);
    expect(explanations[0]?.cycle).toHaveLength(10_001);
    await manager.quit();
  }, 60_000);

  it('agrees with a naive search about who is on a cycle', () => {
    const graphs = fc.array(fc.array(fc.nat(7), { maxLength: 3 }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(graphs, (graph) => {
        const found = cyclesReachedFrom(graph.keys(), (node) => graph[node] ?? []);
        const reach = (from: number): Set<number> => {
          const seen = new Set<number>();
          const open = [...(graph[from] ?? [])];
          for (let node = open.pop(); node !== undefined; node = open.pop())
            if (!seen.has(node)) {
              seen.add(node);
              open.push(...(graph[node] ?? []));
            }
          return seen;
        };
        for (const node of graph.keys()) {
          const reachable = reach(node);
          const hasCycle = reachable.has(node) || [...reachable].some((other) => reach(other).has(other));
          expect(found.has(node)).toBe(hasCycle);
          const cycle = found.get(node) ?? [];
          for (const [index, one] of cycle.entries()) expect(graph[one]).toContain(cycle[(index + 1) % cycle.length]);
        }
      }),
    );
  });
});

describe('printed', () => {
  it('once when start-up has made no progress for startupReportMs', async () => {
    const manager = testManager({ startupReportMs: 200 });
    manager.register(service('one', [A], [B]));
    await manager.begin();
    await manager.advance(199);
    expect(manager.host.messages).toEqual([]);
    await manager.advance(1000);
    expect(manager.host.messages).toHaveLength(1);
    expect(manager.host.messages[0]).toMatch(/Start-up has made no progress[^]*one \(\d+\) waits for B, which nobody/);
    await manager.quit();
  });

  it('when quitting makes no progress: who blocks, through its consumers', async () => {
    const manager = testManager({ quitTimeoutMs: 300, stopTimeoutMs: Infinity });
    manager.register(service('provider', [A]));
    manager.register(service('middle', [B], [A]));
    manager.register(
      defineService({
        name: 'last',
        dependencies: { b: required(B), all: many(C) },
        setup: (_, self: ServiceContext) => ({
          stop: () => new Promise(() => void self.id),
        }),
      }),
    );
    await manager.begin();
    await manager.quit();
    expect(manager.outcome).toBe('rejected');
    const text = manager.host.messages.join('\n');
    expect(text).toMatch(/made no progress for 300 ms/);
    expect(text).toMatch(/provider \(\d+\) is uninjecting and waits for its consumer middle \(\d+\) to stop/);
    expect(text).toMatch(/which waits for its consumer last \(\d+\) to stop, which waits for .*a promise/);
  });
});
