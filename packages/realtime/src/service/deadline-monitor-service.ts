// Attaches a DeadlineMonitor to the manager: shows it every event, delivers overruns as events, carries out the policy `quit`,
// and gives each consumer a view whose watches and tasks belong to that consumer.

import {
  DependencyManager,
  forConsumer,
  required,
  token,
  type Consumer,
  type EventHandler,
  type EventType,
  type Handled,
  type Injected,
  type ServiceContext,
} from '@ichor/core';
import { checkOption, realtimeError } from '../errors/catalogue.ts';
import type { Budget } from '../monitor/budget.ts';
import { DeadlineMonitor, type MonitorReport } from '../monitor/deadline-monitor.ts';
import { DeadlineOverrun, type Overrun } from '../monitor/overrun.ts';
import type { DeadlineWatch } from '../monitor/watch.ts';
import { startPeriodic, type PeriodicOptions, type PeriodicTask, type Release } from '../periodic/periodic-task.ts';

/** A consumer's own face of the deadline monitor: everything made through it ends with the consumer. */
export interface Deadlines {
  /** Watches all events of a type. @throws ICHOR_REALTIME_ALREADY_WATCHED */
  watch<P>(type: EventType<P>, budget: Budget): DeadlineWatch;
  /** Makes a watch that is fed by hand. */
  measure(name: string, budget: Budget): DeadlineWatch;
  /** Wraps one handler, to measure it apart from the others of its event. */
  handler<P>(name: string, budget: Budget, handler: EventHandler<P>): EventHandler<P>;
  /** Starts a periodic task that is measured and blamed. */
  periodic(options: Omit<PeriodicOptions, 'monitor'>, handler: (release: Release) => Handled): PeriodicTask;
  /** Everything measured so far, of all consumers. */
  report(): MonitorReport;
}

/** Require this to watch deadlines. Provided by {@link DeadlineMonitorService}. */
export const Deadlines = token<Deadlines>('Deadlines');

/** Options of {@link DeadlineMonitorService}. */
export interface DeadlineMonitorServiceOptions {
  /** The monitor that also made the manager's queue. It stays open when the service stops: whoever made it disposes it. */
  readonly monitor: DeadlineMonitor;
}

/**
 * Register it with the monitor that made the manager's queue.
 *
 * @example
 * ```ts
 * import { DependencyManager, defineEvent, required, type Injected, type ServiceContext } from '@ichor/core';
 * import { DeadlineMonitor, DeadlineMonitorService, Deadlines } from '@ichor/realtime';
 *
 * const Tick = defineEvent('Tick');
 * class Control {
 *   static readonly dependencies = { deadlines: required(Deadlines), manager: required(DependencyManager) };
 *   readonly #deps; readonly #self;
 *   constructor(deps: Injected<typeof Control.dependencies>, self: ServiceContext) { this.#deps = deps; this.#self = self; }
 *   start() {
 *     this.#deps.deadlines.watch(Tick, { budgetMs: 50, deadlineMs: 100 });
 *     this.#self.on(Tick, () => { void this.#deps.manager.quit(); });
 *     this.#self.queue.push(Tick);
 *   }
 * }
 *
 * using monitor = new DeadlineMonitor();
 * const manager = new DependencyManager({ queue: monitor.queue() });
 * manager.register(DeadlineMonitorService, { options: { monitor } });
 * manager.register(Control);
 * await manager.run();
 * ```
 */
export class DeadlineMonitorService {
  static readonly provides = [Deadlines];
  static readonly dependencies = { manager: required(DependencyManager) };
  readonly #deps: Injected<typeof DeadlineMonitorService.dependencies>;
  readonly #self: ServiceContext<DeadlineMonitorServiceOptions>;
  readonly #monitor: DeadlineMonitor;

  /** @throws ICHOR_REALTIME_INVALID_OPTION without a monitor. */
  constructor(
    deps: Injected<typeof DeadlineMonitorService.dependencies>,
    self: ServiceContext<DeadlineMonitorServiceOptions>,
  ) {
    const monitor = (self.options as Partial<DeadlineMonitorServiceOptions> | undefined)?.monitor;
    checkOption(monitor instanceof DeadlineMonitor, 'monitor', monitor, 'the DeadlineMonitor that made the queue');
    this.#deps = deps;
    this.#self = self;
    this.#monitor = monitor as DeadlineMonitor;
  }

  start(): void {
    this.#self.intercept('all', this.#monitor.interceptor);
    this.#monitor.deliver = (overrun) => this.#deliver(overrun);
    this.#self.own(() => (this.#monitor.deliver = undefined));
  }

  [forConsumer](consumer: Consumer): Deadlines {
    const monitor = this.#monitor;
    const owned = <T extends Disposable>(make: () => T): T => {
      consumer.assertConnected();
      return consumer.own(make());
    };
    return {
      watch: (type, budget) => owned(() => monitor.watch(type, budget)),
      measure: (name, budget) => owned(() => monitor.measure(name, budget)),
      handler: (name, budget, handler) => owned(() => monitor.handler(name, budget, handler)),
      periodic: (options, handler) => owned(() => startPeriodic(consumer.context, { ...options, monitor }, handler)),
      report: () => monitor.report(),
    };
  }

  #deliver(overrun: Overrun): void {
    this.#self.queue.push(DeadlineOverrun, overrun);
    if (overrun.policy !== 'quit') return;
    const { name, kind, actualMs, limitMs, blame } = overrun;
    const error = realtimeError(
      'ICHOR_REALTIME_DEADLINE_MISSED',
      `"${name}" exceeded its limit (${kind}): ${actualMs.toFixed(3)} ms, allowed ${limitMs} ms. Blamed on ${blame.cause}: ${blame.explanation}. Raise the limit, or choose another onOverrun policy than "quit".`,
      { details: { overrun } },
    );
    const { manager } = this.#deps;
    manager.queue.post(() => {
      throw error;
    });
    void manager.quit();
  }
}
