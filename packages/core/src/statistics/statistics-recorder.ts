// Observes every event and sorts its times by event type and by the service that it was processed for. Used by
// EventStatisticsService. Memory is bounded: services that are gone share one row per type, and so do those above the limit.

import type { EventObserver, ObservedEvent } from '../contract/event-observer.ts';
import { eventTypeOf } from '../events/define-event.ts';
import type { DurationSummary } from './duration-histogram.ts';
import { EventFigures, IntervalRing, type IntervalFigures } from './event-figures.ts';

/** Counts and durations of one kind of events. Means are weighted by the number of events. */
export interface FiguresReport {
  readonly count: number;
  /** From the push to the beginning of the processing; empty where push times are not recorded. */
  readonly queueLatency: DurationSummary;
  /** The synchronous part of the processing: up to the first suspension. Continuations count as events of their own. */
  readonly processing: DurationSummary;
}

/** Figures of one event type as one service saw it. */
export interface SeriesReport extends FiguresReport {
  readonly type: string;
  /** The service whose handler, work or lifecycle it was; 0 for nobody; undefined for services that are gone, or beyond the limit. */
  readonly serviceId: number | undefined;
  readonly service: string;
}

/** Everything measured since the beginning or the last reset. */
export interface StatisticsReport {
  readonly types: readonly (FiguresReport & { readonly type: string })[];
  readonly services: readonly (FiguresReport & { readonly serviceId: number | undefined; readonly service: string })[];
  readonly series: readonly SeriesReport[];
  readonly total: FiguresReport;
}

/** An event whose processing took long. */
export interface LongEvent {
  readonly eventId: number;
  readonly type: string;
  /** The service whose part took longest. */
  readonly serviceId: number;
  readonly service: string;
  readonly durationMs: number;
}

export interface RecorderOptions {
  readonly intervalMs: number;
  readonly history: number;
  readonly maxSeries: number;
  readonly longEventMs: number;
  readonly now: () => number;
  /** The name of a service in the table; undefined for one that is not. */
  readonly nameOf: (serviceId: number) => string | undefined;
  readonly onLongEvent: (event: LongEvent) => void;
}

class ServiceFigures extends EventFigures {
  readonly serviceId: number;
  readonly name: string;

  constructor(serviceId: number, name: string) {
    super();
    this.serviceId = serviceId;
    this.name = name;
  }
}

class TypeFigures {
  readonly all = new EventFigures();
  readonly intervals: IntervalRing;
  readonly byService = new Map<number, ServiceFigures>();
  /** The row used last: most types are handled by one service. */
  last: ServiceFigures | undefined;
  /** Services that are gone, or beyond the limit. */
  rest: EventFigures | undefined;

  constructor(history: number) {
    this.intervals = new IntervalRing(history);
  }
}

/** A sweep that freed nothing is not tried again before so many more events were refused a row. */
const sweepEvery = 4096;

