// The order in which services start and stop, and the states they pass (LC-20…29, LC-42…44, LC-60…65, LC-70…84, LC-90…100).
import { describe, expect, it } from 'vitest';
import { pause, sleep } from '@ichor/coroutines';
import {
  defineEvent,
  defineService,
  many,
  optional,
  Queue,
  required,
  RemoveService,
  StartService,
  StopService,
  token,
  type ServiceState,
} from '../../src/index.ts';
import { assertNoLeaks, testManager, traceEvents } from '../../src/testing/index.ts';
import { A, B, C, logged, type Named } from '../support.ts';

describe('starting', () => {
  it('registers in the order insert, request, start, and starts a dependent in the same event as its provider comes online (LC-42, LC-81, trace A)', async () => {
    const log: string[] = [];
    const manager = testManager();
    using trace = traceEvents(manager, { internal: true });
    const p = manager.register(logged(log, 'P', { provides: [A] }));
    const d = manager.register(logged(log, 'D', { dependencies: { a: required(A) } }));
    await manager.begin();
    expect(trace.events.map((event) => [event.type, event.origin, event.priority])).toEqual([
      ['InsertService', p.id, 50],
      ['InsertService', d.id, 50],
      ['StartService', p.id, 100],
      ['RequestDependency', d.id, 100],
      ['DependencyOnline', p.id, 100],
      ['DependencyOnline', d.id, 100],
    ]);
    expect(log).toEqual(['P.start', 'D.added(P)', 'D.start']);
    trace[Symbol.dispose]();
    await manager.quit();
    expect(log.slice(3)).toEqual(['D.stop', 'D.removed(P)', 'P.stop']);
    assertNoLeaks(manager);
  });

  it('passes installed, starting, injecting, active, uninjecting, stopping, installed, uninstalled (LC-20…28)', async () => {
    const seen: ServiceState[] = [];
    const manager = testManager();
    const handle = manager.register(
      defineService({
        setup: (_, self) => ({
          start() {
            seen.push(self.state);
          },
          stop() {
            seen.push(self.state);
          },
        }),
      }),
    );
    seen.push(handle.state);
    void manager.run();
    manager.drain();
    seen.push(handle.state);
    // While somebody intercepts, the end of a stop is an event of its own.
    const watching = manager.intercept('all', {});
    void manager.stopService(handle.id);
    manager.step();
    manager.step();
    seen.push(handle.state);
    watching[Symbol.dispose]();
    manager.drain();
    seen.push(handle.state);
    void manager.removeService(handle.id);
    seen.push(handle.state);
    expect(seen).toEqual(['installed', 'starting', 'active', 'uninjecting', 'stopping', 'installed', 'uninstalled']);
    await manager.quit();
  });

  it('is injecting between the end of start() and its online event, and receives events then (LC-22, LC-24, LC-31)', () => {
    const Ping = defineEvent('Ping', { priority: 1 });
    const manager = testManager();
    const states: string[] = [];
    const handle = manager.register(
      defineService({
        setup(_, self) {
          self.on(Ping, () => {
            states.push(self.state);
          });
          manager.queue.push(Ping);
        },
      }),
    );
    void manager.run();
    manager.drain();
    expect(states).toEqual(['injecting']);
    expect(handle.state).toBe('active');
  });

  it('starts chains inside-out, in any order of registration, also when starts take time (LC-84)', async () => {
    const log: string[] = [];
    const manager = testManager();
    manager.register(logged(log, 'C', { dependencies: { b: required(B) } }));
    manager.register(logged(log, 'B', { provides: [B], dependencies: { a: required(A) }, startMs: 10 }));
    manager.register(logged(log, 'A', { provides: [A], startMs: 20 }));
    await manager.begin();
    expect(log).toEqual(['A.start begins']);
    await manager.advance(100);
    expect(log).toEqual([
      'A.start begins',
      'A.start',
      'B.added(A)',
      'B.start begins',
      'B.start',
      'C.added(B)',
      'C.start',
    ]);
    await manager.quit();
    expect(log.slice(7)).toEqual(['C.stop', 'C.removed(B)', 'B.stop', 'B.removed(A)', 'A.stop']);
  });

  it('needs n providers for n required dependencies on one token, and a collecting one starts with the first (LC-74, LC-75)', async () => {
    const log: string[] = [];
    const manager = testManager();
    manager.register(logged(log, 'Two', { dependencies: { first: required(A), second: required(A) } }));
    manager.register(logged(log, 'Some', { dependencies: { all: many(A, { required: true }) } }));
    manager.register(logged(log, 'P1', { provides: [A] }));
    await manager.begin();
    expect(log).toEqual(['P1.start', 'Some.added(P1)', 'Some.start']);
    log.length = 0;
    const second = manager.register(logged(log, 'P2', { provides: [A] }));
    await manager.settle();
    expect(log).toEqual(['P2.start', 'Two.added(P1)', 'Two.added(P2)', 'Two.start', 'Some.added(P2)']);
    log.length = 0;
    await Promise.all([manager.stopService(second.id), manager.settle()]);
    expect(log).toContain('Some.removed(P2)');
    expect(log.indexOf('Two.stop')).toBeLessThan(log.indexOf('Two.removed(P2)'));
    expect(log).not.toContain('Some.stop');
    expect(log.at(-1)).toBe('P2.stop');
    await manager.quit();
  });

  it('starts a service with only special dependencies at once (LC-9, LC-51)', async () => {
    const manager = testManager();
    expect(manager.services.count).toBe(2);
    const handle = manager.register(
      defineService({ dependencies: { queue: required(Queue) }, setup: ({ queue }) => void queue.size }),
    );
    await manager.begin();
    expect(handle.state).toBe('active');
    await manager.quit();
  });

  it('start() and stop() go on before ordinary events, with min(priority of the service, 100) (LC-85, LC-30, LC-6)', async () => {
    const log: string[] = [];
    const Ordinary = defineEvent<number>('Ordinary', { priority: 500 });
    const steps = function* (name: string) {
      log.push(name);
      yield* pause();
      log.push(`${name} went on`);
    };
    const manager = testManager();
    manager.register(
      defineService({
        name: 'Listener',
        setup: (_, self) => void self.on(Ordinary, (n) => void log.push(`event ${n}`)),
      }),
    );
    await manager.begin();
    // Another token of the same name is another token.
    const other = token<Named>('A');
    const { id } = manager.register(
      class Slow {
        static readonly provides = [A];
        readonly name = 'Slow';
        *start() {
          expect(manager.services.started(A)).toEqual([]);
          yield* steps('start');
        }
        *stop() {
          yield* steps('stop');
        }
      },
    );
    for (const n of [1, 2]) manager.queue.push(Ordinary, n);
    await manager.settle();
    expect([manager.services.started(A).length, manager.services.started(other).length]).toEqual([1, 0]);
    void manager.stopService(id);
    for (const n of [3, 4]) manager.queue.push(Ordinary, n);
    await manager.settle();
    expect(log).toEqual(['start', 'start went on', 'event 1', 'event 2', 'stop', 'stop went on', 'event 3', 'event 4']);
    await manager.quit();
  });

  it('never offers a service to itself (LC-232)', async () => {
    const log: string[] = [];
    const manager = testManager();
    const handle = manager.register(logged(log, 'Self', { provides: [A], dependencies: { a: required(A) } }));
    await manager.begin();
    expect(handle.state).toBe('installed');
    expect(manager.explainText()).toContain('which only it provides itself');
    await manager.quit();
    expect(log).toEqual([]);
  });

  it('does not start a stopped service by itself, but on request or when a dependency comes online (LC-83)', async () => {
    const log: string[] = [];
    const manager = testManager();
    const p = manager.register(logged(log, 'P', { provides: [A] }));
    const d = manager.register(logged(log, 'D', { dependencies: { a: required(A) } }));
    await manager.begin();
    void manager.stopService(d.id);
    await manager.settle();
    expect(d.state).toBe('installed');
    await manager.advance(1000);
    expect(d.state).toBe('installed');
    manager.queue.push(StartService, { serviceId: d.id });
    await manager.settle();
    expect(d.state).toBe('active');
    void manager.stopService(d.id);
    void manager.stopService(p.id);
    await manager.settle();
    void manager.startService(p.id);
    await manager.settle();
    expect(d.state).toBe('active');
    await manager.quit();
  });

  it('ignores start requests for unknown and for running services (LC-82)', async () => {
    const log: string[] = [];
    const manager = testManager();
    const p = manager.register(logged(log, 'P'));
    await manager.begin();
    manager.queue.push(StartService, { serviceId: p.id });
    manager.queue.push(StartService, { serviceId: 999_999_999 });
    await manager.settle();
    expect(log).toEqual(['P.start']);
    await manager.quit();
  });
});

