// Where log records go. Implemented by the sinks of this package and by users.

import { token, type LogFields, type LogLevel } from '@ichor/core';

/** One message with everything that belongs to it. Sinks must not change it; `fields` belongs to the caller of the logger. */
export interface LogRecord {
  /** Wall-clock time of the manager's clock: milliseconds since the Unix epoch. */
  readonly time: number;
  readonly level: LogLevel;
  readonly message: string;
  /** Name of the service whose logger was called. */
  readonly service: string;
  /** Id of that service; 0 for the framework. */
  readonly serviceId: number;
  readonly fields: LogFields | undefined;
  /** File and line of the call, such as `fleet.ts:12`, when the option `source` is on. */
  readonly source: string | undefined;
}

/**
 * Receives log records. It may throw, reject or never finish: what is lost by that is counted and said,
 * and the program goes on.
 *
 * @example
 * ```ts
 * import type { LogSink } from '@ichor/logging';
 *
 * class CountingSink implements LogSink {
 *   readonly name = 'counting';
 *   count = 0;
 *   write(): void {
 *     this.count++;
 *   }
 * }
 * ```
 */
export interface LogSink {
  /** For reports about it. Default: the name of its class. */
  readonly name?: string;
  /** Records that it accepted and had to drop. */
  readonly dropped?: number;
  /**
   * Takes one record; called in the order of the log calls. A promise tells when the record is out:
   * while too many are pending, further records are not given to the sink but counted as dropped.
   */
  write(record: LogRecord): void | PromiseLike<void>;
  /** Waits until what was written is out. Called when the logger factory stops, for a limited time. */
  flush?(): void | PromiseLike<void>;
}

/**
 * Provide this from a service to receive the records of all loggers, as long as that service runs.
 * It must not require a `Logger`, which would wait for itself.
 */
export const LogSink = token<LogSink>('LogSink');
