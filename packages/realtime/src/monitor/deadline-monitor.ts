// Measures watched events and handlers against their limits and blames somebody for each overrun.
// Made before the manager, because it supplies the queue; attached to it by DeadlineMonitorService, which also delivers the overruns.

import type {
  Clock,
  EventHandler,
  EventQueue,
  EventQueueOptions,
  EventType,
  EventView,
  Interceptor,
} from '@ichor/core';
import { attribute, type Blame, type BlameCause } from '../blame/attribute.ts';
import type { Evidence, EvidenceSource, EventSpan, Span, SystemEvidence, ThreadCounters } from '../blame/evidence.ts';
import { checkOption, realtimeError } from '../errors/catalogue.ts';
import { SystemEvidenceSource } from '../node/system-evidence.ts';
import { EdfQueue } from '../queue/edf-queue.ts';
import { ActivityLog } from './activity-log.ts';
import type { Budget } from './budget.ts';
import { ObservedQueue } from './observed-queue.ts';
import type { Overrun } from './overrun.ts';
import { DeadlineWatch, type RawOverrun, type WatchReport } from './watch.ts';

/** Overruns whose evidence is still awaited; further ones are counted but not explained. */
const pendingLimit = 256;
/** From so many runs on, the median tells how long a handler usually takes. */
const usualAfter = 20;

/** Options of a {@link DeadlineMonitor}. */
export interface DeadlineMonitorOptions {
  /** The manager's clock. Default: `performance.now()`, the clock of a manager that was given none. */
  readonly clock?: Pick<Clock, 'now'>;
  /** Where the evidence comes from. Default: this process; none when another `clock` is given. */
  readonly evidence?: EvidenceSource;
  /** Explained overruns kept for the report; older ones are forgotten. Default: 1000. */
  readonly keptOverruns?: number;
}

/** Everything measured so far. */
export interface MonitorReport {
  readonly watches: readonly WatchReport[];
  /** The last `keptOverruns` overruns that were explained, the oldest first. */
  readonly overruns: readonly Overrun[];
  /** Explained overruns per cause. */
  readonly blamed: Readonly<Partial<Record<BlameCause, number>>>;
  /** Overruns that came too fast to be explained. */
  readonly unexplained: number;
}

/** Indices of `#times`. */
const [released, started, ended] = [0, 1, 2] as const;

interface Pending extends RawOverrun {
  readonly counters: ThreadCounters | undefined;
}

/**
 * Watches event types and handlers: start latency, execution and response in histograms, overruns with blame.
 * Measuring a watched event costs four readings of the clock and allocates nothing; events that are not watched cost two.
 *
 * @example
 * ```ts
 * import { DeadlineMonitor } from '@ichor/realtime';
 *
 * using monitor = new DeadlineMonitor();
 * const watch = monitor.measure('work', { budgetMs: 1000 });
 * watch.record(0, 0.5, 2);
 * console.log(watch.report().response.maxMs); // 2
 * ```
 */
export class DeadlineMonitor implements Disposable {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #evidence: EvidenceSource | undefined;
  readonly #log = new ActivityLog();
  /** By event type number. */
  readonly #watches: (DeadlineWatch | undefined)[] = [];
  readonly #all = new Set<DeadlineWatch>();
  readonly #typeNames: string[] = [];
  /** Push, start and end of the event being processed. */
  readonly #times = new Float64Array(3);
  #currentId = -1;
  #takenId = -1;
  #pending: Pending[] = [];
  readonly #keptOverruns: number;
  readonly #kept: Overrun[] = [];
  readonly #blamed: Partial<Record<BlameCause, number>> = {};
  #unexplained = 0;
  #isClosed = false;
  /** Receives each explained overrun. Set by DeadlineMonitorService; replace it only where there is no such service. */
  deliver: ((overrun: Overrun) => void) | undefined;

