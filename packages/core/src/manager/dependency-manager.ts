// The DependencyManager: the door to everything. It wires the parts of one manager together and holds its public methods;
// what they do is in lifecycle/, events/, queue/, and beside this file.

import {
  systemClock,
  type Awaitable,
  type Clock,
  type CoroutineInfo,
  type Resumable,
  type Scheduler,
  type Task,
} from '@ichor/coroutines';
import { enterScheduler } from '@ichor/coroutines/spi';
import type { CommunicationChannel } from '../channel/communication-channel.ts';
import type { EventObserver, ObserveOptions } from '../contract/event-observer.ts';
import type { Interceptor, EventType } from '../contract/event-type.ts';
import { FrameworkLogger, type Logger } from '../contract/logger.ts';
import { Queue, type Routine } from '../contract/queue.ts';
import type { OptionsOf, RegisterOptions, ServiceClass, ServiceHandle, ServiceContext } from '../contract/service.ts';
import { forConsumer, type Consumer } from '../contract/consumer.ts';
import { identifierName } from '../contract/token.ts';
import { coreError } from '../errors/catalogue.ts';
import { EventSystem } from '../events/event-system.ts';
import type { ExecutionOwner } from '../events/execution.ts';
import * as internal from '../events/internal-events.ts';
import { QueueFacade, type QueueParts } from '../events/queue-facade.ts';
import { explain, type Explanation } from '../diagnostics/explain.ts';
import { inspect, type InspectOptions } from '../diagnostics/inspect.ts';
import type { Inspection } from '../diagnostics/inspection.ts';
import { Activation } from '../lifecycle/activation.ts';
import type { Kernel } from '../lifecycle/kernel.ts';
import { Lifecycle } from '../lifecycle/lifecycle.ts';
import { startOwnedTask } from '../lifecycle/owned-task.ts';
import { ServiceRecord } from '../lifecycle/service-record.ts';
import { Trackers } from '../lifecycle/trackers.ts';
import type { EventJournal } from '../journal/event-journal.ts';
import { explainEvent, type EventExplanation } from '../journal/explain-event.ts';
import { nodeLoopHost } from '../node/node-loop-host.ts';
import type { LoopHost } from '../queue/loop-host.ts';
import { PriorityQueue } from '../queue/priority-queue.ts';
import type { QueueMetrics } from '../queue/queue-limit.ts';
import { RunLoop, type StepResult } from '../queue/run-loop.ts';
import { internalDefinition } from '../services/internal-definition.ts';
import { ChildRegistration } from './child-registration.ts';
import { contextCarrier } from './context-carrier.ts';
import { combined, Failures } from './failures.ts';
import { FrameworkLog } from './framework-log.ts';
import { Lookups } from './lookups.ts';
import { checkManagerOptions, type ManagerOptions } from './options.ts';
import { keepJournal, limitQueue, queueMetrics } from './observation.ts';
import { recordOf } from './registration.ts';
import {
  checkReplaceOptions,
  inheritedRegistration,
  mapped,
  Replacements,
  type ReplaceOptions,
} from './replacements.ts';
import { Shutdown } from './shutdown.ts';
import { SignalWatch } from './signal-watch.ts';
import { StartupWatch } from './startup-watch.ts';
import { Watchers } from './watchers.ts';

let lastManagerId = -1;

/** How `run()` runs. */
export interface RunOptions {
  /** Signals that begin an orderly quit; a second one, more than a second later, forces it. Default: none. */
  readonly signals?: readonly string[];
}

