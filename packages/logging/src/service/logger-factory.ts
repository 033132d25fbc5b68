// Makes a logger for every service that asks for one, and removes it with that service (LG-2, LG-4, LC-188).

import {
  FrameworkLogger,
  inspectService,
  Logger,
  many,
  optional,
  type DependencyRequest,
  type Injected,
  type LogThreshold,
  type ServiceContext,
} from '@ichor/core';
import { LogSink, type LogRecord } from '../contract/log-sink.ts';
import { logError } from '../errors/catalogue.ts';
import { describeValue } from '../format/plain-value.ts';
import { emitSinkWarning } from '../node/warning.ts';
import type { SinkStatus } from '../sinks/guarded-sink.ts';
import { rankOf, ranks } from './levels.ts';
import { loggingOptions, type CheckedLoggingOptions } from './logging-options.ts';
import { FactoryOutput, LoggerLabels, ServiceLogger } from './service-logger.ts';
import { messageOf, type LogOutput } from './sink-logger.ts';
import { SinkGroup } from './sink-group.ts';

/** A logger as {@link LoggerFactory.loggers} shows it. */
export interface LoggerInfo {
  /** Name of the service it belongs to. */
  readonly service: string;
  /** Id of that service. */
  readonly serviceId: number;
  readonly level: LogThreshold;
}

/**
 * Register this to let services require `Logger`. Each gets a logger of its own, with its own level: the one given with
 * the dependency (`required(Logger, { properties: { level: 'debug' } })`), else the default at that time. The logger
 * is a service too and is removed with the service it belongs to.
 *
 * It can itself be required, to change levels while the program runs.
 *
 * @example
 * ```ts
 * import { DependencyManager, Logger, required, type Injected } from '@ichor/core';
 * import { LoggerFactory } from '@ichor/logging';
 *
 * const manager = new DependencyManager();
 *
 * class Greeter {
 *   static readonly dependencies = { log: required(Logger) };
 *   constructor({ log }: Injected<typeof Greeter.dependencies>) {
 *     log.info('hello', { to: 'world' });
 *     manager.quit();
 *   }
 * }
 *
 * manager.register(LoggerFactory, { options: { level: 'info' } });
 * manager.register(Greeter);
 * await manager.run();
 * ```
 */
export class LoggerFactory implements LogOutput {
  static readonly provides = [FactoryOutput];
  static readonly dependencies = { sinks: many(LogSink), framework: optional(FrameworkLogger) };
  static readonly options = loggingOptions('error');
  readonly #deps: Injected<typeof LoggerFactory.dependencies>;
  readonly #self: ServiceContext<CheckedLoggingOptions>;
  readonly #sinks: SinkGroup;
  /** By the id of the requester. */
  readonly #labels = new Map<number, LoggerLabels>();
  #level: LogThreshold;

  constructor(deps: Injected<typeof LoggerFactory.dependencies>, self: ServiceContext<CheckedLoggingOptions>) {
    this.#deps = deps;
    this.#self = self;
    const { level, sinks, maxPendingWrites } = self.options;
    this.#level = level;
    const report = (message: string, error: unknown): void => this.#report(message, error);
    this.#sinks = new SinkGroup({ sinks, maxPendingWrites, clock: self.clock, report });
  }

  /** The level of loggers made from now on, whose requester names none. Existing loggers keep theirs. */
  get level(): LogThreshold {
    return this.#level;
  }

  /** @throws ICHOR_LOG_LEVEL_INVALID */
  set level(level: LogThreshold) {
    rankOf(level);
    this.#level = level;
  }

