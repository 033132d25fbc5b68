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
  type ServiceContext,
  type Work,
} from '@ichor/core';
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
import type { Abortable } from './abort-watch.ts';
import { fullQueueRetryMs, type Alarm, type AlarmClock } from './alarm-clock.ts';
import type { Owned, OwnedList } from './owned-list.ts';
import { TimerHistory } from './timer-history.ts';
import { traitsOf, type TimerTraits } from './timer-traits.ts';
import { checkedFunction, checkedInterval, checkedPriority, checkNames } from './validation.ts';

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

let lastId = 0;

export class OwnedTimer implements Timer, Work, Alarm, Owned, Abortable {
  readonly id = ++lastId;
  once: boolean;
  slot = -1;
  newer: Owned | undefined = undefined;
  older: Owned | undefined = undefined;
  readonly #owner: TimerOwner;
  readonly #traits: TimerTraits;
  readonly #schedule: Schedule;
  #callback: TimerCallback | undefined;
  #priority: number;
  #phase: 'stopped' | 'running' | 'paused' = 'stopped';
  #tick: Tick = 'none';
  #history: TimerHistory | undefined = undefined;

  /** @throws ICHOR_TIMER_OPTION_INVALID */
  constructor(owner: TimerOwner, options: CreateTimerOptions) {
    checkNames(options, knownOptions);
    this.#owner = owner;
    this.once = options.once ?? false;
    this.#traits = traitsOf(options);
    this.#callback = checkedFunction('callback', options.callback);
    this.#priority = checkedPriority(options.priority);
    this.#schedule =
      options.calendar === undefined
        ? new IntervalSchedule(checkedInterval(options.intervalMs ?? 1000, this.once))
        : new CalendarSchedule(options.calendar, owner.consumer.context.clock);
    if (options.signal !== undefined) this.#lived.signal = options.signal;
  }

  get state(): TimerState {
    if (this.#phase !== 'stopped') return this.#phase;
    return this.#history === undefined || this.#history.ending === 0 ? 'stopped' : 'stopping';
  }

  get overlap(): OverlapPolicy {
    return this.#traits.overlap;
  }

  get catchUp(): CatchUpPolicy {
    return this.#traits.catchUp;
  }

  get keepAlive(): boolean {
    return this.#traits.keepAlive;
  }

  get ticks(): number {
    return this.#history?.ticks ?? 0;
  }

  get skipped(): number {
    return this.#history?.skipped ?? 0;
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
    if (this.#phase !== 'stopped' || this.#history?.signal?.aborted === true) return false;
    this.#schedule.begin(this.#owner.alarms.now(), options.immediately ?? this.#traits.immediately);
    this.#phase = 'running';
    this.#owner.owned.add(this);
    this.#history?.started(this);
    this.#arm();
    return true;
  }

  stop(): boolean {
    if (this.#phase === 'stopped') return false;
    this.#takeBack();
    this.#phase = 'stopped';
    this.#tick = 'none';
    this.#owner.owned.remove(this);
    this.#history?.stopped(this);
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
    return this.#lived.whenStopped(this.#phase !== 'stopped');
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  abandon(): void {
    this.stop();
  }

  aborted(): void {
    this.stop();
  }

  /** The alarm clock reached the due time. */
  ring(now: number): void {
    if (!this.#schedule.isReached(now)) {
      this.#await(this.#schedule.due);
    } else if (this.overlap === 'parallel' || this.#history === undefined || this.#history.isIdle) {
      this.#enqueue(now);
    } else if (this.overlap === 'queue') {
      this.#tick = 'owed';
    } else {
      this.#lived.skipped += this.#schedule.skipTo(now);
      this.#arm();
    }
  }

  /** The event queue reached the tick. */
  run(): unknown {
    const history = this.#lived;
    if (history.staleRows > 0) {
      history.staleRows--;
      return undefined;
    }
    this.#tick = 'none';
    if (isEnding(this.#owner.consumer.context)) {
      this.stop();
      return undefined;
    }
    history.ticks++;
    const callback = this.#callback!;
    const { epoch } = history;
    if (this.once) {
      // Stopped first, so that the callback can start it again.
      this.stop();
      return this.#follow(callback(this), history, epoch);
    }
    const begunAt = this.#owner.alarms.now();
    this.#tick = 'inCallback';
    try {
      return this.#follow(callback(this), history, epoch);
    } finally {
      if (epoch === history.epoch) this.#settle(begunAt);
    }
  }

  discarded(reason: DiscardReason): void {
    const history = this.#lived;
    if (history.staleRows > 0) {
      history.staleRows--;
      return;
    }
    this.#tick = 'none';
    if (reason === 'vetoed') history.skipped++;
    if (reason === 'vetoed' && !this.once) this.#settle(this.#owner.alarms.now());
    else this.stop();
  }

  /** The tick has begun, or was left out: on to the next one. */
  #settle(now: number): void {
    this.#tick = 'none';
    const skipped = this.#schedule.advance(now, this.catchUp);
    if (skipped > 0) this.#lived.skipped += skipped;
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
    else if (this.#tick === 'queued') this.#lived.staleRows++;
  }

  get #lived(): TimerHistory {
    return (this.#history ??= new TimerHistory());
  }

  /** Learns when what the callback returned has ended; the event system runs it and receives its failure. */
  #follow(result: unknown, history: TimerHistory, epoch: number): unknown {
    if (typeof result !== 'object' || result === null) return result;
    const isRoutine = isCoroutine(result);
    if (!isRoutine && !('then' in result)) return result;
    history.callbackBegan(epoch);
    return isRoutine
      ? this.#followCoroutine(result, history, epoch)
      : this.#followPromise(result as PromiseLike<unknown>, history, epoch);
  }

  *#followCoroutine(coroutine: Coroutine<unknown>, history: TimerHistory, epoch: number): Coroutine<unknown> {
    try {
      return yield* coroutine;
    } finally {
      this.#ended(history, epoch);
    }
  }

  async #followPromise(promise: PromiseLike<unknown>, history: TimerHistory, epoch: number): Promise<unknown> {
    try {
      return await promise;
    } finally {
      this.#ended(history, epoch);
    }
  }

  #ended(history: TimerHistory, epoch: number): void {
    history.callbackEnded(epoch);
    if (this.#tick === 'owed' && history.isIdle) this.#enqueue(this.#owner.alarms.now());
  }
}

/**
 * The service has begun to stop: new callbacks would make its stop wait for them, for ever if they overlap. While it still
 * serves its consumers, which stop first, ticks go on. The signal, which is made on first read, is only looked at then.
 */
function isEnding(context: ServiceContext): boolean {
  const { state } = context;
  return state !== 'active' && state !== 'injecting' && context.signal.aborted;
}
