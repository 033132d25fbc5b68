// What a service that requires TimerFactory gets: a maker of timers that are its own.

import { token, type Awaitable, type Priority } from '@ichor/core';
import type { CreateTimerOptions, Timer, TimerCallback, TimerOptions } from './timer.ts';
import type { Calendar } from '../schedule/calendar-schedule.ts';

/** How `sleep` and `deadline` wait. */
export interface SleepOptions {
  /** Priority in the event queue with which the waiting code goes on. Default: 1000. */
  readonly priority?: Priority;
  /** Gives up with ICHOR_TIMER_ABORTED when it aborts. */
  readonly signal?: AbortSignal;
  /** The process stays alive for this wait. Default: false. */
  readonly keepAlive?: boolean;
}

/**
 * Makes timers that belong to the service that required it: they stop when it stops. Their ticks run on the event queue
 * as that service. Every method throws ICHOR_SERVICE_GONE, naming both, after the service or the timer service has stopped.
 *
 * @example
 * ```ts
 * import { DependencyManager, required, type Injected } from '@ichor/core';
 * import { TimerFactory, TimerService } from '@ichor/timers';
 *
 * const manager = new DependencyManager();
 *
 * class Heartbeat {
 *   static readonly dependencies = { timers: required(TimerFactory) };
 *   constructor({ timers }: Injected<typeof Heartbeat.dependencies>) {
 *     timers.every(5, (timer) => {
 *       console.log(`beat ${timer.ticks}`);
 *       if (timer.ticks === 3) manager.quit();
 *     });
 *   }
 * }
 *
 * manager.register(TimerService);
 * manager.register(Heartbeat);
 * await manager.run();
 * ```
 */
export interface TimerFactory {
  /** The time of the manager's clock, in milliseconds: what `deadline` and `Timer.dueAt` are measured by. */
  now(): number;
  /** Makes a stopped timer. Call `start()` on it. O(1). */
  create(options?: CreateTimerOptions): Timer;
  /** Runs `callback` every `intervalMs` milliseconds (at least 0.001), first after one interval. O(log n). */
  every(intervalMs: number, callback: TimerCallback, options?: TimerOptions): Timer;
  /** Runs `callback` once, in `delayMs` milliseconds (from 0). O(log n). */
  once(delayMs: number, callback: TimerCallback, options?: TimerOptions): Timer;
  /** Runs `callback` at the instants of a calendar, such as `cron('0 3 * * *')` of `@ichor/timers/cron`. */
  at(calendar: Calendar, callback: TimerCallback, options?: TimerOptions): Timer;
  /**
   * Waits for at least `delayMs` milliseconds from this call: `yield*` it in a coroutine, `await` it in an async function.
   * Nothing is pending while nobody waits for it. Cancelling the coroutine, the signal, and the end of the service end the wait.
   */
  sleep(delayMs: number, options?: SleepOptions): Awaitable<void>;
  /** Waits until `now()` is at least `at`. */
  deadline(at: number, options?: SleepOptions): Awaitable<void>;
  /** The timers of this service that are not stopped, in the order of their ids. O(n log n) in their number. */
  list(): Timer[];
  /** The timer of this service with this id, unless it is stopped. O(n) in the number of its timers. */
  get(id: number): Timer | undefined;
}

/** Require this to get timers of one's own. Provided by `TimerService`. */
export const TimerFactory = token<TimerFactory>('TimerFactory');
