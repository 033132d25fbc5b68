// What consumers hold: accessors, slots, live collections, views per consumer, and their end (D2, D2b, D8, GD-22, LC-66).
import { isCancelled, sleep } from '@ichor/coroutines';
import { describe, expect, it } from 'vitest';
import {
  defineEvent,
  defineService,
  DependencyManager,
  forConsumer,
  many,
  optional,
  Queue,
  required,
  ServiceContext,
  token,
  type Consumer,
  type Injected,
  type LiveCollection,
  type ServiceContext as Self,
} from '../../src/index.ts';
import { assertNoLeaks, testManager } from '../../src/testing/index.ts';
import { A, logged, type Named } from '../support.ts';

const Ping = defineEvent('Ping');
const dependencies = { one: required(A), maybe: optional(A), all: many(A) };

/** Keeps what it was given, beyond its end. */
class Keeper {
  static readonly dependencies = dependencies;
  static kept: { deps: Injected<typeof dependencies>; self: Self } | undefined;
  constructor(deps: Injected<typeof dependencies>, self: Self) {
    Keeper.kept = { deps, self };
  }
}

describe('declared dependencies', () => {
  it('are the provider, a slot, and a live collection in the order of arrival', async () => {
    const manager = testManager();
    manager.register(
      class extends Keeper {
        static override readonly dependencies = dependencies;
      },
    );
    manager.register(logged([], 'P1', { provides: [A] }));
    manager.register(logged([], 'P2', { provides: [A] }));
    const p3 = manager.register(logged([], 'P3', { provides: [A] }));
    await manager.begin();
    const { deps } = Keeper.kept as NonNullable<typeof Keeper.kept>;
    expect([deps.one.name, deps.maybe.current?.name, [...deps.all].map((one) => one.name)]).toEqual([
      'P1',
      'P2',
      ['P3'],
    ]);
    expect([deps.all.size, deps.all.at(0)?.name, deps.all.at(5), deps.all.toArray().length]).toEqual([
      1,
      'P3',
      undefined,
      1,
    ]);
    void manager.removeService(p3.id);
    await manager.settle();
    expect(deps.all.size).toBe(0);
    expect(Object.keys(deps)).toEqual([]);
    await manager.quit();
  });

  it('fail with ICHOR_SERVICE_GONE, naming both sides, once the consumer has stopped', async () => {
    const manager = testManager();
    const keeper = manager.register(Keeper);
    manager.register(logged([], 'P1', { provides: [A] }));
    manager.register(logged([], 'P2', { provides: [A] }));
    await manager.begin();
    const { deps, self } = Keeper.kept as NonNullable<typeof Keeper.kept>;
    const { maybe, all } = deps;
    void manager.stopService(keeper.id);
    await manager.settle();
    const gone = expect.objectContaining({
      code: 'ICHOR_SERVICE_GONE',
      message: expect.stringContaining(`Keeper (${keeper.id})`),
    });
    expect(() => deps.one).toThrow(gone);
    expect(() => maybe.current).toThrow(gone);
    expect(() => maybe.ready()).toThrow(gone);
    expect(() => all.size).toThrow(gone);
    expect(() => [...all]).toThrow(gone);
    for (const call of [
      () => self.on(Ping, () => undefined),
      () => self.intercept('all', {}),
      () => self.track(A, { requested: () => undefined }),
      () => self.run(() => undefined),
      () => self.own(() => undefined),
      () => self.register(Keeper),
      () => {
        self.execute(() => undefined);
      },
      () => {
        self.stop();
      },
      () => self.queue.push(Ping),
      () => self.queue.post(() => undefined),
    ])
      expect(call).toThrow(expect.objectContaining({ code: 'ICHOR_SERVICE_STOPPED' }));
    expect(self.signal.aborted).toBe(true);
    await manager.quit();
  });

  it('ready() waits for an optional provider, and ends with the consumer', async () => {
    const manager = testManager();
    const log: string[] = [];
    const waiter = (name: string) =>
      defineService({
        name,
        dependencies: { a: optional(A) },
        setup(deps, self) {
          self.run(function* () {
            const a: Named = yield* deps.a.ready();
            log.push(`${name} got ${a.name}`);
            log.push(`${name} at once ${(yield* deps.a.ready()).name}`);
          });
        },
      });
    manager.register(waiter('first'));
    const second = manager.register(waiter('second'));
    await manager.begin();
    // Removed rather than stopped: an arriving dependency would start it again (LC-73).
    void manager.removeService(second.id);
    await manager.advance(2000);
    manager.register(logged([], 'P', { provides: [A] }));
    await manager.settle();
    expect(log).toEqual(['first got P', 'first at once P']);
    await manager.quit();
    expect(manager.outcome).toBe('resolved');
    assertNoLeaks(manager);
  });

  it('ready() that async code waits for fails when the consumer begins to stop, so that it does not keep it up', async () => {
    const manager = testManager();
    const ended: string[] = [];
    const { id } = manager.register(
      defineService({
        name: 'Waiter',
        dependencies: { a: optional(A) },
        setup({ a }, self) {
          const wait = async (): Promise<void> => {
            try {
              await a.ready();
            } catch (error) {
              ended.push(isCancelled(error) ? 'cancelled' : String(error));
              throw error;
            }
          };
          self.run(wait);
          self.on(Ping, wait);
          // One who asks while the service stops is told at once.
          return { stop: wait };
        },
      }),
    );
    await manager.begin();
    manager.queue.push(Ping);
    await manager.settle();
    const begin = manager.clock.now();
    void manager.stopService(id);
    await manager.settle();
    expect([manager.services.byId(id)?.state, manager.clock.now() - begin, ended]).toEqual([
      'installed',
      0,
      ['cancelled', 'cancelled', 'cancelled'],
    ]);
    expect(manager.host.messages).toEqual([]);
    await manager.quit();
    expect(manager.outcome).toBe('resolved');
  });

  it('added and removed may be async or coroutines: they belong to the consumer, and so do their failures', async () => {
    const manager = testManager();
    const log: string[] = [];
    const { id } = manager.register(
      defineService({
        name: 'Slow',
        dependencies: { all: many(A) },
        setup: () => ({
          *added(_: string, one: Named) {
            yield* sleep(10);
            log.push(`added ${one.name}`);
          },
          async removed(_: string, one: Named) {
            await Promise.resolve();
            throw new Error(`cannot let go of ${one.name}`);
          },
        }),
      }),
      { onFailure: 'log' },
    );
    const p = manager.register(logged([], 'P', { provides: [A] }));
    await manager.begin();
    await manager.advance(10);
    expect(log).toEqual(['added P']);
    void manager.stopService(p.id);
    await manager.settle();
    expect(manager.host.messages.join()).toContain('cannot let go of P');
    expect(manager.services.byId(id)?.state).toBe('active');
    await manager.quit();
    assertNoLeaks(manager);
  });

  it('a collection may be iterated while providers come and go: who has gone is left out, who has come is seen', async () => {
    const manager = testManager();
    const seen: string[] = [];
    let all: LiveCollection<Named> | undefined;
    const consumer = manager.register(
      defineService({
        dependencies: { all: many(A) },
        setup: (deps) => {
          ({ all } = deps);
        },
      }),
    );
    const [, b] = ['a', 'b', 'c'].map((name) => manager.register(logged([], name, { provides: [A] })));
    await manager.begin();
    for (const one of all ?? []) {
      seen.push(one.name);
      if (one.name !== 'a') continue;
      void manager.stopService(b?.id ?? 0);
      manager.register(logged([], 'd', { provides: [A] }));
      manager.drain();
    }
    expect([seen, all?.size, all?.at(0)?.name, all?.at(-1)?.name, all?.at(5)]).toEqual([
      ['a', 'c', 'd'],
      3,
      'a',
      'd',
      undefined,
    ]);
    const started = all?.[Symbol.iterator]();
    expect(started?.next().value?.name).toBe('a');
    void manager.stopService(consumer.id);
    await manager.settle();
    expect(started?.next().done).toBe(true);
    expect(() => all?.size).toThrow(expect.objectContaining({ code: 'ICHOR_SERVICE_GONE' }));
    await manager.quit();
  });

  it('may be abstract classes', async () => {
    abstract class Shape {
      abstract area(): number;
    }
    class Square extends Shape {
      static readonly provides = [Shape];
      area() {
        return 4;
      }
    }
    const areas: number[] = [];
    const manager = testManager();
    manager.register(Square);
    manager.register(
      defineService({ dependencies: { shape: required(Shape) }, setup: ({ shape }) => void areas.push(shape.area()) }),
    );
    await manager.begin();
    expect(areas).toEqual([4]);
    await manager.quit();
  });

  it('match providers by their properties, and leave an unconditional slot the other one', async () => {
    const manager = testManager();
    const names: string[] = [];
    manager.register(logged([], 'red', { provides: [A] }), { properties: { colour: 'red' } });
    manager.register(logged([], 'blue', { provides: [A] }), { properties: { colour: 'blue' } });
    await manager.begin();
    manager.register(
      defineService({
        dependencies: { any: required(A), red: required(A, { match: { colour: 'red' } }) },
        setup: ({ any, red }) => void names.push(any.name, red.name),
      }),
    );
    await manager.settle();
    expect(names).toEqual(['blue', 'red']);
    await manager.quit();
  });
});

