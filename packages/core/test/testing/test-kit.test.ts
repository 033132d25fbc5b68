// The test kit itself: manual stepping, virtual time, fakes, traces and the leak check.
import { sleep } from '@ichor/coroutines';
import { describe, expect, it } from 'vitest';
import { defineEvent, defineService, many, required, token } from '../../src/index.ts';
import {
  assertNoLeaks,
  heldResources,
  leaks,
  provideFake,
  SteppedHost,
  testManager,
  traceEvents,
} from '../../src/testing/index.ts';

const Tick = defineEvent<number>('Tick');
const Other = defineEvent('Other');

describe('a test manager', () => {
  it('processes nothing until it is stepped, and one event per step', async () => {
    const manager = testManager();
    using trace = traceEvents(manager, { internal: true });
    const ended = manager.run();
    manager.register(defineService({ name: 'A', setup: () => ({}) }));
    expect(trace.names).toEqual([]);
    expect(manager.step()).toBe(true);
    expect(trace.names).toEqual(['InsertService']);
    expect(manager.drain()).toBe(2);
    expect(manager.step()).toBe(false);
    expect(trace.names).toEqual(['InsertService', 'StartService', 'DependencyOnline']);
    await manager.quit();
    await ended;
    expect(manager.outcome).toBe('resolved');
  });

  it('settles events, promises and coroutines, and leaves time alone', async () => {
    const manager = testManager();
    const log: string[] = [];
    manager.register(
      defineService({
        setup(_, self) {
          self.on(Tick, async (n) => {
            await Promise.resolve();
            await new Promise((resolve) => {
              setImmediate(resolve);
            });
            log.push(`promise ${n} at ${manager.clock.now()}`);
          });
          self.on(Tick, function* (n) {
            yield* sleep(50);
            log.push(`coroutine ${n} at ${manager.clock.now()}`);
          });
        },
      }),
    );
    await manager.begin();
    manager.queue.push(Tick, 1);
    await manager.settle();
    expect(log).toEqual(['promise 1 at 0']);
    await manager.advance(49);
    expect(log).toHaveLength(1);
    await manager.advance(1);
    expect(log).toEqual(['promise 1 at 0', 'coroutine 1 at 50']);
    await manager.quit();
    assertNoLeaks(manager);
  });

  it('rejects begin() with the failure of start-up, and keeps it', async () => {
    const manager = testManager();
    const failure = new Error('no');
    manager.register(
      defineService({
        setup() {
          throw failure;
        },
      }),
    );
    await expect(manager.begin()).rejects.toBe(failure);
    expect(manager.outcome).toBe('rejected');
    expect(manager.failure).toBe(failure);
    expect(manager.host.messages.join()).toContain('could not start');
  });

  it('delivers signals by hand', async () => {
    const manager = testManager();
    await manager.begin({ signals: ['SIGTERM'] });
    expect(manager.host.signalHandlers).toBe(1);
    expect(manager.host.signal('SIGTERM')).toBe(true);
    await manager.settle();
    expect(manager.outcome).toBe('resolved');
    expect(manager.host.signal('SIGTERM')).toBe(false);
    expect(manager.host.keptAlive).toBe(0);
  });

  it('tells an endless loop of events from a long one', () => {
    const host = new SteppedHost();
    const again = (): void => {
      host.defer(again);
    };
    again();
    expect(() => {
      host.runAll(100);
    }).toThrow(/100 callbacks/);
  });
});

describe('a fake provider', () => {
  interface Door {
    readonly name: string;
    open(by: string): string;
    start(): void;
    fail(): never;
  }
  const Door = token<Door>('Door');

  it('is injected by token and records the calls of each consumer', async () => {
    const manager = testManager();
    const door = provideFake(manager, Door, {
      name: 'front',
      open: (by) => `open for ${by}`,
      fail: () => {
        throw new Error('stuck');
      },
      start: () => {
        throw new Error('must not be called by the manager');
      },
    });
    const consumer = manager.register(
      defineService({
        dependencies: { door: required(Door), doors: many(Door) },
        setup({ door: first }) {
          expect(first.name).toBe('front');
          expect(first.open('ann')).toBe('open for ann');
          expect(() => first.fail()).toThrow('stuck');
        },
      }),
    );
    provideFake(manager, Door, {});
    await manager.begin();
    expect(door.callsOf('open')).toEqual([['ann']]);
    expect(door.calls.map((call) => [call.method, call.consumerId])).toEqual([
      ['open', consumer.id],
      ['fail', consumer.id],
    ]);
    expect(door.calls[1]?.threw).toEqual(new Error('stuck'));
    door.clear();
    expect(door.calls).toEqual([]);
    await manager.quit();
    assertNoLeaks(manager);
  });

  it('can leave, which stops its consumers', async () => {
    const manager = testManager();
    const door = provideFake(manager, Door, {});
    const consumer = manager.register(defineService({ dependencies: { door: required(Door) }, setup: () => ({}) }));
    await manager.begin();
    expect(consumer.state).toBe('active');
    door.handle.stop({ remove: true });
    await manager.settle();
    expect(consumer.state).toBe('installed');
    await manager.quit();
  });
});

describe('an event trace', () => {
  it('asserts order, exact sequences and absence, and shows what happened when it fails', async () => {
    const manager = testManager();
    await manager.begin();
    using trace = traceEvents(manager);
    manager.queue.push(Tick, 1);
    manager.queue.push(Other);
    manager.queue.push(Tick, 2);
    await manager.settle();
    trace.assertExactly(Tick, Other, Tick);
    trace.assertOrder(Other, Tick);
    expect(trace.payloadsOf(Tick)).toEqual([1, 2]);
    expect(trace.events.map((event) => event.processed)).toEqual([false, false, false]);
    expect(() => {
      trace.assertOrder(Other, Other);
    }).toThrow('Processed were: Tick → Other → Tick');
    expect(() => {
      trace.assertExactly(Tick);
    }).toThrow('Expected exactly Tick;');
    expect(() => {
      trace.assertNone(Other);
    }).toThrow('Expected no Other');
    trace.clear();
    trace.assertExactly();
    await manager.quit();
  });

  it('tells types of the same name apart', async () => {
    const one = defineEvent<number>('Same');
    const other = defineEvent<number>('Same');
    const manager = testManager();
    const trace = traceEvents(manager);
    await manager.begin();
    manager.queue.push(one, 1);
    await manager.settle();
    trace.assertExactly(one);
    trace.assertNone(other);
    expect([trace.payloadsOf(one), trace.payloadsOf(other)]).toEqual([[1], []]);
    for (const wrong of [() => trace.assertExactly(other), () => trace.assertOrder(other), () => trace.assertNone(one)])
      expect(wrong).toThrow('Same');
    await manager.quit();
  });
});

describe('the leak check', () => {
  it('names what is left after quit and what was added in between', async () => {
    const manager = testManager();
    await manager.begin();
    const before = heldResources(manager);
    assertNoLeaks(manager, before);
    manager.intercept('all', {});
    manager.register(
      defineService({
        name: 'Holder',
        setup(_, self) {
          self.on(Tick, () => undefined);
          self.run(
            function* () {
              yield* sleep(1000);
            },
            { name: 'waiting' },
          );
        },
      }),
    );
    await manager.settle();
    expect(() => {
      assertNoLeaks(manager, before);
    }).toThrow(/1 more services than before: Holder/);
    expect(leaks(manager, before).join('\n')).toMatch(/handlers[^]*interceptors[^]*coroutines[^]*timers/);
    await manager.quit();
    expect(leaks(manager)).toEqual(['1 interceptors left']);
  });
});