  /** @throws ICHOR_REALTIME_INVALID_OPTION */
  constructor(options: DeadlineMonitorOptions = {}) {
    const { keptOverruns = 1000 } = options;
    const isWhole = Number.isSafeInteger(keptOverruns) && keptOverruns >= 0;
    checkOption(isWhole, 'keptOverruns', keptOverruns, 'a whole number from 0');
    this.#keptOverruns = keptOverruns;
    this.#clock = options.clock ?? { now: () => performance.now() };
    this.#evidence = options.evidence ?? (options.clock === undefined ? new SystemEvidenceSource() : undefined);
  }

  /**
   * Makes the `queue` option of the manager: what `create` makes (default: an {@link EdfQueue}), observed by this monitor.
   * `create` must pass its options on: push times have to be recorded.
   * Watched events without a deadline of their own get `push time + deadlineMs` as their deadline.
   */
  queue(create: (options: EventQueueOptions) => EventQueue = (options) => this.#edfQueue(options)): EventQueue {
    return new ObservedQueue(create({ recordTimes: true }), {
      now: () => this.#clock.now(),
      deadlineOf: (typeId) => this.#watches[typeId]?.deadlineMs,
      pushing: (nowMs) => this.#evidence?.mark(nowMs),
      taken: (row) => {
        this.#takenId = row.id;
        this.#times[released] = row.pushedAt;
      },
    });
  }

  /**
   * Watches all events of a type.
   * @throws ICHOR_REALTIME_ALREADY_WATCHED, ICHOR_REALTIME_INVALID_OPTION, ICHOR_REALTIME_MONITOR_CLOSED
   */
  watch<P>(type: EventType<P>, budget: Budget): DeadlineWatch {
    if (this.#watches[type.id] !== undefined) {
      throw realtimeError(
        'ICHOR_REALTIME_ALREADY_WATCHED',
        `Event "${type.name}" already has a budget in this monitor. Dispose the first watch, or measure handlers one by one.`,
      );
    }
    const watch = this.#add(type.name, budget, () => (this.#watches[type.id] = undefined));
    this.#watches[type.id] = watch;
    return watch;
  }

  /** Makes a watch that is fed by its `record`, for what is not an event of one type: tasks, handlers, stages of a computation. */
  measure(name: string, budget: Budget): DeadlineWatch {
    return this.#add(name, budget, () => undefined);
  }

