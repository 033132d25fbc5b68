// Quit: quiescing, order, bounds, signals, disposal (D8, LC-140…148, EV-86, EV-87, GD-9…11).
import { describe, expect, it } from 'vitest';
import { ManualResetEvent, sleep, type Coroutine } from '@ichor/coroutines';
import {
  defineEvent,
  defineService,
  DependencyManager,
  optional,
  Quit,
  required,
  StopService,
} from '../../src/index.ts';
import { assertNoLeaks, SteppedHost, testManager, traceEvents, VirtualClock } from '../../src/testing/index.ts';
import { A, B, logged } from '../support.ts';

const Work = defineEvent('Work');
const Flood = defineEvent('Flood', { priority: 1 });

describe('an orderly quit', () => {
  it('tells everybody to quiesce, providers first, and then stops consumers before providers', async () => {
    const log: string[] = [];
    const manager = testManager();
    const quiet = (name: string, more = {}) => {
      const Base = logged(log, name, more) as unknown as new (...parameters: never[]) => object;
      return class extends Base {
        quiescing() {
          log.push(`${name}.quiescing`);
        }
      };
    };
    manager.register(quiet('C', { dependencies: { b: required(B) } }));
    manager.register(quiet('B', { provides: [B], dependencies: { a: required(A) } }));
    manager.register(quiet('A', { provides: [A] }));
    await manager.begin();
    log.length = 0;
    manager.queue.push(Quit);
    manager.queue.push(Quit);
    await manager.settle();
    expect(log).toEqual([
      'A.quiescing',
      'B.quiescing',
      'C.quiescing',
      'C.stop',
      'C.removed(B)',
      'B.stop',
      'B.removed(A)',
      'A.stop',
    ]);
    expect(manager.outcome).toBe('resolved');
    assertNoLeaks(manager);
  });

  it('stops smaller priorities first among services that do not depend on each other (LC-141)', async () => {
    const log: string[] = [];
    const manager = testManager();
    manager.register(logged(log, 'late'), { priority: 1001 });
    manager.register(logged(log, 'early'), { priority: 200 });
    manager.register(logged(log, 'middle'));
    await manager.begin();
    log.length = 0;
    await manager.quit();
    expect(log).toEqual(['early.stop', 'middle.stop', 'late.stop']);
  });

  it('processes what was queued before it, and what services push while they stop (LC-144)', async () => {
    const log: string[] = [];
    const manager = testManager();
    manager.register(
      defineService({
        setup(_, self) {
          self.on(Work, () => log.push('worked'));
        },
      }),
      { priority: 3000 },
    );
    manager.register(
      logged(log, 'P', {
        onStop: () => {
          manager.queue.push(Work, undefined, { priority: 1 });
        },
      }),
    );
    await manager.begin();
    manager.queue.push(Work);
    manager.queue.push(Quit);
    await manager.settle();
    expect(log).toEqual(['P.start', 'worked', 'P.stop', 'worked']);
  });

  it('stops again what becomes active too late, and starts nothing new (LC-142)', async () => {
    const log: string[] = [];
    const manager = testManager();
    manager.register(logged(log, 'slow', { startMs: 100 }));
    await manager.begin();
    manager.queue.push(Quit);
    await manager.settle();
    manager.register(logged(log, 'new'));
    await manager.advance(200);
    expect(log).toEqual(['slow.start begins', 'slow.start', 'slow.stop']);
    expect(manager.outcome).toBe('resolved');
  });

  it('is not kept up by services that never started, nor by cycles (LC-231)', async () => {
    const manager = testManager();
    manager.register(logged([], 'A', { provides: [A], dependencies: { b: required(B) } }));
    manager.register(logged([], 'B', { provides: [B], dependencies: { a: required(A) } }));
    await manager.begin();
    manager.queue.push(Quit);
    await manager.settle();
    expect(manager.outcome).toBe('resolved');
  });

  it('waits for awaited events, and for tasks of nobody only for their grace (LC-143, EV-56)', async () => {
    const manager = testManager();
    const log: string[] = [];
    manager.register(
      defineService({
        setup(_, self) {
          self.on(Work, function* () {
            yield* sleep(300);
          });
        },
      }),
    );
    await manager.begin();
    void manager.queue.pushAndWait(Work, undefined).then(() => log.push(`done at ${manager.clock.now()}`));
    manager.start(function* () {
      try {
        yield* sleep(1e9);
      } finally {
        log.push(`cancelled at ${manager.clock.now()}`);
      }
    });
    await manager.settle();
    manager.queue.push(Quit);
    await manager.advance(2000);
    expect(log).toEqual(['done at 300', 'cancelled at 1000']);
    expect(manager.outcome).toBe('resolved');
    assertNoLeaks(manager);
  });

  it('resolves quit() for everybody who asks, before and after the end', async () => {
    const host = new SteppedHost();
    const manager = new DependencyManager({ host, clock: new VirtualClock() });
    await manager.quit();
    await manager.quit();
    const second = new DependencyManager({ host, clock: new VirtualClock() });
    const run = second.run();
    const quits = [second.quit(), second.quit()];
    host.runAll();
    await Promise.all([...quits, run, second.quit()]);
    expect(second.isRunning).toBe(false);
  });

  it('works with await using, on the real clock and platform', async () => {
    const log: string[] = [];
    {
      await using manager = new DependencyManager();
      manager.register(logged(log, 'P', { stopMs: 1 }));
      void manager.run();
      await manager.started();
      log.push('using');
    }
    expect(log).toEqual(['P.start', 'using', 'P.stop begins', 'P.stop']);
  });
});

