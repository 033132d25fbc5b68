// The DependencyManager: the door to everything, with its public methods. What they do is in manager-core.ts, which wires the
// parts of one manager together, and in those parts.

import type { Awaitable, Clock, Task } from '@ichor/coroutines';
import type { CommunicationChannel } from '../channel/communication-channel.ts';
import type { EventObserver, ObserveOptions } from '../contract/event-observer.ts';
import type { Interceptor, EventType } from '../contract/event-type.ts';
import type { Queue, Routine } from '../contract/queue.ts';
import type { OptionsOf, RegisterOptions, ServiceClass, ServiceHandle } from '../contract/service.ts';
import { checkFunction, checkKeys, invalidOption } from '../errors/checks.ts';
import { interceptedType } from '../events/interceptor-table.ts';
import { QueueFacade } from '../events/queue-facade.ts';
import { explain, type Explanation } from '../diagnostics/explain.ts';
import { inspect, type InspectOptions } from '../diagnostics/inspect.ts';
import type { Inspection } from '../diagnostics/inspection.ts';
import { startOwnedTask, type TaskOptions } from '../lifecycle/owned-task.ts';
import type { EventJournal } from '../journal/event-journal.ts';
import { explainEvent, type EventExplanation } from '../journal/explain-event.ts';
import type { LoopHost } from '../queue/loop-host.ts';
import type { QueueMetrics } from '../queue/queue-limit.ts';
import { Lookups } from './lookups.ts';
import { ManagerCore } from './manager-core.ts';
import type { RunOptions } from './manager-run.ts';
import { keepJournal, limitQueue, queueMetrics } from './observation.ts';
import { checkManagerOptions, claimQueue, type ManagerOptions } from './options.ts';
import { replaceService } from './replace-service.ts';
import type { ReplaceOptions } from './replacements.ts';

