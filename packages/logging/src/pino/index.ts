// Hands log records to pino (an optional peer dependency), with its transports, redaction and serializers.

import type { Logger as PinoLogger } from 'pino';
import type { LogRecord, LogSink } from '../contract/log-sink.ts';
import { fieldNames, fieldOf, isError, plainError } from '../format/plain-value.ts';

/** Members of pino's own object, and of ours. */
const reserved: ReadonlySet<string> = new Set([
  'level',
  'time',
  'msg',
  'pid',
  'hostname',
  'service',
  'serviceId',
  'source',
]);

/**
 * Writes records to a pino logger. Which messages are made is decided by the loggers of the services alone: pino's own
 * level is lowered to `trace` for what comes through here. Fields become members of pino's object beside `service`,
 * `serviceId` and `source` (a field with such a name is written as `fields.<name>`); errors are written with their chain of causes. pino stamps the time itself.
 *
 * @example
 * ```ts
 * import { DependencyManager } from '@ichor/core';
 * import { LoggerFactory } from '@ichor/logging';
 * import { PinoSink } from '@ichor/logging/pino';
 * import { pino } from 'pino';
 *
 * const manager = new DependencyManager();
 * manager.register(LoggerFactory, { options: { level: 'info', sinks: [new PinoSink(pino())] } });
 * ```
 */
export class PinoSink implements LogSink {
  readonly name = 'pino';
  readonly #pino: PinoLogger;

  /** @param logger The logger to write to; its own level is left as it is. */
  constructor(logger: PinoLogger) {
    this.#pino = logger.child({}, { level: 'trace' }) as PinoLogger;
  }

  write(record: LogRecord): void {
    const { fields } = record;
    const merged: Record<string, unknown> = {};
    if (fields !== undefined)
      for (const name of fieldNames(fields)) {
        const value = fieldOf(fields, name);
        merged[reserved.has(name) ? `fields.${name}` : name] = isError(value) ? plainError(value) : value;
      }
    merged['service'] = record.service;
    merged['serviceId'] = record.serviceId;
    if (record.source !== undefined) merged['source'] = record.source;
    this.#pino[record.level](merged, record.message);
  }

  /** Ends when pino's destination has written what it holds. */
  flush(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pino.flush((error) => {
        if (error === undefined || error === null) resolve();
        else reject(error);
      });
    });
  }
}
