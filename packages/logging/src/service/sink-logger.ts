// The logger itself: checks the level, makes a record, hands it on. One small object per service, all methods on the prototype.

import type { LogFields, Logger, LogLevel, LogThreshold } from '@ichor/core';
import type { LogRecord } from '../contract/log-sink.ts';
import { rankOf, ranks, thresholdOf } from './levels.ts';

/** Where loggers write to: the factory, or the framework logger's own sinks. Does not throw. */
export interface LogOutput {
  /** Whether records carry the place of the call. */
  readonly recordsSource: boolean;
  /** Wall-clock time in milliseconds. */
  wallTime(): number;
  write(record: LogRecord): void;
}

export class SinkLogger implements Logger {
  readonly #output: LogOutput;
  readonly #service: string;
  readonly #serviceId: number;
  #rank: number;

  /** @throws ICHOR_LOG_LEVEL_INVALID */
  constructor(output: LogOutput, service: string, serviceId: number, level: LogThreshold) {
    this.#output = output;
    this.#service = service;
    this.#serviceId = serviceId;
    this.#rank = rankOf(level);
  }

  get level(): LogThreshold {
    return thresholdOf(this.#rank);
  }

  /** @throws ICHOR_LOG_LEVEL_INVALID */
  set level(level: LogThreshold) {
    this.#rank = rankOf(level);
  }

  isEnabled(level: LogLevel): boolean {
    return ranks[level] >= this.#rank;
  }

  trace(message: string, fields?: LogFields): void {
    if (this.#rank <= ranks.trace) this.#write('trace', message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    if (this.#rank <= ranks.debug) this.#write('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    if (this.#rank <= ranks.info) this.#write('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    if (this.#rank <= ranks.warn) this.#write('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    if (this.#rank <= ranks.error) this.#write('error', message, fields);
  }

  #write(level: LogLevel, message: string, fields: LogFields | undefined): void {
    const output = this.#output;
    const isPlain = typeof message === 'string' && !(fields instanceof Error);
    output.write({
      time: output.wallTime(),
      level,
      message: isPlain ? message : messageOf(message),
      service: this.#service,
      serviceId: this.#serviceId,
      fields: isPlain ? fields : fieldsOf(message, fields),
      source: output.recordsSource ? callerOf() : undefined,
    });
  }
}

/** JavaScript callers pass errors and other values where the types ask for a text: they are written, not refused. */
export function messageOf(message: unknown): string {
  if (typeof message === 'string') return message;
  try {
    return message instanceof Error ? message.message : String(message);
  } catch {
    return '[unreadable]';
  }
}

function fieldsOf(message: unknown, fields: unknown): LogFields | undefined {
  const given = fields instanceof Error ? { error: fields } : (fields as LogFields | undefined);
  return message instanceof Error ? { ...given, error: message } : given;
}

/** File name and line of the code that called the logger's method, which is three frames up. */
function callerOf(): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 4;
  const frame = new Error().stack?.split('\n')[4];
  Error.stackTraceLimit = limit;
  const place = frame === undefined ? undefined : /([^/\\()\s]+):(\d+):\d+\)?$/.exec(frame);
  return place === null || place === undefined ? undefined : `${place[1]}:${place[2]}`;
}
