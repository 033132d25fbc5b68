// The queue as its users hold it: one facade per origin (a service, or nobody), over the one event system.

import type { Awaitable, Clock } from '@ichor/coroutines';
import type { EventType, PushArguments, PushOptions, Work, WorkType } from '../contract/event-type.ts';
import type { EventOutcome, Queue, WaitOptions } from '../contract/queue.ts';
import { coreError } from '../errors/catalogue.ts';
import {
  checkDuration,
  checkFlag,
  checkKeys,
  checkMethods,
  invalidOption,
  isNumberFrom,
  isObject,
  shown,
} from '../errors/checks.ts';
import type { RunLoop } from '../queue/run-loop.ts';
import { Completion } from './completion.ts';
import { Deferred } from './deferred.ts';
import { checkEventType, isEventType, priorityNumber } from './define-event.ts';
import type { EventSystem } from './event-system.ts';
import * as internal from './internal-events.ts';

/** What all facades of one manager share. */
export interface QueueParts {
  readonly events: EventSystem;
  readonly loop: RunLoop;
  readonly clock: Clock;
  /** The manager has ended: nothing can be pushed any more. */
  isClosed: boolean;
  /** Why. */
  readonly closedBecause: () => Error;
  /** The handling of an awaited event failed, and nobody waits for it, or not any more. */
  readonly unheard: (description: string, error: unknown) => void;
}

/** Whose facade it is: a service, which may stop. */
export interface QueueUser {
  readonly id: number;
  readonly isRevoked: boolean;
  /** Throws the error of using a stopped service's context. */
  assertLive(): void;
}

/** Events that nobody can wait for: they end the wait themselves, or are not processed as one event (EV-51). */
const notAwaitable: ReadonlySet<EventType> = new Set<EventType>([
  internal.Quit,
  internal.AddTracker,
  internal.Continue,
  internal.RequestDependency,
  internal.UndoDependencyRequest,
  internal.DependencyOnline,
  internal.DependencyOffline,
] as EventType[]);

export class QueueFacade implements Queue {
  readonly #parts: QueueParts;
  readonly #events: EventSystem;
  readonly #origin: number;
  readonly #user: QueueUser | undefined;

  /** @param user The service whose id its pushes carry; undefined for nobody. */
  constructor(parts: QueueParts, user: QueueUser | undefined) {
    this.#parts = parts;
    this.#events = parts.events;
    this.#user = user;
    this.#origin = user?.id ?? 0;
  }

  get size(): number {
    return this.#events.size;
  }

  get isEmpty(): boolean {
    return this.#events.size === 0;
  }

