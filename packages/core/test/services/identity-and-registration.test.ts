// What a registration gives a service and what others see of it (LC-2, LC-4, LC-7, LC-40, LC-41, LC-47), what travels with its
// requests (LC-67, LC-112), what its removal leaves (LC-113, LC-115), and that its code keeps to its manager (EV-130…132).
import { ManualResetEvent, sleep } from '@ichor/coroutines';
import { Container, decorate, inject, injectable } from 'inversify';
import { describe, expect, it } from 'vitest';
import {
  defineEvent,
  defineService,
  DependencyManager,
  optional,
  required,
  token,
  type DependencyRequest,
  type ServiceContext,
  type ServiceInfo,
} from '../../src/index.ts';
import { assertNoLeaks, testManager } from '../../src/testing/index.ts';
import { A, B, logged } from '../support.ts';

describe('a registered service', () => {
  it('is seen by others with id, UUID, name, state, priority and properties (LC-2)', async () => {
    const manager = testManager();
    let seen: ServiceInfo | undefined;
    class P {
      static readonly provides = [A];
      static readonly dependencies = {};
      readonly name = 'p';
    }
    class D {
      static readonly dependencies = { a: required(A) };
      added(_: string, __: unknown, info: ServiceInfo): void {
        seen = info;
      }
    }
    const p = manager.register(P, { priority: 7, properties: { region: 'eu' } });
    const d = manager.register(D, { name: 'Other' });
    await manager.begin();
    expect(seen).toMatchObject({
      id: p.id,
      name: 'P',
      state: 'active',
      priority: 7,
      properties: { region: 'eu' },
    });
    const uuids = [p, d].map(({ id }) => manager.services.byId(id)?.uuid);
    for (const uuid of uuids)
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(uuids).size).toBe(2);
    expect(manager.services.byId(d.id)?.name).toBe('Other');
    void manager.stopService(p.id);
    await manager.settle();
    expect(seen?.state).toBe('installed');
    await manager.quit();
  });

  it('changes its own properties while it runs: others see it, later requests are matched by it (LC-2)', async () => {
    const Engine = token<object>('Engine');
    const manager = testManager();
    const labelled: ServiceContext[] = [];
    class Plain {
      static readonly provides = [Engine];
      static readonly dependencies = {};
      constructor(_deps: object, self: ServiceContext) {
        labelled.push(self);
      }
    }
    const given = { power: 1 };
    const ids = [manager.register(Plain), manager.register(Plain, { properties: given })].map(({ id }) => id);
    await manager.begin();
    for (const [index, self] of labelled.entries()) self.properties['power'] = 10 + index;
    expect(ids.map((id) => manager.services.byId(id)?.properties)).toEqual([{ power: 10 }, { power: 11 }]);
    expect(given).toEqual({ power: 1 });
    const user = manager.register(
      defineService({
        name: 'User',
        dependencies: { engine: required(Engine, { match: { power: 11 } }) },
        setup: () => undefined,
      }),
    );
    await manager.settle();
    expect(user.state).toBe('active');
    await manager.quit();
  });

  it('has 1000 as its priority, no properties and no tokens but its class unless it is given others, and a handle with its id (LC-40)', async () => {
    const manager = testManager();
    class Plain {}
    const plain = manager.register(Plain);
    const given = manager.register(Plain, { priority: 'low', properties: { x: 1 }, provides: [A, B], name: 'Given' });
    expect([plain.name, plain.state, given.name]).toEqual(['Plain', 'installed', 'Given']);
    await manager.begin();
    const { services } = manager;
    expect(services.byId(plain.id)).toMatchObject({ priority: 1000, properties: {}, state: 'active' });
    expect(services.provided(plain.id)).toEqual([Plain]);
    expect(services.byId(given.id)).toMatchObject({ priority: 10_000, properties: { x: 1 } });
    expect(new Set(services.provided(given.id))).toEqual(new Set([Plain, A, B]));
    await manager.quit();
  });

  it('keeps its own copy of its properties, whose values are shown as text whatever they are (LC-4)', async () => {
    const manager = testManager();
    const properties: Record<string, unknown> = {
      count: 1,
      when: new Date(0),
      nothing: undefined,
      hostile: {
        toString() {
          throw new Error('no text');
        },
        get value(): never {
          throw new Error('no value');
        },
      },
      bare: Object.create(null) as object,
      call: () => 1,
      big: 10n,
      mark: Symbol('mark'),
    };
    properties['self'] = properties;
    const { id } = manager.register(defineService({ name: 'P', provides: [A], setup: () => ({ name: 'p' }) }), {
      properties,
    });
    properties['count'] = 2;
    await manager.begin();
    expect(manager.services.byId(id)?.properties['count']).toBe(1);
    const shown = manager.inspect().services.find((service) => service.id === id)?.properties;
    expect(() => JSON.stringify(shown)).not.toThrow();
    expect(shown).toMatchObject({
      hostile: 'Unprintable value',
      count: 1,
      when: '1970-01-01T00:00:00.000Z',
      big: '10',
      mark: 'Symbol(mark)',
    });
    await manager.quit();
  });

  it('that offers no token starts and depends on others, but is injected nowhere (LC-7)', async () => {
    const log: string[] = [];
    const manager = testManager();
    manager.register(logged(log, 'P', { provides: [A] }));
    const quiet = manager.register(logged(log, 'Quiet', { dependencies: { a: required(A) } }));
    manager.register(logged(log, 'D', { dependencies: { a: required(A), b: optional(B) } }));
    await manager.begin();
    expect(quiet.state).toBe('active');
    expect(manager.services.consumers(quiet.id)).toEqual([]);
    expect(log.filter((line) => line.includes('(Quiet)'))).toEqual([]);
    await manager.quit();
  });

  it('may be registered before run(), and by services from constructors, start(), handlers and trackers (LC-41)', async () => {
    const log: string[] = [];
    const manager = testManager();
    const Ping = defineEvent('Ping');
    const child = (name: string) => logged(log, name);
    class Parent {
      static readonly dependencies = {};
      readonly #self: ServiceContext;
      constructor(_: object, self: ServiceContext) {
        this.#self = self;
        self.register(child('constructor'));
        self.on(Ping, () => void self.register(child('handler')));
        self.track(B, { requested: () => void self.register(child('tracker')) });
      }
      start(): void {
        this.#self.register(child('start'));
        manager.register(child('of nobody'));
      }
    }
    manager.register(Parent);
    manager.register(logged(log, 'Asker', { dependencies: { b: optional(B) } }));
    await manager.begin();
    manager.queue.push(Ping);
    await manager.settle();
    expect(log.toSorted()).toEqual(
      ['Asker', 'constructor', 'handler', 'of nobody', 'start', 'tracker'].map((name) => `${name}.start`).toSorted(),
    );
    await manager.quit();
    expect(() => manager.register(child('late'))).toThrow(expect.objectContaining({ code: 'ICHOR_MANAGER_QUIT' }));
  });

  it('needs no constructor, or one that takes nothing or its own context; two ways of declaring in one class are refused (LC-47)', async () => {
    const manager = testManager({ container: new Container() });
    class Nothing {}
    class NoArguments {
      readonly made = true;
    }
    class OnlyItself {
      static readonly dependencies = {};
      constructor(_: object, self: ServiceContext<{ greeting: string }>) {
        greeting = self.options.greeting;
      }
    }
    let greeting = '';
    const handles = [
      manager.register(Nothing),
      manager.register(NoArguments),
      manager.register(OnlyItself, { options: { greeting: 'hello' } }),
    ];
    await manager.begin();
    expect(handles.map(({ state }) => state)).toEqual(['active', 'active', 'active']);
    expect(greeting).toBe('hello');
    class Both {
      static readonly dependencies = { a: required(A) };
      readonly b: unknown;
      constructor(b: unknown) {
        this.b = b;
      }
    }
    decorate(injectable(), Both);
    decorate(inject(B), Both, 0);
    expect(() => manager.register(Both as never)).toThrow(
      expect.objectContaining({ code: 'ICHOR_DEPENDENCY_INVALID', message: expect.stringMatching(/Both/) }),
    );
    await manager.quit();
  });
});

