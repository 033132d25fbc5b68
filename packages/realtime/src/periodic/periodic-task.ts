// A periodic task of a service: released on an absolute schedule, run in the queue at its priority, measured, never overlapping itself.
// Made by `startPeriodic`. It belongs to the service whose context it was given and ends with it.

import { defineWork, type Clock, type Handled, type Priority, type ServiceContext, type Work } from '@ichor/core';
import { systemClock } from '@ichor/coroutines';
import { checkOption, realtimeError } from '../errors/catalogue.ts';
import type { TimerFacts } from '../blame/evidence.ts';
import type { Budget } from '../monitor/budget.ts';
import type { DeadlineMonitor } from '../monitor/deadline-monitor.ts';
import { DeadlineWatch, type WatchReport } from '../monitor/watch.ts';
import { checkHybridWait, HybridWaiter, type HybridWaitOptions } from '../node/hybrid-waiter.ts';
import { firstRelease, nextRelease, plannedMs, type MissedPolicy, type Schedule } from './missed-releases.ts';
import { TimerWaiter, type Waiter } from './waiter.ts';

/** Options of a periodic task. Its budget and deadline are those of {@link Budget}; `deadlineMs` is the period by default. */
export interface PeriodicOptions extends Budget {
  /** Shown in reports and blame. */
  readonly name: string;
  readonly periodMs: number;
  /** The first release, and with it all others, comes so much after the start. Default: 0. */
  readonly phaseMs?: number;
  /** Default: 100. */
  readonly priority?: Priority;
  /** What becomes of releases that came due while the task was still busy. Default: `skip`. */
  readonly missed?: MissedPolicy;
  /** How the last stretch is waited for; `timer` uses the clock's timer alone, as other clocks than the system's always do. Default: hybrid. */
  readonly waiting?: HybridWaitOptions | 'timer';
  /** Measures and blames; without it the task is measured, but nobody is blamed. */
  readonly monitor?: DeadlineMonitor;
}

/** One release of a periodic task, as its handler sees it. The object is reused for every release. */
export interface Release {
  /** From 0. Missed releases leave gaps. */
  readonly index: number;
  /** When it was planned, on the manager's clock. */
  readonly plannedMs: number;
  /** Releases missed since the one before. */
  readonly missed: number;
}

/** Figures of a periodic task. Start latency is its jitter: how long after the planned release it began. */
export interface PeriodicReport extends WatchReport {
  readonly runs: number;
  readonly missed: number;
}

const PeriodicRelease = defineWork('PeriodicRelease');

const priorities: Readonly<Record<string, number>> = { high: 100, normal: 1000, low: 10_000 };

/** A running periodic task. Dispose it to stop it; its service stops it as well. */
export class PeriodicTask implements Disposable {
  readonly name: string;
  /** Jitter, execution and response, and their limits. */
  readonly watch: DeadlineWatch;
  readonly #context: ServiceContext;
  readonly #clock: Clock;
  readonly #schedule: Schedule;
  readonly #policy: MissedPolicy;
  readonly #priority: number;
  readonly #deadlineMs: number;
  readonly #waiter: Waiter;
  readonly #monitor: DeadlineMonitor | undefined;
  readonly #handler: (release: Release) => Handled;
  readonly #release = { index: 0, plannedMs: 0, missed: 0 };
  readonly #work: Work;
  #runs = 0;
  #missed = 0;
  #isStopped = false;
  readonly #due = (): void => this.#push();

