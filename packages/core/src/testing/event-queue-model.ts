// The simplest possible event queue, as the oracle of the contract suite: a list that is searched on every take.

import type { EventRow } from '../contract/event-queue.ts';

/** Rows in the order of their pushes; `take` looks for the first one with the lowest priority number. O(n) everywhere. */
export class EventQueueModel {
  readonly #rows: EventRow[] = [];

  get size(): number {
    return this.#rows.length;
  }

  get nextPriority(): number | undefined {
    return this.#first()?.priority;
  }

  push(row: EventRow): void {
    this.#rows.push(row);
  }

  take(): EventRow {
    const first = this.#first();
    if (first === undefined) {
      throw new Error('Event queue contract: the queue delivered more rows than were pushed');
    }
    this.#rows.splice(this.#rows.indexOf(first), 1);
    return first;
  }

  depths(): Map<number, number> {
    const depths = new Map<number, number>();
    for (const { priority } of [...this.#rows].sort((a, b) => a.priority - b.priority)) {
      depths.set(priority, (depths.get(priority) ?? 0) + 1);
    }
    return depths;
  }

  oldestPushedAt(): number | undefined {
    return this.#rows[0]?.pushedAt;
  }

  #first(): EventRow | undefined {
    let first = this.#rows[0];
    for (const row of this.#rows) {
      if (first !== undefined && row.priority < first.priority) {
        first = row;
      }
    }
    return first;
  }
}
