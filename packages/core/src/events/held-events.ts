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
  /** By priority, then id: what was held. Rows whose hold has ended are taken from here first. */
  #rows: EventRow[] = [];

  constructor(queue: EventQueue) {
    this.#queue = queue;
  }

  /** Rows that are held, or were and have not been taken yet. */
  get size(): number {
    return this.#rows.length;
  }

  /** No hold and no row: it is not needed any more. */
  get isIdle(): boolean {
    return this.#holds.size === 0 && this.#rows.length === 0;
  }

  begin(hold: Hold): void {
    this.#holds.add(hold);
  }

  end(hold: Hold): void {
    this.#holds.delete(hold);
  }

  /** As `EventQueue.take`, passing over what is held. O(held rows) per event while there are any. */
  take(row: EventRow): boolean {
    for (;;) {
      const index = this.#rows.findIndex((other) => !this.#isHeld(other));
      const next = this.#rows[index];
      if (next !== undefined && next.priority <= (this.#queue.nextPriority ?? Number.POSITIVE_INFINITY)) {
        this.#rows.splice(index, 1);
        Object.assign(row, next);
        return true;
      }
      if (!this.#queue.take(row)) return false;
      if (!this.#isHeld(row)) return true;
      this.#keep(row);
    }
  }

  depths(depths: Map<number, number>): void {
    for (const { priority } of this.#rows) depths.set(priority, (depths.get(priority) ?? 0) + 1);
  }

  oldestPushedAt(): number | undefined {
    return this.#rows.length === 0 ? undefined : Math.min(...this.#rows.map((row) => row.pushedAt));
  }

  clear(dropped: (payload: unknown, typeId: number) => void): void {
    for (const row of this.#rows.splice(0)) dropped(row.payload, row.typeId);
  }

  #keep(row: EventRow): void {
    const { id, typeId, origin, priority, pushedAt, cause, payload } = row;
    const rows = this.#rows;
    let index = rows.length;
    while (index > 0 && isBefore(row, rows[index - 1] as EventRow)) index--;
    rows.splice(index, 0, { id, typeId, origin, priority, pushedAt, cause, payload });
    row.payload = undefined;
  }

  #isHeld(row: EventRow): boolean {
    for (const hold of this.#holds) if (hold.typeIds.has(row.typeId) && !hold.exceptFrom.has(row.origin)) return true;
    return false;
  }
}

function isBefore(a: EventRow, b: EventRow): boolean {
  return a.priority < b.priority || (a.priority === b.priority && a.id < b.id);
}
