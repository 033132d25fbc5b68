// The default event queue: one lane of typed-array chunks per priority, FIFO inside a lane, lowest lane first.
// Used by the run loop through the EventQueue port. A row costs 12 bytes, plus a pointer once its chunk has seen a payload.

import type { EventQueue, EventQueueOptions, EventRow } from '../contract/event-queue.ts';
import { Lane, LaneChunks } from './lane.ts';

/** Up to so many lanes a sorted list finds the first one; above, a heap does. */
const sortedLanesLimit = 32;

/**
 * Serves lower priority numbers first and equal priorities in the order of their pushes.
 *
 * Push and take are O(1) while at most 32 priorities are in use, O(log lanes) above.
 *
 * @example
 * ```ts
 * import { PriorityQueue } from '@ichor/core';
 *
 * const queue = new PriorityQueue();
 * queue.push(0, 1, 0, 1000, 'later', Infinity, 0, -1);
 * queue.push(1, 1, 0, 100, 'sooner', Infinity, 0, -1);
 * console.log(queue.nextPriority, queue.size); // 100 2
 * ```
 */
export class PriorityQueue implements EventQueue {
  size = 0;
  readonly #chunks: LaneChunks;
  readonly #byPriority = new Map<number, Lane>();
  #lastUsed: Lane | undefined;
  /** Ascending by priority, empty lanes included. Not used while `#heap` is. */
  #sorted: Lane[] = [];
  /** No lane before this index holds a row. */
  #firstIndex = 0;
  /** Lanes that hold rows, as a binary heap; undefined while few priorities are in use. */
  #heap: Lane[] | undefined;

  constructor(options: EventQueueOptions = {}) {
    this.#chunks = new LaneChunks(options.recordTimes === true, options.recordCauses === true);
  }

  get nextPriority(): number | undefined {
    return this.#firstLane()?.priority;
  }

  push(
    id: number,
    typeId: number,
    origin: number,
    priority: number,
    payload: unknown,
    _deadlineMs: number,
    pushedAt: number,
    cause: number,
  ): void {
    let lane = this.#lastUsed;
    if (lane === undefined || lane.priority !== priority) lane = this.#laneOf(priority);
    lane.add(id, typeId, origin, payload, pushedAt, cause);
    this.size++;
    if (this.#heap === undefined) {
      if (lane.index < this.#firstIndex) this.#firstIndex = lane.index;
    } else if (lane.index < 0) {
      this.#heapInsert(this.#heap, lane);
    }
  }

  take(row: EventRow): boolean {
    const lane = this.#firstLane();
    if (lane === undefined) return false;
    lane.take(row);
    row.priority = lane.priority;
    this.size--;
    if (lane.size === 0 && this.#heap !== undefined) this.#heapRemoveFirst(this.#heap);
    return true;
  }

  depths(): ReadonlyMap<number, number> {
    const depths = new Map<number, number>();
    for (const lane of this.#lanesInOrder()) if (lane.size > 0) depths.set(lane.priority, lane.size);
    return depths;
  }

  oldestPushedAt(): number | undefined {
    let oldest: number | undefined;
    for (const lane of this.#byPriority.values()) {
      const pushedAt = lane.oldestPushedAt();
      if (pushedAt !== undefined && (oldest === undefined || pushedAt < oldest)) oldest = pushedAt;
    }
    return oldest;
  }

  record(what: EventQueueOptions, now: number): void {
    const times = what.recordTimes === true;
    const causes = what.recordCauses === true;
    this.#chunks.record(times, causes);
    for (const lane of this.#byPriority.values()) lane.record(times, causes, now);
  }

  clear(dropped?: (payload: unknown, typeId: number) => void): void {
    const row: EventRow = { id: 0, typeId: 0, origin: 0, priority: 0, pushedAt: 0, cause: -1, payload: undefined };
    while (this.take(row)) dropped?.(row.payload, row.typeId);
  }

  #firstLane(): Lane | undefined {
    if (this.#heap !== undefined) return this.#heap[0];
    const sorted = this.#sorted;
    while (this.#firstIndex < sorted.length) {
      const lane = sorted[this.#firstIndex] as Lane;
      if (lane.size > 0) return lane;
      this.#firstIndex++;
    }
    return undefined;
  }

  #lanesInOrder(): Lane[] {
    return [...this.#byPriority.values()].sort((a, b) => a.priority - b.priority);
  }

  #laneOf(priority: number): Lane {
    let lane = this.#byPriority.get(priority);
    if (lane === undefined) {
      lane = new Lane(priority, this.#chunks);
      if (this.#heap === undefined && this.#sorted.length >= sortedLanesLimit) this.#dropEmptyLanes();
      this.#byPriority.set(priority, lane);
      if (this.#heap === undefined) this.#insertSorted(lane);
    }
    this.#lastUsed = lane;
    return lane;
  }

  #insertSorted(lane: Lane): void {
    const sorted = this.#sorted;
    let index = sorted.length;
    while (index > 0 && (sorted[index - 1] as Lane).priority > lane.priority) index--;
    sorted.splice(index, 0, lane);
    for (let i = index; i < sorted.length; i++) (sorted[i] as Lane).index = i;
    // The lane is about to receive a row, and the ones behind it moved up by one.
    if (index <= this.#firstIndex) this.#firstIndex = index;
  }

  #dropEmptyLanes(): void {
    const used = this.#sorted.filter((lane) => lane.size > 0);
    for (const lane of this.#sorted) if (lane.size === 0) this.#forget(lane);
    if (used.length < sortedLanesLimit) {
      this.#sorted = used;
      for (const [index, lane] of used.entries()) lane.index = index;
      this.#firstIndex = 0;
      return;
    }
    const heap: Lane[] = [];
    for (const lane of used) {
      lane.index = heap.length;
      heap.push(lane);
    }
    this.#heap = heap;
    this.#sorted = [];
  }

  #forget(lane: Lane): void {
    lane.release();
    this.#byPriority.delete(lane.priority);
    if (this.#lastUsed === lane) this.#lastUsed = undefined;
  }

  #heapInsert(heap: Lane[], lane: Lane): void {
    let index = heap.length;
    heap.push(lane);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex] as Lane;
      if (parent.priority < lane.priority) break;
      heap[index] = parent;
      parent.index = index;
      index = parentIndex;
    }
    heap[index] = lane;
    lane.index = index;
  }

  /** Removes the emptied first lane; goes back to the sorted list when few lanes are left. */
  #heapRemoveFirst(heap: Lane[]): void {
    const emptied = heap[0] as Lane;
    const last = heap.pop() as Lane;
    emptied.index = -1;
    this.#forget(emptied);
    if (heap.length > 0) {
      let index = 0;
      for (;;) {
        let childIndex = 2 * index + 1;
        if (childIndex >= heap.length) break;
        if (
          childIndex + 1 < heap.length &&
          (heap[childIndex + 1] as Lane).priority < (heap[childIndex] as Lane).priority
        )
          childIndex++;
        const child = heap[childIndex] as Lane;
        if (child.priority > last.priority) break;
        heap[index] = child;
        child.index = index;
        index = childIndex;
      }
      heap[index] = last;
      last.index = index;
    }
    if (heap.length <= sortedLanesLimit / 2) {
      this.#heap = undefined;
      this.#sorted = heap.sort((a, b) => a.priority - b.priority);
      for (const [index, lane] of this.#sorted.entries()) lane.index = index;
      this.#firstIndex = 0;
    }
  }
}
