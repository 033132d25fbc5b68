// A logger for tests of hosts: keeps what was logged.

import { defineService, Logger, type DependencyManager, type LogFields } from '@ichor/core';

/** An entry of the log of a host. */
export interface LoggedEntry {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

/**
 * Registers a logger that keeps every entry, of every level and service, in order.
 *
 * @returns what was logged; it grows.
 *
 * @example
 * ```ts
 * import { DependencyManager, defineService, Logger, Quit, required } from '@ichor/core';
 * import { recordLog } from '@ichor/http/testing';
 *
 * const manager = new DependencyManager();
 * const log = recordLog(manager);
 * manager.register(
 *   defineService({
 *     dependencies: { log: required(Logger) },
 *     setup({ log }, self) {
 *       log.warn('full', { size: 3 });
 *       self.queue.push(Quit);
 *     },
 *   }),
 * );
 * await manager.run();
 * console.log(log); // [ { level: 'warn', message: 'full', fields: { size: 3 } } ]
 * ```
 */
export function recordLog(manager: DependencyManager): readonly LoggedEntry[] {
  const log: LoggedEntry[] = [];
  const add =
    (level: string) =>
    (message: string, fields?: LogFields): void => {
      log.push({ level, message, fields });
    };
  manager.register(
    defineService({
      name: 'LogRecorder',
      provides: [Logger],
      setup: () => ({
        level: 'trace' as const,
        isEnabled: () => true,
        trace: add('trace'),
        debug: add('debug'),
        info: add('info'),
        warn: add('warn'),
        error: add('error'),
      }),
    }),
  );
  return log;
}
