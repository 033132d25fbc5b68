// Events and their handlers: identity, order, broadcast, targets, disposal (EV-1…EV-47, EV-60…66, EV-100…110, D4, D5, D8).
import { describe, expect, it } from 'vitest';
import { pause, sleep } from '@ichor/coroutines';
import {
  defineEvent,
  defineService,
  defineWork,
  StartService,
  type DiscardReason,
  type EventView,
  type Handled,
  type ServiceContext,
  type Work,
} from '../../src/index.ts';
import { assertNoLeaks, testManager, traceEvents, type TestManager } from '../../src/testing/index.ts';
import { logged } from '../support.ts';

const Ping = defineEvent<number>('Ping');
const Pong = defineEvent('Pong');

/** A running service, in the hands of the test. */
async function service(manager: TestManager): Promise<ServiceContext> {
  let context: ServiceContext | undefined;
  manager.register(
    defineService({
      setup(_, self) {
        context = self;
      },
    }),
  );
  if (manager.outcome === 'new') await manager.begin();
  else await manager.settle();
  return context as ServiceContext;
}

describe('event types and ids', () => {
  it('have a number, a name and a priority, and ids count up from 0 per queue (EV-1, EV-2, EV-5)', async () => {
    expect(Ping.priority).toBe(1000);
    expect(defineEvent('High', { priority: 'high' }).priority).toBe(100);
    expect(defineEvent('Low', { priority: 'low' }).priority).toBe(10_000);
    const manager = testManager();
    expect(manager.queue.push(Ping, 1)).toBe(0);
    expect(manager.queue.push(Pong)).toBe(1);
    expect(manager.queue.size).toBe(2);
    await manager.begin();
    expect(manager.queue.isEmpty).toBe(true);
    await manager.quit();
  });

  it('refuses what is no event type, priority or name (EV-3, EV-8)', () => {
    const manager = testManager();
    for (const bad of [undefined, null, {}, { id: 0 }, 'Ping'])
      expect(() => manager.queue.push(bad as never, 1)).toThrow(
        expect.objectContaining({ code: 'ICHOR_EVENT_INVALID' }),
      );
    for (const priority of [-1, 1.5, Number.NaN, 2 ** 53, 'urgent'])
      expect(() => manager.queue.push(Ping, 1, { priority: priority as never })).toThrow(
        expect.objectContaining({ code: 'ICHOR_OPTION_INVALID', message: expect.stringContaining(String(priority)) }),
      );
    expect(() => defineEvent('')).toThrow(expect.objectContaining({ code: 'ICHOR_OPTION_INVALID' }));
    expect(() => manager.queue.post(undefined as never)).toThrow(
      expect.objectContaining({ code: 'ICHOR_EVENT_INVALID' }),
    );
  });

  it('are processed by priority, and in the order of pushing within one (EV-4, EV-101, GD-23)', async () => {
    const manager = testManager();
    const self = await service(manager);
    const seen: number[] = [];
    self.on(Ping, (n) => seen.push(n));
    for (const [n, priority] of [
      [1, 1000],
      [2, 5],
      [3, 1000],
      [4, 0],
      [5, 5],
      [6, Number.MAX_SAFE_INTEGER],
    ] as const)
      manager.queue.push(Ping, n, { priority });
    await manager.settle();
    expect(seen).toEqual([4, 2, 5, 1, 3, 6]);
    await manager.quit();
  });
});

