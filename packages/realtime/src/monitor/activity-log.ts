// The last events of the thread in a ring of fixed size, so that a late event can be explained.
// Written after each event by the DeadlineMonitor; adding allocates nothing.

/** How many activities are remembered. */
const capacity = 4096;
const mask = capacity - 1;

export class ActivityLog {
  readonly #starts = new Float64Array(capacity);
  readonly #ends = new Float64Array(capacity);
  readonly #types = new Uint32Array(capacity);
  readonly #origins = new Uint32Array(capacity);
  #next = 0;

  /** Events must be added in the order of their ends. @param times Start and end at 1 and 2. */
  add(times: Float64Array, typeId: number, origin: number): void {
    const index = this.#next & mask;
    this.#starts[index] = times[1] as number;
    this.#ends[index] = times[2] as number;
    this.#types[index] = typeId;
    this.#origins[index] = origin;
    this.#next++;
  }

  /** Visits the remembered activities that overlap `[fromMs, toMs]`, the latest first. */
  forEach(
    fromMs: number,
    toMs: number,
    visit: (startMs: number, endMs: number, typeId: number, origin: number) => void,
  ): void {
    const oldest = Math.max(0, this.#next - capacity);
    for (let position = this.#next - 1; position >= oldest; position--) {
      const index = position & mask;
      const end = this.#ends[index] as number;
      if (end <= fromMs) return;
      const start = this.#starts[index] as number;
      if (start < toMs) visit(start, end, this.#types[index] as number, this.#origins[index] as number);
    }
  }
}
