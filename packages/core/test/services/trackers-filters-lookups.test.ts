// Dependency trackers, filters and lookups (LC-180…188, LC-200…225, GD-15, GD-16, GD-21).
import { describe, expect, it } from 'vitest';
import { sleep } from '@ichor/coroutines';
import {
  defineService,
  DependencyManager,
  many,
  optional,
  Queue,
  required,
  token,
  type DependencyRequest,
  type ServiceContext,
  type ServiceFilter,
  type ServiceHandle,
} from '../../src/index.ts';
import { assertNoLeaks, heldResources, testManager } from '../../src/testing/index.ts';
import { A, B, logged } from '../support.ts';

interface Log {
  readonly of: number;
}
const Log = token<Log>('Log');

/** One provider per requester, made when it asks (LC-188). */
function factory(seen: string[] = []) {
  return class LogFactory {
    static readonly dependencies = {};
    readonly #made = new Map<number, ServiceHandle>();
    constructor(_: object, self: ServiceContext) {
      self.track(Log, {
        requested: ({ requester, priority, properties, required: isRequired, multiple }) => {
          seen.push(
            `requested by ${requester.name} ${priority} ${isRequired} ${multiple} ${JSON.stringify(properties)}`,
          );
          if (this.#made.has(requester.id)) return;
          const of = requester.id;
          this.#made.set(
            of,
            self.register(defineService({ name: 'LogService', provides: [Log], setup: () => ({ of }) }), {
              filter: { consumer: of },
              priority,
            }),
          );
        },
        released: ({ requester }) => {
          seen.push(`released by ${requester.name}`);
          this.#made.get(requester.id)?.stop({ remove: true });
          this.#made.delete(requester.id);
        },
      });
    }
  };
}

describe('trackers', () => {
  it('make a provider per requester, in any order of registration, each received only by its requester (LC-182, LC-183, LC-188, LC-189)', async () => {
    const seen: string[] = [];
    const got: boolean[] = [];
    const manager = testManager();
    const user = (name: string) =>
      manager.register(
        defineService({
          name,
          dependencies: { log: required(Log, { properties: { level: 'info' } }) },
          setup: ({ log }, self) => void got.push(log.of === self.id),
        }),
      );
    const early = user('early');
    await manager.begin();
    expect(early.state).toBe('installed');
    const before = heldResources(manager);
    manager.register(factory(seen));
    await manager.settle();
    const late = user('late');
    await manager.settle();
    expect(got).toEqual([true, true]);
    expect(seen).toEqual([
      'requested by early 100 true false {"level":"info"}',
      'requested by late 100 true false {"level":"info"}',
    ]);
    void manager.removeService(late.id);
    await manager.settle();
    expect(seen.at(-1)).toBe('released by late');
    expect(manager.services.count).toBe(before.services + 2);
    await manager.quit();
    assertNoLeaks(manager);
  });

  it('are not told when a requester merely stops (LC-114), and see optional requests too (LC-190)', async () => {
    const seen: string[] = [];
    const manager = testManager();
    manager.register(factory(seen));
    const d = manager.register(logged([], 'D', { dependencies: { log: optional(Log), all: many(Log) } }), {
      priority: 7,
    });
    await manager.begin();
    expect(seen).toEqual(['requested by D 7 false false undefined', 'requested by D 7 false true undefined']);
    void manager.stopService(d.id);
    await manager.settle();
    expect(seen).toHaveLength(2);
    await manager.quit();
  });

  it('are told each request once, in the order of registration, also by coroutines, until disposed (LC-184…187, GD-14)', async () => {
    const seen: string[] = [];
    const manager = testManager();
    let disposable: Disposable | undefined;
    const tracker = (name: string, extra = false) =>
      defineService({
        name,
        setup(_, self) {
          disposable = self.track(A, {
            *requested({ requester }: DependencyRequest) {
              seen.push(`${name}: ${requester.name}`);
              yield* sleep(10);
            },
          });
          if (extra) self.track(A, { requested: ({ requester }) => void seen.push(`${name} too: ${requester.name}`) });
        },
      });
    manager.register(tracker('T1'));
    const second = manager.register(tracker('T2', true));
    manager.register(logged([], 'D', { dependencies: { a: required(A) } }));
    await manager.begin();
    expect(seen).toEqual(['T1: D', 'T2: D', 'T2 too: D']);
    expect(manager.services.tracked(second.id)).toEqual(['A']);
    disposable?.[Symbol.dispose]();
    disposable?.[Symbol.dispose]();
    seen.length = 0;
    manager.register(logged([], 'E', { dependencies: { a: required(A) } }));
    await manager.settle();
    expect(seen).toEqual(['T1: E', 'T2 too: E']);
    void manager.stopService(second.id);
    await manager.advance(2000);
    seen.length = 0;
    manager.register(logged([], 'F', { dependencies: { a: required(A) } }));
    await manager.settle();
    expect(seen).toEqual(['T1: F']);
    await manager.quit();
    assertNoLeaks(manager);
  });
});