describe('stopping', () => {
  it('stops A, then B, then P when P leaves a chain A → B → P, each arrow strict although every stop takes time (LC-95)', async () => {
    const log: string[] = [];
    const manager = testManager();
    const p = manager.register(logged(log, 'P', { provides: [A], stopMs: 10 }));
    manager.register(logged(log, 'B', { provides: [B], dependencies: { a: required(A) }, stopMs: 10 }));
    manager.register(logged(log, 'A', { dependencies: { b: required(B) }, stopMs: 10 }));
    await manager.begin();
    log.length = 0;
    void manager.removeService(p.id);
    await manager.advance(100);
    expect(log).toEqual([
      'A.stop begins',
      'A.stop',
      'A.removed(B)',
      'B.stop begins',
      'B.stop',
      'B.removed(P)',
      'P.stop begins',
      'P.stop',
    ]);
    expect(manager.services.byId(p.id)).toBeUndefined();
    await manager.quit();
    assertNoLeaks(manager);
  });

  it('tells optional consumers at once, without stopping them (LC-64, LC-93, LC-132)', async () => {
    const log: string[] = [];
    const manager = testManager();
    const p = manager.register(logged(log, 'P', { provides: [A] }));
    const d = manager.register(logged(log, 'D', { dependencies: { a: optional(A), all: many(A) } }));
    await manager.begin();
    log.length = 0;
    void manager.stopService(p.id);
    await manager.settle();
    expect(log).toEqual(['D.removed(P)', 'P.stop']);
    expect(d.state).toBe('active');
    await manager.quit();
  });

  it('stops a consumer once when several of its providers leave together (LC-96)', async () => {
    const log: string[] = [];
    const manager = testManager();
    const p = manager.register(logged(log, 'P', { provides: [A] }));
    const q = manager.register(logged(log, 'Q', { provides: [B] }));
    manager.register(logged(log, 'D', { dependencies: { a: required(A), b: required(B) }, stopMs: 50 }));
    await manager.begin();
    log.length = 0;
    void manager.removeService(p.id);
    void manager.removeService(q.id);
    await manager.advance(100);
    expect(log).toEqual(['D.stop begins', 'D.stop', 'D.removed(Q)', 'D.removed(P)', 'P.stop', 'Q.stop']);
    await manager.quit();
  });

  it('keeps the provider usable inside removed() (LC-65)', async () => {
    const manager = testManager();
    const open: boolean[] = [];
    const Door = token<{ isOpen(): boolean }>('Door');
    let isOpen = true;
    const p = manager.register(
      defineService({
        provides: [Door],
        setup: () => ({
          isOpen: () => isOpen,
          stop() {
            isOpen = false;
          },
        }),
      }),
    );
    manager.register(
      defineService({
        dependencies: { door: required(Door) },
        setup: () => ({ removed: (_: string, door: { isOpen(): boolean }) => open.push(door.isOpen()) }),
      }),
    );
    await manager.begin();
    void manager.stopService(p.id);
    await manager.settle();
    expect(open).toEqual([true]);
    await manager.quit();
  });

  it('uses another active provider when the one of a single slot leaves (LC-76, GD-1)', async () => {
    const log: string[] = [];
    const manager = testManager();
    const first = manager.register(logged(log, 'P1', { provides: [A] }));
    const d = manager.register(logged(log, 'D', { dependencies: { a: required(A) } }));
    const o = manager.register(logged(log, 'O', { dependencies: { a: optional(A) } }));
    manager.register(logged(log, 'P2', { provides: [A] }));
    await manager.begin();
    log.length = 0;
    void manager.removeService(first.id);
    await manager.settle();
    expect(log).toEqual([
      'O.removed(P1)',
      'O.added(P2)',
      'D.stop',
      'D.removed(P1)',
      'D.added(P2)',
      'D.start',
      'P1.stop',
    ]);
    expect([d.state, o.state]).toEqual(['active', 'active']);
    await manager.quit();
  });

  it('does not wait for a provider that it has already in a collection of the same token (LC-74, LC-76)', async () => {
    const log: string[] = [];
    const manager = testManager();
    const c = manager.register(
      logged(log, 'C', { dependencies: { one: required(A), other: required(A), rest: many(A) } }),
    );
    const [first, second] = ['P1', 'P2', 'P3'].map((name) => manager.register(logged([], name, { provides: [A] })));
    await manager.begin();
    expect(log).toEqual(['C.added(P1)', 'C.added(P2)', 'C.start', 'C.added(P3)']);
    log.length = 0;
    void manager.stopService(first?.id ?? 0);
    await manager.settle();
    expect(log.filter((line) => !line.includes('removed'))).toEqual([
      'C.stop',
      'C.added(P3)',
      'C.added(P2)',
      'C.start',
    ]);
    void manager.stopService(second?.id ?? 0);
    await manager.settle();
    expect([c.state, manager.explainText()]).toEqual(['installed', expect.stringContaining('C')]);
    void manager.startService(first?.id ?? 0);
    await manager.settle();
    expect(c.state).toBe('active');
    // A collection takes what single ones leave, however they are declared.
    const d = manager.register(
      logged(log, 'D', { dependencies: { rest: many(A), one: required(A), maybe: optional(A) } }),
    );
    await manager.settle();
    expect(manager.services.dependencies(d.id).map(({ key, satisfied }) => [key, satisfied])).toEqual([
      ['rest', 0],
      ['one', 1],
      ['maybe', 1],
    ]);
    await manager.quit();
    assertNoLeaks(manager);
  });

  it('notices after a restart that its other provider leaves (LC-101, GD-2)', async () => {
    const log: string[] = [];
    const manager = testManager();
    const p = manager.register(logged(log, 'P', { provides: [A] }));
    const q = manager.register(logged(log, 'Q', { provides: [B] }));
    const d = manager.register(logged(log, 'D', { dependencies: { a: required(A), b: required(B) } }));
    await manager.begin();
    void manager.stopService(p.id);
    await manager.settle();
    void manager.startService(p.id);
    await manager.settle();
    expect(d.state).toBe('active');
    log.length = 0;
    void manager.stopService(q.id);
    await manager.settle();
    expect(d.state).toBe('installed');
    expect(log).toEqual(['D.stop', 'D.removed(Q)', 'D.removed(P)', 'Q.stop']);
    await manager.quit();
  });

  it('is not stopped again by events of an earlier stop (LC-137, GD-4)', async () => {
    const manager = testManager();
    const log: string[] = [];
    const p = manager.register(logged(log, 'P', { provides: [A] }));
    const d = manager.register(
      logged(log, 'D', {
        dependencies: { a: required(A) },
        onStart: (self) => {
          self.run(function* () {
            yield* sleep(5);
          });
        },
      }),
    );
    manager.register(logged(log, 'P2', { provides: [A] }));
    await manager.begin();
    void manager.stopService(p.id);
    await manager.advance(2);
    expect(d.state).toBe('uninjecting');
    await manager.advance(50);
    expect(d.state).toBe('active');
    expect(log.filter((line) => line === 'D.stop')).toHaveLength(1);
    await manager.quit();
  });

  it('is not stopped by what several leaving providers had queued for its last stop (LC-96, LC-137, GD-4)', async () => {
    const log: string[] = [];
    const manager = testManager();
    manager.register(logged(log, 'C', { dependencies: { a: required(A), b: required(B) } }));
    const b = manager.register(logged(log, 'B', { provides: [B], dependencies: { a: required(A) } }));
    // Its events overtake those of its consumers, so all are back while something of the stop is still queued.
    const a = manager.register(logged(log, 'A', { provides: [A] }), { priority: 50 });
    await manager.begin();
    manager.start(function* restart() {
      yield* manager.stopService(a.id);
      yield* manager.startService(a.id);
    });
    log.length = 0;
    await manager.settle();
    expect(log.filter((line) => !line.includes('('))).toEqual([
      'C.stop',
      'B.stop',
      'A.stop',
      'A.start',
      'B.start',
      'C.start',
    ]);
    expect([a.state, b.state, manager.explain()]).toEqual(['active', 'active', []]);
    await manager.quit();
  });

  it('lets a service stop and remove itself (LC-100)', async () => {
    const log: string[] = [];
    const manager = testManager();
    const handle = manager.register(
      logged(log, 'D', {
        onStart: (self) => {
          self.stop({ remove: true });
        },
      }),
    );
    await manager.begin();
    expect(log).toEqual(['D.start', 'D.stop']);
    expect(handle.state).toBe('uninstalled');
    await manager.quit();
  });

  it('refuses to remove what runs or is unknown, in the log and without harm (LC-110, LC-250)', async () => {
    const log: string[] = [];
    const manager = testManager();
    const p = manager.register(logged(log, 'P'));
    await manager.begin();
    manager.queue.push(RemoveService, { serviceId: p.id });
    manager.queue.push(RemoveService, { serviceId: 999_999_999 });
    manager.queue.push(StopService, { serviceId: 999_999_999, removeAfter: true });
    await manager.settle();
    expect(p.state).toBe('active');
    expect(manager.host.messages.join('\n')).toMatch(/Stop it first[^]*not registered/);
    await manager.quit();
  });

  it('removes only what is asked for: consumers of a removed provider are stopped and stay (LC-99, GD-8)', async () => {
    const log: string[] = [];
    const manager = testManager();
    const p = manager.register(logged(log, 'P', { provides: [A] }));
    const d = manager.register(logged(log, 'D', { dependencies: { a: required(A) } }));
    await manager.begin();
    void manager.removeService(p.id);
    await manager.settle();
    expect(p.state).toBe('uninstalled');
    expect(d.state).toBe('installed');
    await manager.quit();
  });

  it('resolves stopService when stopped and removeService when gone, and startService when active (GD-7, GD-19, LC-138)', async () => {
    const log: string[] = [];
    const manager = testManager();
    const p = manager.register(logged(log, 'P', { startMs: 30, stopMs: 40 }));
    void manager.run();
    const done: string[] = [];
    void manager.whenActive(p.id).then(() => done.push(`active at ${manager.clock.now()}`));
    await manager.advance(100);
    void manager.stopService(p.id).then(() => done.push(`stopped at ${manager.clock.now()} ${p.state}`));
    await manager.advance(100);
    void manager.startService(p.id).then(() => done.push(`active at ${manager.clock.now()}`));
    await manager.advance(100);
    void manager.removeService(p.id).then(() => done.push(`gone at ${manager.clock.now()} ${p.state}`));
    await manager.advance(100);
    expect(done).toEqual(['active at 30', 'stopped at 140 installed', 'active at 230', 'gone at 340 uninstalled']);
    expect(() => manager.startService(p.id)).toThrow(expect.objectContaining({ code: 'ICHOR_SERVICE_UNKNOWN' }));
    await manager.quit();
  });

  it('startService() of a service that stops just now starts it once it has stopped (GD-19, LC-133)', async () => {
    const log: string[] = [];
    const manager = testManager();
    const s = manager.register(logged(log, 'S', { stopMs: 100 }));
    const t = manager.register(logged(log, 'T', { startMs: 100 }));
    await manager.begin();
    void manager.stopService(s.id);
    void manager.stopService(t.id);
    await manager.settle();
    expect([s.state, t.state]).toEqual(['stopping', 'starting']);
    const ended: string[] = [];
    for (const { id, name } of [s, t]) void manager.startService(id).then(() => ended.push(name));
    // The event alone means nothing then.
    manager.queue.push(StartService, { serviceId: s.id });
    await manager.advance(5000);
    expect([s.state, t.state, ended.sort()]).toEqual(['active', 'active', ['S', 'T']]);
    expect(log.filter((line) => line.startsWith('S'))).toEqual(['S.start', 'S.stop begins', 'S.stop', 'S.start']);
    await manager.quit();
  });

  it('tells who waits for a service to become active that the manager quits (LC-138)', async () => {
    const manager = testManager();
    const d = manager.register(logged([], 'D', { dependencies: { a: required(A) } }));
    await manager.begin();
    const waiting = manager.start(function* () {
      yield* manager.whenActive(d.id);
    });
    const outcome = waiting.then(
      () => 'active',
      (error: { code: string }) => error.code,
    );
    await manager.quit();
    expect(await outcome).toBe('ICHOR_MANAGER_QUIT');
    assertNoLeaks(manager);
  });
});