describe('properties of a request', () => {
  it('reach trackers and filters, and do not choose the provider (LC-67); trackers get a copy when the requester goes (LC-112)', async () => {
    const manager = testManager();
    const requests: DependencyRequest[] = [];
    const released: DependencyRequest[] = [];
    const filtered: unknown[] = [];
    manager.register(
      defineService({
        name: 'Tracker',
        setup(_, self) {
          self.track(A, {
            requested: (request) => void requests.push(request),
            released: (request) => void released.push(request),
          });
        },
      }),
    );
    manager.register(defineService({ provides: [A], setup: () => ({ name: 'other' }) }), {
      properties: { level: 'not the one asked for' },
      filter: {
        matches(_, all) {
          filtered.push(...all.map(({ properties }) => properties));
          return true;
        },
        describe: () => 'everybody',
      },
    });
    const asked = { level: 'debug', tags: ['x'] };
    const user = manager.register(
      defineService({ name: 'User', dependencies: { a: required(A, { properties: asked }) }, setup: () => undefined }),
    );
    await manager.begin();
    expect(user.state).toBe('active');
    expect(requests.map(({ properties }) => properties)).toEqual([{ level: 'debug', tags: ['x'] }]);
    expect(filtered).toContainEqual({ level: 'debug', tags: ['x'] });
    asked.level = 'changed by the requester';
    void manager.removeService(user.id);
    await manager.settle();
    expect(released).toMatchObject([
      { requester: { id: user.id, name: 'User' }, token: A, required: true, multiple: false },
    ]);
    expect(released[0]?.properties).toEqual({ level: 'debug', tags: ['x'] });
    await manager.quit();
  });
});

