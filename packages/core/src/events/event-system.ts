// The events of one manager: pushes them, takes one after another and has it processed. The hot path of everything: what few
// programs use (interceptors, observers, waiters, limits, held events, ambient context) is looked at only while it is in use.

import { asyncReleases } from '@ichor/coroutines/spi';
import type { Clock, Scheduler } from '@ichor/coroutines';
import type { EventQueue } from '../contract/event-queue.ts';
import type { EventObserver, ObserveOptions } from '../contract/event-observer.ts';
import type { DiscardReason, EventType, Work } from '../contract/event-type.ts';
import type { LimitWatch } from '../queue/queue-limit.ts';
import type { StepResult } from '../queue/run-loop.ts';
import { BelowWaits } from './below-waits.ts';
import { Completions } from './completions.ts';
import { eventTypeOf } from './define-event.ts';
import { Dispatcher, type OwnerOf, type Route } from './dispatcher.ts';
import type { Execution, ExecutionEnd, ExecutionOwner } from './execution.ts';
import { Executions } from './executions.ts';
import type { HandlerTable } from './handler-table.ts';
import { HeldEvents, type Hold } from './held-events.ts';
import { Interception } from './interception.ts';
import type { InterceptorTable } from './interceptor-table.ts';
import { Observers } from './observers.ts';
import { Turn, type CurrentEvent } from './turn.ts';

export interface EventSystemOptions {
  readonly queue: EventQueue;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly ownerOf: OwnerOf;
  /** Makes sure that the loop runs. */
  readonly schedule: () => void;
  readonly recordTimes: boolean;
  /** An observer failed and was taken out. */
  readonly observerFailed: (error: unknown) => void;
  /** Carries ambient context from a push to its processing. Absent: nothing is captured or paid. */
  readonly context?: ContextCarrier;
}

/** Captures ambient context (AsyncLocalStorage stores) and restores it. */
export interface ContextCarrier {
  capture(): unknown;
  run<T>(context: unknown, call: () => T): T;
}

export class EventSystem {
  readonly queue: EventQueue;
  readonly handlers: HandlerTable;
  readonly interceptors: InterceptorTable;
  /** By type number: how the lifecycle processes its own events. */
  readonly internal: (Route | undefined)[];
  /** By event id: who waits for it. */
  readonly completions: Completions;
  /** Waits for the queue to get shorter. */
  readonly below: BelowWaits;
  readonly #options: EventSystemOptions;
  readonly #turn = new Turn();
  readonly #executions: Executions;
  readonly #observers: Observers;
  readonly #dispatcher: Dispatcher;
  readonly #routes: readonly (Route | undefined)[];
  readonly #interception: Interception;
  readonly #contexts: Map<number, unknown> | undefined;
  /** Gives the push times, where they are recorded. */
  #pushClock: Clock | undefined;
  #nextId = 0;
  /** How many special things are in use. None: an event is nothing but taken and dispatched. */
  #special = 0;
  #held: HeldEvents | undefined = undefined;
  #limit: LimitWatch | undefined = undefined;
  /** Lengths of the queue at which the limit wants to know; only one of them is within reach at a time. */
  #highAt = Number.POSITIVE_INFINITY;
  #lowAt = -1;

  constructor(options: EventSystemOptions) {
    const { queue, clock, scheduler, ownerOf, recordTimes, observerFailed, context } = options;
    this.#options = options;
    this.queue = queue;
    this.#pushClock = recordTimes ? clock : undefined;
    this.#contexts = context === undefined ? undefined : new Map();
    const changed = (): void => {
      this.#special = this.#countSpecial();
    };
    this.completions = new Completions(changed);
    this.below = new BelowWaits(() => this.waiting, changed);
    this.#executions = new Executions(scheduler, this.#turn);
    this.#observers = new Observers(clock, observerFailed, changed);
    this.#dispatcher = new Dispatcher(this.#executions, this.#observers, ownerOf);
    this.#routes = this.#dispatcher.routes;
    this.handlers = this.#dispatcher.handlers;
    this.internal = this.#dispatcher.internal;
    this.#interception = new Interception(this.#dispatcher, this.#observers, clock, ownerOf, changed);
    this.interceptors = this.#interception.interceptors;
    changed();
  }

