// Records the events a manager processes, for assertions about what happened and in which order.

import type { EventType } from '../contract/event-type.ts';
import * as internal from '../events/internal-events.ts';
import type { DependencyManager } from '../manager/dependency-manager.ts';

/** One processed event. */
export interface TracedEvent {
  readonly id: number;
  readonly type: string;
  readonly origin: number;
  readonly priority: number;
  readonly payload: unknown;
  /** Nobody vetoed it, and somebody handles its type. */
  readonly processed: boolean;
}

/** Which events are recorded. */
export interface TraceOptions {
  /** Record the manager's own events too (InsertService, DependencyOnline, …). Default: false. */
  readonly internal?: boolean;
}

const internalTypes = new Set<number>(Object.values(internal).flatMap((type) => ('id' in type ? [type.id] : [])));

/** Events in the order of their processing, from the moment it was made until it is disposed. Made by {@link traceEvents}. */
export class EventTrace implements Disposable {
  readonly events: TracedEvent[] = [];
  /** Their types: names need not be unique. */
  readonly #types = new WeakMap<TracedEvent, number>();
  readonly #registration: Disposable;

  constructor(manager: DependencyManager, options: TraceOptions = {}) {
    this.#registration = manager.intercept('all', {
      after: (event, processed, payload) => {
        if (options.internal !== true && internalTypes.has(event.type.id)) return;
        const { id, origin, priority, type } = event;
        const traced = { id, type: type.name, origin, priority, payload, processed };
        this.events.push(traced);
        this.#types.set(traced, type.id);
      },
    });
  }

  /** The names of the types, in order. */
  get names(): string[] {
    return this.events.map((event) => event.type);
  }

  /** The payloads of one type, in order. */
  payloadsOf<P>(type: EventType<P>): P[] {
    return this.events.filter((event) => this.#is(event, type)).map((event) => event.payload as P);
  }

  clear(): void {
    this.events.length = 0;
  }

  /**
   * Asserts that these events were processed in this order, whatever else lies between.
   *
   * @throws Error with the trace and the first event that is missing.
   */
  assertOrder(...types: readonly (EventType<never> | EventType)[]): void {
    let at = 0;
    for (const [index, type] of types.entries()) {
      const found = this.events.findIndex((event, position) => position >= at && this.#is(event, type));
      if (found < 0)
        throw new Error(
          `Expected ${types.map((one) => one.name).join(' → ')}, but ${type.name} (number ${index + 1}) did not follow. ` +
            `Processed were: ${this.names.join(' → ') || 'no events'}.`,
        );
      at = found + 1;
    }
  }

  /** Asserts that exactly these events were processed, in this order. @throws Error with both sequences. */
  assertExactly(...types: readonly (EventType<never> | EventType)[]): void {
    if (
      types.length !== this.events.length ||
      this.events.some((event, index) => !this.#is(event, types[index] as EventType))
    )
      throw new Error(
        `Expected exactly ${types.map((type) => type.name).join(' → ') || 'no events'}; processed were: ${this.names.join(' → ') || 'no events'}.`,
      );
  }

  /** Asserts that no event of this type was processed. @throws Error with the trace. */
  assertNone(type: EventType<never> | EventType): void {
    if (this.events.some((event) => this.#is(event, type)))
      throw new Error(`Expected no ${type.name}; processed were: ${this.names.join(' → ')}.`);
  }

  #is(event: TracedEvent, type: EventType<never> | EventType): boolean {
    return this.#types.get(event) === type.id;
  }

  /** Ends recording. */
  [Symbol.dispose](): void {
    this.#registration[Symbol.dispose]();
  }
}

/**
 * Records what a manager processes from now on.
 *
 * @example
 * ```ts
 * import { defineEvent } from '@ichor/core';
 * import { testManager, traceEvents } from '@ichor/core/testing';
 *
 * const First = defineEvent('First', { priority: 'high' });
 * const Second = defineEvent<string>('Second');
 * const manager = testManager();
 * using trace = traceEvents(manager);
 * await manager.begin();
 * manager.queue.push(Second, 'b');
 * manager.queue.push(First);
 * await manager.settle();
 * trace.assertExactly(First, Second);
 * console.log(trace.payloadsOf(Second)); // ['b']
 * await manager.quit();
 * ```
 */
export function traceEvents(manager: DependencyManager, options?: TraceOptions): EventTrace {
  return new EventTrace(manager, options);
}