/** Require `DependencyManager` to get the manager that a service belongs to. */
export class DependencyManager {
  /** Process-wide, from 0. */
  readonly id: number;
  readonly name: string;
  readonly clock: Clock;
  /** The queue, for code that belongs to no service. */
  readonly queue: Queue;
  /** Questions about the services. */
  readonly services: Lookups;
  /** The last events, when the option `journal` asked for them. */
  readonly journal: EventJournal | undefined;
  /** The channel it takes part in. Set by `CommunicationChannel.addManager`. */
  channel: CommunicationChannel | undefined;
  readonly #options: ManagerOptions;
  readonly #host: LoopHost;
  readonly #events: EventSystem;
  readonly #loop: RunLoop;
  readonly #kernel: Kernel;
  readonly #lifecycle: Lifecycle;
  readonly #log: FrameworkLog;
  readonly #failures: Failures;
  readonly #shutdown: Shutdown;
  readonly #startup: StartupWatch;
  readonly #watchers = new Watchers();
  readonly #replacements: Replacements;
  readonly #errors: unknown[] = [];
  /** What handles call; made once, because services are many. */
  readonly #stopOf = (record: ServiceRecord, remove: boolean): void => {
    this.#requestStop(record, remove);
  };
  /** Started up and not quitting. */
  #isSteady = false;
  #phase: 'new' | 'running' | 'ended' = 'new';
  #end: { resolve(): void; reject(error: unknown): void } | undefined;
  #ended: Promise<void> | undefined;
  readonly #resources = new Set<Disposable>();

  /** @throws ICHOR_OPTION_INVALID naming the option, the value received, and what is allowed. */
  constructor(options: ManagerOptions = {}) {
    checkManagerOptions(options);
    this.#options = options;
    this.id = ++lastManagerId;
    this.name = options.name ?? `manager ${this.id}`;
    const clock = (this.clock = options.clock ?? systemClock);
    const host = (this.#host = options.host ?? nodeLoopHost);
    const context = options.context === undefined ? undefined : contextCarrier(options.context);
    const scheduler: Scheduler = {
      clock,
      schedule: (resumable: Resumable, priority: number) => {
        this.#events.push(internal.Continue.id, 0, priority, resumable, Number.POSITIVE_INFINITY);
      },
      unhandled: (error: unknown, coroutine: CoroutineInfo) => {
        this.#failures.report(undefined, error, `coroutine ${coroutine.name}`);
      },
      ...(context === undefined
        ? {}
        : {
            captureContext: context.capture,
            runInContext: (captured: unknown, resumable: Resumable) => {
              context.run(captured, () => {
                resumable.run();
              });
            },
          }),
    };
    const root: ExecutionOwner = {
      id: 0,
      isRevoked: false,
      priority: 1000,
      executions: new Set(),
      failed: (error, event) => {
        this.#failures.report(
          undefined,
          error,
          event === undefined ? 'its own code' : `handling ${event.type.name} (event ${event.id})`,
        );
      },
      executionEnded: () => {
        // The end of the last one may be what quitting waits for.
        this.#loop.schedule();
      },
    };
    const lifecycleOf = (): Lifecycle => this.#lifecycle;
    this.#events = new EventSystem({
      queue: options.queue ?? new PriorityQueue({ recordTimes: options.recordTimes === true }),
      clock,
      scheduler,
      ownerOf: (origin) => {
        if (origin === 0) return root;
        return lifecycleOf().table.get(origin)?.activation;
      },
      schedule: () => {
        this.#loop.schedule();
      },
      recordTimes: options.recordTimes === true,
      observerFailed: (error) => {
        this.#log.error('An event observer failed and was taken out.', { error });
      },
      ...(context === undefined ? {} : { context }),
    });
    let previous: Scheduler | undefined;
    this.#loop = new RunLoop({
      clock,
      host,
      sliceMs: options.sliceMs ?? 5,
      checkpointAlways: options.checkpoint === 'every-event',
      processNext: () => this.#processNext(),
      entered: () => {
        previous = enterScheduler(scheduler);
      },
      left: () => {
        enterScheduler(previous);
      },
    });
    const queueParts: QueueParts = {
      events: this.#events,
      loop: this.#loop,
      clock,
      isClosed: false,
      closedBecause: () => this.#quitError(),
    };
    this.#log = new FrameworkLog(host);
    const defaultStopGraceMs = options.stopGraceMs ?? 1000;
    const kernel: Kernel = (this.#kernel = {
      clock,
      events: this.#events,
      scheduler,
      queueParts,
      root,
      trackers: new Trackers(this.#events),
      logger: this.#log,
      defaultStopGraceMs,
      stopGraceMsOf: (record) => record.registration.stopGraceMs ?? defaultStopGraceMs,
      stopTimeoutMs: options.stopTimeoutMs ?? 10_000,
      cleanupMs: options.cleanupMs ?? 1000,
      register: (serviceClass, registration, parent) => this.#register(serviceClass, registration, parent),
      failed: (record, error, during) => {
        this.#failures.report(record, error, during);
      },
      stopFailed: (record, error, during) => {
        this.#log.error(`${record.name} (${record.id}) failed in ${during} while it stopped.`, { error });
        if (this.#lifecycle.population.isEnding) this.#errors.push(error);
      },
      settled: (record) => {
        this.#lifecycle.settled(record);
      },
      stopping: (record) => {
        this.#log.drop(record);
      },
    });
    this.#lifecycle = new Lifecycle(kernel, {
      progressed: (record) => {
        this.#progressed(record);
      },
      arrived: (record) => {
        this.#replacements.arrived(record);
      },
      startFailed: (record, error, during) => {
        if (!this.#replacements.startFailed(record, error, during)) this.#failures.startFailed(record, error, during);
        if (record.isWatched) this.#watchers.startFailed(record, error);
      },
    });
    this.#replacements = new Replacements({
      kernel,
      lifecycle: this.#lifecycle,
      requestStop: (record, remove) => {
        this.#requestStop(record, remove);
      },
    });
    this.#failures = new Failures({
      kernel,
      policy: options.onFailure ?? 'failService',
      isFailFast: (record) => options.failFast !== false && record.isInitial && !this.#startup.isSettled,
      hasWork: () =>
        this.#lifecycle.population.up > 0 ||
        this.#failures.pendingRestarts > 0 ||
        this.#kernel.root.executions.size > 0 ||
        this.#lifecycle.isStartQueued(),
      quitWith: (error) => {
        this.#quitWith(error);
      },
    });
    this.#shutdown = new Shutdown({
      kernel,
      lifecycle: this.#lifecycle,
      root,
      quitTimeoutMs: options.quitTimeoutMs ?? 5000,
      finished: () => {
        this.#finish();
      },
      failed: (error) => {
        this.#log.error(String((error as Error).message));
        this.#lifecycle.population.isEnding = true;
        this.#errors.push(error);
      },
    });
    this.#startup = new StartupWatch({
      clock,
      reportMs: options.startupReportMs ?? 10_000,
      progress: () => this.#lifecycle.population.progress,
      isSettled: () =>
        this.#lifecycle.population.starting === 0 &&
        !((this.#events.queue.nextPriority ?? Number.POSITIVE_INFINITY) <= 100),
      report: () => {
        const text = explain(this.#lifecycle)
          .map((explanation) => explanation.text)
          .join('\n');
        if (text !== '') this.#log.warn(`Start-up has made no progress. Not active:\n${text}`);
      },
    });
    this.#events.internal[internal.Quit.id] = () => {
      this.#isSteady = false;
      this.#failures.close();
      this.#startup.close();
      this.#replacements.close(this.#quitError());
      this.#watchers.quitting(coreError('ICHOR_MANAGER_QUIT', `${this.name} is quitting.`));
      this.#shutdown.begin();
    };
    this.queue = new QueueFacade(queueParts, undefined);
    this.services = new Lookups(kernel, this.#lifecycle);
    this.journal = keepJournal(this.#events, options.journal);
    limitQueue(this.#events, clock, options.queueLimit, (error, during) => {
      this.#log.error(`${during} failed.`, { error });
    });
    this.#addInternalServices();
  }

  /** It processes events: `run()` was called and has not ended. */
  get isRunning(): boolean {
    return this.#phase === 'running';
  }

  /** Quit was asked for. */
  get isQuitting(): boolean {
    return this.#shutdown.isBegun;
  }

  /** The platform under the loop, for services that need to know it. */
  get host(): LoopHost {
    return this.#host;
  }

  /**
   * Registers a service. It starts by itself once everything it requires is online.
   * Before `run()` nothing starts; afterwards services may come at any time.
   *
   * @returns a handle: keep its `id` rather than the handle where the service may be gone later.
   * @throws ICHOR_DEPENDENCY_INVALID when its declaration cannot be understood, ICHOR_OPTION_INVALID for wrong options.
   */
  register<Class extends ServiceClass>(
    serviceClass: Class,
    registration?: RegisterOptions<OptionsOf<Class>>,
  ): ServiceHandle {
    return this.#register(serviceClass, registration, undefined);
  }

  /** Runs a function that registers things: for grouping registrations in modules. Returns what it returns. */
  use<T>(install: (manager: this) => T): T {
    return install(this);
  }

  /**
   * Runs until it has quit. Resolves after an orderly end; rejects with what failed (an AggregateError when several did).
   *
   * @throws ICHOR_MANAGER_RUNNING when it runs or has run already.
   */
  run(options: RunOptions = {}): Promise<void> {
    if (this.#phase !== 'new')
      throw coreError(
        'ICHOR_MANAGER_RUNNING',
        `${this.name} ${this.#phase === 'running' ? 'runs already' : 'has run'}; a manager runs once. Make a new one.`,
      );
    this.#phase = 'running';
    this.#ended = new Promise((resolve, reject) => {
      this.#end = { resolve, reject };
    });
    this.#resources.add(this.#host.keepAlive());
    if (options.signals !== undefined)
      this.#resources.add(
        new SignalWatch(this.#host, this.clock, options.signals, {
          quit: () => {
            this.#pushQuit();
          },
          force: () => {
            this.#forceQuit('A second signal came while it was quitting');
          },
        }),
      );
    this.#startup.begin();
    this.#loop.open();
    return this.#ended;
  }

  /** Asks for an orderly end. Resolves when it has ended, without repeating the failures that `run()` rejects with. */
  quit(): Promise<void> {
    if (this.#phase === 'new') this.#finish();
    else if (this.#phase === 'running') this.#pushQuit();
    const ended = (this.#ended ?? Promise.resolve()).catch(() => undefined);
    // `() => manager.quit()` as a handler must not wait for the end, which waits for the handler.
    this.#events.endsWithManager.add(ended);
    return ended;
  }

  /** Resolves when start-up has settled: nothing is starting and nothing that could start is queued. Rejects when it quits before. */
  started(): Promise<void> {
    return this.#startup.settled();
  }

  /** Starts a stopped service; settles when it is active, or its start failed. @throws ICHOR_SERVICE_UNKNOWN */
  startService(id: number): Awaitable<void> {
    const record = this.#recordOf(id);
    const active = this.#watchers.active(record);
    this.#events.push(
      internal.StartService.id,
      0,
      Math.min(100, record.priority),
      { serviceId: id },
      Number.POSITIVE_INFINITY,
    );
    return active;
  }

  /** Stops a service after its consumers; settles when it has stopped, and is removed if asked for. @throws ICHOR_SERVICE_UNKNOWN */
  stopService(id: number, options: { readonly remove?: boolean } = {}): Awaitable<void> {
    const record = this.#recordOf(id);
    const down = this.#watchers.down(record, options.remove === true);
    this.#requestStop(record, options.remove === true);
    return down;
  }

  /** Stops a service if it runs, and takes it out of the manager. @throws ICHOR_SERVICE_UNKNOWN */
  removeService(id: number): Awaitable<void> {
    return this.stopService(id, { remove: true });
  }

  /**
   * Replaces a service while the program runs. The new one is registered with the registration of the old one, overridden by
   * `registration`, offers everything the old one offered, and starts while the old one still runs. Once it is active it takes
   * over in one step: collections (`many`) and optional dependencies have the new one before they lose the old one; consumers that
   * require the old one stop, receive the new one, and start again. Then the old one stops and is removed.
   *
   * Nothing is lost in between. The handlers of the two services take turns: the old one's are called for events before the step,
   * the new one's for events after it. Events that restarting consumers handle wait in the queue (for `holdMs` at most) and are
   * then delivered in their old order. Work that belongs to an instance which stops (`post`, timers, requests) goes with it.
   *
   * Settles when the old one is gone and the consumers run again. If the new service cannot start, the old one stays and this
   * fails with ICHOR_REPLACE_FAILED and the cause. Do not await it in a service that requires the old one: that service has to stop.
   *
   * @throws ICHOR_SERVICE_UNKNOWN, ICHOR_OPTION_INVALID, ICHOR_DEPENDENCY_INVALID, ICHOR_REPLACE_FAILED, ICHOR_MANAGER_QUIT
   */
  replace<Class extends ServiceClass>(
    id: number,
    serviceClass: Class,
    registration?: RegisterOptions<OptionsOf<Class>>,
    options: ReplaceOptions = {},
  ): Awaitable<ServiceHandle> {
    checkReplaceOptions(options);
    const old = this.#recordOf(id);
    if (this.#phase === 'ended' || this.#shutdown.isBegun) throw this.#quitError();
    if (old.isInternal || this.#replacements.isReplaced(old))
      throw coreError(
        'ICHOR_REPLACE_FAILED',
        `${old.name} (${id}) cannot be replaced: ${old.isInternal ? 'it is part of the manager' : 'it is being replaced already'}.`,
      );
    const merged = inheritedRegistration(old, registration);
    // A wrong class or registration is refused before anything has happened to the old one.
    recordOf(serviceClass, merged, this.#options.container);
    const register = (): ServiceHandle => this.#register(serviceClass, merged, old.childOf?.parent);
    if (this.#phase === 'new') {
      this.#requestStop(old, true);
      const handle = register();
      return mapped(this.#watchers.active(this.#recordOf(handle.id)), handle);
    }
    this.#isSteady = false;
    return this.#replacements.begin(old, register, options);
  }

  /** Waits until a service is active. Fails when its start fails, when it is removed, or when the manager quits. */
  whenActive(id: number): Awaitable<void> {
    return this.#watchers.active(this.#recordOf(id));
  }

  /** Waits until a service does not run. */
  whenStopped(id: number): Awaitable<void> {
    return this.#watchers.down(this.#recordOf(id), false);
  }

  /**
   * The queue for pushes that name a service as their origin which need not belong to this manager, such as events that came
   * from another one. What it posts runs only while a service of this manager with that id does (EV-60, EV-123).
   */
  queueOf(origin: number): Queue {
    return origin === 0
      ? this.queue
      : new QueueFacade(this.#kernel.queueParts, {
          id: origin,
          isRevoked: false,
          assertLive: () => undefined,
        });
  }

  /** Calls back when the manager has ended, after its services are gone. Disposing takes it back. @throws ICHOR_MANAGER_QUIT */
  atEnd(callback: () => void): Disposable {
    if (this.#phase === 'ended') throw this.#quitError();
    const resource = { [Symbol.dispose]: callback };
    this.#resources.add(resource);
    return {
      [Symbol.dispose]: () => {
        this.#resources.delete(resource);
      },
    };
  }

  /** Intercepts events of one type, or all, on behalf of nobody: until disposed. */
  intercept<P>(type: EventType<P> | 'all', interceptor: Interceptor<P>): Disposable {
    return this.#events.interceptors.add(type === 'all' ? 0 : type.id, interceptor, 0);
  }

  /**
   * Shows every event with its times to an observer, until disposed: for statistics and tools. See `EventStatisticsService`.
   * While nobody observes nothing is paid.
   */
  observe(observer: EventObserver, options?: ObserveOptions): Disposable {
    return this.#events.observe(observer, options);
  }

  /** The queue in numbers: depth per priority, age of the oldest event (where push times are recorded), refused pushes. */
  queueMetrics(): QueueMetrics {
    return queueMetrics(this.#events, this.clock);
  }

  /** What became of an event, what led to it, and what it led to, from the `journal`. O(entries of the journal). */
  explainEvent(id: number): EventExplanation {
    return explainEvent(this.journal, id, {
      pushed: this.#events.pushed,
      serviceLabel: (serviceId) => {
        const service = this.services.byId(serviceId);
        return service === undefined ? `service ${serviceId}` : `${service.name} (${serviceId})`;
      },
    });
  }

  /** Starts a coroutine or async function that belongs to no service. Quit gives it `stopGraceMs`, then cancels it. */
  start<T>(routine: Routine<T>, options: { readonly name?: string } = {}): Task<T> {
    if (this.#phase === 'ended') throw this.#quitError();
    if (typeof routine !== 'function')
      throw coreError('ICHOR_OPTION_INVALID', `start() takes a function; received ${typeof routine}.`);
    return startOwnedTask(this.#events, this.#kernel.root, routine, options.name, (error, name) => {
      this.#failures.report(undefined, error, `task ${name}`);
    });
  }

  /**
   * A snapshot of everything, as plain JSON: services with their states, dependencies, consumers, handlers, coroutines and what
   * they wait for, and the queue. Values of properties that look like secrets are redacted. `toMermaid` and `toDot` draw it.
   * Services add facts of their own with `inspectService`. O(all of that).
   */
  inspect(options: InspectOptions = {}): Inspection {
    const { id, name } = this;
    const state = this.#phase === 'running' && this.isQuitting ? 'quitting' : this.#phase;
    return inspect({ id, name, state }, this.queueMetrics(), this.#kernel, this.#lifecycle, options);
  }

  /** For every service that is not active: what it waits for, as a chain. */
  explain(): Explanation[] {
    return explain(this.#lifecycle);
  }

  /** Processes one event, for managers whose platform is stepped by hand. False when there was none. */
  step(): boolean {
    return this.#loop.step();
  }

  /** Quits if it runs, and waits for the end. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.quit();
  }

  /** The manager itself is what its consumers receive; with the queue it is the only service that is always there. */
  #addInternalServices(): void {
    const add = (provides: typeof Queue | typeof DependencyManager, name: string, instance: object): void => {
      const record = new ServiceRecord(internalDefinition(name), [provides], {}, 1000, undefined);
      const activation = new Activation(record, this.#kernel);
      activation.instance = instance;
      this.#lifecycle.introduceInternal(record, activation);
    };
    add(DependencyManager, 'DependencyManager', this);
    add(Queue, 'Queue', { [forConsumer]: (consumer: Consumer) => consumer.context.queue });
  }

  #register(
    serviceClass: ServiceClass,
    registration: RegisterOptions | undefined,
    parent: ServiceContext | undefined,
  ): ServiceHandle {
    if (this.#phase === 'ended') throw this.#quitError();
    const record = recordOf(serviceClass, registration, this.#options.container);
    record.isInitial = this.#phase === 'new';
    if (record.isFrameworkLogger) {
      record.activation = frameworkLogger(record, this.#kernel);
      this.#log.use(record, record.activation.instance as Logger);
    }
    if (this.#options.container !== undefined) this.#warnOfBound(record);
    this.#lifecycle.introduce(record);
    if (this.#log.isEnabled('debug')) this.#log.debug('Registered.', { service: record.name, serviceId: record.id });
    const handle = new Handle(record, this.#stopOf);
    if (parent !== undefined) {
      const child = new ChildRegistration(parent, record, this.#watchers, handle);
      record.childOf = child;
      parent.own(child);
    }
    return handle;
  }

  /** What is bound and provided reaches constructor-injected classes from the container, which is rarely meant (D1). */
  #warnOfBound(record: ServiceRecord): void {
    const { container } = this.#options;
    if (container === undefined) return;
    for (const token of record.provides)
      if (container.isBound(token))
        this.#log.warn(
          `${record.name} (${record.id}) provides ${identifierName(token)}, which the container binds too: ` +
            'constructor-injected classes get what the container supplies. Remove one of the two.',
        );
  }

  /** While starting up and quitting, each event may be the last one of that phase. */
  #processNext(): StepResult {
    const result = this.#events.processNext();
    if (this.#isSteady) return result;
    this.#checkPhase();
    return this.#phase === 'ended' ? 'empty' : result;
  }

  /** Called after each event while starting up, replacing a service, and quitting. */
  #checkPhase(): void {
    if (this.#replacements.count > 0) this.#replacements.check();
    const { population } = this.#lifecycle;
    if (this.#shutdown.isBegun) {
      if (population.up === 0) this.#shutdown.check();
      return;
    }
    if (population.starting === 0) this.#startup.check();
    this.#isSteady = this.#startup.isSettled && this.#replacements.count === 0;
  }

  #progressed(record: ServiceRecord): void {
    if (record.state !== 'active') this.#failures.afterDown(record);
    if (record.isFrameworkLogger) {
      if (record.state === 'active') this.#log.use(record, record.activation?.instance as Logger);
      else this.#log.drop(record);
    }
    if (record.isWatched) this.#watchers.changed(record);
    // Outside of an event nothing else would look whether quitting is complete.
    if (!this.#events.isProcessing) this.#loop.schedule();
  }

  #requestStop(record: ServiceRecord, remove: boolean): void {
    if (record.state === 'uninstalled' || this.#phase === 'ended') return;
    // Whatever stops it first: it is removed then.
    if (remove && !record.isInternal) record.removeAfterStop = true;
    if (record.state === 'installed') {
      record.isHeld = true;
      if (remove) {
        this.#lifecycle.remove(record);
      }
      return;
    }
    this.#events.push(
      internal.StopService.id,
      0,
      Math.min(100, record.priority),
      { serviceId: record.id, removeAfter: remove },
      Number.POSITIVE_INFINITY,
    );
  }

  #recordOf(id: number): ServiceRecord {
    const record = this.#lifecycle.table.get(id);
    if (record === undefined)
      throw coreError(
        'ICHOR_SERVICE_UNKNOWN',
        `${this.name} has no service ${id}. It was removed, or belongs to another manager.`,
      );
    return record;
  }

  #quitWith(error: unknown): void {
    this.#lifecycle.population.isEnding = true;
    if (!this.#errors.includes(error)) this.#errors.push(error);
    this.#pushQuit();
  }

  #pushQuit(): void {
    if (this.#phase === 'ended' || this.#shutdown.isBegun) return;
    this.#events.push(internal.Quit.id, 0, internal.Quit.priority, undefined, Number.POSITIVE_INFINITY);
    this.#shutdown.expect(() => {
      this.#forceQuit();
    });
  }

  /** Begins to quit at once where more urgent events do not let the queue come to it, and stops what does not stop by itself. */
  #forceQuit(because?: string): void {
    if (this.#phase !== 'running') return;
    if (!this.#shutdown.isBegun) this.#events.push(internal.Quit.id, 0, 0, undefined, Number.POSITIVE_INFINITY);
    this.#shutdown.force(because);
  }

  #finish(): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    this.#kernel.queueParts.isClosed = true;
    this.#loop.close();
    const quit = this.#quitError();
    this.#startup.closeWith(quit);
    this.#events.discardAll('quit');
    this.#events.below.close(quit);
    for (const completion of [...this.#events.completions.values()]) completion.result.reject(quit);
    this.#events.completions.clear();
    this.#watchers.close(quit);
    this.#failures.close();
    for (const record of this.#lifecycle.table.values()) if (!record.isInternal) record.state = 'uninstalled';
    this.#lifecycle.table.clear();
    const resources = [...this.#resources].reverse();
    this.#resources.clear();
    for (const resource of resources) resource[Symbol.dispose]();
    if (this.#errors.length === 0) this.#end?.resolve();
    else this.#end?.reject(combined(this.#errors));
  }

  #quitError(): Error {
    return coreError('ICHOR_MANAGER_QUIT', `${this.name} has quit.`);
  }
}

/** Builds a framework logger ahead of its start: it is used from its registration on (LC-45). */
function frameworkLogger(record: ServiceRecord, kernel: Kernel): Activation {
  const activation = new Activation(record, kernel);
  const logger = record.definition.build(activation) as Partial<Logger> | undefined;
  if (typeof logger?.isEnabled !== 'function' || typeof logger.error !== 'function')
    throw coreError(
      'ICHOR_DEPENDENCY_INVALID',
      `${record.name} provides FrameworkLogger, but what it builds is not a Logger, or not at once: ` +
        'it is used before anything starts, so its construction must not wait.',
    );
  activation.instance = logger;
  return activation;
}

class Handle implements ServiceHandle {
  readonly #record: ServiceRecord;
  readonly #requestStop: (record: ServiceRecord, remove: boolean) => void;

  constructor(record: ServiceRecord, requestStop: (record: ServiceRecord, remove: boolean) => void) {
    this.#record = record;
    this.#requestStop = requestStop;
  }

  get id(): number {
    return this.#record.id;
  }

  get name(): string {
    return this.#record.name;
  }

  get state(): ServiceHandle['state'] {
    return this.#record.state;
  }

  stop(options: { readonly remove?: boolean } = {}): void {
    this.#requestStop(this.#record, options.remove === true);
  }
}
