// Stands between the loggers and one sink: whatever the sink does, a log call returns. Counts what is lost and says so.
// Used by LoggerFactory and the framework logger.

import type { Clock } from '@ichor/core';
import type { LogRecord, LogSink } from '../contract/log-sink.ts';

/** What became of the records given to one sink. */
export interface SinkStatus {
  readonly name: string;
  /** Records given to it, less those it lost. */
  readonly written: number;
  /** Records lost: it threw or rejected, had too many pending, or dropped them itself. */
  readonly dropped: number;
  /** Asynchronous writes that have not ended. */
  readonly pending: number;
  /** The latest failure. */
  readonly lastError: unknown;
}

/** Tells somebody else about trouble with a sink. Must not throw. */
export type ReportSinkTrouble = (message: string, error: unknown) => void;

/** Trouble with a sink is said at most this often. */
const reportIntervalMs = 10_000;

export class GuardedSink {
  readonly sink: LogSink;
  readonly #report: ReportSinkTrouble;
  readonly #maxPending: number;
  readonly #clock: Clock;
  #written = 0;
  #lost = 0;
  #unsaid = 0;
  #pending = 0;
  readonly #idleWaiters: (() => void)[] = [];
  #isFailing = false;
  #isWriting = false;
  #lastSaidAt = -Infinity;
  #lastError: unknown;

  /** @param options `maxPending`: asynchronous writes that may be pending; further records are lost. */
  constructor(sink: LogSink, options: { report: ReportSinkTrouble; maxPending: number; clock: Clock }) {
    this.sink = sink;
    this.#report = options.report;
    this.#maxPending = options.maxPending;
    this.#clock = options.clock;
  }

  get name(): string {
    if (this.sink.name !== undefined) return this.sink.name;
    const className = Object.getPrototypeOf(this.sink)?.constructor?.name as string | undefined;
    return className === undefined || className === 'Object' ? 'without a name' : className;
  }

  get status(): SinkStatus {
    const dropped = this.#lost + (this.sink.dropped ?? 0);
    return {
      name: this.name,
      written: this.#written - (this.sink.dropped ?? 0),
      dropped,
      pending: this.#pending,
      lastError: this.#lastError,
    };
  }

  /** Never throws. */
  write(record: LogRecord): void {
    // A sink that logs while it writes would do so for ever.
    if (this.#pending >= this.#maxPending || this.#isWriting) {
      this.#lose(undefined);
      return;
    }
    this.#isWriting = true;
    try {
      const result = this.sink.write(record);
      if (result === undefined) this.#accepted();
      else this.#follow(result);
    } catch (error) {
      this.#lose(error);
    } finally {
      this.#isWriting = false;
    }
  }

  /** Waits for pending writes and for the sink, and says what is still unsaid. Never rejects. */
  async flush(): Promise<void> {
    while (this.#pending > 0) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
    try {
      await this.sink.flush?.();
    } catch (error) {
      this.#lastError = error;
      this.#report(`Log sink ${this.name} failed to flush: ${describe(error)}`, error);
    }
    if (this.#unsaid > 0) this.#say();
  }

  /** Flushing was given up. */
  abandonFlush(): void {
    if (this.#pending > 0)
      this.#report(
        `Log sink ${this.name} did not finish in time: ${this.#pending === 1 ? '1 record' : `${this.#pending} records`} may be lost`,
        undefined,
      );
  }

  #follow(result: PromiseLike<void>): void {
    this.#pending++;
    result.then(this.#ended, this.#rejected);
  }

  readonly #ended = (): void => {
    this.#settled();
    this.#accepted();
  };

  readonly #rejected = (error: unknown): void => {
    this.#settled();
    this.#lose(error);
  };

  #settled(): void {
    if (--this.#pending === 0) for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  #accepted(): void {
    this.#written++;
    this.#isFailing = false;
    if (this.#unsaid > 0 && this.#clock.now() - this.#lastSaidAt >= reportIntervalMs) this.#say();
  }

  /** Writes into the sink itself that records are missing; tells the reporter where that fails too. */
  #say(): void {
    const lost = this.#unsaid;
    this.#unsaid = 0;
    this.#lastSaidAt = this.#clock.now();
    const message = `${lost} log ${lost === 1 ? 'record was' : 'records were'} lost`;
    const fields = { dropped: lost, sink: this.name };
    const time = this.#clock.wallTime();
    try {
      const result = this.sink.write({
        time,
        level: 'warn',
        message,
        service: 'logging',
        serviceId: 0,
        fields,
        source: undefined,
      });
      if (result !== undefined) this.#follow(result);
    } catch (error) {
      this.#report(`Log sink ${this.name} still fails: ${message}`, error);
    }
  }

  #lose(error: unknown): void {
    this.#lost++;
    this.#unsaid++;
    if (error !== undefined) this.#lastError = error;
    if (this.#isFailing || this.#clock.now() - this.#lastSaidAt < reportIntervalMs) return;
    this.#isFailing = true;
    this.#lastSaidAt = this.#clock.now();
    this.#report(
      error === undefined
        ? this.#isWriting
          ? `Log sink ${this.name} called a logger while it wrote: that record is dropped`
          : `Log sink ${this.name} fell behind: ${this.#pending} records are pending, further ones are dropped`
        : `Log sink ${this.name} failed and lost a record: ${describe(error)}`,
      error,
    );
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
