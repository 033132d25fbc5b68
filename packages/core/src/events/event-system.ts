// Pushes, takes and dispatches events: the hot path of everything. Knows handlers, interceptors, work and completions;
// lifecycle events are handed to the functions that the lifecycle registers in `internal`.

import { asyncReleases, isCoroutine, startCoroutine } from '@ichor/coroutines/spi';
import type { Clock, Resumable, Scheduler } from '@ichor/coroutines';
import type { EventQueue, EventRow } from '../contract/event-queue.ts';
import type { EventObserver, ObservedEvent, ObserveOptions } from '../contract/event-observer.ts';
import type { DiscardReason, EventType, EventView, Work } from '../contract/event-type.ts';
import { BelowWaits } from './below-waits.ts';
import { eventTypeOf } from './define-event.ts';
import type { Completion } from './completion.ts';
import { Execution, type ExecutionEnd, type ExecutionOwner } from './execution.ts';
import { HandlerTable } from './handler-table.ts';
import { HeldEvents, type Hold } from './held-events.ts';
import { InterceptorTable, type InterceptorEntry } from './interceptor-table.ts';
import { Continue, RunFunction } from './internal-events.ts';
import { Observers } from './observers.ts';
import type { LimitWatch } from '../queue/queue-limit.ts';
import type { StepResult } from '../queue/run-loop.ts';

/** The row being processed, which handlers see as the event. */
export class CurrentEvent implements EventRow, ObservedEvent {
  id = -1;
  typeId = 0;
  origin = 0;
  priority = 0;
  pushedAt = 0;
  cause = -1;
  payload: unknown = undefined;

  get type(): EventType {
    return eventTypeOf(this.typeId);
  }
}

export interface EventSystemOptions {
  readonly queue: EventQueue;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** The owner with the id `origin`; undefined when that service is unknown or installed, whose work is dropped (EV-60). */
  readonly ownerOf: (origin: number) => ExecutionOwner | undefined;
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
  readonly handlers = new HandlerTable();
  readonly interceptors = new InterceptorTable();
  /** By type number: how the lifecycle processes its own events. */
  readonly internal: (((event: CurrentEvent) => void) | undefined)[] = [];
  /** Promises of the manager's own end, which nothing that it waits for may wait for. */
  readonly endsWithManager = new WeakSet<object>();
  /** By event id: who waits for it. */
  readonly completions = new Map<number, Completion>();
  /** Waits for the queue to get shorter. */
  readonly below = new BelowWaits(() => this.waiting);
  readonly #observers: Observers;
  /** The event being processed. */
  current = new CurrentEvent();
  isProcessing = false;
  readonly #options: EventSystemOptions;
  /** Push times are recorded. */
  recordsTimes: boolean;
  /** The owner of the last function or work that ran: the next one often has the same. */
  #lastOwner: ExecutionOwner | undefined;
  #nextId = 0;
  /** An execution that has never suspended, to be used again. */
  #spare: Execution | undefined;
  #completion: Completion | undefined;
  #touchedPromise = false;
  /** The handler that runs has asked for the end of the manager. */
  #asksForEnd = false;
  readonly #contexts: Map<number, unknown> | undefined;
  /** While observed: when the processing of the current event began, and when its last handler ended (NaN: none yet). */
  #startedAt = Number.NaN;
  #handledAt = Number.NaN;
  #held: HeldEvents | undefined;
  #limit: LimitWatch | undefined;
  /** Lengths of the queue at which the limit wants to know; only one of them is within reach at a time. */
  #highAt = Number.POSITIVE_INFINITY;
  #lowAt = -1;

  constructor(options: EventSystemOptions) {
    this.#options = options;
    this.queue = options.queue;
    this.recordsTimes = options.recordTimes;
    this.#observers = new Observers(options.observerFailed);
    this.#contexts = options.context === undefined ? undefined : new Map();
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
    this.recordsTimes ||= recordTimes;
  }

