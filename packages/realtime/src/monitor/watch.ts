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

/** What is measured of one event type, handler or task. Dispose it to stop watching. */
export class DeadlineWatch implements Disposable {
  readonly name: string;
  /** From push (or release) to start: how late it began. */
  readonly startLatency = new LatencyHistogram();
  /** From start to end or first suspension; its maximum is the observed worst-case execution time. */
  readonly execution = new LatencyHistogram();
  /** From push (or release) to end. */
  readonly response = new LatencyHistogram();
  readonly policy: OverrunPolicy;
  readonly deadlineMs: number;
  readonly budgetMs: number;
  readonly #startMs: number;
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
    this.#startMs = budget.startMs ?? Infinity;
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
    const start = startedMs - releasedMs;
    const execution = endedMs - startedMs;
    const response = endedMs - releasedMs;
    this.startLatency.record(start);
    this.execution.record(execution);
    this.response.record(response);
    if (response > this.deadlineMs) {
      this.#exceeded('deadline', this.deadlineMs, response, eventId, releasedMs, startedMs, endedMs, timer);
    } else if (execution > this.budgetMs) {
      this.#exceeded('budget', this.budgetMs, execution, eventId, releasedMs, startedMs, endedMs, timer);
    } else if (start > this.#startMs) {
      this.#exceeded('start', this.#startMs, start, eventId, releasedMs, startedMs, endedMs, timer);
    } else if (this.#degraded && ++this.#inTime >= this.#recoverAfter) {
      this.#setDegraded(false);
    }
  }

  /** Whether an event released then should not be processed any more; if so, it is recorded as dropped. */
  drops(releasedMs: number, nowMs: number, eventId = -1): boolean {
    if (this.policy !== 'drop' || nowMs - releasedMs <= this.deadlineMs) return false;
    this.#dropped++;
    this.#exceeded('dropped', this.deadlineMs, nowMs - releasedMs, eventId, releasedMs, nowMs, nowMs, undefined);
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

  #exceeded(
    kind: OverrunKind,
    limitMs: number,
    actualMs: number,
    eventId: number,
    releasedMs: number,
    startedMs: number,
    endedMs: number,
    timer: TimerFacts | undefined,
  ): void {
    this.#overruns++;
    this.#inTime = 0;
    if (this.policy === 'degrade' && !this.#degraded) this.#setDegraded(true);
    this.#report({ watch: this, kind, limitMs, actualMs, eventId, releasedMs, startedMs, endedMs, timer });
  }

  #setDegraded(degraded: boolean): void {
    this.#degraded = degraded;
    this.#inTime = 0;
    this.#onDegraded?.(degraded);
  }
}