describe('filters', () => {
  const offer = async (filter: ServiceFilter) => {
    const manager = testManager({ onFailure: 'log' });
    const red = manager.register(
      logged([], 'Red', { dependencies: { a: required(A, { properties: { zone: 1 } }), b: optional(A) } }),
      { properties: { colour: 'red' } },
    );
    const blue = manager.register(logged([], 'Blue', { dependencies: { a: required(A) } }), {
      properties: { colour: 'blue' },
    });
    manager.register(logged([], 'P', { provides: [A] }), { filter });
    await manager.begin();
    const states = [red.state, blue.state];
    const text = manager.explainText();
    await manager.quit();
    return { states, text };
  };

  it('see the consumer with its properties (LC-200, LC-202, LC-204), and are named by explain()', async () => {
    const { states, text } = await offer({
      matches: (consumer) => consumer.properties['colour'] === 'red',
      describe: () => 'only for red ones',
    });
    expect(states).toEqual(['active', 'installed']);
    expect(text).toContain('only for red ones');
  });

  it('see all requests with their properties (LC-203, GD-15)', async () => {
    const { states } = await offer({
      matches: (_, requests) => requests.some((request) => request.properties?.['zone'] === 1),
      describe: () => 'zone 1',
    });
    expect(states).toEqual(['active', 'installed']);
  });

  it('that fail refuse, and do no harm', async () => {
    const { states } = await offer({
      matches: () => {
        throw new Error('filter');
      },
      describe: () => 'broken',
    });
    expect(states).toEqual(['installed', 'installed']);
  });

  it('never keep the provider itself from starting (LC-205)', async () => {
    const manager = testManager();
    const p = manager.register(logged([], 'P', { provides: [A] }), { filter: { consumer: 999_999_999 } });
    await manager.begin();
    expect(p.state).toBe('active');
    await manager.quit();
  });
});

