// Event statistics as a service: register it, and require `EventStatistics` where the figures are wanted (MT-1…4).

import { inspectService } from '../contract/inspect-service.ts';
import { Logger } from '../contract/logger.ts';
import type { ServiceContext } from '../contract/service.ts';
import type { SchemaResult, StandardSchema } from '../contract/standard-schema.ts';
import { token } from '../contract/token.ts';
import { DependencyManager } from '../manager/dependency-manager.ts';
import { optional, required, type Injected } from '../services/dependency-declaration.ts';
import type { IntervalFigures } from './event-figures.ts';
import { StatisticsRecorder, type LongEvent, type StatisticsReport } from './statistics-recorder.ts';

/** Figures about all events of the manager since the service started. */
export interface EventStatistics {
  /** Counts and histograms per event type, per service, and per both. */
  report(): StatisticsReport;
  /** The finished intervals of each event type, oldest first: at most `history` of them, none for intervals without events. */
  recent(): { readonly type: string; readonly intervals: readonly IntervalFigures[] }[];
  /** Forgets everything measured so far. */
  reset(): void;
}

/** Require this to read the statistics. Provided by {@link EventStatisticsService}. */
export const EventStatistics = token<EventStatistics>('EventStatistics');

/** Options of {@link EventStatisticsService}. */
export interface EventStatisticsOptions {
  /** Length of the intervals of `recent()`, in milliseconds. Default: 5000. */
  readonly intervalMs?: number;
  /** Intervals kept per event type. Default: 60. */
  readonly history?: number;
  /** Rows kept per event type and service, 9.2 KiB each; what is beyond shares one row per type. Default: 500. */
  readonly maxSeries?: number;
  /** An event that took longer is reported, in milliseconds; `Infinity`: none. Default: 1. */
  readonly longEventMs?: number;
  /** Receives every long event. Must be quick; it runs after the event. */
  readonly onLongEvent?: (event: LongEvent) => void;
  /** Logs the figures per type, and in all, when the service stops. Default: false. */
  readonly logOnStop?: boolean;
}

type Complete = Required<Omit<EventStatisticsOptions, 'onLongEvent'>> & Pick<EventStatisticsOptions, 'onLongEvent'>;

const defaults = { intervalMs: 5000, history: 60, maxSeries: 500, longEventMs: 1, logOnStop: false } as const;

/** Long events of one type are logged so often at most; `onLongEvent` receives all. */
const logEveryMs = 1000;

const schema: StandardSchema<EventStatisticsOptions, Complete> = {
  '~standard': {
    version: 1,
    vendor: 'ichor',
    validate: (value) => checked(value as EventStatisticsOptions),
  },
};

/**
 * Measures every event: how long it waited in the queue and how long its processing took, kept apart, per event type and per
 * service it was processed for. Fixed memory, no allocation per event. Long events are logged as warnings, once a second per
 * type at most, when a `Logger` is there. Stops late (priority 1001), so that it sees others stop.
 *
 * @example
 * ```ts
 * import { defineEvent, DependencyManager, EventStatistics, EventStatisticsService } from '@ichor/core';
 *
 * const Order = defineEvent<number>('Order');
 * const manager = new DependencyManager();
 * const { id } = manager.register(EventStatisticsService, { options: { longEventMs: 50 } });
 * const ended = manager.run();
 * await manager.whenActive(id);
 * await manager.queue.pushAndWait(Order, 1);
 * const statistics = manager.services.instance(id, EventStatistics);
 * const orders = statistics?.report().types.find(({ type }) => type === 'Order');
 * console.log(orders?.count, orders?.queueLatency.p99Ms, orders?.processing.maxMs);
 * await manager.quit();
 * await ended;
 * ```
 */
export class EventStatisticsService implements EventStatistics {
  static readonly provides = [EventStatistics];
  static readonly options = schema;
  static readonly dependencies = { manager: required(DependencyManager), log: optional(Logger) };
  readonly #deps: Injected<typeof EventStatisticsService.dependencies>;
  readonly #self: ServiceContext<Complete>;
  readonly #recorder: StatisticsRecorder;
  #isReported = false;
  /** By type: when it was last logged as long, and how often it was left out since. */
  readonly #logged = new Map<string, { atMs: number; omitted: number }>();

