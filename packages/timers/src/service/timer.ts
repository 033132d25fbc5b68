// One timer: a schedule, the alarm for its next tick, and the tick as work in the event queue of its consumer.
// A tick is armed (waits in the alarm clock), then queued, then runs; only behind its run the next one is computed.
// Invariant: while running, exactly one of armed, queued, owed or in its callback.

import {
  defineWork,
  IchorError,
  type Awaitable,
  type Consumer,
  type Coroutine,
  type DiscardReason,
  type Work,
} from '@ichor/core';
import { ManualResetEvent } from '@ichor/coroutines';
import { isCoroutine } from '@ichor/coroutines/spi';
import { timerError } from '../errors/catalogue.ts';
import type {
  CreateTimerOptions,
  OverlapPolicy,
  StartOptions,
  Timer,
  TimerCallback,
  TimerState,
} from '../contract/timer.ts';
import { CalendarSchedule } from '../schedule/calendar-schedule.ts';
import { IntervalSchedule } from '../schedule/interval-schedule.ts';
import type { CatchUpPolicy, Schedule } from '../schedule/schedule.ts';
import type { Alarm, AlarmClock } from './alarm-clock.ts';
import type { Owned, OwnedList } from './owned-list.ts';
import { checkedChoice, checkedFunction, checkedInterval, checkedPriority, checkNames } from './validation.ts';

/** The event type of ticks, for interceptors. */
export const TimerTick = defineWork('TimerTick');

/** What all timers of one consumer share. */
export interface TimerOwner {
  readonly consumer: Consumer;
  readonly alarms: AlarmClock;
  readonly owned: OwnedList;
}

type Tick = 'none' | 'armed' | 'queued' | 'owed' | 'inCallback';

const knownOptions = [
  'priority',
  'catchUp',
  'overlap',
  'immediately',
  'keepAlive',
  'signal',
  'intervalMs',
  'calendar',
  'once',
  'callback',
];

/** How long a tick waits before it tries again to enter a full queue. */
const fullQueueRetryMs = 10;

let lastId = 0;

export class OwnedTimer implements Timer, Work, Alarm, Owned {
  readonly id = ++lastId;
  readonly overlap: OverlapPolicy;
  readonly catchUp: CatchUpPolicy;
  readonly keepAlive: boolean;
  once: boolean;
  ticks = 0;
  skipped = 0;
  slot = -1;
  newer: Owned | undefined = undefined;
  older: Owned | undefined = undefined;
  isListed = false;
  readonly #owner: TimerOwner;
  readonly #schedule: Schedule;
  readonly #signal: AbortSignal | undefined;
  readonly #immediately: boolean;
  #callback: TimerCallback | undefined;
  #priority: number;
  #phase: 'stopped' | 'running' | 'paused' = 'stopped';
  #tick: Tick = 'none';
  /** Rows in the queue whose tick was taken back. */
  #staleRows = 0;
  /** Changes with each start and stop: tells callbacks of this start from those of earlier ones. */
  #epoch = 0;
  /** Callbacks of this start that have not ended. */
  #active = 0;
  /** Callbacks of earlier starts that have not ended. */
  #ending = 0;
  #stopWaiters: ManualResetEvent | undefined = undefined;
  #endWaiters: ManualResetEvent[] | undefined = undefined;
  #onAbort: (() => void) | undefined = undefined;

  /** @throws ICHOR_TIMER_OPTION_INVALID */
  constructor(owner: TimerOwner, options: CreateTimerOptions) {
    checkNames(options, knownOptions);
    this.#owner = owner;
    this.once = options.once ?? false;
    this.overlap = checkedChoice('overlap', options.overlap, ['parallel', 'queue', 'skip']);
    this.catchUp = checkedChoice('catchUp', options.catchUp, ['catchUp', 'skip', 'delay']);
    this.keepAlive = options.keepAlive ?? false;
    this.#immediately = options.immediately ?? false;
    this.#signal = options.signal;
    this.#callback = checkedFunction('callback', options.callback);
    this.#priority = checkedPriority(options.priority);
    this.#schedule =
      options.calendar === undefined
        ? new IntervalSchedule(checkedInterval(options.intervalMs ?? 1000, this.once))
        : new CalendarSchedule(options.calendar, owner.consumer.context.clock);
  }