describe('races', () => {
  it('lets a start that is caught by the leaving of its provider end in the grace, then stops it (LC-131, D8)', async () => {
    const log: string[] = [];
    const manager = testManager();
    const p = manager.register(logged(log, 'P', { provides: [A] }));
    const d = manager.register(logged(log, 'D', { dependencies: { a: required(A) }, startMs: 100 }));
    await manager.begin();
    void manager.stopService(p.id);
    await manager.advance(50);
    expect(p.state).toBe('uninjecting');
    await manager.advance(100);
    expect(log).toEqual(['P.start', 'D.added(P)', 'D.start begins', 'D.start', 'D.stop', 'D.removed(P)', 'P.stop']);
    expect(d.state).toBe('installed');
    await manager.quit();
  });

  it('cancels a start that outlasts the grace, and the provider goes on to stop (GD-5, LC-123, D8)', async () => {
    const log: string[] = [];
    const manager = testManager();
    const p = manager.register(logged(log, 'P', { provides: [A] }));
    const d = manager.register(logged(log, 'D', { dependencies: { a: required(A) }, startMs: 1e9 }));
    await manager.begin();
    void manager.stopService(p.id);
    await manager.advance(999);
    expect(p.state).toBe('uninjecting');
    await manager.advance(1);
    expect([d.state, p.state]).toEqual(['installed', 'installed']);
    expect(log).toEqual(['P.start', 'D.added(P)', 'D.start begins', 'D.removed(P)', 'P.stop']);
    void manager.startService(p.id);
    await manager.settle();
    expect(d.state).toBe('starting');
    await manager.quit();
  });

  it('honours a stop that was asked for during start() (LC-135, LC-136, GD-3)', async () => {
    const log: string[] = [];
    const manager = testManager();
    const d = manager.register(logged(log, 'D', { startMs: 50 }));
    await manager.begin();
    void manager.stopService(d.id);
    await manager.advance(100);
    expect(log).toEqual(['D.start begins', 'D.start', 'D.stop']);
    expect(d.state).toBe('installed');
    await manager.quit();
  });

  it('does not deadlock when start() awaits its own stop event (LC-135)', async () => {
    const manager = testManager();
    const log: string[] = [];
    const d = manager.register(
      defineService({
        name: 'D',
        setup: (_, self) => ({
          *start() {
            yield* self.queue.pushAndWait(StopService, { serviceId: self.id, removeAfter: false });
            log.push('start goes on');
          },
          stop: () => log.push('stop'),
        }),
      }),
    );
    await manager.begin();
    expect(log).toEqual(['start goes on', 'stop']);
    expect(d.state).toBe('installed');
    await manager.quit();
  });

  it('removes a failed service without waiting for its providers (LC-124, LC-125, GD-6)', async () => {
    const manager = testManager({ failFast: false });
    manager.register(logged([], 'P', { provides: [A] }));
    const d = manager.register(
      logged([], 'D', {
        dependencies: { a: required(A) },
        onStart: () => {
          throw new Error('no');
        },
      }),
    );
    await manager.begin();
    expect(d.state).toBe('installed');
    manager.queue.push(RemoveService, { serviceId: d.id });
    await manager.settle();
    expect(d.state).toBe('uninstalled');
    await manager.quit();
  });
});