  /** Use {@link startPeriodic}. */
  constructor(
    context: ServiceContext,
    options: PeriodicOptions,
    handler: (release: Release) => Handled,
    waiter: Waiter,
  ) {
    const { name, periodMs, phaseMs = 0, priority = 100, missed = 'skip', monitor, deadlineMs = periodMs } = options;
    this.name = name;
    this.#context = context;
    this.#clock = context.clock;
    this.#schedule = { originMs: context.clock.now() + phaseMs, periodMs };
    this.#policy = missed;
    this.#priority = typeof priority === 'number' ? priority : (priorities[priority] as number);
    this.#deadlineMs = deadlineMs;
    this.#waiter = waiter;
    this.#monitor = monitor;
    this.#handler = handler;
    const budget = { ...options, deadlineMs };
    this.watch =
      monitor?.measure(name, budget) ??
      new DeadlineWatch(
        name,
        budget,
        () => undefined,
        () => undefined,
      );
    this.#work = {
      run: () => this.#run(),
      returned: () => this.#finished(),
      threw: (error) => this.#failed(error),
      discarded: () => this.#finished(),
    };
  }

  /** Releases that were run. */
  get runs(): number {
    return this.#runs;
  }

  /** Releases that were left out because the task was busy. */
  get missed(): number {
    return this.#missed;
  }

  report(): PeriodicReport {
    return { ...this.watch.report(), runs: this.#runs, missed: this.#missed };
  }

  /** Begins to wait for the first release. @throws ICHOR_REALTIME_TASK_STOPPED */
  start(): this {
    if (this.#isStopped) {
      const message = `The periodic task "${this.name}" was stopped. Start a new one with startPeriodic().`;
      throw realtimeError('ICHOR_REALTIME_TASK_STOPPED', message);
    }
    this.#await(firstRelease(this.#schedule, this.#clock.now()));
    return this;
  }

  /** Ends it. A run that has suspended goes on, as part of its service. */
  [Symbol.dispose](): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#waiter.cancel();
    this.watch[Symbol.dispose]();
  }

  #await(index: number): void {
    this.#release.index = index;
    this.#release.plannedMs = plannedMs(this.#schedule, index);
    this.#waiter.wait(this.#release.plannedMs, this.#due);
  }

  #push(): void {
    if (this.#isStopped) return;
    this.#monitor?.mark();
    const { queue } = this.#context;
    queue.pushWork(PeriodicRelease, this.#work, this.#priority, this.#release.plannedMs + this.#deadlineMs);
    queue.wake();
  }

  #run(): Handled {
    const release = this.#release;
    const startedMs = this.#clock.now();
    if (this.#isStopped || this.watch.drops(release.plannedMs, startedMs)) return undefined;
    this.#runs++;
    try {
      return this.#handler(release);
    } finally {
      this.watch.record(release.plannedMs, startedMs, this.#clock.now(), this.#runs - 1, this.#timerFacts());
    }
  }

  /** Only a late timer is worth telling. */
  #timerFacts(): TimerFacts | undefined {
    const dueMs = this.#release.plannedMs;
    const { firedMs } = this.#waiter;
    return firedMs > dueMs ? { dueMs, firedMs } : undefined;
  }

  #finished(): void {
    if (this.#isStopped) return;
    const { index } = this.#release;
    const next = nextRelease(this.#schedule, index, this.#clock.now(), this.#policy);
    this.#release.missed = next - index - 1;
    this.#missed += this.#release.missed;
    this.#await(next);
  }

  /** The failure goes where failures of the service go; unless that stops the service, the task goes on. */
  #failed(error: unknown): void {
    this.#context.fail(error, `the periodic task "${this.name}"`);
    this.#finished();
  }
}

const policies: readonly MissedPolicy[] = ['skip', 'once', 'catch-up'];

/**
 * Starts a periodic task that belongs to the service of `context`.
 *
 * Releases stand on an absolute schedule, so the task does not drift. Each is pushed to the queue at its priority, with its
 * deadline, and awaited there; a run that suspends is awaited before the next release, so runs never overlap.
 *
 * @param handler Runs once per release; plain, async or a coroutine. Its failures follow the policy of the service.
 * @throws ICHOR_REALTIME_INVALID_OPTION
 */
export function startPeriodic(
  context: ServiceContext,
  options: PeriodicOptions,
  handler: (release: Release) => Handled,
): PeriodicTask {
  const { periodMs, phaseMs = 0, missed = 'skip', waiting = {}, priority = 100 } = options;
  checkOption(periodMs > 0 && Number.isFinite(periodMs), 'periodMs', periodMs, 'a positive number of milliseconds');
  checkOption(phaseMs >= 0 && Number.isFinite(phaseMs), 'phaseMs', phaseMs, 'a number of milliseconds from 0');
  checkOption(policies.includes(missed), 'missed', missed, policies.map((policy) => `"${policy}"`).join(', '));
  const known = typeof priority === 'string' ? priority in priorities : Number.isSafeInteger(priority) && priority >= 0;
  checkOption(known, 'priority', priority, '"high", "normal", "low" or a safe integer from 0');
  if (waiting !== 'timer') checkHybridWait(waiting);
  // Spinning needs a clock that goes on by itself.
  const isTimer = waiting === 'timer' || context.clock !== systemClock;
  const waiter = isTimer ? new TimerWaiter(context.clock) : new HybridWaiter(waiting, () => context.queue.isEmpty);
  return context.own(new PeriodicTask(context, options, handler, waiter)).start();
}
