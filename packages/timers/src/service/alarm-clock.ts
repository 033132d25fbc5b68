// All pending alarms of a timer service on one scheduled call of the clock: the one for the earliest of them.
// Used by timers and sleeps. Invariant: a call is scheduled whenever an alarm is pending, not later than the earliest due time.

import type { Clock, ScheduledCall } from '@ichor/core';
import { DueHeap } from '../schedule/due-heap.ts';

/** How long what has rung waits before it tries again to enter a full event queue. */
export const fullQueueRetryMs = 10;

/** Something that rings once at a time. */
export interface Alarm {
  /** Its place in the heap while it is pending, else -1. Written by the alarm clock only. */
  slot: number;
  readonly keepAlive: boolean;
  /** Its time has come; it is no longer pending. Must not throw. */
  ring(now: number): void;
}

export class AlarmClock {
  readonly #clock: Clock;
  readonly #afterRinging: () => void;
  readonly #pending = new DueHeap<Alarm>();
  #call: ScheduledCall | undefined;
  #callAt = Infinity;
  #callKeepsAlive = false;
  #keepingAlive = 0;
  #isRinging = false;

  /** @param afterRinging Called once after each batch of alarms that rang. */
  constructor(clock: Clock, afterRinging: () => void) {
    this.#clock = clock;
    this.#afterRinging = afterRinging;
  }

  /** Alarms pending. */
  get size(): number {
    return this.#pending.size;
  }

  /** When the first of them rings; `Infinity` when none is pending. */
  get firstDue(): number {
    return this.#pending.firstDue;
  }

  now(): number {
    return this.#clock.now();
  }

  /** Lets `alarm`, which must not be pending, ring when the clock reaches `due`; never for `Infinity`. O(log n). */
  set(alarm: Alarm, due: number): void {
    if (due === Infinity) return;
    alarm.slot = this.#pending.push(due, alarm);
    if (alarm.keepAlive) this.#keepingAlive++;
    this.#plan();
  }

  /** Takes `alarm` back. Does nothing when it is not pending. O(log n). */
  clear(alarm: Alarm): void {
    if (alarm.slot === -1) return;
    this.#pending.remove(alarm.slot);
    this.#forget(alarm);
    this.#plan();
  }

  #forget(alarm: Alarm): void {
    alarm.slot = -1;
    if (alarm.keepAlive) this.#keepingAlive--;
  }

  /** A call that comes too early does no harm and spares re-planning for each time-out that is set and taken back. */
  #plan(): void {
    if (this.#isRinging) return;
    const due = this.#pending.firstDue;
    const keepAlive = this.#keepingAlive > 0;
    if (this.#call !== undefined) {
      if (due !== Infinity && this.#callAt <= due && this.#callKeepsAlive === keepAlive) return;
      this.#call.cancel();
      this.#call = undefined;
    }
    if (due === Infinity) return;
    this.#callAt = due;
    this.#callKeepsAlive = keepAlive;
    this.#call = this.#clock.schedule(this.#ring, Math.max(0, due - this.#clock.now()), { keepAlive });
  }

  readonly #ring = (): void => {
    this.#call = undefined;
    const now = this.#clock.now();
    this.#isRinging = true;
    let rang = false;
    while (this.#pending.firstDue <= now) {
      const alarm = this.#pending.take()!;
      this.#forget(alarm);
      alarm.ring(now);
      rang = true;
    }
    this.#isRinging = false;
    this.#plan();
    if (rang) this.#afterRinging();
  };
}
