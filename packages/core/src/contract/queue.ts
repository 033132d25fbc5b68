// The queue as services use it. Required with the `Queue` token; what is pushed through it carries the service's id as origin.

import type { Awaitable, Coroutine } from '@ichor/coroutines';
import type { EventType, PushArguments, PushOptions, Work, WorkType } from './event-type.ts';
import { token } from './token.ts';

/** How `pushAndWait` waits. */
export interface WaitOptions extends PushOptions {
  /** Give up after so many milliseconds of the manager's clock. Default: wait for ever. */
  readonly timeoutMs?: number;
  /** Give up when it aborts. */
  readonly signal?: AbortSignal;
  /** If an event of this type by this origin is already being waited for, wait for that one instead. Default: false. */
  readonly coalesce?: boolean;
}

/** What became of an awaited event. */
export interface EventOutcome {
  /** Nobody vetoed it, and somebody handles its type. */
  readonly processed: boolean;
  /** An interceptor vetoed it. */
  readonly vetoed: boolean;
}

/** The event queue of one manager. */
export interface Queue {
  /** Events waiting, plus one while an event is being processed. */
  readonly size: number;
  /** Nothing is waiting and nothing is being processed. */
  readonly isEmpty: boolean;
  /** Queues an event for all handlers of its type. Returns its id. O(1). */
  push<P>(type: EventType<P>, ...rest: PushArguments<P>): number;
  /**
   * Queues an event and waits until it was processed and every coroutine and promise of its handlers has ended.
   * Fails with the first failure of a handler, with ICHOR_EVENT_TIMEOUT, ICHOR_EVENT_ABORTED or ICHOR_MANAGER_QUIT.
   * Waiters of one event are resumed inline in the order in which they began to wait.
   */
  pushAndWait<P>(type: EventType<P>, payload: P, options?: WaitOptions): Awaitable<EventOutcome>;
  /** Queues a function (plain, async, or coroutine); dropped when the origin service has stopped by then. */
  post(run: () => unknown, options?: PushOptions): number;
  /**
   * Queues work that has a receiver of its own. Allocates nothing. Once the manager has ended it is discarded at once.
   *
   * @param priority A number.
   * @returns its event id, or -1 when it was discarded.
   */
  pushWork(type: WorkType, work: Work, priority: number, deadlineMs?: number): number;
  /**
   * To be called by I/O sources after their pushes: drains now when the loop is idle, and collects bursts so that
   * they are ordered by priority. Never re-enters a running drain.
   */
  wake(): void;
  /** Waits until fewer than `size` events are queued. */
  whenBelow(size: number): Awaitable<void>;
}

/** A function that is a coroutine, an async function or a plain one. */
export type Routine<T> = (() => Coroutine<T>) | (() => PromiseLike<T>) | (() => T);

/**
 * Require this to push events and work. `self.queue` of a context is the same.
 *
 * @example
 * ```ts
 * import { defineEvent, defineService, DependencyManager, Queue, Quit, required } from '@ichor/core';
 *
 * const Greeted = defineEvent<string>('Greeted');
 * const manager = new DependencyManager();
 * manager.register(
 *   defineService({
 *     name: 'Greeter',
 *     dependencies: { queue: required(Queue) },
 *     setup({ queue }, self) {
 *       self.on(Greeted, (name, event) => {
 *         console.log(name, event.origin === self.id); // Ann true
 *         queue.push(Quit);
 *       });
 *       queue.push(Greeted, 'Ann', { priority: 'high' });
 *     },
 *   }),
 * );
 * await manager.run();
 * ```
 */
export const Queue = token<Queue>('Queue');