  /** An event is being processed. */
  get isProcessing(): boolean {
    return this.#turn.cause >= 0;
  }

  /** Events waiting, plus the one being processed (EV-82). */
  get size(): number {
    return this.waiting + (this.isProcessing ? 1 : 0);
  }

  /** Events waiting. */
  get waiting(): number {
    return this.#held === undefined ? this.queue.size : this.queue.size + this.#held.size;
  }

  /** Events ever pushed. */
  get pushed(): number {
    return this.#nextId;
  }

  get limit(): LimitWatch | undefined {
    return this.#limit;
  }

  set limit(limit: LimitWatch | undefined) {
    this.#limit = limit;
    this.#highAt = limit?.highWater ?? Number.POSITIVE_INFINITY;
    this.#lowAt = -1;
    this.#special = this.#countSpecial();
  }

  /** Shows every event to an observer until disposed. */
  observe(observer: EventObserver, options: ObserveOptions = {}): Disposable {
    this.record(options.pushTimes === true, options.causes === true);
    return this.#observers.add(observer);
  }

  /** Records more with each push from now on, where the queue can. */
  record(recordTimes: boolean, recordCauses: boolean): void {
    if (this.queue.record === undefined || !(recordTimes || recordCauses)) return;
    this.queue.record({ recordTimes, recordCauses }, this.#options.clock.now());
    if (recordTimes) this.#pushClock = this.#options.clock;
  }

