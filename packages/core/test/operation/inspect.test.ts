// inspect(): a snapshot of plain JSON that hides secrets, and its drawings. Issue 5, GU-5, GU-14, LC-210…222.

import { AutoResetEvent } from '@ichor/coroutines';
import {
  defineEvent,
  defineService,
  DependencyManager,
  inspectService,
  many,
  optional,
  required,
  toDot,
  token,
  toMermaid,
  type ServiceContext,
} from '@ichor/core';
import { testManager, type TestManager } from '@ichor/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain, redactSecrets } from '../../src/diagnostics/plain.ts';

const Database = token<object>('Database');
const Cache = token<object>('Cache');
const Order = defineEvent<number>('Order');

async function program(): Promise<{ manager: TestManager; gate: AutoResetEvent; database: number; shop: number }> {
  const manager = testManager({ name: 'shop', recordTimes: true });
  const gate = new AutoResetEvent();
  const database = manager.register(
    defineService({
      name: 'Postgres',
      provides: [Database],
      setup: () => ({ [inspectService]: () => ({ connections: 3, password: 'hunter2' }) }),
    }),
    { properties: { region: 'eu', password: 'hunter2', nested: { apiKey: 'x', pool: 5n } } },
  ).id;
  const shop = manager.register(
    defineService({
      name: 'Shop',
      dependencies: { database: required(Database, { properties: { table: 'orders' } }), caches: many(Cache) },
      setup(_, self: ServiceContext) {
        self.on(Order, function* handleOrder() {
          yield* gate.wait();
        });
        self.on(Order, () => undefined, { from: 1 });
        self.intercept(Order, {});
        self.track(Cache, { requested: () => undefined });
        self.register(defineService({ name: 'Child', dependencies: { cache: required(Cache) }, setup: () => ({}) }));
      },
    }),
  ).id;
  await manager.begin();
  return { manager, gate, database, shop };
}

describe('inspect', () => {
  it('shows services, their wiring, and where coroutines wait', async () => {
    const { manager, gate, database, shop } = await program();
    const id = manager.queue.push(Order, 1);
    await manager.settle();
    manager.queue.push(Order, 2, { priority: 'low' });
    const snapshot = manager.inspect();
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
    expect(snapshot.manager).toEqual({ id: manager.id, name: 'shop', state: 'running' });
    expect(snapshot.queue).toMatchObject({ size: 1, depths: { 10000: 1 }, oldestAgeMs: 0 });
    const [, , first, second, child] = snapshot.services;
    expect(first).toMatchObject({ id: database, provides: ['Postgres', 'Database'], consumers: [shop] });
    expect(second).toMatchObject({
      name: 'Shop',
      state: 'active',
      handlers: [{ type: 'Order' }, { type: 'Order', from: 1 }],
      interceptors: ['Order'],
      trackers: ['Cache'],
      dependencies: [
        {
          key: 'database',
          token: 'Database',
          kind: 'required',
          providers: [database],
          properties: { table: 'orders' },
        },
        { key: 'caches', kind: 'many', required: false, providers: [] },
      ],
      running: [{ name: 'handling of Order', waitingFor: 'AutoResetEvent.wait()', eventId: id }],
    });
    expect(child).toMatchObject({ name: 'Child', state: 'installed', parent: shop });
    gate.set();
    gate.set();
    await manager.quit();
    expect(manager.inspect()).toMatchObject({ manager: { state: 'ended' }, services: [] });
  });

  it('redacts what looks like a secret, in properties and facts, unless told otherwise', async () => {
    const { manager, gate } = await program();
    const database = manager.inspect().services[2];
    expect(database?.properties).toEqual({
      region: 'eu',
      password: '[redacted]',
      nested: { apiKey: '[redacted]', pool: '5' },
    });
    expect(database?.facts).toEqual({ connections: 3, password: '[redacted]' });
    expect(JSON.stringify(manager.inspect())).not.toContain('hunter2');
    expect(JSON.stringify(manager.inspect({ redact: false }))).toContain('hunter2');
    const own = manager.inspect({ redact: (key) => redactSecrets(key, '') || key === 'region' });
    expect(own.services[2]?.properties).toMatchObject({ region: '[redacted]', password: '[redacted]' });
    gate.set();
    await manager.quit();
  });

  it('survives services whose facts, filters and properties are broken', async () => {
    const manager = testManager();
    const circular: Record<string, unknown> = { date: new Date(0), bad: Number.NaN, list: new Set([1]) };
    circular['self'] = circular;
    manager.register(
      defineService({
        setup: () => ({
          [inspectService]: () => {
            throw new Error('no facts');
          },
        }),
      }),
      {
        properties: circular,
        filter: {
          matches: () => true,
          describe: () => {
            throw new Error('no words');
          },
        },
      },
    );
    await manager.begin();
    expect(manager.inspect().services[2]).toMatchObject({
      facts: { error: 'inspection failed: no facts' },
      filter: 'describe() failed: no words',
      properties: { self: { self: '[circular]' }, date: '1970-01-01T00:00:00.000Z', bad: 'NaN', list: [1] },
    });
    await manager.quit();
  });

  it('shows failures and code that belongs to nobody', async () => {
    const manager = testManager({ failFast: false });
    manager.register(defineService({ name: 'fine', setup: () => ({}) }));
    manager.register(
      defineService({
        name: 'broken',
        setup: () => {
          throw new Error('no disk');
        },
      }),
    );
    const gate = new AutoResetEvent();
    manager.intercept('all', {});
    await manager.begin();
    manager.start(
      function* () {
        yield* gate.wait();
      },
      { name: 'sweep' },
    );
    const snapshot = manager.inspect();
    expect(snapshot.services[3]?.failure).toEqual({ during: 'its construction', message: 'no disk' });
    expect(snapshot.running).toEqual([{ name: expect.any(String), waitingFor: 'AutoResetEvent.wait()' }]);
    expect(snapshot.interceptors).toEqual(['(all events)']);
    gate.set();
    await manager.quit();
  });

  it('any value becomes JSON, bounded in size', () => {
    fc.assert(
      fc.property(
        fc.anything({ withDate: true, withMap: true, withSet: true, withBigInt: true, withTypedArray: true }),
        (value) => {
          const result = plain(value, redactSecrets);
          if (result !== undefined) expect(JSON.parse(JSON.stringify(result))).toEqual(normalised(result));
        },
      ),
    );
    expect(
      JSON.stringify(
        plain(
          Array.from({ length: 1e5 }, () => 'x'.repeat(1e4)),
          redactSecrets,
        ),
      ).length,
    ).toBeLessThan(2e5);
  });
});

