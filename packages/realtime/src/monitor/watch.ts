// One watched event type, handler or periodic task: its histograms, its limits, and how often they were exceeded.
// Made and fed by the DeadlineMonitor. Recording allocates nothing while limits are kept.

import { LatencyHistogram, type LatencySummary } from '../histogram/latency-histogram.ts';
import type { TimerFacts } from '../blame/evidence.ts';
import { checkBudget, type Budget, type OverrunPolicy } from './budget.ts';

/** Which limit was exceeded; `dropped`: the deadline passed before the turn came, and the event was not processed. */
export type OverrunKind = 'start' | 'budget' | 'deadline' | 'dropped';

/** Figures of one watch. */
export interface WatchReport {
  readonly name: string;
  readonly startLatency: LatencySummary;
  readonly execution: LatencySummary;
  readonly response: LatencySummary;
  readonly overruns: number;
  readonly dropped: number;
  readonly degraded: boolean;
}

/** An overrun as the watch reports it to its monitor, before anybody was blamed. */
export interface RawOverrun {
  readonly watch: DeadlineWatch;
  readonly kind: OverrunKind;
  readonly limitMs: number;
  readonly actualMs: number;
  readonly eventId: number;
  readonly releasedMs: number;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly timer: TimerFacts | undefined;
}

/** Indices of `DeadlineWatch.times`, and of its limits. */
const [released, started, ended, startMs, executionMs, responseMs] = [0, 1, 2, 3, 4, 5] as const;

/** What is measured of one event type, handler or task. Dispose it to stop watching. */
export class DeadlineWatch implements Disposable {
  readonly name: string;
  /** From push (or release) to start: how late it began. */
  readonly startLatency = new LatencyHistogram();
  /** From start to end or first suspension; its maximum is the observed worst-case execution time. */
  readonly execution = new LatencyHistogram();
  /** From push (or release) to end. */
  readonly response = new LatencyHistogram();
  /** Release, start and end of the run to be recorded by `recordTimes`, then what follows from them. */
  readonly times = new Float64Array(6);
  readonly #limits = new Float64Array(6).fill(Infinity);
  readonly policy: OverrunPolicy;
  readonly deadlineMs: number;
  readonly budgetMs: number;
  readonly #recoverAfter: number;
  readonly #onDegraded: ((degraded: boolean) => void) | undefined;
  readonly #report: (overrun: RawOverrun) => void;
  readonly #dispose: () => void;
  #overruns = 0;
  #dropped = 0;
  #degraded = false;
  #inTime = 0;

  /** Called by the DeadlineMonitor; use its `watch` and `measure`. */
  constructor(name: string, budget: Budget, report: (overrun: RawOverrun) => void, dispose: () => void) {
    checkBudget(budget);
    this.name = name;
    this.policy = budget.onOverrun ?? 'report';
    this.deadlineMs = budget.deadlineMs ?? Infinity;
    this.budgetMs = budget.budgetMs ?? Infinity;
    this.#limits[startMs] = budget.startMs ?? Infinity;
    this.#limits[executionMs] = this.budgetMs;
    this.#limits[responseMs] = this.deadlineMs;
    this.#recoverAfter = budget.recoverAfter ?? 100;
    this.#onDegraded = budget.onDegraded;
    this.#report = report;
    this.#dispose = dispose;
  }

  /** Events that exceeded a limit, dropped ones included. */
  get overruns(): number {
    return this.#overruns;
  }

  /** Events that were not processed because they were late already. */
  get dropped(): number {
    return this.#dropped;
  }

  /** With the policy `degrade`: limits were exceeded lately, so do less. */
  get degraded(): boolean {
    return this.#degraded;
  }

  /**
   * Records one run. Called by the monitor for events, and by periodic tasks with the planned release instead of a push.
   * All times on the monitor's clock.
   */
  record(releasedMs: number, startedMs: number, endedMs: number, eventId = -1, timer?: TimerFacts): void {
    this.times[released] = releasedMs;
    this.times[started] = startedMs;
    this.times[ended] = endedMs;
    this.recordTimes(eventId, timer);
  }

  /** As `record`, with the times in `times`: numbers with fractions that are passed as arguments would be allocated. */
  recordTimes(eventId: number, timer: TimerFacts | undefined): void {
    const { times } = this;
    times[startMs] = (times[started] as number) - (times[released] as number);
    times[executionMs] = (times[ended] as number) - (times[started] as number);
    times[responseMs] = (times[ended] as number) - (times[released] as number);
    this.startLatency.recordAt(times, startMs);
    this.execution.recordAt(times, executionMs);
    this.response.recordAt(times, responseMs);
    const limits = this.#limits;
    if (times[responseMs] > (limits[responseMs] as number)) this.#exceeded('deadline', responseMs, eventId, timer);
    else if (times[executionMs] > (limits[executionMs] as number))
      this.#exceeded('budget', executionMs, eventId, timer);
    else if (times[startMs] > (limits[startMs] as number)) this.#exceeded('start', startMs, eventId, timer);
    else if (this.#degraded && ++this.#inTime >= this.#recoverAfter) this.#setDegraded(false);
  }

  /** Whether an event released then should not be processed any more; if so, it is recorded as dropped. */
  drops(releasedMs: number, nowMs: number, eventId = -1): boolean {
    if (this.policy !== 'drop' || nowMs - releasedMs <= this.deadlineMs) return false;
    this.#dropped++;
    const { times } = this;
    times[released] = releasedMs;
    times[started] = times[ended] = nowMs;
    times[responseMs] = nowMs - releasedMs;
    this.#exceeded('dropped', responseMs, eventId, undefined);
    return true;
  }

  /** The figures so far. */
  report(): WatchReport {
    return {
      name: this.name,
      startLatency: this.startLatency.summary(),
      execution: this.execution.summary(),
      response: this.response.summary(),
      overruns: this.overruns,
      dropped: this.dropped,
      degraded: this.degraded,
    };
  }

  /** Forgets what was measured; limits and `degraded` stay. */
  reset(): void {
    this.startLatency.reset();
    this.execution.reset();
    this.response.reset();
    this.#overruns = 0;
    this.#dropped = 0;
  }

  [Symbol.dispose](): void {
    this.#dispose();
  }

  #exceeded(kind: OverrunKind, which: number, eventId: number, timer: TimerFacts | undefined): void {
    this.#overruns++;
    this.#inTime = 0;
    if (this.policy === 'degrade' && !this.#degraded) this.#setDegraded(true);
    const [releasedMs = 0, startedMs = 0, endedMs = 0] = this.times;
    const limitMs = this.#limits[which] as number;
    const actualMs = this.times[which] as number;
    this.#report({ watch: this, kind, limitMs, actualMs, eventId, releasedMs, startedMs, endedMs, timer });
  }

  #setDegraded(degraded: boolean): void {
    this.#degraded = degraded;
    this.#inTime = 0;
    this.#onDegraded?.(degraded);
  }
}