  /**
   * Wraps one handler, so that its execution is measured apart from the other handlers of its event.
   * Its start latency counts from the start of the event's processing, so it shows the handlers before it.
   */
  handler<P>(name: string, budget: Budget, handler: EventHandler<P>): EventHandler<P> & Disposable {
    const watch = this.measure(name, budget);
    const measured = (payload: P, event: EventView): ReturnType<EventHandler<P>> => {
      const startedMs = this.#clock.now();
      const releasedMs = this.#currentId === event.id ? (this.#times[started] as number) : startedMs;
      const eventId = event.id;
      try {
        return handler(payload, event);
      } finally {
        watch.record(releasedMs, startedMs, this.#clock.now(), eventId);
      }
    };
    return Object.assign(measured, { [Symbol.dispose]: () => watch[Symbol.dispose]() });
  }

  /** Sees every event of the manager; installed by DeadlineMonitorService. */
  readonly interceptor: Required<Interceptor> = {
    before: (event) => {
      // Events that do not come from the queue, shown while another is processed, are part of that one.
      if (event.id !== this.#takenId) return true;
      const watch = this.#watches[event.type.id];
      const times = this.#times;
      times[started] = this.#clock.now();
      // A queue that does not tell when the event was pushed.
      if ((times[released] as number) <= 0) times[released] = times[started];
      if (watch !== undefined) {
        this.#evidence?.mark(times[started]);
        if (watch.drops(times[released] as number, times[started], event.id)) return false;
      }
      this.#currentId = event.id;
      return true;
    },
    after: (event, processed) => {
      if (event.id !== this.#currentId) return;
      this.#currentId = -1;
      const { id: typeId, name } = event.type;
      this.#times[ended] = this.#clock.now();
      this.#log.add(this.#times, typeId, event.origin);
      this.#typeNames[typeId] ??= name;
      const watch = processed ? this.#watches[typeId] : undefined;
      if (watch !== undefined) {
        watch.times.set(this.#times);
        watch.recordTimes(event.id, undefined);
      }
      this.#evidence?.eventEnded();
    },
  };

  /** Tells the monitor that a watched release is near, so that the counters it compares with are fresh. */
  mark(): void {
    this.#evidence?.mark(this.#clock.now());
  }

  /** What was measured and who was blamed. */
  report(): MonitorReport {
    return {
      watches: Array.from(this.#all, (watch) => watch.report()),
      overruns: [...this.#kept],
      blamed: { ...this.#blamed },
      unexplained: this.#unexplained,
    };
  }

  /** Stops watching and releases what the evidence holds. */
  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const watch of this.#all) watch[Symbol.dispose]();
    this.#evidence?.[Symbol.dispose]();
    this.deliver = undefined;
  }

  #edfQueue(options: EventQueueOptions): EventQueue {
    return new EdfQueue({ ...options, clock: this.#clock });
  }

  #add(name: string, budget: Budget, undo: () => void): DeadlineWatch {
    if (this.#isClosed) {
      const message = `"${name}" cannot be watched: the deadline monitor was closed. Make a new one.`;
      throw realtimeError('ICHOR_REALTIME_MONITOR_CLOSED', message);
    }
    const watch: DeadlineWatch = new DeadlineWatch(
      name,
      budget,
      (overrun) => this.#overran(overrun),
      () => {
        this.#all.delete(watch);
        undo();
      },
    );
    this.#all.add(watch);
    return watch;
  }

  #overran(overrun: RawOverrun): void {
    if (this.#pending.length >= pendingLimit) {
      this.#unexplained++;
      return;
    }
    const counters = this.#evidence?.capture(windowOf(overrun).startMs, overrun.endedMs);
    this.#pending.push({ ...overrun, counters });
    if (this.#pending.length > 1) return;
    if (this.#evidence === undefined) queueMicrotask(() => this.#explainPending());
    else this.#evidence.whenSettled(() => this.#explainPending());
  }

  #explainPending(): void {
    const pending = this.#pending;
    this.#pending = [];
    if (this.#isClosed) return;
    for (const overrun of pending) {
      const blame = attribute(this.#evidenceFor(overrun));
      this.#blamed[blame.cause] = (this.#blamed[blame.cause] ?? 0) + 1;
      const explained = describe(overrun, blame);
      this.#kept.push(explained);
      if (this.#kept.length > this.#keptOverruns) this.#kept.shift();
      this.deliver?.(explained);
    }
  }

  #evidenceFor(overrun: Pending): Evidence {
    const window = windowOf(overrun);
    const events: EventSpan[] = [];
    this.#log.forEach(window.startMs, overrun.startedMs, (startMs, endMs, typeId, origin) => {
      if (startMs < overrun.startedMs)
        events.push({ startMs, endMs, eventType: this.#typeNames[typeId] ?? '', origin });
    });
    const nothing: SystemEvidence = { gcs: [], microtasks: [], continuedMs: [] };
    const { execution, budgetMs, deadlineMs } = overrun.watch;
    const usualMs = execution.count >= usualAfter ? execution.percentile(50) : 0;
    return {
      ...(this.#evidence?.collect(window, overrun.counters) ?? nothing),
      window,
      startedMs: overrun.startedMs,
      expectedMs: Math.min(usualMs === 0 && budgetMs !== Infinity ? budgetMs : usualMs, budgetMs, deadlineMs),
      events,
      ...(overrun.timer === undefined ? {} : { timer: overrun.timer }),
    };
  }
}

/** The time in which the limit was exceeded: of a budget, only the execution. */
function windowOf({ kind, releasedMs, startedMs, endedMs }: RawOverrun): Span {
  if (kind === 'budget') return { startMs: startedMs, endMs: endedMs };
  return { startMs: releasedMs, endMs: kind === 'start' ? startedMs : endedMs };
}

function describe(overrun: RawOverrun, blame: Blame): Overrun {
  const { watch, kind, limitMs, actualMs, eventId, releasedMs, startedMs, endedMs } = overrun;
  return {
    name: watch.name,
    kind,
    limitMs,
    actualMs,
    eventId,
    releasedMs,
    startedMs,
    endedMs,
    policy: watch.policy,
    blame,
  };
}