  /** Keeps events of some types waiting until disposed: they then run in their old order, before newer ones of their priority. */
  hold(hold: Hold): Disposable {
    const held = (this.#held ??= new HeldEvents(this.queue));
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
    const oldest = this.recordsTimes ? this.queue.oldestPushedAt() : undefined;
    const held = this.recordsTimes ? this.#held?.oldestPushedAt() : undefined;
    return oldest === undefined || held === undefined ? (oldest ?? held) : Math.min(oldest, held);
  }

  push(typeId: number, origin: number, priority: number, payload: unknown, deadlineMs: number): number {
    const id = this.#nextId++;
    this.queue.push(
      id,
      typeId,
      origin,
      priority,
      payload,
      deadlineMs,
      this.recordsTimes ? this.#options.clock.now() : 0,
      this.isProcessing ? this.current.id : -1,
    );
    if (this.#contexts !== undefined) this.#contexts.set(id, this.#options.context?.capture());
    if (!this.isProcessing) this.#options.schedule();
    if (this.#limit !== undefined && this.waiting >= this.#highAt) this.#becameHigh();
    return id;
  }

  /** Takes and processes one event. */
  processNext(): StepResult {
    const event = this.current;
    if (!(this.#held === undefined ? this.queue.take(event) : this.#takeUnheld(this.#held, event))) return 'empty';
    this.isProcessing = true;
    this.#touchedPromise = false;
    this.#asksForEnd = false;
    const releases = asyncReleases();
    const completion = this.completions.size === 0 ? undefined : this.completions.get(event.id);
    this.#completion = completion;
    try {
      if (this.#contexts === undefined) this.#dispatch(event, completion);
      else this.#dispatchInContext(event, completion);
    } catch (error) {
      // User code is contained where it is called: this is a defect of the framework, which must not stop the loop in silence.
      this.#options.ownerOf(0)?.failed(error, event);
    }
    this.#completion = undefined;
    this.isProcessing = false;
    event.payload = undefined;
    if (this.#limit !== undefined && this.waiting <= this.#lowAt) this.#becameLow();
    if (this.below.count > 0) this.below.release();
    return this.#touchedPromise || releases !== asyncReleases() ? 'checkpoint' : 'done';
  }

  #dispatch(event: CurrentEvent, completion: Completion | undefined): void {
    if (this.interceptors.count > 0 || this.#observers.count > 0) this.#processObserved(event);
    else if (completion === undefined) this.#process(event);
    else completion.processed({ processed: this.#process(event), vetoed: false });
  }

  #dispatchInContext(event: CurrentEvent, completion: Completion | undefined): void {
    const contexts = this.#contexts as Map<number, unknown>;
    const context = contexts.get(event.id);
    contexts.delete(event.id);
    this.#options.context?.run(context, () => {
      this.#dispatch(event, completion);
    });
  }

  /**
   * Follows what user code returned: nothing, a promise or a coroutine that then belongs to `owner`.
   * `run` is called at once, its failure treated like a later one. Returns the execution when it has suspended.
   */
  execute(owner: ExecutionOwner, run: () => unknown, work?: ExecutionEnd): Execution | undefined {
    return this.#run(this.#executionFor(owner, undefined, work), run);
  }

  /** Shows an event that is never queued to interceptors; their veto is ignored (LC-111). */
  showDirect(type: EventType, origin: number, priority: number, payload: unknown, process: () => boolean): void {
    if (this.interceptors.count === 0) {
      process();
      return;
    }
    const event = new CurrentEvent();
    event.id = this.#nextId++;
    event.typeId = type.id;
    event.origin = origin;
    event.priority = priority;
    const lists = [this.interceptors.forAll, this.interceptors.of(type.id)];
    for (const list of lists) for (const entry of list) this.#before(entry, event, payload);
    const processed = process();
    for (const list of lists)
      for (const entry of list)
        if (!entry.isRemoved) this.#after(entry.interceptor, event, processed, payload, entry.ownerId);
  }

  /** Code of the manager has asked for its end, and may wait for that: the end does not wait for it then. */
  endAsked(ended: object): void {
    this.endsWithManager.add(ended);
    this.#asksForEnd = this.isProcessing;
  }

  /** Drops what is queued, telling work and waiters. */
  discardAll(reason: DiscardReason): void {
    const dropped = (payload: unknown, typeId: number): void => {
      if ('work' in eventTypeOf(typeId)) this.#discard(payload as Work, reason);
    };
    this.#held?.clear(dropped);
    this.queue.clear(dropped);
  }

  #processObserved(event: CurrentEvent): void {
    const { clock } = this.#options;
    const observer = this.#observers.count > 0 ? this.#observers : undefined;
    const payload = event.payload;
    if (!this.recordsTimes) event.pushedAt = Number.NaN;
    const startedAt = observer === undefined ? 0 : clock.now();
    this.#startedAt = startedAt;
    this.#handledAt = Number.NaN;
    observer?.processing(event, startedAt);
    const forAll = this.interceptors.forAll;
    let vetoed = false;
    for (const entry of forAll) if (!this.#before(entry, event, payload)) vetoed = true;
    const forType = this.interceptors.of(event.typeId);
    for (const entry of forType) if (!this.#before(entry, event, payload)) vetoed = true;
    const completion = this.#completion;
    let processed = false;
    if (!vetoed) processed = this.#process(event);
    else if ('work' in event.type) this.#discard(payload as Work, 'vetoed');
    for (const entry of forAll)
      if (!entry.isRemoved) this.#after(entry.interceptor, event, processed, payload, entry.ownerId);
    for (const entry of forType)
      if (!entry.isRemoved) this.#after(entry.interceptor, event, processed, payload, entry.ownerId);
    completion?.processed({ processed, vetoed });
    if (observer === undefined) return;
    // After the last handler there is nothing to time but interceptors and waiters: without them the clock is not read again.
    const handledAt = this.interceptors.count === 0 && completion === undefined ? this.#handledAt : Number.NaN;
    observer.processed(event, startedAt, Number.isNaN(handledAt) ? clock.now() : handledAt, processed, vetoed);
  }

  /** A failing interceptor does not veto, and its failure goes to its owner. One that was removed meanwhile is not asked. */
  #before({ interceptor, isRemoved, ownerId }: InterceptorEntry, event: CurrentEvent, payload: unknown): boolean {
    if (isRemoved) return true;
    try {
      const result: unknown = interceptor.before?.(event, payload);
      if (typeof result === 'object') this.#followInterceptor(result, ownerId, event);
      return result !== false;
    } catch (error) {
      this.#options.ownerOf(ownerId)?.failed(error, event);
      return true;
    }
  }

  /** Interceptors decide at once. One that is async all the same is not waited for, but its failure has an address. */
  #followInterceptor(result: object | null, ownerId: number, event: CurrentEvent): void {
    if (typeof (result as PromiseLike<unknown> | null)?.then !== 'function') return;
    const { id, typeId, origin, priority } = event;
    (result as PromiseLike<unknown>).then(undefined, (error: unknown) => {
      this.#options.ownerOf(ownerId)?.failed(error, { id, type: eventTypeOf(typeId), origin, priority });
    });
  }

  #discard(work: Work, reason: DiscardReason): void {
    try {
      work.discarded?.(reason);
    } catch (error) {
      this.#options.ownerOf(0)?.failed(error, undefined);
    }
  }

  #after(
    interceptor: { after?(event: EventView, processed: boolean, payload: unknown): void },
    event: CurrentEvent,
    processed: boolean,
    payload: unknown,
    ownerId: number,
  ): void {
    try {
      const result: unknown = interceptor.after?.(event, processed, payload);
      if (typeof result === 'object') this.#followInterceptor(result, ownerId, event);
    } catch (error) {
      this.#options.ownerOf(ownerId)?.failed(error, event);
    }
  }

  /** Whether anybody handles its type (EV-33). */
  #process(event: CurrentEvent): boolean {
    const typeId = event.typeId;
    const list = this.handlers.of(typeId);
    if (list !== undefined) {
      const count = list.count;
      if (count > 0) this.#broadcast(event, list);
      return count > 0;
    }
    const internal = this.internal[typeId];
    if (internal !== undefined) {
      internal(event);
      return true;
    }
    if (typeId === RunFunction.id) {
      this.#runFunction(event);
      return true;
    }
    if (typeId === Continue.id) {
      if (this.#observers.wantsHandlers) this.#continueObserved(event);
      else (event.payload as Resumable).run();
      return true;
    }
    if ('work' in eventTypeOf(typeId)) {
      this.#runWork(event);
      return true;
    }
    return false;
  }

  #broadcast(event: CurrentEvent, list: NonNullable<ReturnType<HandlerTable['of']>>): void {
    const { entries } = list;
    const length = entries.length;
    const { payload, origin } = event;
    const isObserved = this.#observers.wantsHandlers;
    let startedAt = !isObserved ? 0 : this.interceptors.count === 0 ? this.#startedAt : this.#options.clock.now();
    list.beginBroadcast();
    for (let i = 0; i < length; i++) {
      const entry = entries[i] as (typeof entries)[number];
      if (entry.isRemoved || !entry.owner.receivesEvents || (entry.from !== 0 && entry.from !== origin)) continue;
      let result: unknown;
      try {
        result = entry.handler(payload, event);
      } catch (error) {
        const execution = this.#executionFor(entry.owner, event, undefined);
        execution.threw(error);
        this.#giveBack(execution);
      }
      if (typeof result === 'object' && result !== null)
        this.#follow(this.#executionFor(entry.owner, event, undefined), result);
      if (isObserved) startedAt = this.#handled(event, entry.owner.id, startedAt);
    }
    list.endBroadcast();
  }

  #ownerOf(origin: number): ExecutionOwner | undefined {
    const last = this.#lastOwner;
    if (last !== undefined && last.id === origin && !last.isRevoked) return last;
    return (this.#lastOwner = this.#options.ownerOf(origin));
  }

  #runFunction(event: CurrentEvent): void {
    const owner = this.#ownerOf(event.origin);
    if (owner !== undefined) this.#run(this.#executionFor(owner, event, undefined), event.payload as () => unknown);
  }

  #runWork(event: CurrentEvent): void {
    const work = event.payload as Work;
    const owner = this.#ownerOf(event.origin);
    if (owner === undefined) {
      this.#discard(work, 'stopped');
      return;
    }
    const execution = this.#executionFor(owner, event, work);
    let result: unknown;
    try {
      result = work.run(event);
    } catch (error) {
      execution.threw(error);
      this.#giveBack(execution);
      return;
    }
    this.#follow(execution, result);
  }

