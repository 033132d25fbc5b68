// The events that are waited for. The event system looks for waiters only while there are some.

import type { Completion } from './completion.ts';

export class Completions {
  readonly #byEvent = new Map<number, Completion>();
  readonly #changed: () => void;

  /** @param changed Called when the first one comes and when the last one has gone. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get size(): number {
    return this.#byEvent.size;
  }

  /** In the order of the pushes. */
  values(): Iterable<Completion> {
    return this.#byEvent.values();
  }

  get(eventId: number): Completion | undefined {
    return this.#byEvent.get(eventId);
  }

  set(eventId: number, completion: Completion): void {
    this.#byEvent.set(eventId, completion);
    if (this.#byEvent.size === 1) this.#changed();
  }

  delete(eventId: number): void {
    if (this.#byEvent.delete(eventId) && this.#byEvent.size === 0) this.#changed();
  }

  clear(): void {
    this.#byEvent.clear();
    this.#changed();
  }
}
