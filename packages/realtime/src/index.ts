// The public names of @ichor/realtime.

export {
  admit,
  testSchedulability,
  type AdmissionOptions,
  type Schedulability,
  type SchedulabilityOptions,
  type TaskLoad,
} from './admission/schedulability.ts';
export { type Blame, type BlameCause, type BlameShare } from './blame/attribute.ts';
export type {
  EventSpan,
  Evidence,
  EvidenceSource,
  GcSpan,
  Span,
  SystemEvidence,
  ThreadCounters,
  TimerFacts,
} from './blame/evidence.ts';
export { LatencyHistogram, type LatencySummary } from './histogram/latency-histogram.ts';
export type { Budget, OverrunPolicy } from './monitor/budget.ts';
export { DeadlineMonitor, type DeadlineMonitorOptions, type MonitorReport } from './monitor/deadline-monitor.ts';
export { DeadlineOverrun, type Overrun } from './monitor/overrun.ts';
export type { DeadlineWatch, OverrunKind, WatchReport } from './monitor/watch.ts';
export { SystemEvidenceSource, type SystemEvidenceOptions } from './node/system-evidence.ts';
export {
  startPeriodic,
  type PeriodicOptions,
  type PeriodicReport,
  type PeriodicTask,
  type Release,
} from './periodic/periodic-task.ts';
export type { MissedPolicy } from './periodic/missed-releases.ts';
export type { HybridWaitOptions } from './node/hybrid-waiter.ts';
export { EdfQueue, type EdfQueueOptions } from './queue/edf-queue.ts';
export type { OverloadOptions, OverloadState } from './queue/overload-detector.ts';
export { applyRealtimeSettings } from './scheduling/apply-realtime-settings.ts';
export type { AppliedSetting, RealtimeReport, RealtimeSettings, SchedulingPolicy } from './scheduling/settings.ts';
export {
  DeadlineMonitorService,
  Deadlines,
  type DeadlineMonitorServiceOptions,
} from './service/deadline-monitor-service.ts';
export { warmUp, type WarmUpOptions, type WarmUpResult } from './warm-up/warm-up.ts';
export { realtimeErrors } from './errors/catalogue.ts';
