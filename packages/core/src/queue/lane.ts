// One priority of the queue: a FIFO of rows in chunks of typed arrays that grow from 16 to 4,096 rows.
// Emptied chunks go back to a free list shared by all lanes of a queue.

import type { EventRow } from '../contract/event-queue.ts';

const firstCapacity = 16;
const lastCapacity = 4096;
const growth = 4;
/** Fields per row in `words`: id as difference to the chunk's first id, type id, origin. */
const stride = 3;
const largestDelta = 0xffffffff;
/** Free chunks kept per capacity; more go to the garbage collector, so that a burst does not hold its memory for ever. */
const freeChunksKept = 64;

class Chunk {
  readonly capacity: number;
  readonly words: Uint32Array;
  times: Float64Array | undefined;
  causes: Float64Array | undefined;
  /** Made when the first row with a payload arrives. */
  payloads: unknown[] | undefined;
  firstId = 0;
  readIndex = 0;
  writeIndex = 0;
  next: Chunk | undefined;

  constructor(capacity: number, recordTimes: boolean, recordCauses: boolean) {
    this.capacity = capacity;
    this.words = new Uint32Array(capacity * stride);
    this.times = recordTimes ? new Float64Array(capacity) : undefined;
    this.causes = recordCauses ? new Float64Array(capacity) : undefined;
  }
}

/** Makes and recycles the chunks of one queue. */
export class LaneChunks {
  #recordTimes: boolean;
  #recordCauses: boolean;
  readonly #free = new Map<number, Chunk[]>();

  constructor(recordTimes: boolean, recordCauses: boolean) {
    this.#recordTimes = recordTimes;
    this.#recordCauses = recordCauses;
  }

  /** From now on chunks have room for what is asked for in addition; those in use get it from their lanes. */
  record(times: boolean, causes: boolean): void {
    this.#recordTimes ||= times;
    this.#recordCauses ||= causes;
    this.#free.clear();
  }

  acquire(capacity: number): Chunk {
    return this.#free.get(capacity)?.pop() ?? new Chunk(capacity, this.#recordTimes, this.#recordCauses);
  }

  release(chunk: Chunk): void {
    chunk.readIndex = 0;
    chunk.writeIndex = 0;
    chunk.next = undefined;
    let free = this.#free.get(chunk.capacity);
    if (free === undefined) this.#free.set(chunk.capacity, (free = []));
    if (free.length < freeChunksKept) free.push(chunk);
  }
}

export class Lane {
  readonly priority: number;
  /** Position in the queue's sorted list or heap; -1 while in neither. */
  index = -1;
  size = 0;
  readonly #chunks: LaneChunks;
  #head: Chunk;
  #tail: Chunk;

  constructor(priority: number, chunks: LaneChunks) {
    this.priority = priority;
    this.#chunks = chunks;
    this.#head = this.#tail = chunks.acquire(firstCapacity);
  }

  add(id: number, typeId: number, origin: number, payload: unknown, pushedAt: number, cause: number): void {
    let chunk = this.#tail;
    let index = chunk.writeIndex;
    if (index === chunk.capacity || (index > 0 && id - chunk.firstId > largestDelta)) {
      chunk = chunk.next = this.#chunks.acquire(Math.min(chunk.capacity * growth, lastCapacity));
      this.#tail = chunk;
      index = 0;
    }
    if (index === 0) chunk.firstId = id;
    const word = index * stride;
    chunk.words[word] = id - chunk.firstId;
    chunk.words[word + 1] = typeId;
    chunk.words[word + 2] = origin;
    if (payload !== undefined) {
      chunk.payloads ??= Array.from({ length: chunk.capacity });
      chunk.payloads[index] = payload;
    }
    if (chunk.times !== undefined) chunk.times[index] = pushedAt;
    if (chunk.causes !== undefined) chunk.causes[index] = cause;
    chunk.writeIndex = index + 1;
    this.size++;
  }

  /** Gives the chunks in use room for times and causes; rows that wait already count as pushed `now`, by nobody. */
  record(times: boolean, causes: boolean, now: number): void {
    for (let chunk: Chunk | undefined = this.#head; chunk !== undefined; chunk = chunk.next) {
      if (times) chunk.times ??= new Float64Array(chunk.capacity).fill(now);
      if (causes) chunk.causes ??= new Float64Array(chunk.capacity).fill(-1);
    }
  }

  /** Moves the first row out. The lane must not be empty. */
  take(row: EventRow): void {
    const chunk = this.#head;
    const index = chunk.readIndex;
    const word = index * stride;
    row.id = chunk.firstId + (chunk.words[word] as number);
    row.typeId = chunk.words[word + 1] as number;
    row.origin = chunk.words[word + 2] as number;
    const payloads = chunk.payloads;
    if (payloads === undefined) {
      row.payload = undefined;
    } else {
      row.payload = payloads[index];
      payloads[index] = undefined;
    }
    if (chunk.times !== undefined) row.pushedAt = chunk.times[index] as number;
    if (chunk.causes !== undefined) row.cause = chunk.causes[index] as number;
    this.size--;
    chunk.readIndex = index + 1;
    if (chunk.readIndex === chunk.writeIndex) {
      if (chunk.next === undefined) {
        chunk.readIndex = 0;
        chunk.writeIndex = 0;
      } else {
        this.#head = chunk.next;
        this.#chunks.release(chunk);
      }
    }
  }

  oldestPushedAt(): number | undefined {
    return this.size === 0 ? undefined : this.#head.times?.[this.#head.readIndex];
  }

  /** Gives the chunks of an empty lane back; it must not be used afterwards. */
  release(): void {
    this.#chunks.release(this.#head);
  }
}
