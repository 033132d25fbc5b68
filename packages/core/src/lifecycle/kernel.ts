// What the parts of one manager share. Made by the DependencyManager, passed to everything that belongs to it.

import type { Clock, Scheduler } from '@ichor/coroutines';
import type { Logger } from '../contract/logger.ts';
import type { RegisterOptions, ServiceClass, ServiceContext, ServiceHandle } from '../contract/service.ts';
import type { EventSystem } from '../events/event-system.ts';
import type { ExecutionOwner } from '../events/execution.ts';
import type { QueueParts } from '../events/queue-facade.ts';

import type { ServiceRecord } from './service-record.ts';
import type { Trackers } from './trackers.ts';

export interface Kernel {
  readonly clock: Clock;
  readonly events: EventSystem;
  readonly scheduler: Scheduler;
  readonly queueParts: QueueParts;
  readonly trackers: Trackers;
  /** The framework's own messages go here. */
  readonly logger: Logger;
  /** Registers a service, as a child of `parent` if given. */
  register(
    serviceClass: ServiceClass,
    options: RegisterOptions | undefined,
    parent: ServiceContext | undefined,
  ): ServiceHandle;
  /** A failure that has no recipient. */
  failed(record: ServiceRecord | undefined, error: unknown, during: string): void;
  /** stop(), or the undoing of something owned, failed or took too long. The stop goes on. */
  stopFailed(record: ServiceRecord, error: unknown, during: string): void;
  /** Grace of the coroutines of a service that stops. */
  stopGraceMsOf(record: ServiceRecord): number;
  readonly defaultStopGraceMs: number;
  /** Owner of code that belongs to no service. */
  readonly root: ExecutionOwner;
  /** How long stop() and the undoing of one thing may take. */
  readonly stopTimeoutMs: number;
  /** How long cancelled coroutines may clean up. */
  readonly cleanupMs: number;
  /** The instance of a service is about to be stopped. */
  stopping(record: ServiceRecord): void;
  /** All coroutines of a stopping or starting service have ended. */
  settled(record: ServiceRecord): void;
}
