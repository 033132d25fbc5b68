// The default event queue: one lane of typed-array chunks per priority, FIFO inside a lane, lowest lane first.
// Used by the run loop through the EventQueue port. A row costs 12 bytes, plus a pointer once its chunk has seen a payload.

import type { EventQueue, EventQueueOptions, EventRow } from '../contract/event-queue.ts';
import { LaneChunks } from './chunk.ts';
import { Lane } from './lane.ts';
import { LaneHeap } from './lane-heap.ts';

/** Up to so many lanes a sorted list finds the first one; above, a heap does. */
const sortedLanesLimit = 32;
/** A power of two. */
const recentLanes = 16;

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
  /** Lanes in use by the last bits of their priority: mostly spares the look-up in the map. */
  readonly #recent: (Lane | undefined)[] = Array.from({ length: recentLanes });
  /** Ascending by priority, empty lanes included. Not used while `#heap` is. */
  #sorted: Lane[] = [];
  /** No lane before this one holds a row; with a heap it is its first. */
  #first: Lane | undefined = undefined;
  /** Lanes that hold rows, as a binary heap; undefined while few priorities are in use. */
  #heap: LaneHeap | undefined = undefined;

  constructor(options: EventQueueOptions = {}) {
    this.#chunks = new LaneChunks(options.recordTimes === true, options.recordCauses === true);
  }

  get nextPriority(): number | undefined {
    const first = this.#first;
    if (first === undefined) return undefined;
    return first.isEmpty ? this.#nextLane(first)?.priority : first.priority;
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
    let lane = this.#recent[recentIndex(priority)];
    if (lane === undefined || lane.priority !== priority) lane = this.#laneOf(priority);
    lane.add(id, typeId, origin, payload, pushedAt, cause);
    this.size++;
    if (lane !== this.#first) this.#notFirst(lane);
  }

  take(row: EventRow): boolean {
    if (this.size === 0) return false;
    let lane = this.#first as Lane;
    if (lane.isEmpty) lane = this.#nextLane(lane) as Lane;
    lane.take(row);
    this.size--;
    if (this.#heap !== undefined && lane.isEmpty) this.#leaveHeap(this.#heap);
    return true;
  }

  depths(): ReadonlyMap<number, number> {
    const depths = new Map<number, number>();
    for (const lane of this.#lanesInOrder()) if (!lane.isEmpty) depths.set(lane.priority, lane.size);
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

  /** A row came to a lane that is not the first: it may be now. */
  #notFirst(lane: Lane): void {
    const first = this.#first;
    if (this.#heap !== undefined) {
      if (lane.index < 0) this.#heap.add(lane);
      this.#first = this.#heap.first;
    } else if (first === undefined || lane.priority < first.priority) {
      this.#first = lane;
    }
  }

  /** The first lane with a row, of those from an empty one on. */
  #nextLane(empty: Lane): Lane | undefined {
    const sorted = this.#sorted;
    for (let index = empty.index + 1; index < sorted.length; index++) {
      const lane = sorted[index] as Lane;
      if (!lane.isEmpty) return (this.#first = lane);
    }
    return undefined;
  }

  #lanesInOrder(): Lane[] {
    return [...this.#byPriority.values()].sort(byPriority);
  }

  #laneOf(priority: number): Lane {
    let lane = this.#byPriority.get(priority);
    if (lane === undefined) {
      lane = new Lane(priority, this.#chunks);
      if (this.#heap === undefined && this.#sorted.length >= sortedLanesLimit) this.#dropEmptyLanes();
      this.#byPriority.set(priority, lane);
      if (this.#heap === undefined) this.#insertSorted(lane);
    }
    this.#recent[recentIndex(priority)] = lane;
    return lane;
  }

  #insertSorted(lane: Lane): void {
    const sorted = this.#sorted;
    let index = sorted.length;
    while (index > 0 && (sorted[index - 1] as Lane).priority > lane.priority) index--;
    sorted.splice(index, 0, lane);
    numberLanes(sorted);
  }

  /** Makes room in the sorted list, or goes on with a heap when all of its lanes are in use. */
  #dropEmptyLanes(): void {
    const used = this.#sorted.filter((lane) => !lane.isEmpty);
    for (const lane of this.#sorted) if (lane.isEmpty) this.#forget(lane);
    this.#first = used[0];
    numberLanes(used);
    if (used.length < sortedLanesLimit) {
      this.#sorted = used;
      return;
    }
    this.#heap = new LaneHeap(used);
    this.#sorted = [];
  }

  #forget(lane: Lane): void {
    lane.release();
    this.#byPriority.delete(lane.priority);
    const index = recentIndex(lane.priority);
    if (this.#recent[index] === lane) this.#recent[index] = undefined;
  }

  /** The first lane of the heap is empty; goes back to the sorted list when few lanes are left. */
  #leaveHeap(heap: LaneHeap): void {
    this.#forget(heap.removeFirst());
    this.#first = heap.first;
    if (heap.size > sortedLanesLimit / 2) return;
    this.#heap = undefined;
    this.#sorted = heap.lanes.sort(byPriority);
    numberLanes(this.#sorted);
  }
}

function byPriority(a: Lane, b: Lane): number {
  return a.priority - b.priority;
}

function numberLanes(lanes: readonly Lane[]): void {
  for (let index = 0; index < lanes.length; index++) (lanes[index] as Lane).index = index;
}

/** Priorities that follow each other have places of their own, and so have 100, 1000 and 10,000. */
function recentIndex(priority: number): number {
  return priority & (recentLanes - 1);
}
