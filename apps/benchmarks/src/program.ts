// The set-up that every workload shares (RB-2): a manager with a logger for each service that asks, and the framework's own
// log, both written to nowhere. ICHOR_MANAGER holds further options of the manager as JSON, to see what a switch costs.

import { isMainThread } from 'node:worker_threads';
import { DependencyManager } from '@ichor/core';
import { FrameworkLoggerService, LoggerFactory, NullSink } from '@ichor/logging';

/** Makes a manager, registers the loggers and what `install` registers, and runs it until it quits. */
export async function runProgram(install: (manager: DependencyManager) => void): Promise<void> {
  // The manager itself refuses what it does not know.
  const manager = new DependencyManager(JSON.parse(process.env['ICHOR_MANAGER'] ?? '{}') as object);
  manager.register(FrameworkLoggerService, { options: { sinks: [new NullSink()] } });
  manager.register(LoggerFactory, { options: { sinks: [new NullSink()] } });
  install(manager);
  // Only the main thread of a process receives signals.
  await manager.run({ signals: isMainThread ? ['SIGINT'] : [] });
}
