// The rows of a deadline queue as parallel arrays: a row is a slot number. Freed slots are reused; the arrays double when full.
// Called by EdfQueue only. Slots of waiting rows also form a list in the order of their pushes, for the oldest push time.

import type { EventQueueOptions, EventRow } from '@ichor/core';

const firstCapacity = 64;
const none = -1;

export class RowPool {
  readonly #recordTimes: boolean;
  readonly #recordCauses: boolean;
  #capacity = 0;
  #ids = new Float64Array(0);
  #types = new Uint32Array(0);
  #origins = new Uint32Array(0);
  #times = new Float64Array(0);
  #causes = new Float64Array(0);
  #payloads: unknown[] = [];
  /** Neighbours in the order of pushes; `#newer` also links the free slots. */
  #older = new Int32Array(0);
  #newer = new Int32Array(0);
  #oldest = none;
  #newest = none;
  #free = none;
  priorities = new Float64Array(0);
  deadlines = new Float64Array(0);
  /** Position in the sequence of pushes. */
  orders = new Float64Array(0);
  lanes = new Int32Array(0);

  constructor(options: EventQueueOptions) {
    this.#recordTimes = options.recordTimes === true;
    this.#recordCauses = options.recordCauses === true;
    this.reset();
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** Push time of the oldest row, when times are recorded. */
  get oldestPushedAt(): number | undefined {
    return this.#recordTimes && this.#oldest !== none ? this.#times[this.#oldest] : undefined;
  }

  /** Drops everything and returns to the smallest size. */
  reset(): void {
    this.#capacity = 0;
    this.#oldest = this.#newest = this.#free = none;
    this.#payloads = [];
    this.#resize(firstCapacity);
  }

  add(id: number, typeId: number, origin: number, payload: unknown, pushedAt: number, cause: number): number {
    if (this.#free === none) this.#resize(this.#capacity * 2);
    const slot = this.#free;
    this.#free = this.#newer[slot] as number;
    this.#ids[slot] = id;
    this.#types[slot] = typeId;
    this.#origins[slot] = origin;
    this.#payloads[slot] = payload;
    if (this.#recordTimes) this.#times[slot] = pushedAt;
    if (this.#recordCauses) this.#causes[slot] = cause;
    this.#older[slot] = this.#newest;
    this.#newer[slot] = none;
    if (this.#newest === none) this.#oldest = slot;
    else this.#newer[this.#newest] = slot;
    this.#newest = slot;
    return slot;
  }

  /** Moves the row out and frees its slot. */
  remove(slot: number, row: EventRow): void {
    row.id = this.#ids[slot] as number;
    row.typeId = this.#types[slot] as number;
    row.origin = this.#origins[slot] as number;
    row.priority = this.priorities[slot] as number;
    row.pushedAt = this.#recordTimes ? (this.#times[slot] as number) : 0;
    row.cause = this.#recordCauses ? (this.#causes[slot] as number) : -1;
    row.payload = this.#payloads[slot];
    this.#payloads[slot] = undefined;
    const older = this.#older[slot] as number;
    const newer = this.#newer[slot] as number;
    if (older === none) this.#oldest = newer;
    else this.#newer[older] = newer;
    if (newer === none) this.#newest = older;
    else this.#older[newer] = older;
    this.#newer[slot] = this.#free;
    this.#free = slot;
  }

  #resize(capacity: number): void {
    const from = this.#capacity;
    this.#ids = grown(this.#ids, new Float64Array(capacity), from);
    this.#types = grown(this.#types, new Uint32Array(capacity), from);
    this.#origins = grown(this.#origins, new Uint32Array(capacity), from);
    if (this.#recordTimes) this.#times = grown(this.#times, new Float64Array(capacity), from);
    if (this.#recordCauses) this.#causes = grown(this.#causes, new Float64Array(capacity), from);
    this.#older = grown(this.#older, new Int32Array(capacity), from);
    this.#newer = grown(this.#newer, new Int32Array(capacity), from);
    this.priorities = grown(this.priorities, new Float64Array(capacity), from);
    this.deadlines = grown(this.deadlines, new Float64Array(capacity), from);
    this.orders = grown(this.orders, new Float64Array(capacity), from);
    this.lanes = grown(this.lanes, new Int32Array(capacity), from);
    for (let slot = capacity - 1; slot >= from; slot--) {
      this.#payloads[slot] = undefined;
      this.#newer[slot] = this.#free;
      this.#free = slot;
    }
    this.#capacity = capacity;
  }
}

function grown<A extends Float64Array | Uint32Array | Int32Array>(before: A, after: A, kept: number): A {
  after.set(before.subarray(0, kept));
  return after;
}
