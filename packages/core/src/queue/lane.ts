// One priority of the queue: a FIFO of rows in chunks of typed arrays that grow from 16 to 4,096 rows.
// Emptied chunks go back to a free list shared by all lanes of a queue.

import type { EventRow } from '../contract/event-queue.ts';
import type { Chunk, LaneChunks } from './chunk.ts';

export class Lane {
  readonly priority: number;
  /** Position in the queue's sorted list or heap; -1 while in neither. */
  index = -1;
  readonly #chunks: LaneChunks;
  /** Never empty while the lane is not. */
  #head: Chunk;
  #tail: Chunk;
  /** Rows ever held by the chunks before the head and before the tail: their difference is what waits in whole chunks. */
  #beforeHead = 0;
  #beforeTail = 0;

  constructor(priority: number, chunks: LaneChunks) {
    this.priority = priority;
    this.#chunks = chunks;
    this.#head = this.#tail = chunks.first();
  }

  get isEmpty(): boolean {
    const head = this.#head;
    return head.readIndex === head.writeIndex;
  }

  get size(): number {
    return this.#beforeTail + this.#tail.writeIndex - this.#beforeHead - this.#head.readIndex;
  }

  add(id: number, typeId: number, origin: number, payload: unknown, pushedAt: number, cause: number): void {
    const tail = this.#tail;
    (tail.takes(id) ? tail : this.#extend(tail, id)).add(id, typeId, origin, payload, pushedAt, cause);
  }

  /** Gives the chunks in use room for times and causes; rows that wait already count as pushed `now`, by nobody. */
  record(times: boolean, causes: boolean, now: number): void {
    for (let chunk: Chunk | undefined = this.#head; chunk !== undefined; chunk = chunk.next)
      chunk.record(times, causes, now);
  }

  /** Moves the first row out. The lane must not be empty. */
  take(row: EventRow): void {
    const head = this.#head;
    head.take(row);
    row.priority = this.priority;
    if (head.readIndex === head.writeIndex) this.#emptied(head);
  }

  oldestPushedAt(): number | undefined {
    return this.isEmpty ? undefined : this.#head.pushedAt;
  }

  /** Gives the chunks of an empty lane back; it must not be used afterwards. */
  release(): void {
    this.#chunks.release(this.#head);
  }

  /** Room for `id`, which the last chunk has none for, or which is too far from its first id. */
  #extend(last: Chunk, id: number): Chunk {
    if (last.writeIndex === 0) return last.begin(id);
    this.#beforeTail += last.writeIndex;
    this.#tail = last.next = this.#chunks.after(last).begin(id);
    return this.#tail;
  }

  #emptied(chunk: Chunk): void {
    if (chunk.next === undefined) {
      chunk.readIndex = 0;
      chunk.writeIndex = 0;
    } else {
      this.#beforeHead += chunk.readIndex;
      this.#head = chunk.next;
      this.#chunks.release(chunk);
    }
  }
}
