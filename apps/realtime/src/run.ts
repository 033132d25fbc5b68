// Composes the program (RB-81) and runs it once: settings, warm-up, manager, result.

import { setImmediate as turn } from 'node:timers/promises';
import { DependencyManager } from '@ichor/core';
import { FrameworkLoggerService, LoggerFactory } from '@ichor/logging';
import {
  applyRealtimeSettings,
  DeadlineMonitor,
  DeadlineMonitorService,
  warmUp,
  type RealtimeReport,
} from '@ichor/realtime';
import type { AppOptions } from './options.ts';
import { exceededLine } from './report/lines.ts';
import { Recording } from './report/recording.ts';
import { resultOf, type Result } from './report/result.ts';
import { LoadService } from './services/load-service.ts';
import { OptionalService } from './services/optional-service.ts';
import { PeriodicService } from './services/periodic-service.ts';
import { TestService } from './services/test-service.ts';
import { GsmWorkload } from './workload.ts';

/** The loop looks for new releases this often while events are waiting. */
const sliceMs = 0.05;
/** Late runs that are reported one by one. */
const missesKept = 100_000;
/** Turns of the event loop after which the evidence of the last overrun has arrived. */
const settlingTurns = 5;

const signals = ['SIGINT', 'SIGTERM'];

/** Where the app writes. */
export interface Output {
  print(line: string): void;
  warn(line: string): void;
}

/** Runs the app and gives what it measured. */
export async function runApp(options: AppOptions, output: Output): Promise<{ result: Result; recording: Recording }> {
  const settings = applySettings(options);
  for (const warning of settings.warnings) output.warn(`warning: ${warning}`);
  const workload = new GsmWorkload();
  if (!options.cold) warmUp(() => workload.run());

  const isChain = options.periodUs === undefined;
  const recording = new Recording(options.iterations, options.maxUs, (index, us) => {
    if (isChain) output.print(exceededLine(index, us, options.maxUs));
  });
  using monitor = new DeadlineMonitor({ keptOverruns: missesKept });
  const manager = new DependencyManager({ queue: monitor.queue(), sliceMs });
  manager.register(FrameworkLoggerService, { options: { level: 'silent' } });
  manager.register(LoggerFactory, { options: { level: 'silent' } });
  manager.register(DeadlineMonitorService, { options: { monitor } });
  if (options.load) manager.register(LoadService);
  if (options.periodUs === undefined) {
    manager.register(OptionalService);
    manager.register(OptionalService);
    manager.register(TestService, { options: { workload, recording } });
  } else {
    manager.register(PeriodicService, { options: { workload, recording, periodUs: options.periodUs } });
  }
  // A chain of urgent events would keep a quit waiting, so the chain itself is ended as well.
  const end = (): void => recording.end();
  for (const signal of signals) process.on(signal, end);
  await manager.run({ signals });
  for (const signal of signals) process.off(signal, end);
  for (let count = 0; count < settlingTurns; count++) await turn();
  return { result: resultOf(options, recording, monitor.report(), settings), recording };
}

function applySettings({ fifo, cpu, lockMemory }: AppOptions): RealtimeReport {
  return applyRealtimeSettings({
    ...(fifo ? { policy: 'fifo', priority: 20 } : {}),
    ...(cpu === undefined ? {} : { cpus: [cpu] }),
    ...(lockMemory ? { lockMemory: true } : {}),
  });
}
