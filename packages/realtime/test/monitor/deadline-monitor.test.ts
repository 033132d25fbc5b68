// The deadline monitor on a manager in virtual time; what handlers take is added to the clock by hand (GP-1).
import { defineEvent, IchorError, PriorityQueue, required, type Injected, type ServiceContext } from '@ichor/core';
import { assertNoLeaks, testManager, type TestManager } from '@ichor/core/testing';
import { describe, expect, it } from 'vitest';
import type { EvidenceSource } from '../../src/blame/evidence.ts';
import type { Budget } from '../../src/monitor/budget.ts';
import { DeadlineMonitor } from '../../src/monitor/deadline-monitor.ts';
import { DeadlineOverrun, type Overrun } from '../../src/monitor/overrun.ts';
import type { DeadlineWatch } from '../../src/monitor/watch.ts';
import { DeadlineMonitorService, Deadlines } from '../../src/service/deadline-monitor-service.ts';

/** The payload is how long the handler takes. */
const Job = defineEvent<number>('Job');
const Other = defineEvent<number>('Other');

class Worker {
  static readonly dependencies = { deadlines: required(Deadlines) };
  readonly deps: Injected<typeof Worker.dependencies>;
  readonly self: ServiceContext<Bench>;

  constructor(deps: Injected<typeof Worker.dependencies>, self: ServiceContext<Bench>) {
    this.deps = deps;
    this.self = self;
  }

  start(): void {
    const bench = this.self.options;
    bench.worker = this;
    bench.watch = this.deps.deadlines.watch(Job, bench.budget);
    const work = (ms: number): void => void (bench.spentMs += ms);
    this.self.on(Job, work);
    this.self.on(Other, work);
    this.self.on(DeadlineOverrun, (overrun) => void bench.overruns.push(overrun));
  }
}

class Bench implements Disposable {
  readonly budget: Budget;
  readonly overruns: Overrun[] = [];
  readonly monitor: DeadlineMonitor;
  readonly manager: TestManager;
  /** Time that handlers took, on top of virtual time. */
  spentMs = 100;
  watch!: DeadlineWatch;
  worker!: Worker;

  constructor(budget: Budget, evidence?: EvidenceSource) {
    this.budget = budget;
    const clock = { now: (): number => this.spentMs };
    this.monitor = new DeadlineMonitor({ clock, ...(evidence === undefined ? {} : { evidence }) });
    this.manager = testManager({ queue: this.monitor.queue() });
    this.manager.register(DeadlineMonitorService, { options: { monitor: this.monitor } });
    this.manager.register(Worker, { options: this });
  }

  async begin(): Promise<this> {
    await this.manager.begin();
    return this;
  }

  [Symbol.dispose](): void {
    this.monitor[Symbol.dispose]();
  }
}