  #run(execution: Execution, run: () => unknown): Execution | undefined {
    let result: unknown;
    try {
      result = run();
    } catch (error) {
      execution.threw(error);
      this.#giveBack(execution);
      return undefined;
    }
    return this.#follow(execution, result) ? execution : undefined;
  }

  #executionFor(owner: ExecutionOwner, event: CurrentEvent | undefined, work: ExecutionEnd | undefined): Execution {
    const execution = this.#spare ?? new Execution(this.#options.scheduler);
    this.#spare = undefined;
    execution.owner = owner;
    execution.event = event;
    execution.work = work;
    execution.completion = this.#completion;
    return execution;
  }

  /** Tells observers of one handler; returns the time at which the next one begins. */
  #handled(event: CurrentEvent, serviceId: number, startedAt: number): number {
    const endedAt = this.#options.clock.now();
    this.#observers.handled(event, serviceId, startedAt, endedAt);
    this.#handledAt = endedAt;
    return endedAt;
  }

  /** A coroutine that goes on is work of the service it belongs to. */
  #continueObserved(event: CurrentEvent): void {
    const resumable = event.payload as Resumable & { readonly host?: { readonly owner?: ExecutionOwner } };
    const serviceId = resumable.host?.owner?.id ?? event.origin;
    const startedAt = this.#options.clock.now();
    resumable.run();
    this.#handled(event, serviceId, startedAt);
  }

  #takeUnheld(held: HeldEvents, event: CurrentEvent): boolean {
    const isTaken = held.take(event);
    if (held.isIdle) this.#held = undefined;
    return isTaken;
  }

  #becameHigh(): void {
    const limit = this.#limit as LimitWatch;
    this.#highAt = Number.POSITIVE_INFINITY;
    this.#lowAt = limit.lowWater;
    limit.becameHigh();
  }

  #becameLow(): void {
    const limit = this.#limit as LimitWatch;
    this.#lowAt = -1;
    this.#highAt = limit.highWater;
    limit.becameLow();
  }

  #giveBack(execution: Execution): void {
    execution.owner = undefined;
    execution.event = undefined;
    execution.work = undefined;
    execution.completion = undefined;
    this.#spare = execution;
  }

  /** Whether it has suspended. */
  #follow(execution: Execution, result: unknown): boolean {
    if (isCoroutine(result)) {
      const handle = startCoroutine(result, execution);
      if (handle !== undefined) {
        this.#keep(execution, handle);
        return true;
      }
    } else if (
      typeof (result as PromiseLike<unknown> | undefined)?.then === 'function' &&
      !this.endsWithManager.has(result as object)
    ) {
      this.#touchedPromise = true;
      if (this.#asksForEnd) {
        this.#asksForEnd = false;
        this.#leaveBehind(execution, result as PromiseLike<unknown>);
        return false;
      }
      this.#keep(execution, undefined);
      (result as PromiseLike<unknown>).then(
        (value) => {
          execution.returned(value);
        },
        (error: unknown) => {
          execution.threw(error);
        },
      );
      return true;
    } else {
      execution.returned(result);
    }
    this.#giveBack(execution);
    return false;
  }

  /** Nobody waits for the promise, but its failure has an address. */
  #leaveBehind(execution: Execution, promise: PromiseLike<unknown>): void {
    const owner = execution.owner as ExecutionOwner;
    promise.then(undefined, (error: unknown) => {
      owner.failed(error, undefined);
    });
    execution.returned(undefined);
    this.#giveBack(execution);
  }

  /** The code has suspended: its execution, and the event it may look at, are no longer ours to reuse. */
  #keep(execution: Execution, handle: ReturnType<typeof startCoroutine>): void {
    execution.suspended(handle);
    if (execution.event === this.current) {
      this.current = new CurrentEvent();
      this.current.id = execution.event.id;
    }
  }
}
