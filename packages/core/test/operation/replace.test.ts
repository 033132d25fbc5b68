// Replacing a service while the program runs: who takes over when, that no event is lost or handled twice, and what a failed
// replacement leaves. Issue 5, GU-1, LC-95.

import { sleep } from '@ichor/coroutines';
import type { DependencyManager } from '@ichor/core';
import {
  defineEvent,
  defineService,
  IchorError,
  many,
  optional,
  required,
  type Dependency,
  token,
  type ServiceContext,
  type ServiceHandle,
} from '@ichor/core';
import { assertNoLeaks, heldResources, testManager, type TestManager } from '@ichor/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

interface Price {
  readonly version: string;
}
const Price = token<Price>('Price');
const Order = defineEvent<number>('Order');

/** A provider of Price that notes its steps. */
function price(version: string, steps: string[], more: { start?: () => unknown; stop?: () => unknown } = {}) {
  return defineService({
    name: `Price ${version}`,
    provides: [Price],
    *setup() {
      steps.push(`${version} starts`);
      const result = more.start?.();
      if (typeof result === 'number') yield* sleep(result);
      return {
        version,
        stop() {
          steps.push(`${version} stops`);
          more.stop?.();
        },
      };
    },
  });
}

async function replaced(
  manager: TestManager,
  ...parameters: Parameters<DependencyManager['replace']>
): Promise<ServiceHandle> {
  let outcome: { handle?: ServiceHandle; error?: unknown } = {};
  Promise.resolve(manager.replace(...parameters)).then(
    (handle) => {
      outcome = { handle };
    },
    (error: unknown) => {
      outcome = { error };
    },
  );
  for (let i = 0; i < 50 && outcome.handle === undefined && outcome.error === undefined; i++) {
    await manager.settle();
    if (outcome.handle === undefined && outcome.error === undefined) manager.clock.step();
    await manager.settle();
  }
  if (outcome.error !== undefined) throw outcome.error as Error;
  if (outcome.handle === undefined) throw new Error('the replacement does not end');
  return outcome.handle;
}

