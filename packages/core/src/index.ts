// The public names of @ichor/core.

export {
  errorsOf,
  IchorError,
  type Awaitable,
  type Clock,
  type Coroutine,
  type ErrorCatalogue,
  type ErrorCode,
  type IchorErrorOptions,
  type ScheduledCall,
  type ScheduleOptions,
  type Scheduler,
  type Task,
} from '@ichor/coroutines';
export type { ConnectedManager } from './channel/connected-manager.ts';
export type { ChannelMember, ChannelMessage } from './channel/channel-message.ts';
export {
  CommunicationChannel,
  ManagerJoined,
  ManagerLeft,
  type AskOptions,
  type BroadcastOptions,
  type ChannelOptions,
  type SendOptions,
} from './channel/communication-channel.ts';
export { answer, defineQuestion, type Question, type QuestionType } from './channel/question.ts';
export { forConsumer, type Consumer, type ProvidesViews } from './contract/consumer.ts';
export type { EventQueue, EventQueueOptions, EventRow } from './contract/event-queue.ts';
export type { EventObserver, ObservedEvent, ObserveOptions } from './contract/event-observer.ts';
export type {
  DiscardReason,
  EventHandler,
  EventType,
  EventView,
  Handled,
  Interceptor,
  Priority,
  PushArguments,
  PushOptions,
  Work,
  WorkType,
} from './contract/event-type.ts';
export { inspectService, type InspectableService } from './contract/inspect-service.ts';
export {
  FrameworkLogger,
  Logger,
  nullLogger,
  type LogFields,
  type LogLevel,
  type LogThreshold,
} from './contract/logger.ts';
export type { MessageCodec, MessageType } from './contract/message-codec.ts';
export { Queue, type EventOutcome, type Routine, type WaitOptions } from './contract/queue.ts';
export {
  ServiceContext,
  type DependencyRequest,
  type DependencyTracker,
  type FailureInfo,
  type FailurePolicy,
  type HandlerOptions,
  type OptionsOf,
  type Ownable,
  type Properties,
  type RegisterOptions,
  type RestartPolicy,
  type ServiceClass,
  type ServiceFilter,
  type ServiceHandle,
  type ServiceInfo,
  type ServiceState,
} from './contract/service.ts';
export type {
  SchemaInput,
  SchemaIssue,
  SchemaOutput,
  SchemaResult,
  StandardSchema,
} from './contract/standard-schema.ts';
export { token, type ClassToken, type ServiceIdentifier, type Token } from './contract/token.ts';
export type { Explanation, MissingDependency } from './diagnostics/explain.ts';
export { toDot, toMermaid, type GraphOptions } from './diagnostics/graph.ts';
export type { InspectOptions } from './diagnostics/inspect.ts';
export type {
  InspectedDependency,
  InspectedExecution,
  InspectedService,
  Inspection,
} from './diagnostics/inspection.ts';
export { redactSecrets, type Redact } from './diagnostics/plain.ts';
export { coreErrors } from './errors/catalogue.ts';
export { defineEvent, defineWork } from './events/define-event.ts';
export {
  AddTracker,
  Continue,
  DependencyOffline,
  DependencyOnline,
  InsertService,
  Quit,
  RemoveService,
  RequestDependency,
  RunFunction,
  StartService,
  StopService,
  UndoDependencyRequest,
} from './events/internal-events.ts';
export type { EventJournal, JournalEntry } from './journal/event-journal.ts';
export type { EventExplanation } from './journal/explain-event.ts';
export { DependencyManager } from './manager/dependency-manager.ts';
export type { RunOptions } from './manager/manager-run.ts';
export type { DependencyStatus, RegisteredResources, RunningExecution } from './manager/lookups.ts';
export type { ReplaceOptions } from './manager/replacements.ts';
export type { AsyncContext, ManagerOptions } from './manager/options.ts';
export type { LoopHost } from './queue/loop-host.ts';
export { PriorityQueue } from './queue/priority-queue.ts';
export type { QueueLimit, QueueMetrics } from './queue/queue-limit.ts';
export { defineService, type ServiceDescription } from './services/define-service.ts';
export {
  many,
  optional,
  required,
  type Dependencies,
  type Dependency,
  type DependencyCallbacks,
  type DependencyChange,
  type DependencyKind,
  type Injected,
  type LiveCollection,
  type ManyOptions,
  type OptionalService,
  type RequestOptions,
} from './services/dependency-declaration.ts';
export type { DurationSummary } from './statistics/duration-histogram.ts';
export type { IntervalFigures } from './statistics/event-figures.ts';
export {
  EventStatistics,
  EventStatisticsService,
  type EventStatisticsOptions,
} from './statistics/event-statistics-service.ts';
export type { FiguresReport, LongEvent, SeriesReport, StatisticsReport } from './statistics/statistics-recorder.ts';