  get state(): TimerState {
    if (this.#phase !== 'stopped') return this.#phase;
    return this.#ending === 0 ? 'stopped' : 'stopping';
  }

  get intervalMs(): number | undefined {
    return this.#schedule instanceof IntervalSchedule ? this.#schedule.intervalMs : undefined;
  }

  set intervalMs(intervalMs: number | undefined) {
    const checked = checkedInterval(intervalMs, this.once);
    if (!(this.#schedule instanceof IntervalSchedule))
      throw timerError(
        'ICHOR_TIMER_OPTION_INVALID',
        `Timer ${this.id} follows a calendar and has no interval: received intervalMs ${checked}. Make a timer without "calendar".`,
      );
    this.#schedule.intervalMs = checked;
  }

  get priority(): number {
    return this.#priority;
  }

  set priority(priority: number) {
    this.#priority = checkedPriority(priority);
  }

  get callback(): TimerCallback | undefined {
    return this.#callback;
  }

  set callback(callback: TimerCallback | undefined) {
    if (this.#phase !== 'stopped')
      throw timerError(
        'ICHOR_TIMER_NOT_STOPPED',
        `Timer ${this.id} of ${this.#owner.consumer.context.name} is ${this.#phase}: its callback can only be changed while it is stopped. Call stop() first.`,
      );
    this.#callback = checkedFunction('callback', callback);
  }

  get dueAt(): number | undefined {
    return this.#phase === 'stopped' || this.#schedule.due === Infinity ? undefined : this.#schedule.due;
  }

  start(options: StartOptions = {}): boolean {
    this.#owner.consumer.assertConnected();
    if (this.#callback === undefined)
      throw timerError(
        'ICHOR_TIMER_NO_CALLBACK',
        `Timer ${this.id} of ${this.#owner.consumer.context.name} has no callback: set "callback" before start().`,
      );
    if (this.#phase !== 'stopped' || this.#signal?.aborted === true) return false;
    this.#schedule.begin(this.#owner.alarms.now(), options.immediately ?? this.#immediately);
    this.#phase = 'running';
    this.#epoch++;
    this.#owner.owned.add(this);
    if (this.#signal !== undefined) {
      this.#onAbort = () => this.stop();
      this.#signal.addEventListener('abort', this.#onAbort, { once: true });
    }
    this.#arm();
    return true;
  }

  stop(): boolean {
    if (this.#phase === 'stopped') return false;
    this.#takeBack();
    this.#phase = 'stopped';
    this.#tick = 'none';
    this.#epoch++;
    this.#owner.owned.remove(this);
    if (this.#onAbort !== undefined) {
      this.#signal?.removeEventListener('abort', this.#onAbort);
      this.#onAbort = undefined;
    }
    this.#ending += this.#active;
    this.#active = 0;
    if (this.#stopWaiters !== undefined) {
      (this.#endWaiters ??= []).push(this.#stopWaiters);
      this.#stopWaiters = undefined;
    }
    if (this.#ending === 0) this.#releaseEndWaiters();
    return true;
  }

  restart(options?: StartOptions): void {
    this.stop();
    this.start(options);
  }

  pause(): boolean {
    if (this.#phase !== 'running') return false;
    this.#phase = 'paused';
    // Inside the callback the next due time is not known yet: settling pauses the schedule.
    if (this.#tick === 'inCallback') return true;
    this.#takeBack();
    this.#tick = 'none';
    this.#schedule.pause(this.#owner.alarms.now());
    return true;
  }

  resume(): boolean {
    if (this.#phase !== 'paused') return false;
    this.#owner.consumer.assertConnected();
    this.#phase = 'running';
    if (this.#tick === 'inCallback') return true;
    this.#schedule.resume(this.#owner.alarms.now());
    this.#arm();
    return true;
  }

  whenStopped(): Awaitable<void> {
    const event = new ManualResetEvent();
    if (this.#phase !== 'stopped') return (this.#stopWaiters ??= event).wait();
    if (this.#ending > 0) (this.#endWaiters ??= []).push(event);
    else event.set();
    return event.wait();
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  abandon(): void {
    this.stop();
  }

  /** The alarm clock reached the due time. */
  ring(now: number): void {
    if (!this.#schedule.isReached(now)) {
      this.#await(this.#schedule.due);
    } else if (this.overlap === 'parallel' || this.#active + this.#ending === 0) {
      this.#enqueue(now);
    } else if (this.overlap === 'queue') {
      this.#tick = 'owed';
    } else {
      this.skipped += this.#schedule.skipTo(now);
      this.#arm();
    }
  }

  /** The event queue reached the tick. */
  run(): unknown {
    if (this.#staleRows > 0) {
      this.#staleRows--;
      return undefined;
    }
    this.#tick = 'none';
    this.ticks++;
    const callback = this.#callback!;
    const epoch = this.#epoch;
    if (this.once) {
      // Stopped first, so that the callback can start it again.
      this.stop();
      return this.#follow(callback(this), epoch);
    }
    const begunAt = this.#owner.alarms.now();
    this.#tick = 'inCallback';
    try {
      return this.#follow(callback(this), epoch);
    } finally {
      if (epoch === this.#epoch) this.#settle(begunAt);
    }
  }

  discarded(reason: DiscardReason): void {
    if (this.#staleRows > 0) {
      this.#staleRows--;
      return;
    }
    this.#tick = 'none';
    if (reason === 'vetoed') this.skipped++;
    if (reason === 'vetoed' && !this.once) this.#settle(this.#owner.alarms.now());
    else this.stop();
  }

  /** The tick has begun, or was left out: on to the next one. */
  #settle(now: number): void {
    this.#tick = 'none';
    this.skipped += this.#schedule.advance(now, this.catchUp);
    if (this.#phase === 'paused') this.#schedule.pause(this.#owner.alarms.now());
    else this.#arm();
  }

  #arm(): void {
    const { due } = this.#schedule;
    const now = this.#owner.alarms.now();
    if (due === Infinity) this.stop();
    else if (due <= now) this.ring(now);
    else this.#await(due);
  }

  #await(due: number): void {
    this.#tick = 'armed';
    this.#owner.alarms.set(this, due);
  }

  #enqueue(now: number): void {
    this.#tick = 'queued';
    try {
      this.#owner.consumer.context.queue.pushWork(TimerTick, this, this.#priority);
    } catch (error) {
      // Without a queue there is nobody to tick for; a full one has room again later.
      if (IchorError.is(error, 'ICHOR_QUEUE_FULL')) this.#await(now + fullQueueRetryMs);
      else this.stop();
    }
  }

  #takeBack(): void {
    if (this.#tick === 'armed') this.#owner.alarms.clear(this);
    else if (this.#tick === 'queued') this.#staleRows++;
  }

  /** Learns when what the callback returned has ended; the event system runs it and receives its failure. */
  #follow(result: unknown, epoch: number): unknown {
    if (typeof result !== 'object' || result === null) return result;
    const isRoutine = isCoroutine(result);
    if (!isRoutine && !('then' in result)) return result;
    if (epoch === this.#epoch) this.#active++;
    else this.#ending++;
    return isRoutine
      ? this.#followCoroutine(result, epoch)
      : this.#followPromise(result as PromiseLike<unknown>, epoch);
  }

  *#followCoroutine(coroutine: Coroutine<unknown>, epoch: number): Coroutine<unknown> {
    try {
      return yield* coroutine;
    } finally {
      this.#ended(epoch);
    }
  }

  async #followPromise(promise: PromiseLike<unknown>, epoch: number): Promise<unknown> {
    try {
      return await promise;
    } finally {
      this.#ended(epoch);
    }
  }

  #ended(epoch: number): void {
    if (epoch === this.#epoch) this.#active--;
    else if (--this.#ending === 0) this.#releaseEndWaiters();
    if (this.#tick === 'owed' && this.#active + this.#ending === 0) this.#enqueue(this.#owner.alarms.now());
  }

  #releaseEndWaiters(): void {
    const waiters = this.#endWaiters;
    this.#endWaiters = undefined;
    if (waiters !== undefined) for (const event of waiters) event.set();
  }
}