describe('a broadcast', () => {
  it('calls all handlers in the order of registration, of several services and several of one (EV-40, EV-41)', async () => {
    const manager = testManager();
    const first = await service(manager);
    const second = await service(manager);
    const seen: string[] = [];
    first.on(Ping, () => seen.push('first'));
    second.on(Ping, () => seen.push('second'));
    first.on(Ping, () => seen.push('first again'));
    manager.queue.push(Ping, 1);
    await manager.settle();
    expect(seen).toEqual(['first', 'second', 'first again']);
    await manager.quit();
    assertNoLeaks(manager);
  });

  it('gives handlers the payload and a view with id, type, origin and priority, which coroutines and promises keep (D4)', async () => {
    const manager = testManager();
    const self = await service(manager);
    const other = await service(manager);
    const views: unknown[] = [];
    const note = (payload: number, event: EventView): void => {
      views.push([payload, event.id, event.type.name, event.origin, event.priority]);
    };
    self.on(Ping, note);
    self.on(Ping, function* (payload, event) {
      yield* sleep(10);
      note(payload, event);
    });
    self.on(Ping, async (payload, event) => {
      await Promise.resolve();
      note(payload, event);
    });
    const id = other.queue.push(Ping, 7, { priority: 3 });
    manager.queue.push(Ping, 8);
    await manager.advance(10);
    const seven = [7, id, 'Ping', other.id, 3];
    const eight = [8, id + 1, 'Ping', 0, 1000];
    expect(views).toEqual([seven, seven, eight, eight, seven, eight]);
    await manager.quit();
  });

  it('calls targeted handlers only for events of their origin (EV-41)', async () => {
    const manager = testManager();
    const self = await service(manager);
    const source = await service(manager);
    const seen: number[] = [];
    self.on(Ping, (n) => seen.push(n), { from: source.id });
    manager.queue.push(Ping, 1);
    source.queue.push(Ping, 2);
    await manager.settle();
    expect(seen).toEqual([2]);
    await manager.quit();
  });

  it('does not show the event to handlers added during it, and skips those disposed during it (EV-42, D8)', async () => {
    const manager = testManager();
    const self = await service(manager);
    const seen: string[] = [];
    self.on(Ping, () => {
      seen.push('first');
      second[Symbol.dispose]();
      self.on(Ping, () => seen.push('added'));
    });
    const second = self.on(Ping, () => seen.push('second'));
    manager.queue.push(Ping, 1);
    await manager.settle();
    expect(seen).toEqual(['first']);
    manager.queue.push(Ping, 2);
    await manager.settle();
    expect(seen).toEqual(['first', 'first', 'added']);
    await manager.quit();
  });

  it('skips the handlers of a service that stops during it (EV-41, EV-46)', async () => {
    const manager = testManager();
    const first = await service(manager);
    const second = await service(manager);
    const seen: string[] = [];
    first.on(Ping, (n) => {
      if (n > 1) return;
      manager.queue.push(Ping, 2);
      void manager.stopService(second.id);
    });
    second.on(Ping, (n) => seen.push(`second ${n}`));
    manager.queue.push(Ping, 1);
    await manager.settle();
    expect(seen).toEqual(['second 1']);
    await manager.quit();
  });

  it('removes one registration at a time, and disposing twice does no harm (EV-45, GD-14)', async () => {
    const manager = testManager();
    const self = await service(manager);
    const seen: string[] = [];
    const one = self.on(Ping, () => seen.push('one'));
    self.on(Ping, () => seen.push('two'));
    one[Symbol.dispose]();
    one[Symbol.dispose]();
    manager.queue.push(Ping, 1);
    await manager.settle();
    expect(seen).toEqual(['two']);
    expect(manager.queue.size).toBe(0);
    await manager.quit();
  });

  it('accepts handlers of the manager’s own types without calling them or getting in the way (EV-11)', async () => {
    const manager = testManager();
    const self = await service(manager);
    const seen: string[] = [];
    self.on(StartService, () => seen.push('never'));
    const handle = manager.register(logged(seen, 'P'));
    await manager.settle();
    expect(handle.state).toBe('active');
    expect(seen).toEqual(['P.start']);
    await manager.quit();
    assertNoLeaks(manager);
  });

  it('lets handlers register services, handlers, interceptors and push events (EV-47)', async () => {
    const manager = testManager();
    const self = await service(manager);
    const log: string[] = [];
    self.on(Ping, () => {
      self.register(logged(log, 'child'));
      self.intercept(Pong, { before: () => void log.push('intercepted') });
      self.queue.push(Pong);
    });
    manager.queue.push(Ping, 1);
    await manager.settle();
    expect(log).toEqual(['child.start', 'intercepted']);
    await manager.quit();
    expect(log).toEqual(['child.start', 'intercepted', 'child.stop']);
  });

  it('reports a handler that is no function at once', async () => {
    const manager = testManager();
    const self = await service(manager);
    expect(() => self.on(Ping, 'handler' as never)).toThrow(expect.objectContaining({ code: 'ICHOR_EVENT_INVALID' }));
    await manager.quit();
  });
});

