// The timer factory of one consumer: everything made through it belongs to that consumer and stops with it.

import type { Awaitable, Consumer } from '@ichor/core';
import type { CreateTimerOptions, Timer, TimerCallback, TimerOptions } from '../contract/timer.ts';
import type { SleepOptions, TimerFactory } from '../contract/timer-factory.ts';
import type { Calendar } from '../schedule/calendar-schedule.ts';
import type { AlarmClock } from './alarm-clock.ts';
import { OwnedList } from './owned-list.ts';
import { Sleep } from './sleep.ts';
import { OwnedTimer, type TimerOwner } from './timer.ts';
import { checkedTime } from './validation.ts';

const noOptions = Object.freeze({});

export class ConsumerTimers implements TimerFactory, TimerOwner, Disposable {
  readonly consumer: Consumer;
  readonly alarms: AlarmClock;
  readonly owned = new OwnedList();

  constructor(consumer: Consumer, alarms: AlarmClock) {
    this.consumer = consumer;
    this.alarms = alarms;
  }

  now(): number {
    return this.alarms.now();
  }

  create(options: CreateTimerOptions = noOptions): Timer {
    this.consumer.assertConnected();
    return new OwnedTimer(this, options);
  }

  every(intervalMs: number, callback: TimerCallback, options: TimerOptions = noOptions): Timer {
    return this.#started({ ...options, intervalMs, callback });
  }

  once(delayMs: number, callback: TimerCallback, options: TimerOptions = noOptions): Timer {
    return this.#started({ ...options, intervalMs: delayMs, once: true, callback });
  }

  at(calendar: Calendar, callback: TimerCallback, options: TimerOptions = noOptions): Timer {
    return this.#started({ ...options, calendar, callback });
  }

  sleep(delayMs: number, options: SleepOptions = noOptions): Awaitable<void> {
    this.consumer.assertConnected();
    return new Sleep(this, this.alarms.now() + checkedTime('delayMs', delayMs, 0), options);
  }

  deadline(at: number, options: SleepOptions = noOptions): Awaitable<void> {
    this.consumer.assertConnected();
    return new Sleep(this, checkedTime('at', at, -Infinity), options);
  }

  list(): Timer[] {
    const timers: OwnedTimer[] = [];
    for (const member of this.owned.members()) if (member instanceof OwnedTimer) timers.push(member);
    return timers.sort((a, b) => a.id - b.id);
  }

  get(id: number): Timer | undefined {
    for (const member of this.owned.members()) if (member instanceof OwnedTimer && member.id === id) return member;
    return undefined;
  }

  /** One side has stopped: its timers stop, its sleeps fail. */
  [Symbol.dispose](): void {
    this.owned.abandonAll();
  }

  #started(options: CreateTimerOptions): Timer {
    const timer = this.create(options);
    timer.start();
    return timer;
  }
}
