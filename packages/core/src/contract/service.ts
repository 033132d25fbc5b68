// What a running service sees of itself and of the others: its context, the read-only face of a service, and properties.

import type { Clock, Task } from '@ichor/coroutines';
import type { EventHandler, EventType, Handled, Interceptor, Priority } from './event-type.ts';
import type { Queue, Routine } from './queue.ts';
import { token, type ServiceIdentifier } from './token.ts';

/**
 * Lifecycle states, in the order in which a service passes them:
 * installed → starting → injecting → active → uninjecting → stopping → installed …, and uninstalled once removed.
 */
export type ServiceState =
  | 'installed'
  | 'starting'
  | 'injecting'
  | 'active'
  | 'uninjecting'
  | 'stopping'
  | 'uninstalled';

/** Small labels on a service or a request, matched by filters, names and tags. */
export type Properties = Readonly<Record<string, unknown>>;

/** A service as others see it. */
export interface ServiceInfo {
  /** Process-wide, from 1, never reused. */
  readonly id: number;
  /** Globally unique (UUID v4). */
  readonly uuid: string;
  readonly name: string;
  readonly state: ServiceState;
  readonly priority: number;
  readonly properties: Properties;
}

/** Something that is undone when its owner stops. */
export type Ownable = Disposable | AsyncDisposable | (() => unknown);

/** How a handler is registered. */
export interface HandlerOptions {
  /** Only events pushed by this service (id). */
  readonly from?: number;
}

/** A request for a token, as dependency trackers see it. */
export interface DependencyRequest {
  readonly requester: ServiceInfo;
  readonly token: ServiceIdentifier;
  readonly required: boolean;
  readonly multiple: boolean;
  /** Properties given with the dependency by the requester. */
  readonly properties: Properties | undefined;
  /** min(priority of the requester, 100). */
  readonly priority: number;
}

/** Called for each service that asks for a token, and when such a service is removed. */
export interface DependencyTracker {
  /** Once for every existing request when tracking begins, then for each new one. */
  requested(request: DependencyRequest): Handled;
  /** The requester was removed (never: merely stopped). */
  released?(request: DependencyRequest): Handled;
}

/** How a service is registered. */
export interface RegisterOptions<Options = unknown> {
  /** Options of the class, validated by its `static options` schema where it has one. */
  readonly options?: Options;
  readonly properties?: Properties;
  /** Default 1000. */
  readonly priority?: Priority;
  /** Tokens offered, beside the class itself and its `static provides`. */
  readonly provides?: readonly ServiceIdentifier[];
  /** Name for logs and `explain()`. Default: the name of the class. */
  readonly name?: string;
  /** Who may receive it. Default: everybody. `{ consumer: id }` is indexed, so it costs nothing per other service. */
  readonly filter?: ServiceFilter;
}

/** Limits who receives a provider. */
export type ServiceFilter =
  | { readonly consumer: number }
  | { matches(consumer: ServiceInfo, requests: readonly DependencyRequest[]): boolean; describe(): string };

/** A registered service in the hands of whoever registered it. */
export interface ServiceHandle {
  readonly id: number;
  readonly name: string;
  readonly state: ServiceState;
}

/** A class that can be registered, as far as the type system needs to know it. */
export type ServiceClass<Options = never> = (abstract new (...parameters: never[]) => object) & {
  readonly provides?: readonly ServiceIdentifier[];
  readonly options?: unknown;
  readonly optionsType?: Options;
};

/**
 * A service's own view of itself, for one activation: made when it starts, revoked when it has stopped.
 * Everything registered through it belongs to the service and is undone, in reverse order, when it stops.
 * After that every call throws ICHOR_SERVICE_STOPPED.
 */
export interface ServiceContext<Options = unknown> extends ServiceInfo {
  priority: number;
  readonly options: Options;
  readonly clock: Clock;
  readonly queue: Queue;
  /** Aborts when the service begins to stop. Made on first read. */
  readonly signal: AbortSignal;
  /** Handles events of a type while the service is active or injecting. */
  on<P>(type: EventType<P>, handler: EventHandler<P>, options?: HandlerOptions): Disposable;
  /** Intercepts events of one type, or all. */
  intercept<P>(type: EventType<P> | 'all', interceptor: Interceptor<P>): Disposable;
  /** Learns who asks for `token`, to make providers on request. */
  track(token: ServiceIdentifier, tracker: DependencyTracker): Disposable;
  /** Starts a coroutine or async function that belongs to this service: stop waits for it, then cancels it. */
  run<T>(routine: Routine<T>, options?: { readonly name?: string; readonly priority?: Priority }): Task<T>;
  /** Undoes `resource` when the service stops. Returns it. */
  own<T extends Ownable>(resource: T): T;
  /** Registers a child: it is stopped and removed when this service stops. */
  register<Options>(serviceClass: ServiceClass<Options>, options?: RegisterOptions<NoInfer<Options>>): ServiceHandle;
  /** Asks that this service stop; `remove` also takes it out of the manager. */
  stop(options?: { readonly remove?: boolean }): void;
}

/** Require this in a constructor-injected class to get the service's own context. */
export const ServiceContext = token<ServiceContext>('ServiceContext');
