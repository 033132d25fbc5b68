// The sink that keeps records, for tests and for showing the latest messages somewhere.

import type { LogLevel } from '@ichor/core';
import type { LogRecord, LogSink } from '../contract/log-sink.ts';
import { logError } from '../errors/catalogue.ts';
import { describeValue } from '../format/plain-value.ts';

/** How a {@link MemorySink} keeps records. */
export interface MemorySinkOptions {
  /** Records kept; older ones are dropped and counted. Default: 10,000. */
  readonly limit?: number;
}

/**
 * Keeps the latest records in memory.
 *
 * @example
 * ```ts
 * import { MemorySink } from '@ichor/logging';
 *
 * const sink = new MemorySink({ limit: 2 });
 * for (const message of ['one', 'two', 'three'])
 *   sink.write({ time: 0, level: 'info', message, service: 'Demo', serviceId: 1, fields: undefined, source: undefined });
 * console.log(sink.messages(), sink.dropped); // [ 'two', 'three' ] 1
 * ```
 */
export class MemorySink implements LogSink {
  readonly name = 'memory';
  readonly #limit: number;
  #records: LogRecord[] = [];
  #dropped = 0;

  /** @throws ICHOR_LOG_OPTION_INVALID */
  constructor({ limit = 10_000 }: MemorySinkOptions = {}) {
    if (!Number.isSafeInteger(limit) || limit < 1)
      throw logError(
        'ICHOR_LOG_OPTION_INVALID',
        `MemorySink option "limit": received ${describeValue(limit)}; allowed are whole numbers from 1.`,
      );
    this.#limit = limit;
  }

  /** The records kept, oldest first. */
  get records(): readonly LogRecord[] {
    return this.#records.slice(-this.#limit);
  }

  /** Records dropped because of the limit. */
  get dropped(): number {
    return this.#dropped + Math.max(0, this.#records.length - this.#limit);
  }

  /** The messages kept, oldest first, optionally of one level only. */
  messages(level?: LogLevel): string[] {
    return this.records.filter((record) => level === undefined || record.level === level).map(({ message }) => message);
  }

  /** O(1) on average: old records leave in batches. */
  write(record: LogRecord): void {
    this.#records.push(record);
    if (this.#records.length < this.#limit * 2) return;
    this.#dropped += this.#records.length - this.#limit;
    this.#records = this.#records.slice(-this.#limit);
  }

  /** Forgets all records and the count of dropped ones. */
  clear(): void {
    this.#records = [];
    this.#dropped = 0;
  }
}