describe('DeadlineMonitor', () => {
  it('measures start latency, execution and response of each watched event', async () => {
    using bench = await new Bench({}).begin();
    bench.manager.queue.push(Job, 2);
    bench.manager.queue.push(Job, 3);
    await bench.manager.settle();
    const report = bench.watch.report();
    expect(report.execution).toMatchObject({ count: 2, minMs: 2, maxMs: 3 });
    expect(report.startLatency).toMatchObject({ minMs: 0, maxMs: 2 });
    expect(report.response).toMatchObject({ minMs: 2, maxMs: 5 });
    expect(report.overruns).toBe(0);
  });

  it('does not measure what nobody watches, but blames it by name', async () => {
    using bench = await new Bench({ deadlineMs: 4 }).begin();
    bench.manager.queue.push(Other, 9, { priority: 'high' });
    bench.manager.queue.push(Job, 1);
    await bench.manager.settle();
    expect(bench.watch.execution.count).toBe(1);
    expect(bench.overruns).toHaveLength(1);
    expect(bench.overruns[0]).toMatchObject({
      name: 'Job',
      kind: 'deadline',
      limitMs: 4,
      actualMs: 10,
      policy: 'report',
    });
    expect(bench.overruns[0]?.blame).toMatchObject({ cause: 'event', ms: 9 });
    expect(bench.monitor.report()).toMatchObject({ blamed: { event: 1 }, unexplained: 0 });
  });

  it('tells budgets, deadlines and start limits apart, one overrun per event', async () => {
    using bench = await new Bench({ budgetMs: 5, deadlineMs: 20, startMs: 2 }).begin();
    for (const [before, own] of [
      [0, 6],
      [19, 2],
      [3, 1],
      [0, 5],
    ] as const) {
      bench.manager.queue.push(Other, before, { priority: 'high' });
      bench.manager.queue.push(Job, own);
      await bench.manager.settle();
    }
    expect(bench.overruns.map(({ kind }) => kind)).toEqual(['budget', 'deadline', 'start']);
    expect(bench.overruns.map(({ blame }) => blame.cause)).toEqual(['self', 'event', 'event']);
    expect(bench.watch.overruns).toBe(3);
  });

  it('gives watched events their deadline, so that the earliest is served first', async () => {
    using bench = await new Bench({ deadlineMs: 10 }).begin();
    const order: string[] = [];
    bench.manager.intercept('all', { before: ({ type }) => void order.push(type.name) });
    bench.manager.queue.push(Other, 0);
    bench.manager.queue.push(Other, 0, { deadlineMs: 105 });
    bench.manager.queue.push(Job, 0);
    await bench.manager.settle();
    expect(order).toEqual(['Other', 'Job', 'Other']);
  });

  it('drops what is late already, with the policy drop', async () => {
    using bench = await new Bench({ deadlineMs: 4, onOverrun: 'drop' }).begin();
    bench.manager.queue.push(Other, 9, { priority: 'high' });
    bench.manager.queue.push(Job, 1);
    bench.manager.queue.push(Job, 1);
    await bench.manager.settle();
    expect(bench.watch.execution.count).toBe(0);
    expect(bench.watch.report()).toMatchObject({ dropped: 2, overruns: 2 });
    expect(bench.overruns.map(({ kind }) => kind)).toEqual(['dropped', 'dropped']);
    bench.manager.queue.push(Job, 1);
    await bench.manager.settle();
    expect(bench.watch.execution.count).toBe(1);
  });

  it('degrades after an overrun and recovers after enough events in time', async () => {
    const changes: boolean[] = [];
    using bench = await new Bench({
      budgetMs: 5,
      onOverrun: 'degrade',
      recoverAfter: 3,
      onDegraded: (degraded) => void changes.push(degraded),
    }).begin();
    for (const ms of [9, 1, 1, 9, 1, 1]) bench.manager.queue.push(Job, ms);
    await bench.manager.settle();
    expect(bench.watch.degraded).toBe(true);
    bench.manager.queue.push(Job, 1);
    await bench.manager.settle();
    expect(bench.watch.degraded).toBe(false);
    expect(changes).toEqual([true, false]);
  });

  it('quits with a coded error that names blame and limit, with the policy quit', async () => {
    using bench = await new Bench({ budgetMs: 5, onOverrun: 'quit' }).begin();
    bench.manager.queue.push(Job, 9);
    await bench.manager.settle();
    await bench.manager.quit();
    expect(bench.manager.outcome).toBe('rejected');
    expect(IchorError.is(bench.manager.failure, 'ICHOR_REALTIME_DEADLINE_MISSED')).toBe(true);
    expect((bench.manager.failure as IchorError).message).toMatch(
      /^"Job" exceeded its limit \(budget\): 9\.000 ms, allowed 5 ms\. Blamed on self: /,
    );
  });

  it('measures single handlers apart, and what handlers before them cost', async () => {
    using bench = await new Bench({}).begin();
    const { deadlines } = bench.worker.deps;
    const first = deadlines.handler<number>('first', { budgetMs: 3 }, () => void (bench.spentMs += 2));
    const second = deadlines.handler<number>('second', { budgetMs: 3 }, () => {
      bench.spentMs += 4;
      throw new Error('after its work');
    });
    bench.worker.self.on(Other, first);
    bench.worker.self.on(Other, (payload, event) => {
      expect(() => second(payload, event)).toThrow('after its work');
    });
    bench.manager.queue.push(Other, 0);
    await bench.manager.settle();
    const watches = new Map(bench.monitor.report().watches.map((watch) => [watch.name, watch]));
    expect(watches.get('first')).toMatchObject({ overruns: 0, execution: { maxMs: 2 }, startLatency: { maxMs: 0 } });
    expect(watches.get('second')).toMatchObject({ overruns: 1, execution: { maxMs: 4 }, startLatency: { maxMs: 2 } });
    expect(bench.overruns.map(({ name }) => name)).toEqual(['second']);
  });

  it('lets watches go with the service that made them, and nothing is left after quit', async () => {
    using bench = await new Bench({ budgetMs: 5 }).begin();
    expect(() => bench.monitor.watch(Job, {})).toThrow(/already has a budget/);
    await bench.manager.quit();
    assertNoLeaks(bench.manager);
    expect(bench.monitor.report().watches).toEqual([]);
    expect(bench.monitor.deliver).toBeUndefined();
    expect(bench.monitor.watch(Job, {}).name).toBe('Job');
  });

  it('uses any queue that records times, and refuses to watch once closed', async () => {
    const monitor = new DeadlineMonitor({ clock: { now: () => 5 } });
    const queue = monitor.queue((options) => new PriorityQueue(options));
    monitor.watch(Job, { deadlineMs: 1 });
    queue.push(0, Job.id, 0, 1000, undefined, Infinity, 0, -1);
    expect(queue.oldestPushedAt()).toBe(5);
    monitor[Symbol.dispose]();
    monitor[Symbol.dispose]();
    expect(() => monitor.measure('x', {})).toThrow(/was closed/);
  });

  it('explains at most 256 overruns at once and counts the rest', () => {
    const settled: (() => void)[] = [];
    const evidence: EvidenceSource = {
      mark: () => undefined,
      eventEnded: () => undefined,
      whenSettled: (callback) => void settled.push(callback),
      capture: () => undefined,
      collect: () => ({ gcs: [], microtasks: [], continuedMs: [] }),
      [Symbol.dispose]: () => undefined,
    };
    using monitor = new DeadlineMonitor({ clock: { now: () => 0 }, evidence });
    const watch = monitor.measure('task', { budgetMs: 1 });
    for (let run = 0; run < 300; run++) watch.record(0, 0, 2);
    expect(settled).toHaveLength(1);
    settled[0]?.();
    expect(monitor.report().overruns).toHaveLength(256);
    expect(monitor.report().unexplained).toBe(44);
  });

  it('keeps as many explained overruns as it was told, and counts all', async () => {
    using monitor = new DeadlineMonitor({ clock: { now: () => 0 }, keptOverruns: 2 });
    const watch = monitor.measure('task', { budgetMs: 1 });
    for (let run = 0; run < 5; run++) watch.record(0, 0, 2, run);
    await Promise.resolve();
    expect(monitor.report().overruns.map(({ eventId }) => eventId)).toEqual([3, 4]);
    expect(monitor.report().blamed).toEqual({ self: 5 });
    expect(() => new DeadlineMonitor({ keptOverruns: -1 })).toThrow(/"keptOverruns" is -1/);
  });

  it.each([
    [{ budgetMs: 0 }, /"budgetMs" is 0, but must be a positive number of milliseconds/],
    [{ deadlineMs: Number.NaN }, /"deadlineMs" is NaN/],
    [{ startMs: -1 }, /"startMs" is -1/],
    [{ onOverrun: 'explode' as 'drop' }, /"onOverrun" is "explode", but must be "report", "drop", "degrade", "quit"/],
    [{ onOverrun: 'drop' as const }, /used together with deadlineMs/],
    [{ recoverAfter: 0.5 }, /"recoverAfter" is 0.5, but must be a whole number from 1/],
  ])('refuses the budget %j', (budget, message) => {
    using monitor = new DeadlineMonitor({ clock: { now: () => 0 } });
    expect(() => monitor.measure('x', budget)).toThrow(message);
  });

  it('refuses to start its service without a monitor', async () => {
    const manager = testManager();
    manager.register(DeadlineMonitorService, { options: {} as { monitor: DeadlineMonitor } });
    await expect(manager.begin()).rejects.toThrow(/"monitor" is undefined, but must be the DeadlineMonitor/);
  });
});
