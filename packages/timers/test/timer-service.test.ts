import { inject, injectable } from 'inversify';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  DependencyManager,
  FrameworkLogger,
  required,
  token,
  type Awaitable,
  type Coroutine,
  type Injected,
  type Interceptor,
  type ServiceContext,
} from '@ichor/core';
import { ManualResetEvent } from '@ichor/coroutines';
import { VirtualClock } from '@ichor/coroutines/testing';
import { cron } from '../src/cron/index.ts';
import { SleepOver, TimerFactory, TimerService, TimerTick, type Timer } from '../src/index.ts';

type Timers = Injected<{ timers: ReturnType<typeof required<TimerFactory>> }>['timers'];

let current: { manager: DependencyManager; clock: VirtualClock; ended: Promise<void> } | undefined;

/** Keeps the reports of failures that tests provoke out of their output. */
class SilentFrameworkLogger {
  static readonly provides = [FrameworkLogger];
  static readonly dependencies = {};
  level = 'silent';
  isEnabled = () => false;
  trace = () => undefined;
  debug = () => undefined;
  info = () => undefined;
  warn = () => undefined;
  error = () => undefined;
}

/** What callbacks wait for that a test has left waiting. */
const gates: ManualResetEvent[] = [];

/** Every test ends with a look at what is left: no call of the clock may be pending. */
afterEach(async () => {
  if (current === undefined) return;
  const { manager, clock, ended } = current;
  current = undefined;
  ended.catch(() => undefined);
  for (const gate of gates.splice(0)) gate.set();
  void manager.quit();
  await clock.advanceAsync(20_000);
  await manager.quit();
  // oxlint-disable-next-line vitest/no-standalone-expect
  expect(clock.pending).toBe(0);
});