describe('replace', () => {
  it('gives optional and many slots the new one before they lose the old one, without a stop', async () => {
    const steps: string[] = [];
    const manager = testManager();
    const old = manager.register(price('v1', steps));
    const shop = (key: string, dependency: Dependency<Price>) =>
      defineService({
        name: key,
        dependencies: { [key]: dependency },
        setup: () => ({
          added: (_: string, service: Price) => void steps.push(`${key} + ${service.version}`),
          removed: (_: string, service: Price) => void steps.push(`${key} - ${service.version}`),
          stop: () => void steps.push(`${key} stops`),
        }),
      });
    manager.register(shop('price', optional(Price)));
    manager.register(shop('all', many(Price)));
    manager.register(shop('one', many(Price, { required: true })));
    await manager.begin();
    steps.length = 0;
    await replaced(manager, old.id, price('v2', steps));
    expect(steps).toEqual([
      'v2 starts',
      'all + v2',
      'one + v2',
      'price + v2',
      'price - v1',
      'one - v1',
      'all - v1',
      'v1 stops',
    ]);
    expect(manager.services.byId(old.id)).toBeUndefined();
    await manager.quit();
    expect(manager.outcome).toBe('resolved');
    assertNoLeaks(manager);
  });

  it('hands over consumers that require it in order: consumer stops, swap, consumer starts (LC-95)', async () => {
    const steps: string[] = [];
    const manager = testManager();
    const old = manager.register(price('v1', steps));
    const Middle = token<object>('Middle');
    const consumer = (name: string, needs: object, provides: never[]) =>
      defineService({
        name,
        provides,
        dependencies: { needed: needs as never },
        setup(deps: { needed: Price }) {
          steps.push(`${name} starts with ${deps.needed.version ?? 'middle'}`);
          return { stop: () => void steps.push(`${name} stops`) };
        },
      });
    const middle = manager.register(consumer('middle', required(Price), [Middle as never]));
    const last = manager.register(consumer('last', required(Middle), []));
    await manager.begin();
    steps.length = 0;
    const next = await replaced(manager, old.id, price('v2', steps));
    expect(steps).toEqual(
      [
        'v2 starts',
        'last stops',
        'middle stops',
        'middle starts with v2',
        'last starts with middle',
        'v1 stops',
      ].toSorted((a, b) => order(a) - order(b)),
    );
    expect([next, middle, last].map(({ state }) => state)).toEqual(['active', 'active', 'active']);
    expect(steps.indexOf('v1 stops')).toBeGreaterThan(steps.indexOf('middle stops'));
    await manager.quit();

    function order(step: string): number {
      return steps.indexOf(step);
    }
  });

  it('every event is handled exactly once, by the old or the new one, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('push', 'replace', 'wait'), { minLength: 1, maxLength: 40 }),
        fc.constantFrom('start-first' as const, 'stop-first' as const),
        fc.integer({ min: 0, max: 3 }),
        async (script, order, startMs) => {
          const manager = testManager({ onFailure: 'quit' });
          const handled: number[] = [];
          const byConsumer: number[] = [];
          const versions = new Set<number>();
          const version = (number: number) =>
            defineService({
              name: `v${number}`,
              provides: [Price],
              *setup(_, self: ServiceContext) {
                self.on(Order, (value) => {
                  handled.push(value);
                  versions.add(number);
                });
                if (startMs > 0) yield* sleep(startMs);
                return { version: String(number) };
              },
            });
          let current = manager.register(version(0)).id;
          manager.register(
            defineService({
              name: 'consumer',
              dependencies: { price: required(Price) },
              *setup(_, self: ServiceContext) {
                self.on(Order, (value) => {
                  byConsumer.push(value);
                });
                if (startMs > 0) yield* sleep(startMs);
                return {
                  *stop() {
                    yield* sleep(1);
                  },
                };
              },
            }),
          );
          void manager.run();
          await manager.advance(100);
          let [pushed, replacements] = [0, 0];
          let isReplacing = false;
          for (const step of script) {
            if (step === 'push') manager.queue.push(Order, pushed++);
            else if (step === 'wait') await manager.advance(1);
            else if (!isReplacing) {
              isReplacing = true;
              replacements++;
              void Promise.resolve(manager.replace(current, version(replacements), undefined, { order })).then(
                (handle) => {
                  current = handle.id;
                  isReplacing = false;
                },
              );
            }
          }
          await manager.advance(1000);
          const all = Array.from({ length: pushed }, (_, index) => index);
          expect(handled).toEqual(all);
          expect(byConsumer).toEqual(all);
          expect(isReplacing).toBe(false);
          await manager.quit();
          expect(manager.outcome).toBe('resolved');
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps the old one when the new one cannot start, and tells the caller and nobody else', async () => {
    const steps: string[] = [];
    const manager = testManager({ onFailure: 'quit' });
    const old = manager.register(price('v1', steps));
    manager.register(
      defineService({ name: 'consumer', dependencies: { price: required(Price) }, setup: () => undefined }),
    );
    await manager.begin();
    const cause = new Error('v2 is broken');
    const broken = price('v2', steps, {
      start: () => {
        throw cause;
      },
    });
    for (const order of ['start-first', 'stop-first'] as const) {
      const error = await replaced(manager, old.id, broken, undefined, { order }).catch((caught: unknown) => caught);
      expect(IchorError.is(error, 'ICHOR_REPLACE_FAILED')).toBe(true);
      expect((error as Error).cause).toBe(cause);
      expect(old.state).toBe('active');
      expect(
        manager.services
          .all()
          .map(({ name, state }) => `${name} ${state}`)
          .slice(2),
      ).toEqual(['Price v1 active', 'consumer active']);
    }
    expect(manager.isRunning).toBe(true);
    await manager.quit();
    assertNoLeaks(manager);
  });

  it('gives up after timeoutMs when the new one waits for something that nobody provides', async () => {
    const manager = testManager();
    const old = manager.register(price('v1', []));
    await manager.begin();
    const Absent = token<object>('Absent');
    const waiting = defineService({ provides: [Price], dependencies: { x: required(Absent) }, setup: () => ({}) });
    const error = await replaced(manager, old.id, waiting, undefined, { timeoutMs: 50 }).catch((e: unknown) => e);
    expect((error as Error).message).toContain('not active after 50 ms');
    expect(manager.services.count).toBe(3);
    expect(old.state).toBe('active');
    await manager.quit();
  });

  it('refuses a new one that needs the one it replaces through another service', async () => {
    const manager = testManager();
    const old = manager.register(price('v1', []));
    const Middle = token<object>('Middle');
    manager.register(
      defineService({ name: 'middle', provides: [Middle], dependencies: { p: required(Price) }, setup: () => ({}) }),
    );
    await manager.begin();
    const circular = defineService({
      name: 'v2',
      provides: [Price],
      dependencies: { middle: required(Middle) },
      setup: () => ({ version: 'v2' }),
    });
    const error = await replaced(manager, old.id, circular).catch((e: unknown) => e);
    expect((error as Error).message).toContain('it needs Price v1 itself');
    await manager.settle();
    expect(
      manager.services
        .all()
        .map(({ name }) => name)
        .slice(2),
    ).toEqual(['Price v1', 'middle']);
    await manager.quit();
  });

  it('a new one never receives the old one as its own dependency', async () => {
    const manager = testManager();
    const old = manager.register(price('v1', []));
    await manager.begin();
    let received: unknown = 'not started';
    const next = defineService({
      provides: [Price],
      dependencies: { before: optional(Price) },
      setup({ before }) {
        received = before.current;
        return { version: 'v2' };
      },
    });
    await replaced(manager, old.id, next);
    expect(received).toBeUndefined();
    await manager.quit();
  });

  it('takes over registration, tokens and place: properties, class token, parent', async () => {
    const manager = testManager();
    class V1 {
      static readonly dependencies = {};
    }
    let child: ServiceHandle | undefined;
    const parent = manager.register(
      defineService({
        name: 'parent',
        setup(_, self: ServiceContext) {
          child = self.register(V1, { properties: { region: 'eu' }, priority: 70 });
        },
      }),
    );
    manager.register(defineService({ name: 'user', dependencies: { v: required(V1) }, setup: () => undefined }));
    await manager.begin();
    const next = await replaced(
      manager,
      child?.id ?? 0,
      class V2 {
        static readonly dependencies = {};
      },
    );
    expect(manager.services.byId(next.id)).toMatchObject({ name: 'V2', properties: { region: 'eu' }, priority: 70 });
    expect(manager.services.consumers(next.id).map(({ name }) => name)).toEqual(['user']);
    void manager.removeService(parent.id);
    await manager.settle();
    expect(next.state).toBe('uninstalled');
    await manager.quit();
  });

  it('replaces a factory that makes one child per consumer: consumers end up with a child of the new one', async () => {
    const log: string[] = [];
    const manager = testManager();
    const factory = (version: string) =>
      defineService({
        name: `factory ${version}`,
        setup(_, self: ServiceContext) {
          self.track(Price, {
            requested: ({ requester }) => {
              self.register(price(`${version} for ${requester.name}`, log), { filter: { consumer: requester.id } });
            },
          });
        },
      });
    const old = manager.register(factory('v1'));
    const seen: number[] = [];
    const consumer = manager.register(
      defineService({
        name: 'consumer',
        dependencies: { price: required(Price) },
        setup({ price: used }, self: ServiceContext) {
          log.push(`consumer uses ${used.version}`);
          self.on(Order, (value) => {
            seen.push(value);
          });
        },
      }),
    );
    await manager.begin();
    const done = Promise.resolve(manager.replace(old.id, factory('v2')));
    for (let i = 0; i < 20; i++) {
      manager.queue.push(Order, i);
      manager.step();
    }
    await manager.settle();
    await done;
    expect(log.filter((line) => line.startsWith('consumer'))).toEqual([
      'consumer uses v1 for consumer',
      'consumer uses v2 for consumer',
    ]);
    expect(consumer.state).toBe('active');
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(manager.services.count).toBe(5);
    await manager.quit();
    assertNoLeaks(manager);
  });

  it('refuses what cannot be registered before anything has happened', async () => {
    const manager = testManager();
    const old = manager.register(price('v1', []));
    for (const phase of ['new', 'running']) {
      if (phase === 'running') await manager.begin();
      expect(() => manager.replace(old.id, undefined as never)).toThrow(/register\(\) takes a class/);
      expect(() => manager.replace(old.id, price('v2', []), { unknown: 1 } as never)).toThrow(
        /"unknown" of the registration of Price v2 is unknown/,
      );
      expect(manager.services.byId(old.id)).toBeDefined();
    }
    expect(manager.services.count).toBe(3);
    expect(() => manager.replace(1e9, price('v2', []))).toThrow(/no service 1000000000/);
    const itself = manager.services.all()[0]?.id ?? 0;
    expect(() => manager.replace(itself, price('v2', []))).toThrow(/part of the manager/);
    await manager.quit();
  });

  it('three hundred replacements leave nothing behind', async () => {
    const manager = testManager();
    const collected: WeakRef<object>[] = [];
    let current = manager.register(price('v0', [])).id;
    for (const dependency of [required(Price), optional(Price), many(Price)])
      manager.register(
        defineService({
          dependencies: { price: dependency },
          setup(_, self: ServiceContext) {
            self.on(Order, () => undefined);
          },
        }),
      );
    await manager.begin();
    const held = heldResources(manager);
    for (let version = 1; version <= 300; version++) {
      collected.push(new WeakRef(manager.services.instance(current, Price) as object));
      const next = await replaced(manager, current, price(`v${version}`, []));
      current = next.id;
    }
    assertNoLeaks(manager, held);
    await new Promise((resolve) => setTimeout(resolve, 0));
    globalThis.gc?.();
    // The last one may still be reachable from what was processed last.
    expect(collected.filter((ref) => ref.deref() !== undefined).length).toBeLessThanOrEqual(1);
    await manager.quit();
    assertNoLeaks(manager);
  });

  it('before run() it only exchanges the registration', async () => {
    const steps: string[] = [];
    const manager = testManager();
    const old = manager.register(price('v1', steps));
    const next = Promise.resolve(manager.replace(old.id, price('v2', steps)));
    await manager.begin();
    expect((await next).state).toBe('active');
    expect(steps).toEqual(['v2 starts']);
    await manager.quit();
  });

  it('ends with the manager, and can be replaced once at a time', async () => {
    const manager = testManager();
    const old = manager.register(price('v1', []));
    await manager.begin();
    const pending = Promise.resolve(manager.replace(old.id, price('v2', [], { start: () => 1e6 }))).catch(
      (error: unknown) => (error as IchorError).code,
    );
    expect(() => manager.replace(old.id, price('v3', []))).toThrow(/is being replaced already/);
    expect(() => manager.replace(1e9, price('v3', []))).toThrow(/has no service/);
    expect(() => manager.replace(old.id, price('v3', []), undefined, { order: 'first' as never })).toThrow(/order/);
    await manager.settle();
    await manager.quit();
    expect(await pending).toBe('ICHOR_MANAGER_QUIT');
    assertNoLeaks(manager);
  });

  it('delivers what it kept after holdMs when a consumer does not come back in time', async () => {
    const seen: number[] = [];
    const manager = testManager();
    const old = manager.register(price('v1', []));
    let starts = 0;
    manager.register(
      defineService({
        name: 'slow',
        dependencies: { price: required(Price) },
        *setup(_, self: ServiceContext) {
          self.on(Order, () => undefined);
          if (starts++ > 0) yield* sleep(1000);
        },
      }),
    );
    manager.register(
      defineService({
        name: 'other',
        setup(_, self: ServiceContext) {
          self.on(Order, (value) => {
            seen.push(value);
          });
        },
      }),
    );
    await manager.begin();
    const done = Promise.resolve(manager.replace(old.id, price('v2', []), undefined, { holdMs: 100 }));
    await manager.settle();
    manager.queue.push(Order, 1);
    await manager.settle();
    expect([seen, manager.queue.size]).toEqual([[], 1]);
    await manager.advance(100);
    expect(seen).toEqual([1]);
    expect(manager.host.messages.join()).toContain('takes longer than 100 ms');
    await manager.advance(1000);
    expect((await done).state).toBe('active');
    await manager.quit();
  });
});
