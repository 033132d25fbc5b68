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
export { forConsumer, type Consumer, type ProvidesViews } from './contract/consumer.ts';
export type { EventQueue, EventQueueOptions, EventRow } from './contract/event-queue.ts';
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
export { FrameworkLogger, Logger, nullLogger, type LogFields, type LogLevel, type LogThreshold } from './contract/logger.ts';
export type { MessageCodec, MessageType } from './contract/message-codec.ts';
export { Queue, type Routine, type WaitOptions } from './contract/queue.ts';
export {
  ServiceContext,
  type DependencyRequest,
  type DependencyTracker,
  type HandlerOptions,
  type Ownable,
  type Properties,
  type RegisterOptions,
  type ServiceClass,
  type ServiceFilter,
  type ServiceHandle,
  type ServiceInfo,
  type ServiceState,
} from './contract/service.ts';
export type { SchemaInput, SchemaIssue, SchemaOutput, SchemaResult, StandardSchema } from './contract/standard-schema.ts';
export { token, type ClassToken, type ServiceIdentifier, type Token } from './contract/token.ts';