  /** Keeps events of some types waiting until disposed: they then run in their old order, before newer ones of their priority. */
  hold(hold: Hold): Disposable {
    const held = (this.#held ??= new HeldEvents(this.queue));
    this.#special = this.#countSpecial();
    held.begin(hold);
    return {
      [Symbol.dispose]: () => {
        held.end(hold);
        this.#options.schedule();
      },
    };
  }

  /** Waiting events per priority, ascending. O(lanes + held events). */
  depths(): ReadonlyMap<number, number> {
    if (this.#held === undefined) return this.queue.depths();
    const depths = new Map(this.queue.depths());
    this.#held.addDepths(depths);
    return new Map([...depths].sort(([a], [b]) => a - b));
  }

  /** When the oldest waiting event was pushed, where times are recorded. */
  oldestPushedAt(): number | undefined {
    const oldest = this.#pushClock !== undefined ? this.queue.oldestPushedAt() : undefined;
    const held = this.#pushClock !== undefined ? this.#held?.oldestPushedAt() : undefined;
    return oldest === undefined || held === undefined ? (oldest ?? held) : Math.min(oldest, held);
  }

  push(typeId: number, origin: number, priority: number, payload: unknown, deadlineMs: number): number {
    const id = this.#nextId++;
    const { cause } = this.#turn;
    this.queue.push(
      id,
      typeId,
      origin,
      priority,
      payload,
      deadlineMs,
      this.#pushClock === undefined ? 0 : this.#pushClock.now(),
      cause,
    );
    if (this.#special > 0) this.#pushed(id);
    if (cause < 0) this.#options.schedule();
    return id;
  }

  /** Takes and processes one event. */
  processNext(): StepResult {
    const turn = this.#turn;
    const event = turn.event;
    if (this.#special === 0) {
      if (!this.queue.take(event)) return 'empty';
    } else if (!this.#takeSpecial(event)) return 'empty';
    turn.cause = event.id;
    turn.touchedPromise = false;
    const releases = asyncReleases();
    try {
      if (this.#special === 0) (this.#routes[event.typeId] ?? this.#dispatcher.routeOf(event.typeId))(event);
      else this.#processSpecial(event);
    } catch (error) {
      // User code is contained where it is called: this is a defect of the framework, which must not stop the loop in silence.
      this.#options.ownerOf(0)?.failed(error, event);
    }
    turn.cause = -1;
    event.payload = undefined;
    if (this.#special > 0) this.#processedSpecial();
    return turn.touchedPromise || releases !== asyncReleases() ? 'checkpoint' : 'done';
  }

  /**
   * Follows what user code returned: nothing, a promise or a coroutine that then belongs to `owner`.
   * `run` is called at once, its failure treated like a later one. Returns the execution when it has suspended.
   */
  execute(owner: ExecutionOwner, run: () => unknown, work?: ExecutionEnd): Execution | undefined {
    return this.#executions.run(owner, undefined, run, work);
  }

  /** Shows an event that is never queued to interceptors; their veto is ignored (LC-111). */
  showDirect(type: EventType, origin: number, priority: number, payload: unknown, process: () => boolean): void {
    if (this.interceptors.count === 0) process();
    else this.#interception.showDirect(type, { id: this.#nextId++, origin, priority }, payload, process);
  }

  /** Code of the manager has asked for its end, and may wait for that: the end does not wait for it then. */
  endAsked(ended: object): void {
    this.#executions.endsWithManager.add(ended);
    this.#turn.endAskedBy = this.#turn.cause;
  }

  /** Drops what is queued, telling work and waiters. */
  discardAll(reason: DiscardReason): void {
    const dropped = (payload: unknown, typeId: number): void => {
      if ('work' in eventTypeOf(typeId)) this.#dispatcher.discard(payload as Work, reason);
    };
    this.#held?.clear(dropped);
    this.queue.clear(dropped);
  }

  #countSpecial(): number {
    return (
      (this.#interception.isWanted ? 1 : 0) +
      (this.completions.size > 0 ? 1 : 0) +
      (this.below.count > 0 ? 1 : 0) +
      (this.#contexts === undefined ? 0 : 1) +
      (this.#held === undefined ? 0 : 1) +
      (this.#limit === undefined ? 0 : 1)
    );
  }

  #pushed(id: number): void {
    if (this.#contexts !== undefined) this.#contexts.set(id, this.#options.context?.capture());
    if (this.#limit !== undefined && this.waiting >= this.#highAt) this.#becameHigh(this.#limit);
  }

  #takeSpecial(event: CurrentEvent): boolean {
    const held = this.#held;
    if (held === undefined) return this.queue.take(event);
    const isTaken = held.take(event);
    if (held.isIdle) {
      this.#held = undefined;
      this.#special = this.#countSpecial();
    }
    return isTaken;
  }

  #processSpecial(event: CurrentEvent): void {
    if (this.#contexts === undefined) {
      this.#processForAll(event);
      return;
    }
    const context = this.#contexts.get(event.id);
    this.#contexts.delete(event.id);
    this.#options.context?.run(context, () => {
      this.#processForAll(event);
    });
  }

  /** For whoever wants to see it, and whoever waits for it. */
  #processForAll(event: CurrentEvent): void {
    const turn = this.#turn;
    const completion = (turn.completion = this.completions.get(event.id));
    try {
      if (this.#interception.isWanted) {
        if (this.#pushClock === undefined) event.pushedAt = Number.NaN;
        this.#interception.process(event, completion);
      } else {
        const processed = this.#dispatcher.process(event);
        completion?.processed({ processed, vetoed: false });
      }
    } finally {
      turn.completion = undefined;
    }
  }

  #processedSpecial(): void {
    if (this.#limit !== undefined && this.waiting <= this.#lowAt) this.#becameLow(this.#limit);
    if (this.below.count > 0) this.below.release();
  }

  #becameHigh(limit: LimitWatch): void {
    this.#highAt = Number.POSITIVE_INFINITY;
    this.#lowAt = limit.lowWater;
    limit.becameHigh();
  }

  #becameLow(limit: LimitWatch): void {
    this.#lowAt = -1;
    this.#highAt = limit.highWater;
    limit.becameLow();
  }
}
