// One activation of a service, from start to stop: its context (what its code sees of itself), its instance, and what it owns.

import { CancelledError, type Clock, type ScheduledCall, type Task } from '@ichor/coroutines';
import type { EventHandler, EventType, EventView, Interceptor, Priority, Work } from '../contract/event-type.ts';
import type { Queue, Routine } from '../contract/queue.ts';
import type {
  DependencyTracker,
  HandlerOptions,
  Ownable,
  RegisterOptions,
  ServiceClass,
  ServiceContext,
  ServiceHandle,
  ServiceState,
} from '../contract/service.ts';
import type { ServiceIdentifier } from '../contract/token.ts';
import { coreError } from '../errors/catalogue.ts';
import { checkFunction, checkKeys, checkStopOptions, invalidOption, shown } from '../errors/checks.ts';
import { checkEventType, priorityNumber } from '../events/define-event.ts';
import type { Deferred } from '../events/deferred.ts';
import type { Execution } from '../events/execution.ts';
import type { HandlerOwner } from '../events/handler-table.ts';
import { interceptedType } from '../events/interceptor-table.ts';
import { StopService } from '../events/internal-events.ts';
import { QueueFacade } from '../events/queue-facade.ts';
import type { ActivationState } from './activation-state.ts';
import type { Kernel } from './kernel.ts';
import { checkOwnable, OwnedResources, undo } from './owned-resources.ts';
import { startOwnedTask } from './owned-task.ts';
import type { ServiceRecord, Slot } from './service-record.ts';

export class Activation implements ActivationState, ServiceContext, HandlerOwner {
  readonly record: ServiceRecord;
  readonly kernel: Kernel;
  instance: object | undefined;
  isAnnounced = false;
  isRevoked = false;
  makesViews: boolean | undefined;
  isEnding = false;
  isGraceOver = false;
  whenIdle: (() => void) | undefined;
  stopTimer: ScheduledCall | undefined;
  optionalWaits: Map<object, Deferred<unknown>> | undefined;
  liveArrays: Map<object, unknown[]> | undefined;
  running: Set<Execution> | undefined;
  #owned: OwnedResources | undefined;
  #abort: AbortController | undefined;
  #abortReason: string | undefined;
  #queue: Queue | undefined;

  constructor(record: ServiceRecord, kernel: Kernel) {
    this.record = record;
    this.kernel = kernel;
  }

  get executions(): Set<Execution> {
    return (this.running ??= new Set());
  }

  get executionCount(): number {
    return this.running?.size ?? 0;
  }

  get id(): number {
    return this.record.id;
  }

  get uuid(): string {
    return this.record.uuid;
  }

  get name(): string {
    return this.record.name;
  }

  get state(): ServiceState {
    return this.record.state;
  }

  get properties(): Record<string, unknown> {
    return this.record.ownProperties();
  }

  get options(): unknown {
    return this.record.options;
  }

  get priority(): number {
    return this.record.priority;
  }

  set priority(priority: number) {
    this.assertLive();
    this.record.priority = priorityNumber(priority, this.record.priority);
  }

  get clock(): Clock {
    return this.kernel.clock;
  }

  get receivesEvents(): boolean {
    const { state, replaces } = this.record;
    // One that replaces another service handles events from the moment it takes over: each event is handled by one of the two.
    return (state === 'active' || state === 'injecting') && replaces === undefined;
  }

  get queue(): Queue {
    return (this.#queue ??= new QueueFacade(this.kernel.queueParts, this));
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#abortReason !== undefined) this.#abort.abort(new CancelledError(this.#abortReason, this.name));
    }
    return this.#abort.signal;
  }