let lastManagerId = -1;
const knownOfInspect: ReadonlySet<string> = new Set(['redact']);

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
  readonly #core: ManagerCore;

  /** @throws ICHOR_OPTION_INVALID naming the option, the value received, and what is allowed. */
  constructor(options: ManagerOptions = {}) {
    checkManagerOptions(options);
    if (options.queue !== undefined) claimQueue(options.queue);
    this.id = ++lastManagerId;
    this.name = options.name ?? `manager ${this.id}`;
    const core = (this.#core = new ManagerCore(this.id, this.name, options));
    this.clock = core.clock;
    this.queue = new QueueFacade(core.kernel.queueParts, undefined);
    this.services = new Lookups(core.kernel, core.lifecycle);
    this.journal = keepJournal(core.events, options.journal);
    limitQueue(core.events, core.clock, options.queueLimit, (error, during) => {
      core.log.error(`${during} failed.`, { error });
    });
    core.registrar.addInternalServices(DependencyManager, this);
  }

  /** It processes events: `run()` was called and has not ended. */
  get isRunning(): boolean {
    return this.#core.run.phase === 'running';
  }

  /** Quit was asked for. */
  get isQuitting(): boolean {
    return this.#core.shutdown.isBegun;
  }

  /** The platform under the loop, for services that need to know it. */
  get host(): LoopHost {
    return this.#core.host;
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
    return this.#core.register(serviceClass, registration, undefined);
  }

  /** Runs a function that registers things: for grouping registrations in modules. Returns what it returns. */
  use<T>(install: (manager: this) => T): T {
    checkFunction('use()', install);
    return install(this);
  }

  /**
   * Runs until it has quit. Resolves after an orderly end; rejects with what failed (an AggregateError when several did).
   *
   * @throws ICHOR_MANAGER_RUNNING when it runs or has run already.
   */
  run(options: RunOptions = {}): Promise<void> {
    const ended = this.#core.run.begin(options);
    this.#core.registrar.isInitial = false;
    return ended;
  }

  /**
   * Asks for an orderly end. Resolves when it has ended, without repeating the failures that `run()` rejects with.
   * A handler may await it, if it calls it before its first other `await`: the end does not wait for that handler.
   */
  quit(): Promise<void> {
    return this.#core.run.quit();
  }

  /** Resolves when start-up has settled: nothing is starting and nothing that could start is queued. Rejects when it quits before. */
  started(): Promise<void> {
    return this.#core.startup.settled();
  }

  /**
   * Starts a stopped service, or one that stops just now once it has stopped; settles when it is active, or its start failed.
   *
   * @throws ICHOR_SERVICE_UNKNOWN
   */
  startService(id: number): Awaitable<void> {
    return this.#core.control.start(id);
  }

  /** Stops a service after its consumers; settles when it has stopped, and is removed if asked for. @throws ICHOR_SERVICE_UNKNOWN */
  stopService(id: number, options: { readonly remove?: boolean } = {}): Awaitable<void> {
    return this.#core.control.stop(id, options);
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
    return replaceService(this.#core, id, serviceClass, registration, options);
  }

  /**
   * Waits until a service is active. Fails when its start fails, when it has failed and will not start again by itself,
   * when it is removed, or when the manager quits.
   *
   * @throws ICHOR_SERVICE_UNKNOWN
   */
  whenActive(id: number): Awaitable<void> {
    return this.#core.control.whenActive(id);
  }

  /** Waits until a service does not run. */
  whenStopped(id: number): Awaitable<void> {
    return this.#core.watchers.down(this.#core.control.recordOf(id), false);
  }

  /**
   * The queue for pushes that name a service as their origin which need not belong to this manager, such as events that came
   * from another one. What it posts runs only while a service of this manager with that id does (EV-60, EV-123).
   */
  queueOf(origin: number): Queue {
    if (!Number.isSafeInteger(origin) || origin < 0) throw invalidOption('origin', origin, 'ids of services, and 0');
    return origin === 0
      ? this.queue
      : new QueueFacade(this.#core.kernel.queueParts, {
          id: origin,
          isRevoked: false,
          assertLive: () => undefined,
        });
  }

  /** Calls back when the manager has ended, after its services are gone. Disposing takes it back. @throws ICHOR_MANAGER_QUIT */
  atEnd(callback: () => void): Disposable {
    const { run } = this.#core;
    if (run.phase === 'ended') throw run.quitError();
    checkFunction('atEnd()', callback);
    const resource = { [Symbol.dispose]: callback };
    run.own(resource);
    return {
      [Symbol.dispose]: () => {
        run.disown(resource);
      },
    };
  }

  /** Intercepts events of one type, or all, on behalf of nobody: until disposed. */
  intercept<P>(type: EventType<P> | 'all', interceptor: Interceptor<P>): Disposable {
    return this.#core.events.interceptors.add(interceptedType(type, interceptor), interceptor, 0);
  }

  /**
   * Shows every event with its times to an observer, until disposed: for statistics and tools. See `EventStatisticsService`.
   * While nobody observes nothing is paid.
   */
  observe(observer: EventObserver, options?: ObserveOptions): Disposable {
    return this.#core.events.observe(observer, options);
  }

  /** The queue in numbers: depth per priority, age of the oldest event (where push times are recorded), refused pushes. */
  queueMetrics(): QueueMetrics {
    return queueMetrics(this.#core.events, this.clock);
  }

  /** What became of an event, what led to it, and what it led to, from the `journal`. O(entries of the journal). */
  explainEvent(id: number): EventExplanation {
    return explainEvent(this.journal, id, {
      pushed: this.#core.events.pushed,
      serviceLabel: (serviceId) => {
        const service = this.services.byId(serviceId);
        return service === undefined ? `service ${serviceId}` : `${service.name} (${serviceId})`;
      },
    });
  }

  /** Starts a coroutine or async function that belongs to no service. Quit gives it `stopGraceMs`, then cancels it. */
  start<T>(routine: Routine<T>, options: TaskOptions = {}): Task<T> {
    const { run, events, kernel, failures } = this.#core;
    if (run.phase === 'ended') throw run.quitError();
    return startOwnedTask(events, kernel.root, routine, options, (error, name) => {
      failures.report(undefined, error, `task ${name}`);
    });
  }

  /**
   * A snapshot of everything, as plain JSON: services with their states, dependencies, consumers, handlers, coroutines and what
   * they wait for, and the queue. Values of properties that look like secrets are redacted. `toMermaid` and `toDot` draw it.
   * Services add facts of their own with `inspectService`. O(all of that).
   */
  inspect(options: InspectOptions = {}): Inspection {
    checkKeys('inspect()', options, knownOfInspect);
    const { id, name } = this;
    const { run, kernel, lifecycle } = this.#core;
    const state = run.phase === 'running' && this.isQuitting ? 'quitting' : run.phase;
    return inspect({ id, name, state }, this.queueMetrics(), kernel, lifecycle, options);
  }

  /** For every service that is not active: what it waits for, as a chain. */
  explain(): Explanation[] {
    return explain(this.#core.lifecycle);
  }

  /** Processes one event, for managers whose platform is stepped by hand. False when there was none. */
  step(): boolean {
    return this.#core.loop.step();
  }

  /** Quits if it runs, and waits for the end. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.quit();
  }
}
