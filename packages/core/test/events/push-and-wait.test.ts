// Waiting for an event: result, failure, time-out, abort, veto, coalescing, quit (EV-50…56, GD-18).
import { describe, expect, it } from 'vitest';
import { sleep } from '@ichor/coroutines';
import {
  AddTracker,
  defineEvent,
  defineService,
  Quit,
  type EventOutcome,
  type ServiceContext,
} from '../../src/index.ts';
import { assertNoLeaks, testManager, traceEvents, type TestManager } from '../../src/testing/index.ts';

const Job = defineEvent<number>('Job');
const Order = defineEvent<number>('Order');

async function worker(manager: TestManager, delayMs = 100): Promise<ServiceContext> {
  let context: ServiceContext | undefined;
  manager.register(
    defineService({
      name: 'Worker',
      setup(_, self) {
        context = self;
        self.on(Job, function* (n) {
          yield* sleep(delayMs);
          if (n < 0) throw new Error(`job ${n}`);
        });
        self.on(Job, async () => {
          await Promise.resolve();
        });
      },
    }),
    { onFailure: 'quit' },
  );
  await manager.begin();
  return context as ServiceContext;
}

/** What an awaitable ends with, as text. */
function outcomeOf(manager: TestManager, awaitable: PromiseLike<EventOutcome>): Promise<string> {
  return Promise.resolve(awaitable).then(
    (outcome) =>
      `${outcome.processed ? 'processed' : outcome.vetoed ? 'vetoed' : 'unhandled'} at ${manager.clock.now()}`,
    (error: { code?: string; message: string }) => `${error.code ?? error.message} at ${manager.clock.now()}`,
  );
}

