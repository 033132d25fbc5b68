// Stands between a manager and its queue: gives watched events their deadline, and notes when the event being processed was pushed.
// Made by DeadlineMonitor.queue. Everything else goes straight through.

import type { EventQueue, EventRow } from '@ichor/core';

/** What the monitor wants to know of the queue's traffic. */
export interface QueueTraffic {
  /** Time of a push that carries none, and the deadline of one without. */
  now(): number;
  /** Deadline relative to the push of a watched type; undefined when the type is not watched. */
  deadlineOf(typeId: number): number | undefined;
  /** A watched event is pushed. */
  pushing(nowMs: number): void;
  /** A row leaves to be processed. */
  taken(row: EventRow): void;
}

export class ObservedQueue implements EventQueue {
  readonly #queue: EventQueue;
  readonly #traffic: QueueTraffic;

  constructor(queue: EventQueue, traffic: QueueTraffic) {
    this.#queue = queue;
    this.#traffic = traffic;
  }

  get size(): number {
    return this.#queue.size;
  }

  get nextPriority(): number | undefined {
    return this.#queue.nextPriority;
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
    const relative = this.#traffic.deadlineOf(typeId);
    let now = pushedAt;
    let deadline = deadlineMs;
    if (relative !== undefined) {
      if (now === 0) now = this.#traffic.now();
      if (deadline === Infinity) deadline = now + relative;
      this.#traffic.pushing(now);
    }
    this.#queue.push(id, typeId, origin, priority, payload, deadline, now, cause);
  }

  take(row: EventRow): boolean {
    if (!this.#queue.take(row)) return false;
    this.#traffic.taken(row);
    return true;
  }

  depths(): ReadonlyMap<number, number> {
    return this.#queue.depths();
  }

  oldestPushedAt(): number | undefined {
    return this.#queue.oldestPushedAt();
  }

  clear(dropped?: (payload: unknown, typeId: number) => void): void {
    this.#queue.clear(dropped);
  }
}