  push<P>(type: EventType<P>, ...rest: PushArguments<P>): number;
  // Without a rest parameter, which would cost an array per push.
  push(type: EventType, payload?: unknown, options?: PushOptions): number {
    if (this.#parts.isClosed || this.#user?.isRevoked === true || !isEventType(type)) this.#refuse(type);
    if (type.id <= lastManagerType && type.id >= firstManagerType) internal.checkManagerEvent(type, payload);
    if (this.#events.limit?.rejects === true) this.#admit(type);
    if (options === undefined)
      return this.#events.push(type.id, this.#origin, type.priority, payload, Number.POSITIVE_INFINITY);
    if (!isObject(options)) checkKeys('push()', options, known);
    return this.#events.push(
      type.id,
      this.#origin,
      priorityNumber(options.priority, type.priority),
      payload,
      deadlineOf(options),
    );
  }

  pushAndWait<P>(type: EventType<P>, payload: P, options: WaitOptions = {}): Awaitable<EventOutcome> {
    if (this.#parts.isClosed || this.#user?.isRevoked === true || !isEventType(type)) this.#refuse(type);
    if (notAwaitable.has(type))
      throw coreError('ICHOR_EVENT_INVALID', `${type.name} cannot be waited for. Use push() instead.`);
    if (type.id <= lastManagerType && type.id >= firstManagerType) internal.checkManagerEvent(type, payload);
    checkKeys('pushAndWait()', options, known);
    const { timeoutMs, signal } = options;
    checkDuration('timeoutMs', timeoutMs);
    checkMethods('signal', signal, 'AbortSignals', 'addEventListener', 'removeEventListener');
    checkFlag('coalesce', options.coalesce);
    const { completions } = this.#events;
    const key = `${type.id}/${this.#origin}`;
    let completion: Completion | undefined;
    if (options.coalesce === true) for (const other of completions.values()) if (other.key === key) completion = other;
    if (completion === undefined) {
      if (this.#events.limit?.rejects === true) this.#admit(type);
      const priority = priorityNumber(options.priority, type.priority);
      const id = this.#events.push(type.id, this.#origin, priority, payload, deadlineOf(options));
      const description = `${type.name} (event ${id})`;
      completion = new Completion(
        description,
        key,
        () => completions.delete(id),
        (error) => {
          this.#parts.unheard(description, error);
        },
      );
      completions.set(id, completion);
    }
    if (timeoutMs === undefined && signal === undefined) return completion.result;
    return limitedWait(completion, this.#parts.clock, timeoutMs, signal);
  }

  post(run: () => unknown, options?: PushOptions): number {
    if (typeof run !== 'function')
      throw coreError('ICHOR_EVENT_INVALID', `post() takes a function; received ${shown(run)}.`);
    return this.push(internal.RunFunction, run, options);
  }

  pushWork(type: WorkType, work: Work, priority: number, deadlineMs: number = Number.POSITIVE_INFINITY): number {
    if (this.#user?.isRevoked === true) this.#refuse(type);
    if (!isEventType(type) || !(priority >= 0) || typeof work?.run !== 'function') refuseWork(type, work, priority);
    if (this.#parts.isClosed) {
      work.discarded?.('quit');
      return -1;
    }
    return this.#events.push(type.id, this.#origin, priority, work, deadlineMs);
  }

  wake(): void {
    this.#parts.loop.wake();
  }

  whenBelow(size: number): Awaitable<void> {
    if (this.#user?.isRevoked === true) this.#refuse(internal.RunFunction);
    if (!(isNumberFrom(size, 0) && size > 0)) throw invalidOption('size', size, 'numbers above 0');
    return this.#events.below.wait(size);
  }

  /** Lifecycle events are never refused for lack of room. */
  #admit(type: EventType): void {
    if (this.#events.internal[type.id] === undefined) this.#events.limit?.admit(type, this.#events.waiting);
  }

  #refuse(type: EventType<never> | EventType): never {
    this.#user?.assertLive();
    if (this.#parts.isClosed) throw this.#parts.closedBecause();
    checkEventType(type);
    throw this.#parts.closedBecause();
  }
}

const known: ReadonlySet<string> = new Set(['priority', 'deadlineMs', 'timeoutMs', 'signal', 'coalesce']);
const firstManagerType = internal.InsertService.id;
const lastManagerType = internal.Quit.id;

function deadlineOf({ deadlineMs }: PushOptions): number {
  if (deadlineMs === undefined) return Number.POSITIVE_INFINITY;
  if (typeof deadlineMs !== 'number' || Number.isNaN(deadlineMs))
    throw invalidOption('deadlineMs', deadlineMs, "times of the manager's clock in milliseconds");
  return deadlineMs;
}

function refuseWork(type: WorkType, work: Work | undefined, priority: number): void {
  checkEventType(type);
  if (typeof work?.run !== 'function')
    throw coreError(
      'ICHOR_EVENT_INVALID',
      `${type.name}: pushWork() takes work with a run() method; received ${shown(work)}.`,
    );
  throw invalidOption('priority', priority, 'numbers from 0');
}

/** Waits for the end of an event, but not longer than asked for. */
function limitedWait(
  { result, description, limited: others }: Completion,
  clock: Clock,
  timeoutMs: number | undefined,
  signal: AbortSignal | undefined,
): Awaitable<EventOutcome> {
  const limited = new Deferred<EventOutcome>(description);
  others.push(limited);
  const timer =
    timeoutMs === undefined
      ? undefined
      : clock.schedule(() => {
          limited.reject(
            coreError('ICHOR_EVENT_TIMEOUT', `${description} did not complete within ${timeoutMs} ms. ` + waitHint),
          );
        }, timeoutMs);
  const onAbort = (): void => {
    limited.reject(
      coreError('ICHOR_EVENT_ABORTED', `Waiting for ${description} was aborted.`, { cause: signal?.reason }),
    );
  };
  if (signal?.aborted === true) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  const done = (): void => {
    timer?.cancel();
    signal?.removeEventListener('abort', onAbort);
  };
  limited.onSettled(done);
  result.onSettled((outcome, error) => {
    if (outcome === undefined) limited.reject(error);
    else limited.resolve(outcome);
  });
  return limited;
}

const waitHint = 'It waits in the queue, or a handler of it still runs; inspect() shows which.';
