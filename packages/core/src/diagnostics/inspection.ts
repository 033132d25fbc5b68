// The shape of `manager.inspect()`: a snapshot of plain JSON.

import type { ServiceState } from '../contract/service.ts';
import type { QueueMetrics } from '../queue/queue-limit.ts';

/** A coroutine or promise that has not ended. */
export interface InspectedExecution {
  readonly name: string;
  /** What it waits for, through nested tasks as a chain. */
  readonly waitingFor: string;
  /** The event whose handling it is. */
  readonly eventId?: number;
  /** Stack trace of where it was started, where traces are recorded. */
  readonly startedAt?: string;
}

/** One dependency of a service, with who provides it now. */
export interface InspectedDependency {
  readonly key: string;
  readonly token: string;
  readonly kind: 'required' | 'optional' | 'many';
  readonly required: boolean;
  readonly properties?: unknown;
  readonly match?: unknown;
  /** Ids of its providers, in the order of arrival. */
  readonly providers: readonly number[];
}

/** One service. */
export interface InspectedService {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  readonly state: ServiceState;
  readonly priority: number;
  /** Part of the manager. */
  readonly internal: boolean;
  readonly properties: unknown;
  /** Names of the tokens it offers. */
  readonly provides: readonly string[];
  /** Who may receive it, when not everybody. */
  readonly filter?: string;
  readonly dependencies: readonly InspectedDependency[];
  /** Names of what the user's container supplies. */
  readonly fromContainer: readonly string[];
  /** Ids of the services into which it is injected. */
  readonly consumers: readonly number[];
  /** The service that registered it as its child. */
  readonly parent?: number;
  /** Event types it handles; `from` where it only wants those of one service. */
  readonly handlers: readonly { readonly type: string; readonly from?: number }[];
  /** Event types it intercepts; `(all events)` for all. */
  readonly interceptors: readonly string[];
  /** Names of the tokens it tracks. */
  readonly trackers: readonly string[];
  readonly running: readonly InspectedExecution[];
  readonly failure?: { readonly during: string; readonly message: string };
  /** Starts since it last ran well, under a restart policy. */
  readonly restarts: number;
  /** What the service tells about itself: see `inspectService`. */
  readonly facts?: unknown;
}

/** A snapshot of one manager. Survives `JSON.stringify` unchanged. */
export interface Inspection {
  readonly manager: {
    readonly id: number;
    readonly name: string;
    readonly state: 'new' | 'running' | 'quitting' | 'ended';
  };
  readonly queue: QueueMetrics;
  readonly services: readonly InspectedService[];
  /** Code that belongs to no service. */
  readonly running: readonly InspectedExecution[];
  /** Event types intercepted on behalf of nobody. */
  readonly interceptors: readonly string[];
  /** Events that somebody waits for with `pushAndWait`. */
  readonly awaited: readonly string[];
}
