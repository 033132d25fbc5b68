// The result of one program run, as --json prints it.

import type { BlameCause, MonitorReport, RealtimeReport } from '@ichor/realtime';
import type { AppOptions } from '../options.ts';
import { barsOf, summarise, type Bar, type Recording, type RecordingSummary } from './recording.ts';

/** One value above the limit, with who is to blame. */
export interface Miss {
  /** Iteration, from 0; -1 where it is not known. */
  readonly index: number;
  readonly us: number;
  readonly cause: BlameCause;
  readonly explanation: string;
}

export interface Result {
  readonly mode: 'chain' | 'periodic';
  readonly node: string;
  readonly v8Flags: readonly string[];
  readonly options: AppOptions;
  readonly settings: RealtimeReport['settings'];
  readonly summary: RecordingSummary;
  readonly missedReleases: number;
  readonly misses: readonly Miss[];
  readonly histogram: readonly Bar[];
}

export function resultOf(
  options: AppOptions,
  recording: Recording,
  monitor: MonitorReport,
  settings: RealtimeReport,
): Result {
  const misses = monitor.overruns.map(({ eventId, actualMs, blame }): Miss => {
    const us = Math.floor(actualMs * 1000 + 1e-6);
    return { index: eventId, us, cause: blame.cause, explanation: blame.explanation };
  });
  return {
    mode: options.periodUs === undefined ? 'chain' : 'periodic',
    node: process.version,
    v8Flags: process.execArgv,
    options,
    settings: settings.settings,
    summary: summarise(recording.values, recording.maxUs),
    missedReleases: recording.missedReleases,
    misses,
    histogram: barsOf(recording.values),
  };
}