  /** All loggers, in the order in which they were asked for. */
  loggers(): LoggerInfo[] {
    return Array.from(this.#labels.values(), ({ service, serviceId, level }) => ({ service, serviceId, level }));
  }

  /**
   * Changes the level of the logger of one service, or of all services of that name; at once, and also for later starts of
   * the service.
   *
   * @param service Id or name of the service whose logger it is.
   * @throws ICHOR_LOG_SERVICE_UNKNOWN; ICHOR_LOG_LEVEL_INVALID
   */
  setLevel(service: number | string, level: LogThreshold): void {
    rankOf(level);
    const found = [...this.#labels.values()].filter(
      (labels) => labels.service === service || labels.serviceId === service,
    );
    if (found.length === 0) {
      const known = this.loggers().map(({ service: name, serviceId }) => `${name} (${serviceId})`);
      const shown = known.length > 20 ? [...known.slice(0, 20), `and ${known.length - 20} more`] : known;
      throw logError(
        'ICHOR_LOG_SERVICE_UNKNOWN',
        `No service ${typeof service === 'string' ? `"${service}"` : service} has a logger. Services with loggers: ${shown.join(', ') || 'none'}.`,
        { details: { service } },
      );
    }
    for (const labels of found) labels.changeLevel(level);
  }

  /** What became of the records given to each sink. */
  sinks(): SinkStatus[] {
    return this.#sinks.status();
  }

  /** What `inspect()` shows of it: the default level, the number of loggers, what became of the records. */
  [inspectService](): Record<string, unknown> {
    const sinks = this.sinks().map(({ lastError, ...status }) => ({
      ...status,
      ...(lastError === undefined ? {} : { lastError: messageOf(lastError) }),
    }));
    return { level: this.#level, loggers: this.#labels.size, sinks };
  }

  /** @internal Whether records carry file and line of the call. */
  get recordsSource(): boolean {
    return this.#self.options.source;
  }

  /** @internal */
  wallTime(): number {
    return this.#self.clock.wallTime();
  }

  /** @internal Called by the loggers. Never throws. */
  write(record: LogRecord): void {
    this.#sinks.write(record);
  }

  /** @internal */
  added(name: string, sink: unknown): void {
    if (name === 'sinks') this.#sinks.add(sink as LogSink);
  }

  /** @internal */
  removed(name: string, sink: unknown): void {
    if (name === 'sinks') this.#sinks.remove(sink as LogSink);
  }

  /** @internal */
  start(): void {
    this.#self.track(Logger, {
      requested: (request) => this.#requested(request),
      released: (request) => this.#released(request),
    });
  }

  /** @internal */
  async stop(): Promise<void> {
    await this.#sinks.flush(this.#self.options.flushTimeoutMs);
  }

  #requested({ requester, properties, priority }: DependencyRequest): void {
    if (this.#labels.has(requester.id)) return;
    const wanted = properties?.['level'];
    const isKnown = wanted === undefined || (typeof wanted === 'string' && Object.hasOwn(ranks, wanted));
    const level = isKnown && wanted !== undefined ? (wanted as LogThreshold) : this.#level;
    const labels = new LoggerLabels(level, requester.name, requester.id);
    this.#labels.set(requester.id, labels);
    const handle = this.#self.register(ServiceLogger, {
      name: `Logger of ${requester.name}`,
      properties: labels,
      priority,
      filter: { consumer: requester.id },
    });
    labels.registered(handle);
    if (!isKnown)
      this.write({
        time: this.wallTime(),
        level: 'warn',
        message: `${requester.name} (${requester.id}) requires a Logger with the level ${describeValue(wanted)}, which does not exist; it gets the default, '${level}'. Levels: ${Object.keys(ranks).join(', ')}.`,
        service: this.#self.name,
        serviceId: this.#self.id,
        fields: undefined,
        source: undefined,
      });
  }

  #released({ requester }: DependencyRequest): void {
    const labels = this.#labels.get(requester.id);
    if (labels === undefined) return;
    this.#labels.delete(requester.id);
    labels.release();
  }

  #report(message: string, error: unknown): void {
    try {
      const framework = this.#deps.framework.current;
      if (framework === undefined) emitSinkWarning(message);
      else framework.warn(message, error === undefined ? undefined : { error });
    } catch {
      // The factory has stopped, and its dependencies with it.
      emitSinkWarning(message);
    }
  }
}