describe('functions and work on the queue', () => {
  it('runs posted functions, plain, async and coroutine, and drops those of a service that has stopped (EV-60, EV-61)', async () => {
    const manager = testManager();
    const self = await service(manager);
    const log: string[] = [];
    self.queue.post(() => log.push('plain'));
    self.queue.post(async () => log.push('async'));
    self.queue.post(function* () {
      yield* sleep(5);
      log.push('coroutine');
    });
    manager.queue.post(() => log.push('of nobody'));
    await manager.advance(10);
    expect(log).toEqual(['plain', 'async', 'of nobody', 'coroutine']);
    self.queue.post(() => log.push('too late'), { priority: 5000 });
    void manager.stopService(self.id);
    await manager.settle();
    expect(log).not.toContain('too late');
    await manager.quit();
  });

  it('counts the event being processed in its size (EV-82, EV-110)', async () => {
    const manager = testManager();
    const sizes: number[] = [];
    manager.queue.post(() => {
      sizes.push(manager.queue.size);
    });
    expect(manager.queue.size).toBe(1);
    await manager.begin();
    expect(sizes).toEqual([1]);
    expect(manager.queue.isEmpty).toBe(true);
    await manager.quit();
  });

  it('lets others run when a coroutine pauses, in the order of priority (EV-65)', async () => {
    const manager = testManager();
    const self = await service(manager);
    const log: string[] = [];
    self.on(Ping, (n) => log.push(`ping ${n}`));
    self.queue.post(function* () {
      for (let i = 0; i < 3; i++) {
        log.push(`step ${i}`);
        yield* pause();
      }
    });
    self.queue.push(Ping, 1);
    self.queue.push(Ping, 2, { priority: 2000 });
    await manager.settle();
    expect(log).toEqual(['step 0', 'ping 1', 'step 1', 'step 2', 'ping 2']);
    await manager.quit();
  });

  it('tells work of its result, its failure, or why it was not run', async () => {
    const Job = defineWork('Job');
    const manager = testManager();
    const self = await service(manager);
    const log: unknown[] = [];
    const job = (run: () => Handled): Work => ({
      run,
      returned: (value) => log.push(['returned', value]),
      threw: (error) => log.push(['threw', (error as Error).message]),
      discarded: (reason: DiscardReason) => log.push(['discarded', reason]),
    });
    const push = (run: () => Handled, queue = self.queue): void => {
      queue.pushWork(Job, job(run), 500);
    };
    push(() => 1);
    push(async () => 2);
    push(function* () {
      yield* sleep(1);
      return 3;
    });
    push(() => {
      throw new Error('a');
    });
    push(() => Promise.reject(new Error('b')));
    await manager.advance(5);
    // Promises settle before the next event of the queue (D7).
    expect(log).toEqual([
      ['returned', 1],
      ['returned', 2],
      ['threw', 'a'],
      ['threw', 'b'],
      ['returned', 3],
    ]);
    log.length = 0;
    const veto = manager.intercept(Job, { before: () => false });
    push(() => 4);
    await manager.settle();
    veto[Symbol.dispose]();
    push(() => 5);
    void manager.stopService(self.id);
    await manager.settle();
    push(() => 6, manager.queue);
    manager.queue.push(defineEvent('unused'));
    await manager.quit();
    push(() => 7, manager.queue);
    expect(log).toEqual([
      ['discarded', 'vetoed'],
      ['discarded', 'stopped'],
      ['returned', 6],
      ['discarded', 'quit'],
    ]);
    assertNoLeaks(manager);
  });

  it('contains receivers that fail themselves', async () => {
    const Job = defineWork('Job');
    const manager = testManager({ onFailure: 'log' });
    const self = await service(manager);
    const fails = (): never => {
      throw new Error('receiver');
    };
    self.queue.pushWork(Job, { run: () => 1, returned: fails }, 1);
    self.queue.pushWork(Job, { run: fails, threw: fails }, 1);
    using _ = manager.intercept(Job, { before: (event) => event.priority !== 2 });
    self.queue.pushWork(Job, { run: () => 1, discarded: fails }, 2);
    await manager.settle();
    expect(manager.queue.isEmpty).toBe(true);
    expect(manager.host.messages.filter((line) => line.includes('receiver'))).toHaveLength(3);
    await manager.quit();
  });
});

describe('back-pressure', () => {
  it('lets producers wait until the queue is short, and tells them when the manager ends', async () => {
    const manager = testManager();
    const self = await service(manager);
    const log: string[] = [];
    self.on(Ping, () => undefined);
    for (let i = 0; i < 10; i++) manager.queue.push(Ping, i);
    manager.start(function* () {
      yield* manager.queue.whenBelow(5);
      log.push(`below: ${manager.queue.size}`);
    });
    await manager.settle();
    expect(log).toHaveLength(1);
    manager.queue.push(Ping, 1);
    const waiting = Promise.resolve(manager.queue.whenBelow(1)).then(
      () => 'below',
      (error: { code: string }) => error.code,
    );
    await manager.quit();
    expect(['below', 'ICHOR_MANAGER_QUIT']).toContain(await waiting);
    expect(() => manager.queue.whenBelow(0)).toThrow(expect.objectContaining({ code: 'ICHOR_OPTION_INVALID' }));
  });
});

describe('tasks', () => {
  it('go on with the priority they were given, else with that of their service', async () => {
    const order: string[] = [];
    const manager = testManager();
    const self = await service(manager);
    const task = (name: string) =>
      function* () {
        yield* pause();
        order.push(name);
      };
    self.run(task('as the service'));
    self.run(task('low'), { priority: 'low' });
    self.run(task('high'), { priority: 'high' });
    manager.start(task('of nobody'), { priority: 5 });
    await manager.settle();
    expect(order).toEqual(['of nobody', 'high', 'as the service', 'low']);
    await manager.quit();
  });
});

describe('traces of handled and unhandled events', () => {
  it('tell whether somebody handles a type (EV-33)', async () => {
    const manager = testManager();
    const self = await service(manager);
    self.on(Ping, () => undefined, { from: 12345 });
    using trace = traceEvents(manager);
    manager.queue.push(Ping, 1);
    manager.queue.push(Pong);
    await manager.settle();
    expect(trace.events.map((event) => [event.type, event.processed])).toEqual([
      ['Ping', true],
      ['Pong', false],
    ]);
    await manager.quit();
  });
});
