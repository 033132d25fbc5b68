// The memory of the queue: chunks of rows as typed arrays, with payloads beside them, and the free list that recycles them.

import type { EventRow } from '../contract/event-queue.ts';

const firstCapacity = 16;
const lastCapacity = 4096;
const growth = 4;
/** Fields per row in `words`: id as difference to the chunk's first id, type id, origin. */
const stride = 3;
const largestDelta = 0x7fffffff;
/** Free chunks kept per capacity; more go to the garbage collector, so that a burst does not hold its memory for ever. */
const freeChunksKept = 64;

export class Chunk {
  readonly capacity: number;
  readIndex = 0;
  writeIndex = 0;
  next: Chunk | undefined = undefined;
  readonly #words: Int32Array;
  /** Not larger than the id of any row. */
  #firstId = 0;
  /** Made when the first row with a payload arrives. */
  #payloads: unknown[] | undefined = undefined;
  /** What is recorded per row beyond the necessary; undefined when nothing is. */
  #records: RowRecords | undefined = undefined;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#words = new Int32Array(capacity * stride);
  }

  /** Whether a row with this id finds room. */
  takes(id: number): boolean {
    return this.writeIndex !== this.capacity && id - this.#firstId <= largestDelta;
  }

  /** Makes it ready for rows with this id and larger ones. It must be empty. */
  begin(firstId: number): this {
    this.#firstId = firstId;
    return this;
  }

  add(id: number, typeId: number, origin: number, payload: unknown, pushedAt: number, cause: number): void {
    const index = this.writeIndex;
    this.writeIndex = index + 1;
    const words = this.#words;
    const word = index * stride;
    words[word] = id - this.#firstId;
    words[word + 1] = typeId;
    words[word + 2] = origin;
    if (payload !== undefined) (this.#payloads ?? this.#makePayloads())[index] = payload;
    if (this.#records !== undefined) this.#records.write(index, pushedAt, cause);
  }

  /** Moves the first row out; all but its priority. */
  take(row: EventRow): void {
    const index = this.readIndex;
    this.readIndex = index + 1;
    const words = this.#words;
    const word = index * stride;
    row.id = this.#firstId + (words[word] as number);
    row.typeId = words[word + 1] as number;
    row.origin = words[word + 2] as number;
    const payloads = this.#payloads;
    if (payloads === undefined) {
      row.payload = undefined;
    } else {
      row.payload = payloads[index];
      payloads[index] = undefined;
    }
    if (this.#records !== undefined) this.#records.read(index, row);
  }

  /** Push time of the first row. */
  get pushedAt(): number | undefined {
    return this.#records?.times?.[this.readIndex];
  }

  /** Makes room for times and causes; rows that wait already count as pushed `now`, by nobody. */
  record(times: boolean, causes: boolean, now: number): void {
    if (times || causes) (this.#records ??= new RowRecords()).make(this.capacity, times, causes, now);
  }

  #makePayloads(): unknown[] {
    // oxlint-disable-next-line unicorn/no-new-array -- Array.from takes longer than all the rows that it is for.
    const payloads = new Array<unknown>(this.capacity);
    // An array of anything from the start, whatever the first payloads are: the code that reads it stays monomorphic.
    payloads[0] = undefined;
    this.#payloads = payloads;
    return payloads;
  }
}

class RowRecords {
  times: Float64Array | undefined = undefined;
  causes: Float64Array | undefined = undefined;

  make(capacity: number, times: boolean, causes: boolean, now: number): void {
    if (times) this.times ??= new Float64Array(capacity).fill(now);
    if (causes) this.causes ??= new Float64Array(capacity).fill(-1);
  }

  write(index: number, pushedAt: number, cause: number): void {
    if (this.times !== undefined) this.times[index] = pushedAt;
    if (this.causes !== undefined) this.causes[index] = cause;
  }

  read(index: number, row: EventRow): void {
    if (this.times !== undefined) row.pushedAt = this.times[index] as number;
    if (this.causes !== undefined) row.cause = this.causes[index] as number;
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

  /** The first chunk of a lane. */
  first(): Chunk {
    return this.#acquire(firstCapacity);
  }

  /** The chunk after a full one. */
  after(chunk: Chunk): Chunk {
    return this.#acquire(Math.min(chunk.capacity * growth, lastCapacity));
  }

  release(chunk: Chunk): void {
    chunk.readIndex = 0;
    chunk.writeIndex = 0;
    chunk.next = undefined;
    let free = this.#free.get(chunk.capacity);
    if (free === undefined) this.#free.set(chunk.capacity, (free = []));
    if (free.length < freeChunksKept) free.push(chunk);
  }

  #acquire(capacity: number): Chunk {
    const recycled = this.#free.get(capacity)?.pop();
    if (recycled !== undefined) return recycled;
    const chunk = new Chunk(capacity);
    chunk.record(this.#recordTimes, this.#recordCauses, 0);
    return chunk;
  }
}