describe('malformed declarations', () => {
  it('are refused at registration, with the class and the key (traps: lenient shapes)', () => {
    const manager = testManager();
    const refused: [unknown, RegExp][] = [
      [undefined, /received undefined/],
      [{}, /register\(\) takes a class/],
      [
        class X {
          static dependencies = [required(A)];
        },
        /X: static dependencies must be an object/,
      ],
      [
        class X {
          static dependencies = { a: A };
        },
        /X: dependency "a"/,
      ],
      [
        class X {
          static dependencies = { a: required(undefined as never) };
        },
        /circular import/,
      ],
      [
        class X {
          static dependencies = { a: { ...required(A), lazy: true } };
        },
        /unknown key "lazy"/,
      ],
      [
        class X {
          static provides = A;
          dependencies = {};
        },
        /static provides must be an array/,
      ],
      [
        class X {
          static provides = ['A'];
        },
        /neither a token nor a class/,
      ],
      [
        class X {
          constructor(a: number) {
            void a;
          }
        },
        // Where another part of the program uses decorators, inversify is asked, and says it in its words.
        /constructor (with|requires at least) 1 /,
      ],
    ];
    for (const [serviceClass, message] of refused)
      expect(() => manager.register(serviceClass as never)).toThrow(
        expect.objectContaining({ code: 'ICHOR_DEPENDENCY_INVALID', message: expect.stringMatching(message) }),
      );
    class Itself {
      static readonly dependencies: Record<string, ReturnType<typeof required>> = {};
    }
    Itself.dependencies['self'] = required(Itself);
    expect(() => manager.register(Itself)).toThrow(/its own class/);
    expect(() => defineService({ setup: 1 as never })).toThrow(
      expect.objectContaining({ code: 'ICHOR_OPTION_INVALID' }),
    );
    expect(() => defineService({ setup: () => undefined, needs: 1 } as never)).toThrow(/"needs"/);
    expect(manager.services.count).toBe(2);
  });

  it('and wrong options, of registrations and managers, name the option, the value and what is allowed', () => {
    const manager = testManager();
    const Class = logged([], 'X');
    for (const [registration, text] of [
      [{ proprties: {} }, 'proprties'],
      [{ priority: -1 }, '-1'],
      [{ stopGraceMs: Number.NaN }, 'NaN'],
      [{ onFailure: 'explode' }, 'explode'],
      [{ restart: { attempts: 0 } }, 'restart.attempts'],
      [{ restart: { delayMs: -5 } }, '-5'],
      [{ filter: {} }, 'filter'],
    ] as const)
      expect(() => manager.register(Class, registration as never)).toThrow(
        expect.objectContaining({ code: 'ICHOR_OPTION_INVALID', message: expect.stringContaining(text) }),
      );
    for (const [options, text] of [
      [{ sliceMS: 5 }, 'sliceMS'],
      [{ sliceMs: 0 }, 'sliceMs'],
      [{ quitTimeoutMs: 'soon' }, 'soon'],
      [{ checkpoint: 'never' }, "'every-event'"],
      [{ onFailure: 'panic' }, 'panic'],
    ] as const)
      expect(() => new DependencyManager(options as never)).toThrow(
        expect.objectContaining({ code: 'ICHOR_OPTION_INVALID', message: expect.stringContaining(text) }),
      );
  });

  it('options and properties are validated by the Standard Schemas of the class', async () => {
    const schema = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: (value: unknown) => {
          const { port } = value as { port?: number };
          return typeof port === 'number'
            ? { value: { port, host: 'localhost' } }
            : { issues: [{ message: 'must be a number', path: ['port'] }] };
        },
        types: undefined as { input: { port: number }; output: { port: number; host: string } } | undefined,
      },
    };
    const seen: unknown[] = [];
    const Service = defineService({ name: 'Host', options: schema, setup: (_, self) => void seen.push(self.options) });
    const manager = testManager();
    expect(() => manager.register(Service, { options: {} as never })).toThrow(
      'The options of Host are not valid: "port": must be a number.',
    );
    manager.register(Service, { options: { port: 80 } });
    await manager.begin();
    expect(seen).toEqual([{ port: 80, host: 'localhost' }]);
    await manager.quit();
  });
});

