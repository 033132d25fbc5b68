// Where the framework's own messages go: to the registered FrameworkLogger (LC-45), else warnings and errors to the platform.

import type { LogFields, Logger, LogLevel, LogThreshold } from '../contract/logger.ts';
import type { ServiceRecord } from '../lifecycle/service-record.ts';
import type { LoopHost } from '../queue/loop-host.ts';

export class FrameworkLog implements Logger {
  readonly #host: LoopHost;
  #provider: ServiceRecord | undefined;
  #logger: Logger | undefined;

  constructor(host: LoopHost) {
    this.#host = host;
  }

  get level(): LogThreshold {
    return this.#logger?.level ?? 'warn';
  }

  set level(level: LogThreshold) {
    if (this.#logger !== undefined) this.#logger.level = level;
  }

  /** Whether every event is to be logged. */
  get isTracing(): boolean {
    try {
      return this.#logger?.isEnabled('trace') === true;
    } catch {
      return false;
    }
  }

  /** Id of the service that is the logger. */
  get providerId(): number | undefined {
    return this.#provider?.id;
  }

  /** From now on messages go to `logger`; the one registered last wins. */
  use(provider: ServiceRecord, logger: Logger): void {
    this.#provider = provider;
    this.#logger = logger;
  }

  /** The service has stopped; if it was the logger, it is not used any more. */
  drop(provider: ServiceRecord): void {
    if (provider !== this.#provider) return;
    this.#provider = undefined;
    this.#logger = undefined;
  }

  isEnabled(level: LogLevel): boolean {
    return this.#logger?.isEnabled(level) ?? (level === 'warn' || level === 'error');
  }

  trace(message: string, fields?: LogFields): void {
    this.#logger?.trace(message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    this.#logger?.debug(message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#logger?.info(message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#write('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#write('error', message, fields);
  }

  #write(level: 'warn' | 'error', message: string, fields: LogFields | undefined): void {
    try {
      if (this.#logger !== undefined) {
        this.#logger[level](message, fields);
        return;
      }
    } catch {
      // A logger that fails must not take the program down; the message goes to the platform instead.
    }
    const error = fields?.['error'];
    this.#host.emergencyLog(`ichor ${level}: ${message}${error === undefined ? '' : `\n${describeError(error)}`}`);
  }
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\nCaused by: ${describeError(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