async function running(options = {}) {
  const clock = new VirtualClock();
  const manager = new DependencyManager({ clock, startupReportMs: Infinity, ...options });
  manager.register(SilentFrameworkLogger);
  const service = manager.register(TimerService);
  const ended = manager.run();
  current = { manager, clock, ended };
  await manager.started();
  /** Registers a service that receives timers; its parts can be replaced. */
  const consumer = async (
    setup: (timers: Timers, self: ServiceContext) => void = () => undefined,
    parts: { start?(timers: Timers): unknown; stop?(timers: Timers): unknown } = {},
    name = 'Robot',
  ) => {
    const seen = { timers: undefined as unknown as Timers, id: 0 };
    const Class = class {
      static readonly dependencies = { timers: required(TimerFactory) };
      readonly #timers: Timers;
      constructor({ timers }: { timers: Timers }, self: ServiceContext) {
        this.#timers = timers;
        seen.timers = timers;
        setup(timers, self);
      }
      start() {
        return parts.start?.(this.#timers);
      }
      stop() {
        return parts.stop?.(this.#timers);
      }
    };
    Object.defineProperty(Class, 'name', { value: name });
    seen.id = manager.register(Class).id;
    if (parts.start === undefined) await manager.whenActive(seen.id);
    return seen;
  };
  const pending = () => manager.services.instance(service.id, TimerService)!.pending;
  return { clock, manager, service, ended, consumer, pending };
}

describe('TimerService', () => {
  test('lets services that require timers wait until it is registered (TM-2)', async () => {
    const clock = new VirtualClock();
    const manager = new DependencyManager({ clock, startupReportMs: Infinity });
    class Robot {
      static readonly dependencies = { timers: required(TimerFactory) };
    }
    const robot = manager.register(Robot);
    current = { manager, clock, ended: manager.run() };
    await manager.started();
    expect(robot.state).toBe('installed');
    manager.register(TimerService);
    await manager.whenActive(robot.id);
  });

  test('gives each service a factory of its own (TM-1)', async () => {
    const { consumer } = await running();
    const [a, b] = [await consumer(), await consumer()];
    expect(a.timers).not.toBe(b.timers);
    a.timers.every(10, () => undefined);
    expect([a.timers.list().length, b.timers.list().length]).toEqual([1, 0]);
  });

  test('tells inspect() how many alarms are pending and when the first is due', async () => {
    const { consumer, manager } = await running();
    const facts = () => manager.inspect().services.find(({ name }) => name === 'TimerService')!.facts;
    expect(facts()).toEqual({ pending: 0 });
    const { timers } = await consumer();
    timers.every(30, () => undefined);
    timers.once(10, () => undefined);
    expect(facts()).toEqual({ pending: 2, nextDueAt: 10 });
  });

  test('serves classes that inversify’s decorators describe', async () => {
    const { manager, clock } = await running();
    let ticks = 0;
    const Decorated = class Decorated {
      constructor(timers: TimerFactory) {
        timers.every(10, () => ticks++);
      }
    };
    injectable()(Decorated);
    inject(TimerFactory)(Decorated, undefined, 0);
    await manager.whenActive(manager.register(Decorated).id);
    clock.advance(20);
    expect(ticks).toBe(2);
  });

  test('stops the timers of a service when that stops, and of every service when it stops itself (TM-16, TM-17)', async () => {
    const { consumer, manager, clock, service, pending } = await running();
    const ticks = { a: 0, b: 0 };
    let timer: Timer | undefined;
    const a = await consumer((timers) => (timer = timers.every(10, () => ticks.a++)));
    const b = await consumer((timers) => timers.every(10, () => ticks.b++));
    clock.advance(30);
    expect(ticks).toEqual({ a: 3, b: 3 });
    await manager.stopService(a.id);
    expect([timer!.state, pending()]).toEqual(['stopped', 1]);
    clock.advance(30);
    expect(ticks).toEqual({ a: 3, b: 6 });
    await manager.stopService(service.id);
    clock.advance(30);
    expect(ticks).toEqual({ a: 3, b: 6 });
    expect(clock.pending).toBe(0);
    expect(manager.services.byId(b.id)!.state).toBe('installed');
    await manager.startService(service.id);
    await manager.whenActive(b.id);
    clock.advance(30);
    expect(ticks.b).toBe(9);
  });

  test('refuses calls on the factory and its timers after its service has stopped, naming both', async () => {
    const { consumer, manager } = await running();
    let timer: Timer | undefined;
    const robot = await consumer((timers) => (timer = timers.create({ callback: () => undefined })));
    await manager.stopService(robot.id);
    const gone = expect.objectContaining({
      code: 'ICHOR_SERVICE_GONE',
      message: expect.stringMatching(/Robot.*TimerService|TimerService.*Robot/),
    });
    expect(() => robot.timers.every(1, () => undefined)).toThrow(gone);
    expect(() => robot.timers.sleep(1)).toThrow(gone);
    expect(() => timer!.start()).toThrow(gone);
    expect(timer!.stop()).toBe(false);
  });

  test('works in real time too, not keeping the process alive unless asked', async () => {
    const manager = new DependencyManager();
    manager.register(TimerService);
    const times: number[] = [];
    class Robot {
      static readonly dependencies = { timers: required(TimerFactory) };
      constructor({ timers }: { timers: Timers }) {
        const begin = timers.now();
        timers.every(3, (timer) => {
          times.push(timers.now() - begin - 3 * timer.ticks);
          if (timer.ticks === 5) void manager.quit();
        });
      }
    }
    manager.register(Robot);
    await manager.run();
    // More come where the machine is slow to take the quit up.
    expect(times.length).toBeGreaterThanOrEqual(5);
    for (const early of times) expect(early).toBeGreaterThanOrEqual(0);
  });
});

describe('ticks', () => {
  test('come after one interval, or at once, and then on the interval (TM-9)', async () => {
    const { consumer, clock } = await running();
    const ticks: number[] = [];
    const { timers } = await consumer();
    timers.every(10, () => ticks.push(clock.now()));
    timers.every(10, () => ticks.push(-clock.now() - 1), { immediately: true });
    await clock.advanceAsync(20);
    expect(ticks).toEqual([-1, 10, -11, 20, -21]);
  });

  test('run on the queue as the service, at the timer’s priority, after the interceptors (TM-10)', async () => {
    const { consumer, clock, manager } = await running();
    const robot = await consumer();
    const seen: unknown[] = [];
    const interceptor: Interceptor = {
      before: ({ type, origin, priority }) => {
        if (type === TimerTick) seen.push([origin === robot.id, priority]);
      },
    };
    manager.intercept('all', interceptor);
    const order: string[] = [];
    robot.timers.every(10, () => order.push('low'), { priority: 'low' });
    const timer = robot.timers.every(10, () => order.push('default'));
    robot.timers.every(10, () => order.push('high'), { priority: 50 });
    clock.advance(10);
    expect(order).toEqual(['high', 'default', 'low']);
    expect(seen).toEqual([
      [true, 50],
      [true, 1000],
      [true, 10_000],
    ]);
    timer.priority = 20_000;
    clock.advance(10);
    expect(order.slice(3)).toEqual(['high', 'low', 'default']);
  });

  test('happen exactly once when the callback of an immediate timer stops it (TM-15)', async () => {
    const { consumer, clock } = await running();
    const { timers } = await consumer();
    let ticks = 0;
    const timer = timers.create({
      intervalMs: 1000,
      callback: (self) => {
        ticks++;
        self.stop();
      },
    });
    expect(timer.start({ immediately: true })).toBe(true);
    await clock.advanceAsync(10_000);
    expect([ticks, timer.ticks, timer.state]).toEqual([1, 1, 'stopped']);
  });

  test('that are already queued do not run after stop() (TM-13)', async () => {
    const { consumer, clock } = await running();
    const { timers } = await consumer();
    let ticks = 0;
    const victim = timers.every(10, () => ticks++, { priority: 2000 });
    timers.once(10, () => victim.stop(), { priority: 1 });
    clock.advance(100);
    expect(ticks).toBe(0);
  });

  test('of a one-shot timer come once; it can be started again, also from its callback (TM-12)', async () => {
    const { consumer, clock, pending } = await running();
    const { timers } = await consumer();
    const at: number[] = [];
    const timer = timers.once(10, (self) => {
      at.push(clock.now());
      expect(self.state).toBe('stopped');
      if (at.length === 1) self.start();
    });
    clock.advance(100);
    expect(at).toEqual([10, 20]);
    expect([timers.list(), pending(), clock.pending]).toEqual([[], 0, 0]);
    expect(timer.start()).toBe(true);
    clock.advance(100);
    expect(at).toEqual([10, 20, 110]);
  });

  test('with a delay of 0 come in the next turn of the queue, not inside the call', async () => {
    const { consumer, clock } = await running();
    const { timers } = await consumer();
    const order: string[] = [];
    timers.once(0, () => order.push('tick'));
    order.push('after the call');
    await clock.advanceAsync(0);
    expect(order).toEqual(['after the call', 'tick']);
  });

  test('that fail go to the failure policy of the service: it stops, and its timers with it', async () => {
    const { consumer, clock, manager, ended, pending } = await running();
    ended.catch(() => undefined);
    await consumer();
    let ticks = 0;
    const failing = await consumer((timers) => {
      timers.every(10, () => {
        ticks++;
        throw new Error('out of reach');
      });
    });
    await clock.advanceAsync(100);
    expect(ticks).toBe(1);
    expect(manager.services.byId(failing.id)!.state).toBe('installed');
    expect(pending()).toBe(0);
  });

  test('that fail under the policy "log" do not end the timer', async () => {
    const { consumer, clock } = await running({ onFailure: 'log' });
    const { timers } = await consumer();
    const timer = timers.every(10, async () => {
      await Promise.resolve();
      throw new Error('again');
    });
    await clock.advanceAsync(50);
    expect([timer.ticks, timer.state]).toEqual([5, 'running']);
  });

  test('vetoed by an interceptor are counted as skipped, and the timer goes on', async () => {
    const { consumer, clock, manager } = await running();
    const { timers } = await consumer();
    let ticks = 0;
    const timer = timers.every(10, () => ticks++);
    const veto = manager.intercept(TimerTick, { before: () => false });
    clock.advance(30);
    veto[Symbol.dispose]();
    clock.advance(20);
    expect([ticks, timer.skipped]).toEqual([2, 3]);
  });
});

describe('callbacks that take time', () => {
  /** A timer every 10 ms whose callbacks end when the test says so. */
  async function slow(overlap: 'skip' | 'queue' | 'parallel' | undefined, kind: 'coroutine' | 'async') {
    const { consumer, clock } = await running();
    const { timers } = await consumer();
    const log: string[] = [];
    const begin = () => {
      const gate = new ManualResetEvent();
      gates.push(gate);
      log.push(`begin@${clock.now()}`);
      return gate;
    };
    const options = overlap === undefined ? {} : { overlap };
    const timer =
      kind === 'coroutine'
        ? timers.every(
            10,
            function* (): Coroutine<void> {
              yield* begin().wait();
              log.push(`end@${clock.now()}`);
            },
            options,
          )
        : timers.every(
            10,
            async () => {
              await begin().wait();
              log.push(`end@${clock.now()}`);
            },
            options,
          );
    const release = async (index: number) => {
      gates[index]!.set();
      await clock.advanceAsync(0);
    };
    return { timer, log, clock, release };
  }

  describe.each(['coroutine', 'async'] as const)('(%s)', (kind) => {
    test('overlap by default (TM-11)', async () => {
      const { log, clock, release } = await slow(undefined, kind);
      await clock.advanceAsync(35);
      expect(log).toEqual(['begin@10', 'begin@20', 'begin@30']);
      for (const index of gates.keys()) await release(index);
      expect(log.slice(3)).toEqual(['end@35', 'end@35', 'end@35']);
    });

    test('are not disturbed with the policy skip; ticks left out are counted (GD-34)', async () => {
      const { log, clock, release, timer } = await slow('skip', kind);
      await clock.advanceAsync(35);
      await release(0);
      await clock.advanceAsync(10);
      expect(log).toEqual(['begin@10', 'end@35', 'begin@40']);
      expect(timer.skipped).toBe(2);
    });

    test('are followed by the ticks that were due meanwhile with the policy queue, one after another (GD-34)', async () => {
      const { log, clock, release, timer } = await slow('queue', kind);
      await clock.advanceAsync(35);
      expect(log).toEqual(['begin@10']);
      await release(0);
      expect(log).toEqual(['begin@10', 'end@35', 'begin@35']);
      await release(1);
      expect(log).toEqual(['begin@10', 'end@35', 'begin@35', 'end@35', 'begin@35']);
      await release(2);
      expect(timer.skipped).toBe(0);
      await clock.advanceAsync(5);
      expect(log.at(-1)).toBe('begin@40');
    });

    test('keep a stopped timer in the state stopping until they have ended (TM-7, TM-13)', async () => {
      const { clock, release, timer } = await slow('parallel', kind);
      await clock.advanceAsync(20);
      let isStopped = false;
      void timer.whenStopped().then(() => (isStopped = true));
      await clock.advanceAsync(0);
      expect(timer.stop()).toBe(true);
      expect(timer.stop()).toBe(false);
      await release(0);
      expect([timer.state, isStopped]).toEqual(['stopping', false]);
      await release(1);
      expect([timer.state, isStopped]).toEqual(['stopped', true]);
      await timer.whenStopped();
    });

    test('of an earlier start still count when the timer was started again (TM-8)', async () => {
      const { clock, release, timer, log } = await slow('skip', kind);
      await clock.advanceAsync(10);
      let isStopped = false;
      timer.stop();
      void timer.whenStopped().then(() => (isStopped = true));
      expect(timer.start()).toBe(true);
      expect(timer.start()).toBe(false);
      await clock.advanceAsync(15);
      expect([log, timer.state, isStopped]).toEqual([['begin@10'], 'running', false]);
      await release(0);
      expect([timer.state, isStopped]).toEqual(['running', true]);
      await clock.advanceAsync(5);
      expect(log.at(-1)).toBe('begin@30');
    });
  });

  test('do not begin any more once the service stops itself, so that its stop ends although they overlap', async () => {
    const { consumer, clock, manager } = await running();
    const log: string[] = [];
    const robot = await consumer((timers) => {
      timers.every(10, function* () {
        log.push('begin');
        yield* timers.sleep(25);
        log.push('end');
      });
    });
    await clock.advanceAsync(30);
    expect(log).toEqual(['begin', 'begin', 'begin']);
    const stopped = manager.stopService(robot.id);
    await clock.advanceAsync(25);
    await stopped;
    expect(log.slice(3)).toEqual(['end', 'end', 'end']);
  });

  test('go on while the consumers of the service stop, which need it until then', async () => {
    const { consumer, clock, manager, service } = await running();
    const Flushing = token<{ flushed(): Awaitable<void> }>('Flushing');
    class Store {
      static readonly provides = [Flushing];
      static readonly dependencies = { timers: required(TimerFactory) };
      readonly #flush = new ManualResetEvent();
      constructor({ timers }: { timers: Timers }) {
        timers.every(10, () => {
          this.#flush.set();
          this.#flush.reset();
        });
      }
      flushed = () => this.#flush.wait();
    }
    class Writer {
      static readonly dependencies = { store: required(Flushing) };
      readonly #store: { flushed(): Awaitable<void> };
      constructor({ store }: { store: { flushed(): Awaitable<void> } }) {
        this.#store = store;
      }
      *stop(): Coroutine<void> {
        yield* this.#store.flushed();
      }
    }
    await consumer();
    const store = manager.register(Store);
    await manager.whenActive(manager.register(Writer).id);
    const stopped = manager.stopService(store.id);
    await clock.advanceAsync(10);
    await stopped;
    expect(manager.services.byId(service.id)!.state).toBe('active');
  });

  test('that are coroutines are cancelled when their service stops, their finally blocks run', async () => {
    const { consumer, clock, manager } = await running();
    const log: string[] = [];
    const never = new ManualResetEvent();
    const robot = await consumer((timers) => {
      timers.once(10, function* () {
        try {
          yield* never.wait();
        } finally {
          log.push('cleaned up');
        }
      });
    });
    await clock.advanceAsync(10);
    const stopped = manager.stopService(robot.id);
    await clock.advanceAsync(1000);
    await stopped;
    expect(log).toEqual(['cleaned up']);
  });
});

describe('a timer', () => {
  test('has the documented defaults (TM-5)', async () => {
    const { consumer } = await running();
    const { timers } = await consumer();
    expect(timers.create()).toMatchObject({
      intervalMs: 1000,
      priority: 1000,
      once: false,
      callback: undefined,
      state: 'stopped',
      overlap: 'parallel',
      catchUp: 'catchUp',
      ticks: 0,
      skipped: 0,
      dueAt: undefined,
    });
  });

  test('has an id of its own from a process-wide counter (TM-4), by which its factory finds it while it is started (TM-3)', async () => {
    const { consumer } = await running();
    const { timers } = await consumer();
    const [a, b] = [timers.every(10, () => undefined), timers.every(10, () => undefined)];
    expect(b.id).toBeGreaterThan(a.id);
    expect(timers.list()).toEqual([a, b]);
    expect([timers.get(a.id), timers.get(b.id), timers.get(0)]).toEqual([a, b, undefined]);
    a.stop();
    expect(timers.get(a.id)).toBeUndefined();
  });

  test('pauses with the time to the next tick and goes on with it', async () => {
    const { consumer, clock } = await running();
    const { timers } = await consumer();
    const at: number[] = [];
    const timer = timers.every(10, () => at.push(clock.now()));
    clock.advance(14);
    expect([timer.pause(), timer.pause(), timer.state]).toEqual([true, false, 'paused']);
    clock.advance(100);
    expect([timer.resume(), timer.resume(), timer.state]).toEqual([true, false, 'running']);
    clock.advance(20);
    expect(at).toEqual([10, 120, 130]);
  });

  test('uses a new interval behind the tick that is due next, or at once after restart() (TM-5)', async () => {
    const { consumer, clock } = await running();
    const { timers } = await consumer();
    const at: number[] = [];
    const timer = timers.every(100, () => at.push(clock.now()));
    clock.advance(50);
    timer.intervalMs = 20;
    clock.advance(90);
    expect(at).toEqual([100, 120, 140]);
    timer.intervalMs = 5;
    timer.restart();
    clock.advance(10);
    expect(at.slice(3)).toEqual([145, 150]);
  });

  test('can only be started with a callback, and keeps that while it runs (TM-6, TM-8)', async () => {
    const { consumer } = await running();
    const { timers } = await consumer();
    const timer = timers.create({ intervalMs: 10 });
    expect(() => timer.start()).toThrow(expect.objectContaining({ code: 'ICHOR_TIMER_NO_CALLBACK' }));
    timer.callback = () => undefined;
    timer.start();
    expect(() => (timer.callback = () => undefined)).toThrow(
      expect.objectContaining({
        code: 'ICHOR_TIMER_NOT_STOPPED',
        message: expect.stringMatching(/Timer \d+ of Robot is running/),
      }),
    );
    timer.stop();
    timer.callback = undefined;
  });

  test('stops when its signal aborts and does not start when it has, leaving no listener behind', async () => {
    const { consumer, clock } = await running();
    const { timers } = await consumer();
    const controller = new AbortController();
    const remove = vi.spyOn(controller.signal, 'removeEventListener');
    const add = vi.spyOn(controller.signal, 'addEventListener');
    const stopped = timers.every(10, () => undefined, { signal: controller.signal });
    stopped.stop();
    expect([add.mock.calls.length, remove.mock.calls.length]).toEqual([1, 1]);
    const timer = timers.every(10, () => undefined, { signal: controller.signal });
    clock.advance(20);
    controller.abort();
    clock.advance(20);
    expect([timer.ticks, timer.state]).toEqual([2, 'stopped']);
    expect(timers.every(10, () => undefined, { signal: controller.signal }).state).toBe('stopped');
    expect(timer.start()).toBe(false);
  });

  test('shares one listener of a signal with all others that the signal ends', async () => {
    const { consumer, clock, pending } = await running();
    const { timers } = await consumer();
    const { signal, abort } = (() => {
      const controller = new AbortController();
      return { signal: controller.signal, abort: () => controller.abort() };
    })();
    const add = vi.spyOn(signal, 'addEventListener');
    const all = Array.from({ length: 100 }, () => timers.every(10, () => undefined, { signal }));
    const asleep = Array.from({ length: 100 }, () =>
      timers.sleep(10, { signal }).then(
        () => 'woke',
        () => 'aborted',
      ),
    );
    expect([add.mock.calls.length, pending()]).toEqual([1, 200]);
    clock.advance(5);
    abort();
    expect(await Promise.all(asleep)).toEqual(Array.from({ length: 100 }, () => 'aborted'));
    expect(all.every(({ state }) => state === 'stopped')).toBe(true);
    expect(pending()).toBe(0);
  });

  test('keeps the process alive only while a timer that asks for it is pending', async () => {
    const { consumer, clock } = await running();
    const { timers } = await consumer();
    const schedule = vi.spyOn(clock, 'schedule');
    const latest = () => (schedule.mock.lastCall as unknown[])[2];
    timers.every(10, () => undefined);
    expect(latest()).toEqual({ keepAlive: false });
    const keeping = timers.every(20, () => undefined, { keepAlive: true });
    expect(latest()).toEqual({ keepAlive: true });
    clock.advance(10);
    expect(latest()).toEqual({ keepAlive: true });
    keeping.stop();
    expect(latest()).toEqual({ keepAlive: false });
  });

  test('stops when it is disposed', async () => {
    const { consumer, pending } = await running();
    const { timers } = await consumer();
    timers.every(10, () => undefined)[Symbol.dispose]();
    expect(pending()).toBe(0);
  });

  test('follows a calendar, in virtual time, for years', async () => {
    const { consumer, clock } = await running();
    const { timers } = await consumer();
    const at: string[] = [];
    const timer = timers.at(cron('0 12 29 2 *', { timezone: 'UTC' }), () =>
      at.push(new Date(clock.wallTime()).toISOString()),
    );
    expect(timer.intervalMs).toBeUndefined();
    expect(() => (timer.intervalMs = 10)).toThrow(expect.objectContaining({ code: 'ICHOR_TIMER_OPTION_INVALID' }));
    clock.advance(300 * 24 * 3600 * 1000);
    timer.stop();
    expect(at).toEqual(['2000-02-29T12:00:00.000Z']);
  });

  test('stops by itself when its calendar ends', async () => {
    const { consumer, clock } = await running();
    const { timers } = await consumer();
    const end = clock.wallTime() + 100;
    const timer = timers.at({ next: (after) => (after < end ? end : undefined) }, () => undefined);
    clock.advance(1000);
    expect([timer.ticks, timer.state]).toEqual([1, 'stopped']);
  });

  test.each([
    [{ intervalMs: -1 }, '"intervalMs": received -1'],
    [{ intervalMs: 0 }, '"intervalMs": received 0'],
    [{ intervalMs: NaN }, '"intervalMs": received NaN'],
    [{ intervalMs: '10' }, '"intervalMs": received "10"'],
    [{ once: true, intervalMs: -1 }, '"delayMs": received -1'],
    [{ priority: -1 }, '"priority": received -1'],
    [{ priority: 'urgent' }, '"priority": received "urgent"'],
    [{ overlap: 'drop' }, '"overlap": received "drop"'],
    [{ catchUp: 'never' }, '"catchUp": received "never"'],
    [{ callback: 7 }, '"callback": received 7'],
    [{ interval: 10 }, '"interval": received 10'],
  ])('refuses the options %j, naming what is wrong', async (options, message) => {
    const { consumer } = await running();
    const { timers } = await consumer();
    expect(() => timers.create(options as object)).toThrow(
      expect.objectContaining({ code: 'ICHOR_TIMER_OPTION_INVALID', message: expect.stringContaining(message) }),
    );
  });
});

describe('sleep and deadline', () => {
  test('wait in coroutines and in async functions, also in start() and stop()', async () => {
    const { consumer, clock, manager } = await running();
    const log: string[] = [];
    const robot = await consumer(() => undefined, {
      *start(timers): Coroutine<void> {
        yield* timers.sleep(10);
        log.push(`started@${clock.now()}`);
      },
      async stop(timers) {
        await timers.deadline(100);
        log.push(`stopped@${clock.now()}`);
      },
    });
    await clock.advanceAsync(15);
    expect(log).toEqual(['started@10']);
    const stopped = manager.stopService(robot.id);
    await clock.advanceAsync(100);
    await stopped;
    expect(log).toEqual(['started@10', 'stopped@100']);
  });

  test('begin to count when they are called, and are pending only while somebody waits', async () => {
    const { consumer, clock, pending } = await running();
    const { timers } = await consumer();
    const sleep = timers.sleep(10);
    expect(pending()).toBe(0);
    clock.advance(8);
    let woke = 0;
    const waiting = Promise.all([sleep, sleep].map((wait) => wait.then(() => (woke = clock.now()))));
    expect(pending()).toBe(1);
    await clock.advanceAsync(5);
    await waiting;
    expect(woke).toBe(10);
    await sleep;
  });

  test('wake in the queue at their priority, in the order of due time, then of waiting', async () => {
    const { consumer, clock } = await running();
    const order: string[] = [];
    await consumer((timers, self) => {
      const sleeper = (name: string, ms: number, priority: number) =>
        self.run(function* () {
          yield* timers.sleep(ms, { priority });
          order.push(name);
        });
      sleeper('low', 10, 2000);
      sleeper('first', 10, 1000);
      sleeper('second', 10, 1000);
      sleeper('early', 5, 5000);
    });
    clock.advance(10);
    expect(order).toEqual(['early', 'first', 'second', 'low']);
  });

  test('end with the coroutine that is cancelled, with the signal, and with the service', async () => {
    const { consumer, clock, manager, pending } = await running();
    const robot = await consumer();
    const controller = new AbortController();
    const aborted = robot.timers.sleep(1e6, { signal: controller.signal }).then(undefined, (error: unknown) => error);
    const orphaned = robot.timers.sleep(1e6).then(undefined, (error: unknown) => error);
    const task = manager.start(function* () {
      yield* robot.timers.sleep(1e6);
    });
    expect(pending()).toBe(3);
    task.cancel();
    expect(pending()).toBe(2);
    controller.abort(new Error('enough'));
    expect(await aborted).toMatchObject({
      code: 'ICHOR_TIMER_ABORTED',
      cause: expect.objectContaining({ message: 'enough' }),
    });
    await expect(robot.timers.sleep(1, { signal: controller.signal })).rejects.toMatchObject({
      code: 'ICHOR_TIMER_ABORTED',
    });
    await manager.stopService(robot.id);
    expect(await orphaned).toMatchObject({
      code: 'ICHOR_TIMER_OWNER_STOPPED',
      message: expect.stringMatching(/Robot.*TimerService/),
    });
    expect([pending(), clock.pending]).toEqual([0, 0]);
    await task.then(undefined, () => undefined);
  });

  test('fail when an interceptor vetoes their end, instead of waiting for ever', async () => {
    const { consumer, clock, manager } = await running();
    const { timers } = await consumer();
    manager.intercept(SleepOver, { before: () => false });
    const failed = timers.sleep(10).then(undefined, (error: unknown) => error);
    await clock.advanceAsync(10);
    expect(await failed).toMatchObject({ code: 'ICHOR_TIMER_VETOED' });
  });

  test('of infinite length wait for a cancellation', async () => {
    const { consumer, clock } = await running();
    const { timers } = await consumer();
    const controller = new AbortController();
    const waiting = timers.sleep(Infinity, { signal: controller.signal }).then(undefined, () => 'aborted');
    await clock.advanceAsync(1e9);
    controller.abort();
    expect(await waiting).toBe('aborted');
  });

  test('in the past, or for 0 ms, still take a turn of the queue', async () => {
    const { consumer, clock } = await running();
    const order: string[] = [];
    await consumer((timers, self) => {
      self.run(function* () {
        yield* timers.deadline(-5);
        order.push('woke');
      });
      order.push('constructed');
    });
    await clock.advanceAsync(0);
    expect(order).toEqual(['constructed', 'woke']);
  });

  test.each([
    [(timers: Timers) => timers.sleep(-1), '"delayMs": received -1'],
    [(timers: Timers) => timers.sleep(NaN), '"delayMs": received NaN'],
    [(timers: Timers) => timers.deadline('soon' as never), '"at": received "soon"'],
    [(timers: Timers) => timers.sleep(1, { prio: 1 } as never), '"prio": received 1'],
  ])('refuse wrong arguments (case %#)', async (call, message) => {
    const { consumer } = await running();
    const { timers } = await consumer();
    expect(() => call(timers)).toThrow(
      expect.objectContaining({ code: 'ICHOR_TIMER_OPTION_INVALID', message: expect.stringContaining(message) }),
    );
  });
});

describe('virtual time', () => {
  test('of a year passes without drift, tick by tick (TM-9)', async () => {
    const { consumer, clock } = await running();
    const { timers } = await consumer();
    const minutes = 365 * 24 * 60;
    let wrong = 0;
    const timer = timers.every(60_000, (self) => {
      if (clock.now() !== self.ticks * 60_000) wrong++;
    });
    clock.advance(minutes * 60_000);
    expect([timer.ticks, timer.skipped, wrong]).toEqual([minutes, 0, 0]);
  });

  test('moves the timers of a whole program: two runs give the same trace, and a jump of the wall clock changes nothing', async () => {
    const trace = async (wallJump: number) => {
      const { consumer, clock, manager } = await running();
      const log: string[] = [];
      const wallTime = clock.wallTime.bind(clock);
      clock.wallTime = () => wallTime() + (clock.now() > 500 ? wallJump : 0);
      for (const [index, name] of ['A', 'B', 'C'].entries())
        await consumer(
          (timers) => {
            timers.every(7 + index, (timer) => log.push(`${name}${timer.ticks}@${clock.now()}`));
            timers.every(
              11,
              function* (): Coroutine<void> {
                yield* timers.sleep(5);
                log.push(`${name} woke@${clock.now()}`);
              },
              { overlap: 'queue' },
            );
          },
          {},
          name,
        );
      clock.advance(1000);
      void manager.quit();
      await clock.advanceAsync(10_000);
      return log;
    };
    const first = await trace(0);
    expect(first.length).toBeGreaterThan(500);
    expect(await trace(-3_600_000)).toEqual(first);
    expect(await trace(3_600_000)).toEqual(first);
  });
});
