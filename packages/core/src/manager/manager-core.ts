// Wires the parts of one manager together. Each part is told what it needs as functions, so that none knows the others;
// what the manager does is in those parts, and its public face in dependency-manager.ts.

import { systemClock, type Clock, type Scheduler } from '@ichor/coroutines';
import { enterScheduler } from '@ichor/coroutines/spi';
import type { Logger } from '../contract/logger.ts';
import type { RegisterOptions, ServiceClass, ServiceContext, ServiceHandle } from '../contract/service.ts';
import { explain } from '../diagnostics/explain.ts';
import { EventSystem } from '../events/event-system.ts';
import type { ExecutionOwner } from '../events/execution.ts';
import type { QueueParts } from '../events/queue-facade.ts';
import type { Kernel } from '../lifecycle/kernel.ts';
import { Lifecycle } from '../lifecycle/lifecycle.ts';
import type { ServiceRecord } from '../lifecycle/service-record.ts';
import { Trackers } from '../lifecycle/trackers.ts';
import { nodeLoopHost } from '../node/node-loop-host.ts';
import type { LoopHost } from '../queue/loop-host.ts';
import { PriorityQueue } from '../queue/priority-queue.ts';
import { RunLoop, type StepResult, type Steps } from '../queue/run-loop.ts';
import { contextCarrier } from './context-carrier.ts';
import { EventLog } from './event-log.ts';
import { Failures } from './failures.ts';
import { FrameworkLog } from './framework-log.ts';
import { ManagerRun } from './manager-run.ts';
import type { ManagerOptions } from './options.ts';
import { Registrar } from './registrar.ts';
import { Replacements } from './replacements.ts';
import { queueScheduler, rootOwner } from './root-code.ts';
import { ServiceControl } from './service-control.ts';
import { Shutdown } from './shutdown.ts';
import { StartupWatch } from './startup-watch.ts';
import { Watchers } from './watchers.ts';

export class ManagerCore implements Steps {
  readonly id: number;
  readonly name: string;
  readonly options: ManagerOptions;
  readonly clock: Clock;
  readonly host: LoopHost;
  readonly log: FrameworkLog;
  readonly watchers = new Watchers();
  readonly events: EventSystem;
  readonly loop: RunLoop;
  readonly kernel: Kernel;
  readonly lifecycle: Lifecycle;
  readonly replacements: Replacements;
  readonly failures: Failures;
  readonly shutdown: Shutdown;
  readonly startup: StartupWatch;
  readonly run: ManagerRun;
  readonly control: ServiceControl;
  readonly registrar: Registrar;
  /** Started up, not quitting, and no service is being replaced: nothing has to be looked at after each event. */
  #isSteady = false;

  constructor(id: number, name: string, options: ManagerOptions) {
    this.id = id;
    this.name = name;
    this.options = options;
    this.clock = options.clock ?? systemClock;
    this.host = options.host ?? nodeLoopHost;
    this.log = new FrameworkLog(this.host);
    const failed = (error: unknown, during: string): void => {
      this.failures.report(undefined, error, during);
    };
    const root = rootOwner(failed, () => {
      // The end of the last one may be what quitting waits for.
      this.loop.schedule();
    });
    const context = options.context === undefined ? undefined : contextCarrier(options.context);
    const scheduler = queueScheduler(this.clock, context, () => this.events, failed);
    this.events = this.#eventSystem(scheduler, root, context);
    this.loop = this.#runLoop(scheduler);
    this.kernel = this.#kernel(scheduler, root);
    this.lifecycle = this.#lifecycle();
    this.replacements = new Replacements({
      kernel: this.kernel,
      lifecycle: this.lifecycle,
      requestStop: (record, remove) => {
        this.control.requestStop(record, remove);
      },
    });
    this.failures = this.#failures();
    this.shutdown = new Shutdown({
      kernel: this.kernel,
      lifecycle: this.lifecycle,
      root,
      quitTimeoutMs: options.quitTimeoutMs ?? 5000,
      finished: () => {
        this.run.finish();
      },
      failed: (error) => {
        this.log.error(String((error as Error).message));
        this.run.fail(error);
      },
    });
    this.startup = this.#startupWatch();
    this.run = new ManagerRun(this);
    const control = (this.control = new ServiceControl(this));
    this.registrar = new Registrar(this, (record, remove) => {
      control.requestStop(record, remove);
    });
  }

  /** @throws ICHOR_MANAGER_QUIT when the manager has ended; what `Registrar.register` throws. */
  register(
    serviceClass: ServiceClass,
    registration: RegisterOptions | undefined,
    parent: ServiceContext | undefined,
  ): ServiceHandle {
    if (this.run.phase === 'ended') throw this.run.quitError();
    return this.registrar.register(serviceClass, registration, parent);
  }

  /** Something is under way that has to be looked at after each event. */
  unsettle(): void {
    this.#isSteady = false;
  }

