// The Logger contract. @ichor/logging implements it; the null logger is the default where none is provided.

import { token } from './token.ts';

/** From the most to the least detailed. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** A logger's threshold: messages below it are not made. */
export type LogThreshold = LogLevel | 'silent';

/** Structured values of a message. A value that is an `Error` is written with its stack and causes. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A logger that belongs to the service that required it: its messages carry that service's name and id. */
export interface Logger {
  /** The threshold. May be changed at any time. */
  level: LogThreshold;
  /** Whether a message of `level` would be written. Costs one comparison. */
  isEnabled(level: LogLevel): boolean;
  trace(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Require this to get a logger of one's own. Provided by `LoggerFactory` of @ichor/logging. */
export const Logger = token<Logger>('Logger');

/**
 * Provide this to receive the framework's own messages (lifecycle, failures, overruns). Must not have dependencies.
 *
 * @example
 * ```ts
 * import { defineService, DependencyManager, FrameworkLogger, nullLogger } from '@ichor/core';
 *
 * const messages: string[] = [];
 * const logger = { ...nullLogger, isEnabled: () => true, error: (message: string) => void messages.push(message) };
 * const manager = new DependencyManager();
 * manager.register(defineService({ name: 'Messages', provides: [FrameworkLogger], setup: () => logger }));
 * manager.register(
 *   defineService({
 *     name: 'Broken',
 *     setup() {
 *       throw new Error('no disk');
 *     },
 *   }),
 * );
 * await manager.run().catch((error: Error) => console.log(error.message)); // no disk
 * console.log(messages.length); // 1
 * ```
 */
export const FrameworkLogger = token<Logger>('FrameworkLogger');

/** Discards everything: the default where a `Logger` is optional, and a base for loggers that write only some levels. */
export const nullLogger: Logger = Object.freeze({
  level: 'silent',
  isEnabled: () => false,
  trace: discard,
  debug: discard,
  info: discard,
  warn: discard,
  error: discard,
});

function discard(): void {
  // Nothing is written on purpose.
}
