// A timer as its owner sees it, and what it is made with.

import type { Awaitable, Handled, Priority } from '@ichor/core';
import type { Calendar } from '../schedule/calendar-schedule.ts';
import type { CatchUpPolicy } from '../schedule/schedule.ts';

/**
 * `'stopped'`: no tick is planned. `'running'`: ticks come. `'paused'`: held, with the time to the next tick kept.
 * `'stopping'`: stopped, while a callback that began before has not ended.
 */
export type TimerState = 'stopped' | 'running' | 'paused' | 'stopping';

/**
 * What happens to a tick that is due while the callback of an earlier one has not ended:
 * `'parallel'` runs it as well, `'queue'` runs it when the earlier one has ended, `'skip'` leaves it out and counts it.
 */
export type OverlapPolicy = 'skip' | 'queue' | 'parallel';

/**
 * What a timer runs. A plain function, an async function or a generator coroutine; it runs on the event queue as its service.
 * What it throws goes to the failure policy of the service.
 */
export type TimerCallback = (timer: Timer) => Handled<unknown>;

/** How a timer behaves. */
export interface TimerOptions {
  /** Priority of the ticks in the event queue; lower runs first. Default: 1000. */
  readonly priority?: Priority;
  /** What happens to ticks that are late by one or more intervals. Default: `'catchUp'`. */
  readonly catchUp?: CatchUpPolicy;
  /** What happens to ticks while an earlier callback has not ended. Default: `'parallel'`. */
  readonly overlap?: OverlapPolicy;
  /** The first tick is due at once instead of after the first interval. Default: false. */
  readonly immediately?: boolean;
  /** The process stays alive for this timer. Default: false. */
  readonly keepAlive?: boolean;
  /** Stops the timer when it aborts; a timer whose signal has aborted does not start. */
  readonly signal?: AbortSignal;
}

/** What `create` makes a timer with. */
export interface CreateTimerOptions extends TimerOptions {
  /** Milliseconds between ticks, at least 0.001 (0 is allowed with `once`); fractions count. Default: 1000. */
  readonly intervalMs?: number;
  /** Instants of the wall clock instead of an interval, such as `cron('0 3 * * *')` of `@ichor/timers/cron`. */
  readonly calendar?: Calendar;
  /** Stops by itself after one tick. Default: false. */
  readonly once?: boolean;
  /** What it runs. May be set later, before `start`. */
  readonly callback?: TimerCallback;
}

/** How `start` begins. */
export interface StartOptions {
  /** The first tick is due at once. Default: the option `immediately` of the timer. */
  readonly immediately?: boolean;
}

/**
 * A timer that belongs to one service and stops with it. It ticks on an absolute schedule: tick number n is due at
 * start + n × interval, however late earlier ones ran, and never runs early. At most one tick of a timer waits in the
 * event queue at a time. Disposing it stops it.
 */
export interface Timer extends Disposable {
  /** Process-wide, from 1. */
  readonly id: number;
  readonly state: TimerState;
  /**
   * Milliseconds between ticks; undefined for a timer with a calendar. A change takes effect behind the tick that is due
   * next; call `restart()` to begin anew with it at once.
   */
  intervalMs: number | undefined;
  /** Used from the next tick on. */
  priority: number;
  /** Stops by itself after the next tick. */
  once: boolean;
  readonly overlap: OverlapPolicy;
  readonly catchUp: CatchUpPolicy;
  /** @throws ICHOR_TIMER_NOT_STOPPED when set while the timer is not stopped. */
  callback: TimerCallback | undefined;
  /** When the tick that runs now, or the next one, is due on the manager's clock; undefined when none is. */
  readonly dueAt: number | undefined;
  /** Ticks that ran. */
  readonly ticks: number;
  /** Ticks that were left out: by `'skip'` policies, or vetoed by an interceptor. */
  readonly skipped: number;
  /**
   * Starts a stopped timer. O(log n) in the number of pending timers.
   * @returns false when it was already started, or its signal has aborted.
   * @throws ICHOR_TIMER_NO_CALLBACK; ICHOR_SERVICE_GONE after its service or the timer service has stopped.
   */
  start(options?: StartOptions): boolean;
  /**
   * Stops it: no callback begins after this call, also when its tick was already queued. What has begun is not interrupted.
   * O(log n).
   * @returns false when it was not started.
   */
  stop(): boolean;
  /** Stops and starts it. */
  restart(options?: StartOptions): void;
  /** Holds it, keeping the time to the next tick. Returns false unless it was running. */
  pause(): boolean;
  /** Goes on after `pause`; a tick that was due then runs now. Returns false unless it was paused. */
  resume(): boolean;
  /** Waits until it is stopped and every callback that began before its stop has ended. At once when it is stopped already. */
  whenStopped(): Awaitable<void>;
}