describe('removal', () => {
  it('drops the trackers of the service, whose id is never found again (LC-113)', async () => {
    const seen: string[] = [];
    const manager = testManager();
    const { id } = manager.register(
      defineService({
        name: 'Tracker',
        provides: [B],
        setup(_, self) {
          self.track(A, { requested: ({ requester }) => void seen.push(requester.name) });
          return { name: 'b' };
        },
      }),
    );
    await manager.begin();
    const uuid = manager.services.byId(id)?.uuid ?? '';
    void manager.removeService(id);
    await manager.settle();
    manager.register(logged([], 'D', { dependencies: { a: required(A) } }));
    await manager.settle();
    expect(seen).toEqual([]);
    const { services } = manager;
    expect([services.byId(id), services.byUuid(uuid), services.instance(id, B)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(services.resources().trackers).toBe(0);
    expect(() => manager.startService(id)).toThrow(expect.objectContaining({ code: 'ICHOR_SERVICE_UNKNOWN' }));
    expect(manager.register(logged([], 'Next')).id).toBeGreaterThan(id);
    await manager.quit();
  });

  it('ends a coroutine of the service that still waits, in its grace or by cancelling it, and only then removes it (LC-115, D8)', async () => {
    const log: string[] = [];
    const manager = testManager();
    const { id } = manager.register(
      defineService({
        name: 'Busy',
        setup(_, self) {
          self.run(function* () {
            try {
              yield* sleep(1_000_000);
              log.push('never');
            } finally {
              log.push(`finally while ${self.state}`);
            }
          });
          return { stop: () => void log.push('stop') };
        },
      }),
      { stopGraceMs: 50 },
    );
    await manager.begin();
    void manager.removeService(id);
    await manager.settle();
    expect(manager.services.byId(id)?.name).toBe('Busy');
    await manager.advance(50);
    expect(log).toEqual([expect.stringMatching(/^finally while /), 'stop']);
    expect(manager.services.byId(id)).toBeUndefined();
    await manager.quit();
    assertNoLeaks(manager);
  });
});

describe('the code of a manager', () => {
  it('runs on its own loop only, whoever releases it: never inside an event of another manager (EV-130, EV-131, EV-132)', async () => {
    const log: string[] = [];
    const gate = new ManualResetEvent();
    const [near, far] = [testManager({ name: 'near' }), testManager({ name: 'far' })];
    const Open = defineEvent('Open');
    far.register(
      defineService({
        name: 'Waiter',
        setup(_, self) {
          self.run(function* () {
            log.push('far waits');
            yield* gate.wait();
            log.push('far goes on');
          });
        },
      }),
    );
    near.register(
      defineService({
        name: 'Opener',
        setup(_, self) {
          self.on(Open, () => {
            log.push('near opens');
            gate.set();
            far.queue.push(Open);
            log.push('near has opened');
          });
        },
      }),
    );
    await far.begin();
    await near.begin();
    near.queue.push(Open);
    await near.settle();
    expect(log).toEqual(['far waits', 'near opens', 'near has opened']);
    await far.settle();
    expect(log).toEqual(['far waits', 'near opens', 'near has opened', 'far goes on']);
    await near.quit();
    await far.quit();
  });

  it('is refused to others: a context that has ended, and a queue that belongs to another manager (EV-131, LC-8)', async () => {
    let self: ServiceContext | undefined;
    const manager = new DependencyManager();
    const { id } = manager.register(
      defineService({
        setup(_, context) {
          self = context;
        },
      }),
    );
    const ended = manager.run();
    await manager.whenActive(id);
    await manager.removeService(id);
    const Ping = defineEvent('Ping');
    for (const call of [
      () => self?.on(Ping, () => undefined),
      () => self?.queue.push(Ping),
      () => self?.run(() => undefined),
      () => self?.register(class {}),
    ])
      expect(call).toThrow(expect.objectContaining({ code: 'ICHOR_SERVICE_STOPPED' }));
    await manager.quit();
    await ended;
  });
});