  constructor(deps: Injected<typeof EventStatisticsService.dependencies>, self: ServiceContext<Complete>) {
    this.#deps = deps;
    this.#self = self;
    const { manager } = deps;
    const { intervalMs, history, maxSeries, longEventMs } = self.options;
    this.#recorder = new StatisticsRecorder({
      intervalMs,
      history,
      maxSeries,
      longEventMs,
      now: () => self.clock.now(),
      nameOf: (serviceId) => manager.services.byId(serviceId)?.name,
      onLongEvent: (event) => {
        this.#onLongEvent(event);
      },
    });
  }

  start(): void {
    this.#self.priority = Math.max(this.#self.priority, 1001);
    this.#self.own(this.#deps.manager.observe(this.#recorder, { pushTimes: true }));
  }

  /** At quit the logger leaves before this service does, and can be used for the last time here. */
  removed(_key: string, log: Logger): void {
    if (this.#deps.manager.isQuitting) this.#logReport(log);
  }

  stop(): void {
    this.#logReport(this.#deps.log.current);
  }

  report(): StatisticsReport {
    return this.#recorder.report();
  }

  recent(): ReturnType<EventStatistics['recent']> {
    return this.#recorder.recent();
  }

  reset(): void {
    this.#recorder.reset();
  }

  [inspectService](): Record<string, unknown> {
    return { rows: this.#recorder.seriesCount, ...this.#self.options };
  }

  #onLongEvent(event: LongEvent): void {
    this.#self.options.onLongEvent?.(event);
    const log = this.#deps.log.current;
    if (log === undefined || !log.isEnabled('warn')) return;
    const now = this.#self.clock.now();
    const logged = this.#logged.get(event.type);
    if (logged !== undefined && now - logged.atMs < logEveryMs) {
      logged.omitted++;
      return;
    }
    this.#logged.set(event.type, { atMs: now, omitted: 0 });
    log.warn(`LONG EVENT ${event.type} ${event.serviceId} ${event.service}: ${event.durationMs.toFixed(3)} ms`, {
      ...event,
      omittedBefore: logged?.omitted ?? 0,
    });
  }

  #logReport(log: Logger | undefined): void {
    if (log === undefined || this.#isReported || !this.#self.options.logOnStop) return;
    this.#isReported = true;
    const { types, total } = this.report();
    const managerId = this.#deps.manager.id;
    for (const { type, count, queueLatency, processing } of types)
      log.info(`Manager ${managerId}: ${type}`, { count, queueLatency, processing });
    log.info(`Manager ${managerId}: all events`, { ...total });
  }
}

function checked(options: EventStatisticsOptions): SchemaResult<Complete> {
  const issues: { message: string; path: string[] }[] = [];
  const expect = (key: keyof EventStatisticsOptions, isFine: boolean, allowed: string): void => {
    const value = options[key];
    if (value !== undefined && !isFine)
      issues.push({ message: `received ${String(value)}; allowed are ${allowed}`, path: [key] });
  };
  const { intervalMs, history, maxSeries, longEventMs, onLongEvent, logOnStop, ...unknown } = options;
  for (const key of Object.keys(unknown)) issues.push({ message: 'the key is unknown', path: [key] });
  expect('intervalMs', (intervalMs ?? 0) > 0 && Number.isFinite(intervalMs), 'numbers of milliseconds above 0');
  expect('history', Number.isSafeInteger(history) && (history ?? 0) >= 1, 'whole numbers from 1');
  expect('maxSeries', Number.isSafeInteger(maxSeries) && (maxSeries ?? 0) >= 1, 'whole numbers from 1');
  expect('longEventMs', (longEventMs ?? -1) >= 0, 'numbers of milliseconds from 0');
  expect('onLongEvent', typeof onLongEvent === 'function', 'functions');
  expect('logOnStop', typeof logOnStop === 'boolean', 'true and false');
  return issues.length > 0 ? { issues } : { value: { ...defaults, ...options } };
}