export class StatisticsRecorder implements EventObserver {
  readonly #options: RecorderOptions;
  #types: (TypeFigures | undefined)[] = [];
  #series = 0;
  #untilSweep = 0;
  #intervalEnd: number;
  #handledEvent = -1;
  #longestService = 0;
  #longestMs = -1;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#intervalEnd = options.now() + options.intervalMs;
  }

  handled(event: ObservedEvent, serviceId: number, startedAt: number, endedAt: number): void {
    const tookMs = endedAt - startedAt;
    this.#seriesOf(this.#typeOf(event.type.id), serviceId).record(startedAt - event.pushedAt, tookMs);
    this.#handledEvent = event.id;
    if (tookMs > this.#longestMs) {
      this.#longestMs = tookMs;
      this.#longestService = serviceId;
    }
  }

  processed(event: ObservedEvent, startedAt: number, endedAt: number): void {
    if (endedAt >= this.#intervalEnd) this.#roll(endedAt);
    const type = this.#typeOf(event.type.id);
    const waitedMs = startedAt - event.pushedAt;
    const tookMs = endedAt - startedAt;
    type.all.record(waitedMs, tookMs);
    type.intervals.record(waitedMs, tookMs);
    if (this.#handledEvent !== event.id) this.#seriesOf(type, event.origin).record(waitedMs, tookMs);
    if (tookMs > this.#options.longEventMs) this.#reportLong(event, tookMs);
    this.#handledEvent = -1;
    this.#longestMs = -1;
  }

  /** Adds up what was recorded. O(rows × buckets): some 20 µs per row. */
  report(): StatisticsReport {
    this.#sweep();
    const series: SeriesReport[] = [];
    const types: StatisticsReport['types'][number][] = [];
    const services = new Map<number | undefined, { name: string; figures: EventFigures }>();
    const total = new EventFigures();
    for (const [typeId, figures] of this.#types.entries()) {
      if (figures === undefined || figures.all.processing.count === 0) continue;
      const type = eventTypeOf(typeId).name;
      types.push({ type, ...figures.all.summary() });
      total.add(figures.all);
      const rows: [number | undefined, string, EventFigures][] = [...figures.byService.values()].map((row) => [
        row.serviceId,
        row.name,
        row,
      ]);
      if (figures.rest !== undefined) rows.push([undefined, restName, figures.rest]);
      for (const [serviceId, name, row] of rows) {
        series.push({ type, serviceId, service: name, ...row.summary() });
        const service = services.get(serviceId) ?? { name, figures: new EventFigures() };
        services.set(serviceId, service);
        service.figures.add(row);
      }
    }
    return {
      types,
      services: [...services].map(([serviceId, { name, figures }]) => ({
        serviceId,
        service: name,
        ...figures.summary(),
      })),
      series,
      total: total.summary(),
    };
  }

  /** The finished intervals of each event type, oldest first. */
  recent(): { readonly type: string; readonly intervals: readonly IntervalFigures[] }[] {
    const now = this.#options.now();
    if (now >= this.#intervalEnd) this.#roll(now);
    return this.#types.flatMap((figures, typeId) => {
      const intervals = figures?.intervals.intervals() ?? [];
      return intervals.length === 0 ? [] : [{ type: eventTypeOf(typeId).name, intervals }];
    });
  }

  reset(): void {
    this.#types = [];
    this.#series = 0;
    this.#untilSweep = 0;
    this.#intervalEnd = this.#options.now() + this.#options.intervalMs;
  }

  /** Rows that exist, each with two histograms. */
  get seriesCount(): number {
    return this.#series;
  }

  #typeOf(typeId: number): TypeFigures {
    let figures = this.#types[typeId];
    if (figures === undefined) {
      while (this.#types.length <= typeId) this.#types.push(undefined);
      figures = this.#types[typeId] = new TypeFigures(this.#options.history);
    }
    return figures;
  }

  #seriesOf(type: TypeFigures, serviceId: number): EventFigures {
    if (type.last?.serviceId === serviceId) return type.last;
    return (type.last = type.byService.get(serviceId)) ?? this.#newSeries(type, serviceId);
  }

  #newSeries(type: TypeFigures, serviceId: number): EventFigures {
    if (this.#series >= this.#options.maxSeries && --this.#untilSweep <= 0) {
      this.#sweep();
      this.#untilSweep = sweepEvery;
    }
    if (this.#series >= this.#options.maxSeries) return (type.rest ??= new EventFigures());
    this.#series++;
    const name = serviceId === 0 ? '(nobody)' : (this.#options.nameOf(serviceId) ?? `service ${serviceId}`);
    type.last = new ServiceFigures(serviceId, name);
    type.byService.set(serviceId, type.last);
    return type.last;
  }

  /** Services that are gone give their rows to the common one of each type. */
  #sweep(): void {
    for (const type of this.#types)
      for (const [serviceId, row] of type?.byService ?? [])
        if (serviceId !== 0 && this.#options.nameOf(serviceId) === undefined) {
          const { byService } = type as TypeFigures;
          ((type as TypeFigures).rest ??= new EventFigures()).add(row);
          byService.delete(serviceId);
          (type as TypeFigures).last = undefined;
          this.#series--;
        }
  }

  #roll(now: number): void {
    const { intervalMs } = this.#options;
    // An event that ended after several intervals belongs to the one it ended in.
    const endedMs = this.#intervalEnd;
    for (const type of this.#types) type?.intervals.roll(endedMs);
    this.#intervalEnd = endedMs + intervalMs * (1 + Math.floor((now - endedMs) / intervalMs));
  }

  #reportLong(event: ObservedEvent, durationMs: number): void {
    const serviceId = this.#longestMs < 0 ? event.origin : this.#longestService;
    this.#options.onLongEvent({
      eventId: event.id,
      type: event.type.name,
      serviceId,
      service: this.#options.nameOf(serviceId) ?? '(nobody)',
      durationMs,
    });
  }
}

const restName = '(services that are gone, or beyond maxSeries)';