describe('a stop that does not end', () => {
  it('gives coroutines the grace, aborts the signal first, cancels them, and then calls stop() (GD-13, D8)', async () => {
    const log: string[] = [];
    const manager = testManager({ stopGraceMs: 500 });
    manager.register(
      defineService({
        setup(_, self) {
          self.signal.addEventListener('abort', () => log.push(`aborted at ${manager.clock.now()}`));
          self.run(function* () {
            try {
              yield* sleep(1e9);
            } finally {
              yield* sleep(200);
              log.push(`cleaned at ${manager.clock.now()}`);
            }
          });
          self.own(() => log.push('first disposer'));
          self.own(() => log.push('second disposer'));
          return { stop: () => log.push(`stop at ${manager.clock.now()}`) };
        },
      }),
    );
    await manager.begin();
    await manager.quit();
    expect(log).toEqual(['aborted at 0', 'cleaned at 700', 'stop at 700', 'second disposer', 'first disposer']);
    expect(manager.outcome).toBe('resolved');
    assertNoLeaks(manager);
  });

  it('lets a coroutine that looks at the signal end by itself, without waiting out the grace', async () => {
    const manager = testManager();
    const ending = new ManualResetEvent();
    manager.register(
      defineService({
        setup(_, self) {
          self.signal.addEventListener('abort', () => {
            ending.set();
          });
          self.run(function* () {
            yield* ending.wait();
          });
        },
      }),
    );
    await manager.begin();
    await manager.quit();
    expect(manager.clock.now()).toBe(0);
  });

  it('abandons a promise after the grace, reports it, and revokes the context so that it can do no harm', async () => {
    const manager = testManager();
    let release: () => void = () => undefined;
    const late: unknown[] = [];
    manager.register(
      defineService({
        name: 'Hanger',
        setup(_, self) {
          self.run(async () => {
            await new Promise<void>((resolve) => {
              release = resolve;
            });
            for (const call of [
              () => self.on(Work, () => undefined),
              () => self.queue.push(Work),
              () => self.run(() => undefined),
              () => self.register(class {}),
              () => self.own(() => undefined),
            ])
              try {
                call();
              } catch (error) {
                late.push((error as { code: string }).code);
              }
          });
        },
      }),
    );
    await manager.begin();
    await manager.quit();
    expect(manager.clock.now()).toBe(1000);
    expect(manager.failure).toMatchObject({ code: 'ICHOR_STOP_TIMEOUT' });
    release();
    await manager.settle();
    expect(late).toEqual(Array.from({ length: 5 }, () => 'ICHOR_SERVICE_STOPPED'));
    assertNoLeaks(manager);
  });

  it('bounds stop() and each disposer by stopTimeoutMs', async () => {
    const manager = testManager({ stopTimeoutMs: 2000, quitTimeoutMs: 60_000 });
    manager.register(logged([], 'Slow', { onStop: () => new Promise(() => undefined) }));
    manager.register(defineService({ setup: (_, self) => void self.own(() => new Promise(() => undefined)) }));
    await manager.begin();
    await manager.quit();
    expect(manager.clock.now()).toBe(2000);
    expect(manager.failure).toMatchObject({ errors: [{ code: 'ICHOR_STOP_TIMEOUT' }, { code: 'ICHOR_STOP_TIMEOUT' }] });
    assertNoLeaks(manager);
  });

  it('ends when coroutines start others while they are cleaned up', async () => {
    const manager = testManager();
    manager.register(
      defineService({
        setup(_, self) {
          function* hang(): Coroutine<void> {
            try {
              yield* sleep(1e9);
            } finally {
              self.run(hang);
            }
          }
          self.run(hang);
        },
      }),
    );
    await manager.begin();
    await manager.quit();
    expect(manager.clock.now()).toBeLessThanOrEqual(5000);
    assertNoLeaks(manager);
  });
});