describe('views per consumer (D2b)', () => {
  interface Bell {
    ring(): string;
  }
  const Bell = token<Bell>('Bell');

  it('are made once per consumer, owned by it, and end with either side', async () => {
    const log: string[] = [];
    const views: (Bell & { link: Consumer })[] = [];
    const manager = testManager();
    class Tower {
      static readonly provides = [Bell];
      [forConsumer](consumer: Consumer): Bell & Disposable & { link: Consumer } {
        consumer.own(() => log.push(`owned by ${consumer.context.name} undone`));
        const view = {
          link: consumer,
          ring() {
            consumer.assertConnected();
            return `${consumer.provider.name} rings for ${consumer.context.name} (${String(consumer.properties?.['tone'])})`;
          },
          [Symbol.dispose]() {
            log.push(`view of ${consumer.context.name} disposed`);
          },
        };
        views.push(view);
        return view;
      }
    }
    const tower = manager.register(Tower);
    const consumer = (name: string) =>
      manager.register(
        defineService({
          name,
          dependencies: { bell: required(Bell, { properties: { tone: name } }) },
          setup: ({ bell }) => void log.push(bell.ring()),
        }),
      );
    const first = consumer('first');
    consumer('second');
    await manager.begin();
    expect(log).toEqual(['Tower rings for first (first)', 'Tower rings for second (second)']);
    void manager.stopService(first.id);
    await manager.settle();
    expect(log.slice(2)).toEqual(['view of first disposed', 'owned by first undone']);
    expect(() => views[0]?.ring()).toThrow(
      expect.objectContaining({ code: 'ICHOR_SERVICE_GONE', message: expect.stringMatching(/first[^]*Tower/) }),
    );
    expect(views[1]?.link.connected).toBe(true);
    void manager.stopService(tower.id);
    await manager.settle();
    expect(views[1]?.link.connected).toBe(false);
    expect(() => views[1]?.ring()).toThrow(expect.objectContaining({ code: 'ICHOR_SERVICE_GONE' }));
    await manager.quit();
    assertNoLeaks(manager);
  });

  it('the queue is one: what is pushed through it carries the service as origin', async () => {
    const origins: number[] = [];
    const manager = testManager();
    const handle = manager.register(
      defineService({
        dependencies: { queue: required(Queue), self: optional(ServiceContext) },
        setup({ queue }, self) {
          self.on(Ping, (_, event) => void origins.push(event.origin));
          queue.push(Ping);
        },
      }),
    );
    await manager.begin();
    expect(origins).toEqual([handle.id]);
    await manager.quit();
  });
});

describe('children', () => {
  it('belong to the service that registered them: stopped and removed with it (D8)', async () => {
    const log: string[] = [];
    const manager = testManager();
    const parent = manager.register(
      logged(log, 'parent', {
        onStart: (self) => {
          self.register(logged(log, 'child', { stopMs: 10 }));
          self.register(logged(log, 'idle', { dependencies: { a: required(A) } }));
        },
      }),
    );
    await manager.begin();
    expect(manager.services.count).toBe(5);
    log.length = 0;
    void manager.stopService(parent.id);
    await manager.advance(100);
    expect(log).toEqual(['parent.stop', 'child.stop begins', 'child.stop']);
    expect(manager.services.count).toBe(3);
    void manager.startService(parent.id);
    await manager.settle();
    expect(manager.services.count).toBe(5);
    await manager.quit();
    assertNoLeaks(manager);
  });
});
