// Shows the framework's own messages: lifecycle, failures, overruns (LC-45, LG-7).

import { FrameworkLogger, type ServiceContext } from '@ichor/core';
import type { LogRecord } from '../contract/log-sink.ts';
import { emitSinkWarning } from '../node/warning.ts';
import { loggingOptions, type CheckedLoggingOptions } from './logging-options.ts';
import { SinkLogger, type LogOutput } from './sink-logger.ts';
import { SinkGroup } from './sink-group.ts';

class FrameworkOutput implements LogOutput {
  readonly recordsSource: boolean;
  readonly sinks: SinkGroup;
  readonly #self: ServiceContext<CheckedLoggingOptions>;

  constructor(self: ServiceContext<CheckedLoggingOptions>) {
    const { sinks, source, maxPendingWrites } = self.options;
    this.#self = self;
    this.recordsSource = source;
    this.sinks = new SinkGroup({ sinks, maxPendingWrites, clock: self.clock, report: emitSinkWarning });
  }

  wallTime(): number {
    return this.#self.clock.wallTime();
  }

  write(record: LogRecord): void {
    this.sinks.write(record);
  }
}

/**
 * Register this, before other services, to see what the framework does. Default level: `'warn'`; with `'debug'` it tells of
 * every registration, start and stop.
 *
 * @example
 * ```ts
 * import { DependencyManager } from '@ichor/core';
 * import { FrameworkLoggerService } from '@ichor/logging';
 *
 * const manager = new DependencyManager();
 * manager.register(FrameworkLoggerService, { options: { level: 'info' } });
 * ```
 */
export class FrameworkLoggerService extends SinkLogger {
  static readonly provides = [FrameworkLogger];
  static readonly dependencies = {};
  static readonly options = loggingOptions('warn');
  readonly #output: FrameworkOutput;
  readonly #flushTimeoutMs: number;

  constructor(_dependencies: object, self: ServiceContext<CheckedLoggingOptions>) {
    const output = new FrameworkOutput(self);
    super(output, 'ichor', 0, self.options.level);
    this.#output = output;
    this.#flushTimeoutMs = self.options.flushTimeoutMs;
  }

  /** @internal */
  async stop(): Promise<void> {
    await this.#output.sinks.flush(this.#flushTimeoutMs);
  }
}