  on<P>(type: EventType<P>, handler: EventHandler<P>, options?: HandlerOptions): Disposable {
    this.assertLive();
    checkEventType(type);
    if (typeof handler !== 'function')
      throw coreError(
        'ICHOR_EVENT_INVALID',
        `${this.name}: on(${type.name}) takes a function; received ${shown(handler)}.`,
      );
    if (options !== undefined) checkHandlerOptions(options);
    return this.#ownDisposable(
      this.kernel.events.handlers.add(type.id, handler as EventHandler<unknown>, this, options?.from ?? 0),
    );
  }

  intercept<P>(type: EventType<P> | 'all', interceptor: Interceptor<P>): Disposable {
    this.assertLive();
    return this.#ownDisposable(
      this.kernel.events.interceptors.add(interceptedType(type, interceptor), interceptor, this.id),
    );
  }

  track(token: ServiceIdentifier, tracker: DependencyTracker): Disposable {
    this.assertLive();
    return this.#ownDisposable(this.kernel.trackers.add(token, tracker, this));
  }

  run<T>(routine: Routine<T>, options: { readonly name?: string; readonly priority?: Priority } = {}): Task<T> {
    this.assertLive();
    return startOwnedTask(this.kernel.events, this, routine, options, (error, name) => {
      this.kernel.failed(this.record, error, `task ${name}`);
    });
  }

  own<T extends Ownable>(resource: T): T {
    this.assertLive();
    checkOwnable(resource);
    (this.#owned ??= new OwnedResources()).add(resource);
    return resource;
  }

  disown(resource: Ownable): boolean {
    return this.#owned?.delete(resource) ?? false;
  }

  register(serviceClass: ServiceClass, registration?: RegisterOptions): ServiceHandle {
    this.assertLive();
    return this.kernel.register(serviceClass, registration, this);
  }

  execute(run: () => unknown, work?: Pick<Work, 'returned' | 'threw'>): void {
    this.assertLive();
    checkFunction('execute()', run);
    this.kernel.events.execute(this, run, work);
  }

  fail(error: unknown, during: string): void {
    this.kernel.failed(this.record, error, during);
  }

  stop(options: { readonly remove?: boolean } = {}): void {
    this.assertLive();
    checkStopOptions(options);
    this.kernel.events.push(
      StopService.id,
      this.id,
      Math.min(100, this.priority),
      { serviceId: this.id, removeAfter: options.remove === true },
      Number.POSITIVE_INFINITY,
    );
  }

  failed(error: unknown, event: EventView | undefined): void {
    this.kernel.failed(
      this.record,
      error,
      event === undefined ? 'its own code' : `handling ${event.type.name} (event ${event.id})`,
    );
  }

  executionEnded(): void {
    if (this.executionCount > 0) return;
    if (this.whenIdle !== undefined) this.whenIdle();
    else this.kernel.settled(this.record);
  }

  /** Aborts the signal. Nothing is made while nobody has looked at it. */
  abort(reason: string): void {
    if (this.#abortReason !== undefined) return;
    this.#abortReason = reason;
    this.#abort?.abort(new CancelledError(reason, this.name));
    if (this.optionalWaits !== undefined)
      for (const wait of this.optionalWaits.values()) wait.reject(new CancelledError(reason, this.name));
  }

  /** A wait for an optional provider; it fails when the service begins to stop, because none will come then. */
  addWait(slot: Slot, wait: Deferred<unknown>): void {
    (this.optionalWaits ??= new Map()).set(slot, wait);
    if (this.#abortReason !== undefined) wait.reject(new CancelledError(this.#abortReason, this.name));
  }

  /** Takes what is owned, last first, to be undone by the caller. */
  takeOwned(): Ownable[] {
    return this.#owned?.takeAll() ?? none;
  }

  /** From now on every call on the context throws. */
  revoke(): void {
    this.isRevoked = true;
  }

  #ownDisposable(resource: Disposable): Disposable {
    const owned = new OwnedRegistration(this, resource);
    (this.#owned ??= new OwnedResources()).add(owned);
    return owned;
  }

  /** @throws ICHOR_SERVICE_STOPPED */
  assertLive(): void {
    if (this.isRevoked) throw this.#stoppedError();
  }

  #stoppedError(): Error {
    return coreError(
      'ICHOR_SERVICE_STOPPED',
      `${this.name} (${this.id}) used its context after it had stopped. Stop what goes on in the background in stop(), or run it with self.run().`,
      { details: { service: this.name, serviceId: this.id } },
    );
  }
}

const none: Ownable[] = [];

const knownOfHandler: ReadonlySet<string> = new Set(['from']);

function checkHandlerOptions(options: HandlerOptions): void {
  checkKeys('on()', options, knownOfHandler);
  const { from } = options;
  if (from !== undefined && !Number.isSafeInteger(from)) throw invalidOption('from', from, 'ids of services');
}

/** A registration that may be undone by hand before its service stops. */
class OwnedRegistration implements Disposable {
  readonly #activation: Activation;
  readonly #resource: Disposable;

  constructor(activation: Activation, resource: Disposable) {
    this.#activation = activation;
    this.#resource = resource;
  }

  [Symbol.dispose](): void {
    this.#activation.disown(this);
    undo(this.#resource);
  }
}
