// The logger of one service: a service of its own, made by LoggerFactory on request, so that inspect() shows it with its level.

import { Logger, required, token, type Injected, type LogThreshold, type ServiceContext } from '@ichor/core';
import { SinkLogger, type LogOutput } from './sink-logger.ts';

/** How loggers find their factory; requiring it lets them, and so their users, stop before it does. */
export const FactoryOutput = token<LogOutput>('LoggerFactory output');

/**
 * The properties of a logger service, shown by `inspect()`. They outlive the logger's instances, so that a level set at
 * run time survives a restart.
 */
export class LoggerLabels {
  level: LogThreshold;
  readonly service: string;
  readonly serviceId: number;
  [label: string]: unknown;
  #logger: ServiceLogger | undefined;
  #isReleased = false;

  constructor(level: LogThreshold, service: string, serviceId: number) {
    this.level = level;
    this.service = service;
    this.serviceId = serviceId;
  }

  /** The running logger. */
  get logger(): ServiceLogger | undefined {
    return this.#logger;
  }

  started(logger: ServiceLogger): void {
    this.#logger = logger;
    if (this.#isReleased) logger.remove();
  }

  stopped(): void {
    this.#logger = undefined;
  }

  /** Its requester was removed: the logger goes too, at once or as soon as it has started. */
  release(): void {
    this.#isReleased = true;
    this.#logger?.remove();
  }
}

export class ServiceLogger extends SinkLogger {
  static readonly provides = [Logger];
  static readonly dependencies = { output: required(FactoryOutput) };
  readonly #labels: LoggerLabels;
  readonly #self: ServiceContext;

  constructor({ output }: Injected<typeof ServiceLogger.dependencies>, self: ServiceContext) {
    const labels = self.properties as LoggerLabels;
    super(output, labels.service, labels.serviceId, labels.level);
    this.#labels = labels;
    this.#self = self;
    labels.started(this);
  }

  get id(): number {
    return this.#self.id;
  }

  override get level(): LogThreshold {
    return super.level;
  }

  override set level(level: LogThreshold) {
    super.level = level;
    this.#labels.level = level;
  }

  remove(): void {
    this.#self.stop({ remove: true });
  }

  stop(): void {
    this.#labels.stopped();
  }
}
