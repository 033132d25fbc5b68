// The set-up that every workload shares (RB-2): a manager with a logger for each service that asks, and the framework's own
// log, both written to nowhere.

import { isMainThread } from 'node:worker_threads';
import { DependencyManager, type ManagerOptions } from '@ichor/core';
import { FrameworkLoggerService, LoggerFactory, NullSink } from '@ichor/logging';

/** Makes a manager, registers the loggers and what `install` registers, and runs it until it quits. */
export async function runProgram(
  install: (manager: DependencyManager) => void,
  options?: ManagerOptions,
): Promise<void> {
  const manager = new DependencyManager(options);
  manager.register(FrameworkLoggerService, { options: { sinks: [new NullSink()] } });
  manager.register(LoggerFactory, { options: { sinks: [new NullSink()] } });
  install(manager);
  // Only the main thread of a process receives signals.
  await manager.run({ signals: isMainThread ? ['SIGINT'] : [] });
}