describe('lookups', () => {
  it('answer by id, UUID, token and relation, in the order of registration (LC-210…222)', async () => {
    const manager = testManager();
    expect(manager.services.all().map((service) => service.name)).toEqual(['DependencyManager', 'Queue']);
    const p = manager.register(logged([], 'P', { provides: [A] }), { priority: 500, properties: { x: 1 } });
    const q = manager.register(logged([], 'Q', { provides: [A], dependencies: { b: required(B) } }));
    const d = manager.register(logged([], 'D', { dependencies: { a: required(A), b: optional(B), all: many(A) } }));
    await manager.begin();
    const { services } = manager;
    const info = services.byId(p.id);
    expect(info).toMatchObject({ id: p.id, name: 'P', state: 'active', priority: 500, properties: { x: 1 } });
    expect(info?.uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(services.byUuid(info?.uuid ?? '')?.id).toBe(p.id);
    expect([services.byId(999_999_999), services.byUuid('nobody')]).toEqual([undefined, undefined]);
    expect(services.count).toBe(5);
    expect(services.started(A).map((one) => one.name)).toEqual(['P']);
    expect(services.providers(A).map((one) => one.name)).toEqual(['P', 'Q']);
    expect(services.instance(p.id, A)?.name).toBe('P');
    expect([services.instance(p.id, B), services.instance(q.id, A), services.instance(0, A)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(
      services.dependencies(d.id).map(({ key, required: is, multiple, satisfied }) => [key, is, multiple, satisfied]),
    ).toEqual([
      ['a', true, false, 1],
      ['b', false, false, 0],
      ['all', false, true, 0],
    ]);
    expect(services.consumers(p.id).map((one) => one.id)).toEqual([d.id]);
    expect(services.provided(p.id)).toContain(A);
    expect(services.started(DependencyManager)).toEqual([manager]);
    expect(services.providers(Queue)).toHaveLength(1);
    await manager.quit();
  });

  it('list what has not ended, with what it waits for (LC-221)', async () => {
    const manager = testManager();
    const d = manager.register(
      defineService({
        name: 'D',
        setup(_, self) {
          self.run(
            function* () {
              yield* sleep(70);
            },
            { name: 'poll' },
          );
          self.run(() => new Promise(() => undefined), { name: 'fetch' });
        },
      }),
      { stopGraceMs: 100 },
    );
    await manager.begin();
    expect(manager.services.running().map(({ serviceId, name, waitingFor }) => [serviceId, name, waitingFor])).toEqual([
      [d.id, 'poll', 'sleep(70)'],
      [d.id, 'fetch', 'a promise'],
    ]);
    await manager.quit();
    expect(manager.services.running()).toEqual([]);
  });

  it('create no dependency (LC-224), and managers and services count up (LC-1, LC-5)', async () => {
    const manager = testManager();
    const next = testManager();
    expect(next.id).toBe(manager.id + 1);
    const p = manager.register(logged([], 'P'));
    const q = manager.register(logged([], 'Q'));
    expect(q.id).toBeGreaterThan(p.id);
    expect(manager.services.consumers(p.id)).toEqual([]);
    await next.quit();
    await manager.quit();
  });

  it('let a service change its priority at run time (LC-3)', async () => {
    const manager = testManager();
    let self: ServiceContext | undefined;
    manager.register(
      defineService({
        setup(_, context) {
          self = context;
        },
      }),
    );
    await manager.begin();
    expect(self?.priority).toBe(1000);
    if (self !== undefined) self.priority = 5;
    expect(manager.services.byId(self?.id ?? 0)?.priority).toBe(5);
    expect(() => {
      if (self !== undefined) self.priority = -1;
    }).toThrow(expect.objectContaining({ code: 'ICHOR_OPTION_INVALID' }));
    await manager.quit();
    expect(() => {
      if (self !== undefined) self.priority = 7;
    }).toThrow(expect.objectContaining({ code: 'ICHOR_SERVICE_STOPPED' }));
  });

  it('are a factory gone first, and back: its requesters stop, wait, and are asked about again (LC-182, LC-187)', async () => {
    const seen: string[] = [];
    const log: string[] = [];
    const manager = testManager();
    const made = manager.register(factory(seen));
    const user = manager.register(logged(log, 'User', { dependencies: { log: required(Log) } }));
    await manager.begin();
    const before = heldResources(manager);
    void manager.stopService(made.id);
    await manager.settle();
    expect([user.state, manager.services.providers(Log)]).toEqual(['installed', []]);
    void manager.startService(made.id);
    await manager.settle();
    expect([user.state, seen.length]).toEqual(['active', 2]);
    assertNoLeaks(manager, before);
    // Both in one breath, in either order: nothing of the factory's stays.
    void manager.removeService(made.id);
    void manager.removeService(user.id);
    await manager.settle();
    expect(manager.services.count).toBe(2);
    expect(log.filter((line) => !line.includes('('))).toEqual(['User.start', 'User.stop', 'User.start', 'User.stop']);
    await manager.quit();
    assertNoLeaks(manager);
  });
});
