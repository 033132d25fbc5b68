// The sinks that one logger factory or framework logger writes to, each behind a guard.

import type { Clock } from '@ichor/core';
import type { LogRecord, LogSink } from '../contract/log-sink.ts';
import { ConsoleSink } from '../node/console-sink.ts';
import { GuardedSink, type ReportSinkTrouble, type SinkStatus } from '../sinks/guarded-sink.ts';

/** What a {@link SinkGroup} is made with. */
export interface SinkGroupOptions {
  /** Always written to. Undefined: a console sink, as long as nothing is added. */
  readonly sinks: readonly LogSink[] | undefined;
  readonly clock: Clock;
  /** Asynchronous writes that may be pending per sink. */
  readonly maxPendingWrites: number;
  readonly report: ReportSinkTrouble;
}

export class SinkGroup {
  readonly #options: SinkGroupOptions;
  /** Replaced, never changed, so that a write that changes the group goes on undisturbed. */
  #guards: readonly GuardedSink[];
  #fallback: GuardedSink | undefined;

  constructor(options: SinkGroupOptions) {
    this.#options = options;
    this.#guards = options.sinks?.map((sink) => this.#guard(sink)) ?? [];
    this.#useFallback();
  }

  add(sink: LogSink): void {
    this.#guards = [...this.#guards.filter((guard) => guard !== this.#fallback), this.#guard(sink)];
  }

  remove(sink: LogSink): void {
    this.#guards = this.#guards.filter((guard) => guard.sink !== sink);
    this.#useFallback();
  }

  /** Never throws. */
  write(record: LogRecord): void {
    for (const guard of this.#guards) guard.write(record);
  }

  /** Waits until everything is out, at most `timeoutMs` of the clock. Never rejects. */
  async flush(timeoutMs: number): Promise<void> {
    let giveUp: () => void = () => undefined;
    const call = this.#options.clock.schedule(() => giveUp(), timeoutMs);
    const timedOut = new Promise<void>((resolve) => (giveUp = resolve));
    const guards = this.#guards;
    await Promise.race([Promise.all(guards.map((guard) => guard.flush())), timedOut]);
    call.cancel();
    for (const guard of guards) guard.abandonFlush();
  }

  status(): SinkStatus[] {
    return this.#guards.map((guard) => guard.status);
  }

  #useFallback(): void {
    if (this.#options.sinks !== undefined || this.#guards.length > 0) return;
    this.#guards = [(this.#fallback ??= this.#guard(new ConsoleSink()))];
  }

  #guard(sink: LogSink): GuardedSink {
    const { clock, report, maxPendingWrites } = this.#options;
    return new GuardedSink(sink, { clock, report, maxPending: maxPendingWrites });
  }
}
