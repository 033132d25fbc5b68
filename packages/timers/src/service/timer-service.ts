// The service behind TimerFactory: one alarm clock for all timers of the program, one factory per service that requires it.

import { forConsumer, inspectService, type Consumer, type ProvidesViews, type ServiceContext } from '@ichor/core';
import { TimerFactory } from '../contract/timer-factory.ts';
import { AlarmClock } from './alarm-clock.ts';
import { ConsumerTimers } from './consumer-timers.ts';

/**
 * Register this to let services require {@link TimerFactory}. It has no options.
 *
 * All timers and sleeps share one scheduled call of the manager's clock, so the clock of a test moves them all.
 * When it stops, every service that requires timers stops before it.
 *
 * @example
 * ```ts
 * import { DependencyManager } from '@ichor/core';
 * import { TimerService } from '@ichor/timers';
 *
 * const manager = new DependencyManager();
 * manager.register(TimerService);
 * ```
 */
export class TimerService implements ProvidesViews<TimerFactory> {
  static readonly provides = [TimerFactory];
  static readonly dependencies = {};
  readonly #alarms: AlarmClock;

  constructor(_dependencies: object, self: ServiceContext) {
    this.#alarms = new AlarmClock(self.clock, () => self.queue.wake());
  }

  /** Alarms pending: timers that run, and sleeps that somebody waits for. */
  get pending(): number {
    return this.#alarms.size;
  }

  /** What `inspect()` shows of it: how many alarms are pending, and when the first is due on the manager's clock. */
  [inspectService](): Record<string, unknown> {
    const { size, firstDue } = this.#alarms;
    return size === 0 ? { pending: 0 } : { pending: size, nextDueAt: firstDue };
  }

  /** Called by core for each service that requires a timer factory. */
  [forConsumer](consumer: Consumer): TimerFactory {
    return new ConsumerTimers(consumer, this.#alarms);
  }
}