describe('a quit without progress', () => {
  it('is forced after quitTimeoutMs, and the report names who blocked and on what, as a chain (GD-9, D12)', async () => {
    const log: string[] = [];
    const manager = testManager({ quitTimeoutMs: 3000, stopTimeoutMs: Number.POSITIVE_INFINITY, cleanupMs: 0 });
    manager.register(logged(log, 'Provider', { provides: [A] }));
    manager.register(logged(log, 'Blocker', { dependencies: { a: required(A) }, stopMs: 1e9 }));
    await manager.begin();
    manager.queue.push(Quit);
    await manager.advance(2999);
    expect(manager.outcome).toBe('running');
    await manager.advance(200);
    expect(manager.outcome).toBe('rejected');
    expect(manager.failure).toMatchObject({ code: 'ICHOR_QUIT_TIMEOUT' });
    const { message } = manager.failure as Error;
    expect(message).toContain('made no progress for 3000 ms');
    expect(message).toMatch(/Provider \(\d+\) is uninjecting and waits for its consumer Blocker \(\d+\) to stop/);
    expect(message).toMatch(/Blocker \(\d+\) is stopping and waits for stop\(\) \(waits for sleep\(1000000000\)\)/);
    expect(log.slice(-2)).toEqual(['Blocker.removed(Provider)', 'Provider.stop']);
    assertNoLeaks(manager);
  });

  it('counts time without progress, not time', async () => {
    const log: string[] = [];
    const manager = testManager({ quitTimeoutMs: 1000 });
    for (let i = 0; i < 5; i++)
      manager.register(
        logged(log, `S${i}`, {
          provides: [],
          stopMs: 900,
          ...(i === 0 ? { provides: [A] } : { dependencies: { a: optional(A) } }),
        }),
        { priority: 1000 + i },
      );
    await manager.begin();
    manager.queue.push(Quit);
    await manager.advance(60_000);
    expect(manager.outcome).toBe('resolved');
  });

  it('is forced although the most urgent events never end, and have kept a service from becoming active', () => {
    const manager = testManager({ quitTimeoutMs: 1000 });
    const log: string[] = [];
    const urgent = { priority: 0 } as const;
    manager.register(
      logged(log, 'P', {
        onStart: (self) => {
          const { queue } = self;
          self.on(Flood, () => void queue.push(Flood, undefined, urgent));
          queue.push(Flood, undefined, urgent);
        },
      }),
    );
    void manager.run();
    for (let i = 0; i < 100; i++) manager.step();
    expect(manager.services.all().at(-1)?.state).toBe('injecting');
    void DependencyManager.prototype.quit.call(manager);
    for (let i = 0; i < 5 && manager.isRunning; i++) {
      manager.clock.advance(1000);
      for (let j = 0; j < 100; j++) manager.step();
    }
    expect(log).toEqual(['P.start', 'P.stop']);
    expect(manager.isRunning).toBe(false);
  });

  it('begins although more urgent events never end', () => {
    const manager = testManager({ quitTimeoutMs: 1000 });
    const log: string[] = [];
    manager.register(
      logged(log, 'P', {
        onStart: (self) => {
          self.on(Flood, () => {
            manager.queue.push(Flood);
          });
        },
      }),
    );
    void manager.run();
    for (let i = 0; i < 10; i++) manager.step();
    manager.queue.push(Flood);
    void DependencyManager.prototype.quit.call(manager);
    for (let i = 0; i < 100; i++) manager.step();
    expect(log).toEqual(['P.start']);
    manager.clock.advance(1000);
    for (let i = 0; i < 1000 && manager.isRunning; i++) manager.step();
    expect(log).toEqual(['P.start', 'P.stop']);
    expect(manager.isRunning).toBe(false);
  });
});

