// The last N events of a manager with their causes and times, in a ring of typed arrays: recording one writes ten numbers and
// allocates nothing. Made by the manager when its `journal` option asks for it.

import type { EventObserver, ObservedEvent } from '../contract/event-observer.ts';
import { eventTypeOf } from '../events/define-event.ts';

/** One event that was processed. Times are milliseconds of the manager's clock. */
export interface JournalEntry {
  readonly id: number;
  readonly type: string;
  /** Id of the service that pushed it; 0 for nobody. */
  readonly origin: number;
  readonly priority: number;
  /** Undefined where the queue does not record times. */
  readonly pushedAt: number | undefined;
  readonly startedAt: number;
  readonly endedAt: number;
  /** The event during whose processing it was pushed; undefined for one that came from outside (a promise, a timer, I/O). */
  readonly cause: number | undefined;
  /** Nobody vetoed it, and somebody handles its type. */
  readonly processed: boolean;
  readonly vetoed: boolean;
}

/** Flags of a row. */
const wasProcessed = 1;
const wasVetoed = 2;

/** The journal of one manager: `manager.journal`. */
export class EventJournal implements EventObserver {
  readonly capacity: number;
  readonly #ids: Float64Array;
  readonly #causes: Float64Array;
  readonly #priorities: Float64Array;
  readonly #pushedAt: Float64Array;
  readonly #startedAt: Float64Array;
  readonly #endedAt: Float64Array;
  readonly #origins: Float64Array;
  readonly #typeIds: Int32Array;
  readonly #flags: Uint8Array;
  /** Events ever recorded; the next one goes to this position modulo the capacity. */
  #recorded = 0;

  /** @param capacity Events kept. */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.#ids = new Float64Array(capacity);
    this.#causes = new Float64Array(capacity);
    this.#priorities = new Float64Array(capacity);
    this.#pushedAt = new Float64Array(capacity);
    this.#startedAt = new Float64Array(capacity);
    this.#endedAt = new Float64Array(capacity);
    this.#origins = new Float64Array(capacity);
    this.#typeIds = new Int32Array(capacity);
    this.#flags = new Uint8Array(capacity);
  }

  /** Events it holds now. */
  get size(): number {
    return Math.min(this.#recorded, this.capacity);
  }

  processed(event: ObservedEvent, startedAt: number, endedAt: number, isProcessed: boolean, isVetoed: boolean): void {
    const index = this.#recorded++ % this.capacity;
    this.#ids[index] = event.id;
    this.#causes[index] = event.cause;
    this.#priorities[index] = event.priority;
    this.#pushedAt[index] = event.pushedAt;
    this.#startedAt[index] = startedAt;
    this.#endedAt[index] = endedAt;
    this.#origins[index] = event.origin;
    this.#typeIds[index] = event.type.id;
    this.#flags[index] = (isProcessed ? wasProcessed : 0) | (isVetoed ? wasVetoed : 0);
  }

  /** The entries in the order of processing, oldest first. O(n). */
  entries(): JournalEntry[] {
    return Array.from({ length: this.size }, (_, position) => this.#entry(this.#indexAt(position)));
  }

  /** The entry of an event; undefined when it was not processed yet, or so long ago that it fell out. O(n). */
  find(id: number): JournalEntry | undefined {
    for (let position = this.size - 1; position >= 0; position--) {
      const index = this.#indexAt(position);
      if (this.#ids[index] === id) return this.#entry(index);
    }
    return undefined;
  }

  /** The events that were pushed while the event `id` was processed, in the order of processing. O(n). */
  effectsOf(id: number): JournalEntry[] {
    const effects: JournalEntry[] = [];
    for (let position = 0; position < this.size; position++) {
      const index = this.#indexAt(position);
      if (this.#causes[index] === id) effects.push(this.#entry(index));
    }
    return effects;
  }

  #indexAt(position: number): number {
    return (this.#recorded - this.size + position) % this.capacity;
  }

  #entry(index: number): JournalEntry {
    const cause = this.#causes[index] as number;
    const pushedAt = this.#pushedAt[index] as number;
    const flags = this.#flags[index] as number;
    return {
      id: this.#ids[index] as number,
      type: eventTypeOf(this.#typeIds[index] as number).name,
      origin: this.#origins[index] as number,
      priority: this.#priorities[index] as number,
      pushedAt: Number.isNaN(pushedAt) ? undefined : pushedAt,
      startedAt: this.#startedAt[index] as number,
      endedAt: this.#endedAt[index] as number,
      cause: cause < 0 ? undefined : cause,
      processed: (flags & wasProcessed) !== 0,
      vetoed: (flags & wasVetoed) !== 0,
    };
  }
}
