// Events that wait because those who handle them are being exchanged: taken out of the queue when their turn comes, and given
// back in their old order, before newer ones of the same priority. Made by the event system when a hold begins.

import type { EventQueue, EventRow } from '../contract/event-queue.ts';

/** Which events are held. */
export interface Hold {
  readonly typeIds: ReadonlySet<number>;
  /** Services whose own events are not held: they may wait for them in their stop() or start(). */
  readonly exceptFrom: ReadonlySet<number>;
}

export class HeldEvents {
  readonly #queue: EventQueue;
  readonly #holds = new Set<Hold>();
  /** What is held, in the order of being taken out. */
  #kept: EventRow[] = [];
  /** What was held and is not any more, by priority, then id; taken from `#next` on. */
  #ready: EventRow[] = [];
  #next = 0;

  constructor(queue: EventQueue) {
    this.#queue = queue;
  }

  /** Rows that are held, or were and have not been taken yet. */
  get size(): number {
    return this.#kept.length + this.#ready.length - this.#next;
  }

  /** No hold and no row: it is not needed any more. */
  get isIdle(): boolean {
    return this.#holds.size === 0 && this.size === 0;
  }

  begin(hold: Hold): void {
    this.#holds.add(hold);
  }

  /** O(n log n) in the rows that are held. */
  end(hold: Hold): void {
    this.#holds.delete(hold);
    const kept: EventRow[] = [];
    const ready = this.#ready.slice(this.#next);
    for (const row of this.#kept) (this.#isHeld(row) ? kept : ready).push(row);
    this.#kept = kept;
    this.#ready = ready.sort((a, b) => a.priority - b.priority || a.id - b.id);
    this.#next = 0;
  }

  /** As `EventQueue.take`, passing over what is held. */
  take(row: EventRow): boolean {
    for (;;) {
      const next = this.#ready[this.#next];
      if (next !== undefined && next.priority <= (this.#queue.nextPriority ?? Number.POSITIVE_INFINITY)) {
        this.#next++;
        Object.assign(row, next);
      } else if (!this.#queue.take(row)) return false;
      if (this.#next === this.#ready.length && this.#next > 0) {
        this.#ready = [];
        this.#next = 0;
      }
      if (!this.#isHeld(row)) return true;
      const { id, typeId, origin, priority, pushedAt, cause, payload } = row;
      this.#kept.push({ id, typeId, origin, priority, pushedAt, cause, payload });
      row.payload = undefined;
    }
  }

  /** Adds what it has to the depths of the queue. */
  addDepths(depths: Map<number, number>): void {
    for (const { priority } of this.#rows()) depths.set(priority, (depths.get(priority) ?? 0) + 1);
  }

  oldestPushedAt(): number | undefined {
    let oldest: number | undefined;
    for (const { pushedAt } of this.#rows()) if (oldest === undefined || pushedAt < oldest) oldest = pushedAt;
    return oldest;
  }

  clear(dropped: (payload: unknown, typeId: number) => void): void {
    const rows = [...this.#rows()];
    this.#kept = [];
    this.#ready = [];
    this.#next = 0;
    for (const row of rows) dropped(row.payload, row.typeId);
  }

  *#rows(): Generator<EventRow> {
    yield* this.#kept;
    for (let index = this.#next; index < this.#ready.length; index++) yield this.#ready[index] as EventRow;
  }

  #isHeld(row: EventRow): boolean {
    for (const hold of this.#holds) if (hold.typeIds.has(row.typeId) && !hold.exceptFrom.has(row.origin)) return true;
    return false;
  }
}
