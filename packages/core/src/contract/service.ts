// What a running service sees of itself and of the others: its context, the read-only face of a service, and properties.

import type { Clock, Task } from '@ichor/coroutines';
import type { EventHandler, EventType, Handled, Interceptor, Priority, Work } from './event-type.ts';
import type { Queue, Routine } from './queue.ts';
import type { StandardSchema } from './standard-schema.ts';
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
  /** Copied, unless they are an instance of a class: that may go on to change, and is shown as it is. */
  readonly properties?: Properties;
  /** Default 1000. */
  readonly priority?: Priority;
  /** Tokens offered, beside the class itself and its `static provides`. */
  readonly provides?: readonly ServiceIdentifier[];
  /** Name for logs and `explain()`. Default: the name of the class. */
  readonly name?: string;
  /** Who may receive it. Default: everybody. `{ consumer: id }` is indexed, so it costs nothing per other service. */
  readonly filter?: ServiceFilter;
  /** What happens when its code fails and nobody waits for the result. Default: the manager's `onFailure`. */
  readonly onFailure?: FailurePolicy;
  /** Starts it again, with growing delays, after its start or its code failed. Default: not. */
  readonly restart?: RestartPolicy;
  /** How long its own coroutines may go on when it stops, in milliseconds. Default: the manager's `stopGraceMs`. */
  readonly stopGraceMs?: number;
}

/**
 * What a failure does that has no recipient: stop the service (as if it had left), end the program, or only log it.
 * A function decides case by case.
 */
export type FailurePolicy =
  | 'failService'
  | 'quit'
  | 'log'
  | ((error: unknown, failure: FailureInfo) => 'failService' | 'quit' | 'log');

/** Where a failure happened. */
export interface FailureInfo {
  /** The service whose code failed; undefined for code that belongs to no service. */
  readonly service: ServiceInfo | undefined;
  /** Such as `start()` or `handling Dispatch (event 12)`. */
  readonly during: string;
}

/** When and how often a failed service is started again. */
export interface RestartPolicy {
  /** Attempts in a row before giving up. Default: 5. `Infinity` is allowed. */
  readonly attempts?: number;
  /** Delay before the first attempt, in milliseconds. Default: 100. */
  readonly delayMs?: number;
  /** The delay grows by this factor each time. Default: 2. */
  readonly factor?: number;
  /** Longest delay in milliseconds. Default: 30000. */
  readonly maxDelayMs?: number;
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
  /** Asks that it stop; `remove` also takes it out of the manager. Does nothing when it is gone. */
  stop(options?: { readonly remove?: boolean }): void;
}

/**
 * A class that can be registered: constructed with the dependencies it declares and its own {@link ServiceContext},
 * or with what inversify's decorators ask for. See `required`, `optional`, `many`.
 */
export type ServiceClass = (abstract new (...parameters: never[]) => object) & {
  /** Tokens that its instances offer. */
  readonly provides?: readonly ServiceIdentifier[];
  /** Validates and completes the `options` of a registration. */
  readonly options?: StandardSchema;
  /** Validates and completes the `properties` of a registration. */
  readonly properties?: StandardSchema;
};

/** The options a class takes: what its schema accepts, or what its context is declared with. */
export type OptionsOf<Class> = Class extends { readonly options: StandardSchema<infer Input, unknown> }
  ? Input
  : Class extends abstract new (dependencies: never, self: ServiceContext<infer Options>) => object
    ? Options
    : unknown;

/**
 * A service's own view of itself, for one activation: made when it starts, revoked when it has stopped.
 * Everything registered through it belongs to the service and is undone, in reverse order, when it stops.
 * After that every call throws ICHOR_SERVICE_STOPPED.
 */
export interface ServiceContext<Options = unknown> extends ServiceInfo {
  /** Its labels. It may change them while it runs: others see that, and later requests are matched by it. */
  readonly properties: Record<string, unknown>;
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
  /** Undoes `resource` when the service stops: disposes it, or calls it. Returns it. */
  own<T extends Ownable>(resource: T): T;
  /** Takes a resource back from `own`, without undoing it. False when it was not owned. O(1). */
  disown(resource: Ownable): boolean;
  /** Registers a child: it is stopped and removed when this service stops. */
  register<Class extends ServiceClass>(
    serviceClass: Class,
    registration?: RegisterOptions<OptionsOf<Class>>,
  ): ServiceHandle;
  /** Follows what user code returns (a value, a promise, a coroutine) on behalf of this service. See `Work`. */
  execute(run: () => unknown, work?: Pick<Work, 'returned' | 'threw'>): void;
  /** Reports a failure that nobody waits for to this service's failure policy. */
  fail(error: unknown, during: string): void;
  /** Asks that this service stop; `remove` also takes it out of the manager. */
  stop(options?: { readonly remove?: boolean }): void;
}

/** Require this in a constructor-injected class to get the service's own context. */
export const ServiceContext = token<ServiceContext>('ServiceContext');
