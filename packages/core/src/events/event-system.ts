// Pushes, takes and dispatches events: the hot path of everything. Knows handlers, interceptors, work and completions;
// lifecycle events are handed to the functions that the lifecycle registers in `internal`.

import { asyncReleases, isCoroutine, startCoroutine } from '@ichor/coroutines/spi';
import type { Clock, Coroutine, Resumable, Scheduler } from '@ichor/coroutines';
import type { EventQueue, EventRow } from '../contract/event-queue.ts';
import type { DiscardReason, EventType, EventView, Work } from '../contract/event-type.ts';
import { eventTypeOf } from './define-event.ts';
import type { Completion } from './completion.ts';
import { Deferred } from './deferred.ts';
import { Execution, type ExecutionEnd, type ExecutionOwner } from './execution.ts';
import { HandlerTable } from './handler-table.ts';
import { InterceptorTable } from './interceptor-table.ts';
import { Continue, RunFunction } from './internal-events.ts';
import type { StepResult } from '../queue/run-loop.ts';

/** The row being processed, which handlers see as the event. */
export class CurrentEvent implements EventRow, EventView {
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

/** Sees every event with its times; used by statistics and the journal. Nothing is paid while there is none. */
export interface EventObserver {
  processing(event: CurrentEvent, startedAt: number): void;
  processed(event: CurrentEvent, startedAt: number, endedAt: number): void;
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
  /** By event id: who waits for it. */
  readonly completions = new Map<number, Completion>();
  observer: EventObserver | undefined;
  /** The event being processed. */
  current = new CurrentEvent();
  isProcessing = false;
  readonly #options: EventSystemOptions;
  readonly #recordTimes: boolean;
  /** The owner of the last function or work that ran: the next one often has the same. */
  #lastOwner: ExecutionOwner | undefined;
  #nextId = 0;
  /** An execution that has never suspended, to be used again. */
  #spare: Execution | undefined;
  #completion: Completion | undefined;
  #touchedPromise = false;
  readonly #contexts: Map<number, unknown> | undefined;
  /** Waits for the queue to get shorter, in the order of waiting. */
  #belowWaits: { readonly size: number; readonly reached: Deferred<void> }[] = [];

  constructor(options: EventSystemOptions) {
    this.#options = options;
    this.queue = options.queue;
    this.#recordTimes = options.recordTimes;
    this.#contexts = options.context === undefined ? undefined : new Map();
  }

  /** Events waiting, plus the one being processed (EV-82). */
  get size(): number {
    return this.queue.size + (this.isProcessing ? 1 : 0);
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
      this.#recordTimes ? this.#options.clock.now() : 0,
      this.isProcessing ? this.current.id : -1,
    );
    if (this.#contexts !== undefined) this.#contexts.set(id, this.#options.context?.capture());
    if (!this.isProcessing) this.#options.schedule();
    return id;
  }

  /** Waits until fewer than `size` events are queued. */
  whenBelow(size: number): Deferred<void> {
    const reached = new Deferred<void>(`the queue to hold fewer than ${size} events`);
    if (this.queue.size < size) reached.resolve();
    else this.#belowWaits.push({ size, reached });
    return reached;
  }

  /** Takes and processes one event. */
  processNext(): StepResult {
    const event = this.current;
    if (!this.queue.take(event)) return 'empty';
    this.isProcessing = true;
    this.#touchedPromise = false;
    const releases = asyncReleases();
    const completion = this.completions.size === 0 ? undefined : this.completions.get(event.id);
    this.#completion = completion;
    if (this.#contexts === undefined) this.#dispatch(event, completion);
    else this.#dispatchInContext(event, completion);
    this.#completion = undefined;
    this.isProcessing = false;
    event.payload = undefined;
    if (this.#belowWaits.length > 0) this.#releaseBelowWaits();
    return this.#touchedPromise || releases !== asyncReleases() ? 'checkpoint' : 'done';
  }

  #dispatch(event: CurrentEvent, completion: Completion | undefined): void {
    if (this.interceptors.count > 0 || this.observer !== undefined) this.#processObserved(event);
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
    for (const list of lists) for (const entry of list) this.#before(entry.interceptor, event, payload, entry.ownerId);
    const processed = process();
    for (const list of lists)
      for (const entry of list)
        if (!entry.isRemoved) this.#after(entry.interceptor, event, processed, payload, entry.ownerId);
  }

  /** Drops what is queued, telling work and waiters. */
  discardAll(reason: DiscardReason): void {
    this.queue.clear((payload, typeId) => {
      if ('work' in eventTypeOf(typeId)) (payload as Work).discarded?.(reason);
    });
  }

  #processObserved(event: CurrentEvent): void {
    const { clock } = this.#options;
    const observer = this.observer;
    const payload = event.payload;
    const startedAt = observer === undefined ? 0 : clock.now();
    observer?.processing(event, startedAt);
    const forAll = this.interceptors.forAll;
    let vetoed = false;
    for (const entry of forAll) if (!this.#before(entry.interceptor, event, payload, entry.ownerId)) vetoed = true;
    const forType = this.interceptors.of(event.typeId);
    for (const entry of forType) if (!this.#before(entry.interceptor, event, payload, entry.ownerId)) vetoed = true;
    const completion = this.#completion;
    let processed = false;
    if (!vetoed) processed = this.#process(event);
    else if ('work' in event.type) (payload as Work).discarded?.('vetoed');
    for (const entry of forAll)
      if (!entry.isRemoved) this.#after(entry.interceptor, event, processed, payload, entry.ownerId);
    for (const entry of forType)
      if (!entry.isRemoved) this.#after(entry.interceptor, event, processed, payload, entry.ownerId);
    completion?.processed({ processed, vetoed });
    observer?.processed(event, startedAt, clock.now());
  }

  /** A failing interceptor does not veto, and its failure goes to its owner. */
  #before(
    interceptor: { before?(event: EventView, payload: unknown): boolean | void },
    event: CurrentEvent,
    payload: unknown,
    ownerId: number,
  ): boolean {
    try {
      return interceptor.before?.(event, payload) !== false;
    } catch (error) {
      this.#options.ownerOf(ownerId)?.failed(error, event);
      return true;
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
      interceptor.after?.(event, processed, payload);
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
      (event.payload as Resumable).run();
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
        continue;
      }
      if (typeof result === 'object' && result !== null)
        this.#follow(this.#executionFor(entry.owner, event, undefined), result);
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
      work.discarded?.('stopped');
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

  #releaseBelowWaits(): void {
    const reached = this.#belowWaits.filter((wait) => this.queue.size < wait.size);
    if (reached.length === 0) return;
    this.#belowWaits = this.#belowWaits.filter((wait) => !reached.includes(wait));
    for (const wait of reached) wait.reached.resolve();
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
      const handle = startCoroutine(result as Coroutine<unknown>, execution);
      if (handle !== undefined) {
        this.#keep(execution, handle);
        return true;
      }
    } else if (typeof (result as PromiseLike<unknown> | undefined)?.then === 'function') {
      this.#touchedPromise = true;
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

  /** The code has suspended: its execution, and the event it may look at, are no longer ours to reuse. */
  #keep(execution: Execution, handle: ReturnType<typeof startCoroutine>): void {
    execution.suspended(handle);
    if (execution.event === this.current) {
      this.current = new CurrentEvent();
      this.current.id = execution.event.id;
    }
  }
}