describe('drawings', () => {
  it('show services, dependencies, and what nobody provides', async () => {
    const { manager, gate, database, shop } = await program();
    manager.register(
      defineService({ name: 'a "quoted" <name>', dependencies: { d: optional(Database) }, setup: () => ({}) }),
    );
    await manager.settle();
    const snapshot = manager.inspect();
    const mermaid = toMermaid(snapshot);
    expect(mermaid).toContain(`s${shop} -->|"Database"| s${database}`);
    expect(mermaid).toContain('m0(["Cache"]):::missing');
    expect(mermaid).toMatch(/-\.->\|"Database"\|/);
    expect(mermaid).toContain('a #34;quoted#34; #60;name#62;');
    expect(mermaid).not.toContain('DependencyManager');
    for (const line of mermaid.trimEnd().split('\n'))
      expect(line).toMatch(
        /^(flowchart LR|  \w+(\["[^"]*"\]|\(\["[^"]*"\]\)):::\w+|  \w+ (-->|-\.->)\|"[^"]*"\| \w+|  classDef .*)$/,
      );
    const dot = toDot(snapshot, { internal: true });
    expect(dot).toContain(`s${shop} -> s${database} [label="Database"];`);
    expect(dot).toContain(String.raw`a \"quoted\" <name>`);
    expect(dot).toContain('DependencyManager');
    for (const line of dot.trimEnd().split('\n').slice(1, -1))
      expect(line).toMatch(/^ {2}(rankdir=LR|node \[shape=box\]|\w+( -> \w+)? \[label="(\\.|[^"\\])*"[^"]*\]);$/);
    gate.set();
    await manager.quit();
  });

  it('an empty manager is an empty drawing', () => {
    expect(toDot(new DependencyManager({ name: 'm' }).inspect())).toBe(
      'digraph "m" {\n  rankdir=LR;\n  node [shape=box];\n}\n',
    );
  });
});

/** JSON knows no -0. */
function normalised(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