describe('signals', () => {
  it('begin an orderly quit; a second one within a second means the same, a later one forces', async () => {
    const manager = testManager({ quitTimeoutMs: 60_000, stopTimeoutMs: 60_000 });
    const log: string[] = [];
    manager.register(logged(log, 'P', { stopMs: 1e6 }));
    await manager.begin({ signals: ['SIGINT', 'SIGTERM'] });
    expect(manager.host.signal('SIGTERM')).toBe(true);
    await manager.advance(900);
    manager.host.signal('SIGINT');
    await manager.advance(600);
    expect(manager.outcome).toBe('running');
    manager.host.signal('SIGINT');
    await manager.advance(200);
    expect(manager.outcome).toBe('rejected');
    expect(manager.failure).toMatchObject({ code: 'ICHOR_QUIT_TIMEOUT', message: expect.stringContaining('signal') });
    expect(manager.host.signalHandlers).toBe(0);
    assertNoLeaks(manager);
  });

  it('are left alone when not asked for, and do not reach a manager that starts later (GD-11)', async () => {
    const host = new SteppedHost();
    const first = testManager({ host });
    void first.run({ signals: ['SIGINT'] });
    host.signal('SIGINT');
    await first.settle();
    expect(first.outcome).toBe('resolved');
    const second = testManager({ host });
    await second.begin();
    expect(host.signal('SIGINT')).toBe(false);
    expect(second.outcome).toBe('running');
    await second.quit();
  });

  it('are real ones on the real platform', async () => {
    const manager = new DependencyManager();
    const log: string[] = [];
    manager.register(logged(log, 'P'));
    const ended = manager.run({ signals: ['SIGUSR2'] });
    await manager.started();
    process.kill(process.pid, 'SIGUSR2');
    await ended;
    expect(log).toEqual(['P.start', 'P.stop']);
    expect(process.listenerCount('SIGUSR2')).toBe(0);
  });
});

describe('everything that was added is removed', () => {
  it('once each, after stop(), at quit, at removal, and after a failed start (D8, LC-148, LC-260)', async () => {
    const log: string[] = [];
    const manager = testManager();
    manager.register(logged(log, 'P', { provides: [A, B] }));
    const d = manager.register(logged(log, 'D', { dependencies: { a: required(A), b: optional(B) } }));
    await manager.begin();
    log.length = 0;
    manager.queue.push(StopService, { serviceId: d.id, removeAfter: true });
    await manager.settle();
    expect(log).toEqual(['D.stop', 'D.removed(P)', 'D.removed(P)']);
    await manager.quit();
  });

  it('and traces show the events of a quit', async () => {
    const manager = testManager();
    manager.register(logged([], 'P'));
    await manager.begin();
    using trace = traceEvents(manager, { internal: true });
    await manager.quit();
    expect(trace.names).toEqual(['Quit', 'StopService', 'DependencyOffline', 'StopService']);
  });
});
