// The logger of one service: a service of its own, made by LoggerFactory on request, so that inspect() shows it with its level.

import {
  inspectService,
  Logger,
  required,
  token,
  type Injected,
  type LogThreshold,
  type ServiceContext,
  type ServiceHandle,
} from '@ichor/core';
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
  /** The running logger. */
  #logger: ServiceLogger | undefined;
  #handle: ServiceHandle | undefined;

  constructor(level: LogThreshold, service: string, serviceId: number) {
    this.level = level;
    this.service = service;
    this.serviceId = serviceId;
  }

  /** The service that these are the properties of. */
  registered(handle: ServiceHandle): void {
    this.#handle = handle;
  }

  started(logger: ServiceLogger): void {
    this.#logger = logger;
  }

  stopped(): void {
    this.#logger = undefined;
  }

  changeLevel(level: LogThreshold): void {
    this.level = level;
    if (this.#logger !== undefined) this.#logger.level = level;
  }

  /** The requester was removed: the logger goes too. */
  release(): void {
    this.#handle?.stop({ remove: true });
  }
}

export class ServiceLogger extends SinkLogger {
  static readonly provides = [Logger];
  static readonly dependencies = { output: required(FactoryOutput) };
  readonly #labels: LoggerLabels;

  constructor({ output }: Injected<typeof ServiceLogger.dependencies>, self: ServiceContext) {
    const labels = self.properties as LoggerLabels;
    super(output, labels.service, labels.serviceId, labels.level);
    this.#labels = labels;
    labels.started(this);
  }

  override get level(): LogThreshold {
    return super.level;
  }

  override set level(level: LogThreshold) {
    super.level = level;
    this.#labels.level = level;
  }

  /** What `inspect()` shows of it. */
  [inspectService](): Record<string, unknown> {
    return { level: this.level };
  }

  stop(): void {
    this.#labels.stopped();
  }
}