describe('pushAndWait', () => {
  it('completes when every coroutine and promise of the handlers has ended (EV-43, EV-50)', async () => {
    const manager = testManager();
    await worker(manager);
    const outcome = outcomeOf(manager, manager.queue.pushAndWait(Job, 1));
    await manager.advance(99);
    expect(manager.services.resources().awaitedEvents).toBe(1);
    await manager.advance(1);
    expect(await outcome).toBe('processed at 100');
    await manager.quit();
    assertNoLeaks(manager);
  });

  it('says when nobody handles the type, and when an interceptor vetoed it', async () => {
    const manager = testManager();
    await worker(manager);
    const Unhandled = defineEvent<number>('Unhandled');
    const unhandled = outcomeOf(manager, manager.queue.pushAndWait(Unhandled, 1));
    await manager.settle();
    using _ = manager.intercept(Job, { before: () => false });
    const vetoed = outcomeOf(manager, manager.queue.pushAndWait(Job, 1));
    await manager.settle();
    expect([await unhandled, await vetoed]).toEqual(['unhandled at 0', 'vetoed at 0']);
    await manager.quit();
  });

  it('logs a failure for which nobody waits, or not any more, and leaves the handler’s service alone', async () => {
    const manager = testManager();
    const { id } = manager.register(
      defineService({
        name: 'Handler',
        setup(_, self) {
          self.on(Order, function* (order) {
            if (order > 0) yield* sleep(order);
            throw new Error(`order ${order}`);
          });
        },
      }),
    );
    await manager.begin();
    void manager.queue.pushAndWait(Order, 0);
    await manager.settle();
    expect(manager.host.messages.join()).toMatch(/Order \(event \d+\) failed, and nobody waits for it\.[^]*order 0/);
    const late = manager.queue.pushAndWait(Order, 500, { timeoutMs: 10 });
    const heard = manager.queue.pushAndWait(Order, 50, { timeoutMs: 1000 });
    const outcomes = Promise.allSettled([late, heard]);
    await manager.advance(1000);
    expect(await outcomes).toMatchObject([
      { reason: { code: 'ICHOR_EVENT_TIMEOUT' } },
      { reason: { message: 'order 50' } },
    ]);
    expect(manager.host.messages).toHaveLength(2);
    expect(manager.host.messages[1]).toContain('order 500');
    expect(manager.services.byId(id)?.state).toBe('active');
    await manager.quit();
    expect(manager.outcome).toBe('resolved');
  });

  it('fails with the first failure of a handler, which then goes nowhere else (D13)', async () => {
    const manager = testManager();
    const self = await worker(manager);
    const outcome = outcomeOf(manager, manager.queue.pushAndWait(Job, -3));
    await manager.advance(100);
    expect(await outcome).toBe('job -3 at 100');
    expect(self.state).toBe('active');
    expect(manager.outcome).toBe('running');
    await manager.quit();
  });

  it('gives up after timeoutMs or when the signal aborts, while the event goes on', async () => {
    const manager = testManager();
    await worker(manager);
    const controller = new AbortController();
    const waits = [
      outcomeOf(manager, manager.queue.pushAndWait(Job, 1, { timeoutMs: 50 })),
      outcomeOf(manager, manager.queue.pushAndWait(Job, 1, { timeoutMs: 5000 })),
      outcomeOf(manager, manager.queue.pushAndWait(Job, 1, { signal: controller.signal })),
      outcomeOf(manager, manager.queue.pushAndWait(Job, 1, { signal: AbortSignal.abort() })),
    ];
    await manager.advance(60);
    controller.abort();
    await manager.advance(60);
    expect(await Promise.all(waits)).toEqual([
      'ICHOR_EVENT_TIMEOUT at 50',
      'processed at 100',
      'ICHOR_EVENT_ABORTED at 60',
      'ICHOR_EVENT_ABORTED at 0',
    ]);
    await manager.quit();
    assertNoLeaks(manager);
  });

  it('says in the time-out what it waits for', async () => {
    const manager = testManager();
    await worker(manager);
    const failed = Promise.resolve(manager.queue.pushAndWait(Job, 1, { timeoutMs: 10 })).catch((error: Error) => error);
    await manager.advance(20);
    expect(((await failed) as Error).message).toMatch(/Job \(event \d+\) did not complete within 10 ms/);
    await manager.quit();
  });

  it('coalesces with an awaited event of the same type and origin (EV-54)', async () => {
    const manager = testManager();
    const self = await worker(manager);
    using trace = traceEvents(manager);
    const waits = [
      manager.queue.pushAndWait(Job, 1, { coalesce: true }),
      manager.queue.pushAndWait(Job, 2, { coalesce: true }),
      self.queue.pushAndWait(Job, 3, { coalesce: true }),
      manager.queue.pushAndWait(Job, 4),
    ].map((wait) => outcomeOf(manager, wait));
    await manager.advance(100);
    await Promise.all(waits);
    expect(trace.payloadsOf(Job)).toEqual([1, 3, 4]);
    await manager.quit();
  });

  it('resumes the waiters of one event inline, in the order in which they began to wait (EV-55)', () => {
    const manager = testManager();
    void manager.run();
    const log: string[] = [];
    manager.register(defineService({ setup: (_, self) => void self.on(Job, () => log.push('handled')) }));
    manager.drain();
    const event = manager.queue.pushAndWait(Job, 1);
    for (const name of ['first', 'second'])
      manager.start(function* () {
        yield* event;
        log.push(name);
      });
    manager.queue.post(() => log.push('next event'));
    manager.drain();
    expect(log).toEqual(['handled', 'first', 'second', 'next event']);
  });

  it('refuses types that are not processed as one event, and unknown limits (EV-51)', () => {
    const manager = testManager();
    for (const type of [Quit, AddTracker])
      expect(() => manager.queue.pushAndWait(type as never, undefined)).toThrow(
        expect.objectContaining({ code: 'ICHOR_EVENT_INVALID' }),
      );
    expect(() => manager.queue.pushAndWait(Job, 1, { timeoutMs: -1 })).toThrow(
      expect.objectContaining({ code: 'ICHOR_OPTION_INVALID' }),
    );
  });

  it('keeps quit waiting, and fails with ICHOR_MANAGER_QUIT when the end is forced (EV-56)', async () => {
    const manager = testManager({ quitTimeoutMs: 500, stopGraceMs: 10_000 });
    await worker(manager, 1e9);
    const outcome = outcomeOf(manager, manager.queue.pushAndWait(Job, 1));
    await manager.settle();
    manager.queue.push(Quit);
    await manager.advance(3000);
    expect(await outcome).toMatch(/^(ICHOR_MANAGER_QUIT|ICHOR_COROUTINES_CANCELLED) at/);
    expect(manager.outcome).toBe('rejected');
    assertNoLeaks(manager);
  });

  it('fails with ICHOR_MANAGER_QUIT when the manager ends before the event had its turn', async () => {
    const manager = testManager();
    const outcome = outcomeOf(manager, manager.queue.pushAndWait(Job, 1));
    await manager.quit();
    expect(await outcome).toBe('ICHOR_MANAGER_QUIT at 0');
  });
});
