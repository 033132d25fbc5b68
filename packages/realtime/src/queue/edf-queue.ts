// An event queue that serves the earliest deadline first within a priority. Given to a DependencyManager in place of its own.
// A binary heap of slots, ordered by priority, deadline, and order of push, over rows kept in parallel arrays.

import type { Clock, EventQueue, EventQueueOptions, EventRow } from '@ichor/core';
import { OverloadDetector, type OverloadOptions, type OverloadState } from './overload-detector.ts';
import { RowPool } from './row-pool.ts';

/** A queue that grew beyond this gives its memory back when it is empty. */
const capacityKept = 16_384;
/** Lanes that are empty are forgotten once there are so many in all. */
const lanesKept = 64;

/** Options of an {@link EdfQueue}. */
export interface EdfQueueOptions extends EventQueueOptions {
  /** The manager's clock, on which deadlines are given; without it, late rows are not noticed and there is no overload detection. */
  readonly clock?: Pick<Clock, 'now'>;
  /** When the queue counts as overloaded. */
  readonly overload?: OverloadOptions;
}

interface Lane {
  readonly priority: number;
  size: number;
}

/**
 * Serves lower priority numbers first; within a priority, earlier deadlines first; within a deadline (rows without one
 * come last) in the order of pushes. Push and take are O(log n); a push that belongs at the end is O(1).
 *
 * Earliest-deadline-first is optimal on one processor (Liu and Layland 1973): if any order meets all deadlines, this one does.
 * Events are never interrupted, so a long handler still delays a more urgent event: see `testSchedulability`.
 *
 * @example
 * ```ts
 * import { EdfQueue } from '@ichor/realtime';
 *
 * const queue = new EdfQueue();
 * queue.push(0, 1, 0, 1000, 'relaxed', 50, 0, -1);
 * queue.push(1, 1, 0, 1000, 'urgent', 10, 0, -1);
 * const row = { id: 0, typeId: 0, origin: 0, priority: 0, pushedAt: 0, cause: -1, payload: undefined };
 * queue.take(row);
 * console.log(row.payload); // urgent
 * ```
 */
export class EdfQueue implements EventQueue {
  readonly #rows: RowPool;
  readonly #clock: Pick<Clock, 'now'> | undefined;
  readonly #overload: OverloadDetector;
  #heap = new Int32Array(64);
  #size = 0;
  #pushes = 0;
  #lanes: Lane[] = [];
  #laneOf = new Map<number, number>();
  #lastLane = -1;

  constructor(options: EdfQueueOptions = {}) {
    this.#rows = new RowPool(options);
    this.#clock = options.clock;
    this.#overload = new OverloadDetector(options.overload);
  }

  get size(): number {
    return this.#size;
  }

  get nextPriority(): number | undefined {
    return this.#size === 0 ? undefined : this.#rows.priorities[this.#heap[0] as number];
  }

  /** Deadline of the row that `take` would deliver; undefined when empty, `Infinity` when it has none. */
  get nextDeadlineMs(): number | undefined {
    return this.#size === 0 ? undefined : this.#rows.deadlines[this.#heap[0] as number];
  }

  /** Whether deadlines are being missed, and by how much. A live view. */
  get overload(): OverloadState {
    return this.#overload;
  }

  push(
    id: number,
    typeId: number,
    origin: number,
    priority: number,
    payload: unknown,
    deadlineMs: number,
    pushedAt: number,
    cause: number,
  ): void {
    const rows = this.#rows;
    const slot = rows.add(id, typeId, origin, payload, pushedAt, cause);
    rows.priorities[slot] = priority;
    rows.deadlines[slot] = deadlineMs;
    rows.orders[slot] = this.#pushes++;
    rows.lanes[slot] = this.#enter(priority);
    if (this.#size === this.#heap.length) {
      const larger = new Int32Array(this.#size * 2);
      larger.set(this.#heap);
      this.#heap = larger;
    }
    this.#siftUp(slot, this.#size++);
  }

  take(row: EventRow): boolean {
    if (this.#size === 0) return false;
    const heap = this.#heap;
    const slot = heap[0] as number;
    const deadline = this.#rows.deadlines[slot] as number;
    if (deadline !== Infinity && this.#clock !== undefined) this.#overload.served(this.#clock.now() - deadline);
    (this.#lanes[this.#rows.lanes[slot] as number] as Lane).size--;
    this.#rows.remove(slot, row);
    this.#size--;
    if (this.#size > 0) this.#siftDown(heap[this.#size] as number);
    else if (this.#rows.capacity > capacityKept) this.#shrink();
    return true;
  }

  depths(): ReadonlyMap<number, number> {
    const used = this.#lanes.filter(({ size }) => size > 0).sort((a, b) => a.priority - b.priority);
    return new Map(used.map(({ priority, size }) => [priority, size]));
  }

  oldestPushedAt(): number | undefined {
    return this.#rows.oldestPushedAt;
  }

  clear(dropped?: (payload: unknown, typeId: number) => void): void {
    if (dropped !== undefined) {
      const waiting = this.#heap.slice(0, this.#size).sort((a, b) => (this.#isBefore(a, b) ? -1 : 1));
      const row: EventRow = { id: 0, typeId: 0, origin: 0, priority: 0, pushedAt: 0, cause: -1, payload: undefined };
      const gone = Array.from(waiting, (slot) => {
        this.#rows.remove(slot, row);
        return { payload: row.payload, typeId: row.typeId };
      });
      this.#shrink();
      for (const { payload, typeId } of gone) dropped(payload, typeId);
    } else {
      this.#shrink();
    }
  }

  #shrink(): void {
    this.#rows.reset();
    this.#heap = new Int32Array(64);
    this.#size = 0;
    this.#lanes = [];
    this.#laneOf.clear();
    this.#lastLane = -1;
  }

  /** Counts a row into the lane of its priority. */
  #enter(priority: number): number {
    let index = this.#lastLane;
    if (index < 0 || (this.#lanes[index] as Lane).priority !== priority) {
      index = this.#laneOf.get(priority) ?? this.#addLane(priority);
      this.#lastLane = index;
    }
    (this.#lanes[index] as Lane).size++;
    return index;
  }

  /** A lane for a new priority: in the place of an empty one when there are many, so that one-time priorities leave nothing. */
  #addLane(priority: number): number {
    let index = this.#lanes.length;
    if (index >= lanesKept) {
      const empty = this.#lanes.findIndex(({ size }) => size === 0);
      if (empty >= 0) {
        this.#laneOf.delete((this.#lanes[empty] as Lane).priority);
        index = empty;
      }
    }
    this.#lanes[index] = { priority, size: 0 };
    this.#laneOf.set(priority, index);
    return index;
  }

  #isBefore(a: number, b: number): boolean {
    const { priorities, deadlines, orders } = this.#rows;
    const byPriority = (priorities[a] as number) - (priorities[b] as number);
    if (byPriority !== 0) return byPriority < 0;
    const first = deadlines[a] as number;
    const second = deadlines[b] as number;
    return first === second ? (orders[a] as number) < (orders[b] as number) : first < second;
  }

  #siftUp(slot: number, from: number): void {
    const heap = this.#heap;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as number;
      if (!this.#isBefore(slot, above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = slot;
  }

  #siftDown(slot: number): void {
    const heap = this.#heap;
    const size = this.#size;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#isBefore(heap[child + 1] as number, heap[child] as number)) child++;
      const below = heap[child] as number;
      if (!this.#isBefore(below, slot)) break;
      heap[place] = below;
      place = child;
    }
    heap[place] = slot;
  }
}
