// One sleep(): a wait whose end is an alarm and then a turn in the event queue of its consumer.
// Pending only while somebody waits: the last waiter that is cancelled takes the alarm with it.

import { defineWork, IchorError, type DiscardReason, type Work } from '@ichor/core';
import type { Continuation } from '@ichor/coroutines';
import { nothing, passed, Wait, WaitList } from '@ichor/coroutines/spi';
import { timerError } from '../errors/catalogue.ts';
import { unwatchAbort, watchAbort, type Abortable } from './abort-watch.ts';
import { fullQueueRetryMs, type Alarm } from './alarm-clock.ts';
import type { Owned } from './owned-list.ts';
import { checkedPriority, checkNames } from './validation.ts';
import type { SleepOptions } from '../contract/timer-factory.ts';
import type { TimerOwner } from './timer.ts';

/** The event type with which sleeping code goes on, for interceptors. */
export const SleepOver = defineWork('SleepOver');

const knownOptions = ['priority', 'signal', 'keepAlive'];

export class Sleep extends Wait<void> implements Work, Alarm, Owned, Abortable {
  readonly keepAlive: boolean;
  slot = -1;
  newer: Owned | undefined = undefined;
  older: Owned | undefined = undefined;
  readonly #owner: TimerOwner;
  readonly #due: number;
  readonly #priority: number;
  readonly #signal: AbortSignal | undefined;
  readonly #waiters = new WaitList();
  #state: 'idle' | 'armed' | 'queued' | 'over' = 'idle';
  #failure: { readonly error: unknown } | undefined = undefined;

  /** @throws ICHOR_TIMER_OPTION_INVALID */
  constructor(owner: TimerOwner, due: number, options: SleepOptions) {
    super();
    checkNames(options, knownOptions);
    this.#owner = owner;
    this.#due = due;
    this.#priority = checkedPriority(options.priority);
    this.#signal = options.signal;
    this.keepAlive = options.keepAlive ?? false;
  }

  suspend(continuation: Continuation): void {
    this.#waiters.push(continuation);
    if (this.#state === 'idle') this.#begin();
  }

  override cancel(continuation: Continuation): void {
    super.cancel(continuation);
    if (this.#waiters.isEmpty && this.#state !== 'over') this.#withdraw('idle');
  }

  describe(): string {
    return `sleep until ${this.#due} ms of the clock`;
  }

  /** The alarm clock reached the due time. */
  ring(): void {
    this.#state = 'queued';
    try {
      this.#owner.consumer.context.queue.pushWork(SleepOver, this, this.#priority);
    } catch (error) {
      if (!IchorError.is(error, 'ICHOR_QUEUE_FULL')) {
        this.#end(error);
        return;
      }
      this.#state = 'armed';
      this.#owner.alarms.set(this, this.#owner.alarms.now() + fullQueueRetryMs);
    }
  }

  /** The event queue reached it. */
  run(): void {
    if (this.#state === 'queued') this.#end(undefined);
  }

  discarded(reason: DiscardReason): void {
    if (this.#state !== 'queued') return;
    if (reason === 'vetoed')
      this.#end(
        timerError(
          'ICHOR_TIMER_VETOED',
          `An interceptor vetoed the event SleepOver, for which ${this.#owner.consumer.context.name} waits in sleep() or deadline(). Let that type pass.`,
        ),
      );
    else this.abandon();
  }

  abandon(): void {
    const { context, provider } = this.#owner.consumer;
    this.#end(
      timerError(
        'ICHOR_TIMER_OWNER_STOPPED',
        `${context.name} (${context.id}) waited in sleep() or deadline() of ${provider.name} (${provider.id}) when one of them stopped.`,
        { details: { service: context.name, serviceId: context.id } },
      ),
    );
  }

  aborted(): void {
    this.#end(this.#abortError());
  }

  protected tryNow(): IteratorReturnResult<void> | undefined {
    if (this.#state === 'over') {
      if (this.#failure !== undefined) throw this.#failure.error;
      return passed;
    }
    this.#owner.consumer.assertConnected();
    if (this.#signal?.aborted === true) throw this.#abortError();
    return undefined;
  }

  protected override finish(): IteratorReturnResult<void> {
    return passed;
  }

  #begin(): void {
    this.#owner.owned.add(this);
    if (this.#signal !== undefined) watchAbort(this.#signal, this);
    if (this.#due <= this.#owner.alarms.now()) {
      this.ring();
    } else {
      this.#state = 'armed';
      this.#owner.alarms.set(this, this.#due);
    }
  }

  #withdraw(state: 'idle' | 'over'): void {
    const wasPending = this.#state !== 'idle';
    this.#state = state;
    this.#owner.alarms.clear(this);
    if (wasPending) this.#owner.owned.remove(this);
    if (this.#signal !== undefined) unwatchAbort(this.#signal, this);
  }

  #end(error: unknown): void {
    if (this.#state === 'over') return;
    if (error !== undefined) this.#failure = { error };
    this.#withdraw('over');
    for (let waiter = this.#waiters.shift(); waiter !== undefined; waiter = this.#waiters.shift()) {
      if (error === undefined) waiter.resume(nothing);
      else waiter.fail(error);
    }
  }

  #abortError(): IchorError {
    return timerError(
      'ICHOR_TIMER_ABORTED',
      `${this.#owner.consumer.context.name} waited in sleep() or deadline() when its signal aborted.`,
      { cause: this.#signal?.reason },
    );
  }
}