describe('a thousand managers, and ten thousand services', () => {
  it('come and go without a trace', async () => {
    const log: string[] = [];
    for (let i = 0; i < 1000; i++) {
      await using manager = testManager();
      manager.register(logged(log, 'P', { provides: [A] }));
      manager.register(logged(log, 'D', { dependencies: { a: required(A), c: optional(C) } }));
      void manager.run({ signals: ['SIGTERM'] });
      manager.drain();
      await manager.quit();
      assertNoLeaks(manager);
    }
    expect(log.filter((line) => line === 'P.stop')).toHaveLength(1000);
    expect(process.listenerCount('SIGTERM')).toBe(0);
  });

  it('end with as much memory as they began with', () => {
    const manager = testManager();
    void manager.run();
    const log: string[] = [];
    const Service = logged(log, 'S', { provides: [A] });
    const Consumer = logged(log, 'D', { dependencies: { a: required(A), all: many(B) } });
    const cycle = (count: number): void => {
      for (let i = 0; i < count; i++) {
        const p = manager.register(Service, { provides: [token<Named>(`T${i}`)] });
        const d = manager.register(Consumer);
        manager.drain();
        void manager.removeService(p.id);
        void manager.removeService(d.id);
        manager.drain();
        log.length = 0;
      }
    };
    const used = (): number => {
      globalThis.gc?.();
      globalThis.gc?.();
      return process.memoryUsage().heapUsed;
    };
    cycle(2000);
    const before = used();
    const services = manager.services.count;
    cycle(10_000);
    expect(manager.services.count).toBe(services);
    assertNoLeaks(manager, { ...zero, services });
    expect(used() - before).toBeLessThan(1_000_000);
  });
});

const zero = {
  handlers: 0,
  interceptors: 0,
  trackers: 0,
  coroutines: 0,
  awaitedEvents: 0,
  queuedEvents: 0,
  timers: 1,
  signalHandlers: 0,
  keepAlives: 1,
};