  /** While starting up, replacing and quitting, each event may be the last one of that phase. */
  processNext(): StepResult {
    const result = this.events.processNext();
    if (this.#isSteady && !this.shutdown.isBegun) return result;
    const { population } = this.lifecycle;
    if (this.replacements.count > 0) this.replacements.check();
    if (this.shutdown.isBegun) {
      if (population.up === 0) this.shutdown.check();
      return this.run.phase === 'ended' ? 'empty' : result;
    }
    if (population.starting === 0) {
      this.startup.check();
      this.#isSteady = this.startup.isSettled && this.replacements.count === 0;
    }
    return result;
  }

  #progressed(record: ServiceRecord): void {
    if (record.state !== 'active') this.failures.afterDown(record);
    if (record.isFrameworkLogger) {
      if (record.state === 'active') this.log.use(record, record.activation?.instance as Logger);
      else this.log.drop(record);
    }
    if (record.isWatched) this.watchers.changed(record);
    // Outside of an event nothing else would look whether quitting is complete.
    if (!this.events.isProcessing) this.loop.schedule();
  }

  #eventSystem(
    scheduler: Scheduler,
    root: ExecutionOwner,
    context: ReturnType<typeof contextCarrier> | undefined,
  ): EventSystem {
    const recordTimes = this.options.recordTimes === true;
    return new EventSystem({
      queue: this.options.queue ?? new PriorityQueue({ recordTimes }),
      clock: this.clock,
      scheduler,
      ownerOf: (origin) => (origin === 0 ? root : this.lifecycle.table.get(origin)?.activation),
      schedule: () => {
        this.loop.schedule();
      },
      recordTimes,
      observerFailed: (error) => {
        this.log.error('An event observer failed and was taken out.', { error });
      },
      ...(context === undefined ? {} : { context }),
    });
  }

  #runLoop(scheduler: Scheduler): RunLoop {
    const eventLog = new EventLog({
      managerId: this.id,
      log: this.log,
      observe: (observer) => this.events.observe(observer),
      nameOf: (id) => this.lifecycle.table.get(id)?.name,
    });
    let previous: Scheduler | undefined;
    return new RunLoop({
      clock: this.clock,
      host: this.host,
      sliceMs: this.options.sliceMs ?? 5,
      checkpointAlways: this.options.checkpoint === 'every-event',
      steps: this,
      entered: () => {
        previous = enterScheduler(scheduler);
        eventLog.check();
      },
      left: () => {
        enterScheduler(previous);
      },
    });
  }

  #kernel(scheduler: Scheduler, root: ExecutionOwner): Kernel {
    const { clock, events, loop, log, options } = this;
    const defaultStopGraceMs = options.stopGraceMs ?? 1000;
    const queueParts: QueueParts = {
      events,
      loop,
      clock,
      isClosed: false,
      closedBecause: () => this.run.quitError(),
      unheard: (description, error) => {
        log.error(`${description} failed, and nobody waits for it.`, { error });
      },
    };
    return {
      clock,
      events,
      scheduler,
      queueParts,
      root,
      trackers: new Trackers(events),
      logger: log,
      defaultStopGraceMs,
      stopGraceMsOf: (record) => record.registration.stopGraceMs ?? defaultStopGraceMs,
      stopTimeoutMs: options.stopTimeoutMs ?? 10_000,
      cleanupMs: options.cleanupMs ?? 1000,
      register: (serviceClass, registration, parent) => this.register(serviceClass, registration, parent),
      failed: (record, error, during) => {
        this.failures.report(record, error, during);
      },
      stopFailed: (record, error, during) => {
        log.error(`${record.name} (${record.id}) failed in ${during} while it stopped.`, { error });
        if (this.lifecycle.population.isEnding) this.run.fail(error);
      },
      settled: (record) => {
        this.lifecycle.settled(record);
      },
      stopping: (record) => {
        log.drop(record);
      },
    };
  }

  #lifecycle(): Lifecycle {
    return new Lifecycle(this.kernel, {
      progressed: (record) => {
        this.#progressed(record);
      },
      arrived: (record) => {
        this.replacements.arrived(record);
      },
      startFailed: (record, error, during) => {
        if (!this.replacements.startFailed(record, error, during)) this.failures.startFailed(record, error, during);
        if (record.isWatched) this.watchers.startFailed(record, error);
      },
    });
  }

  #failures(): Failures {
    const { kernel, lifecycle, options } = this;
    return new Failures({
      kernel,
      policy: options.onFailure ?? 'failService',
      isFailFast: (record) => options.failFast !== false && record.isInitial && !this.startup.isSettled,
      hasWork: () =>
        lifecycle.population.up > 0 ||
        this.failures.pendingRestarts > 0 ||
        kernel.root.executions.size > 0 ||
        lifecycle.isStartQueued(),
      quitWith: (error) => {
        this.run.quitWith(error);
      },
    });
  }

  #startupWatch(): StartupWatch {
    const { lifecycle, events, options } = this;
    const { population } = lifecycle;
    return new StartupWatch({
      clock: this.clock,
      reportMs: options.startupReportMs ?? 10_000,
      progress: () => population.progress,
      isSettled: () => population.starting === 0 && !((events.queue.nextPriority ?? Number.POSITIVE_INFINITY) <= 100),
      report: () => {
        const text = explain(lifecycle)
          .map((explanation) => explanation.text)
          .join('\n');
        if (text !== '') this.log.warn(`Start-up has made no progress. Not active:\n${text}`);
      },
    });
  }
}
