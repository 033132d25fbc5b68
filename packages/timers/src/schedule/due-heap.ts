// The pending alarms of one timer service, ordered by due time: a 4-ary heap in typed arrays with a stable slot per entry.
// Arming, cancelling and taking the first are O(log n); 32 bytes per entry. Entries of equal due time leave in the order of their arming.

const initialCapacity = 16;
const arity = 4;

/** Items ordered by due time. Pure: knows no clock. */
export class DueHeap<T> {
  // In heap order:
  #dues = new Float64Array(initialCapacity);
  #sequences = new Float64Array(initialCapacity);
  #slots = new Int32Array(initialCapacity);
  // By slot: the place in the heap, or for a free slot the next free one.
  #places = new Int32Array(initialCapacity);
  #items: (T | undefined)[] = [];
  #size = 0;
  #slotsUsed = 0;
  #firstFree = -1;
  #nextSequence = 0;

  /** Entries pending. */
  get size(): number {
    return this.#size;
  }

  /** Due time of the first entry; `Infinity` when there is none. */
  get firstDue(): number {
    return this.#size === 0 ? Infinity : this.#dues[0]!;
  }

  /** Adds an entry and returns its slot, which is valid until the entry is taken or removed. O(log n). */
  push(due: number, item: T): number {
    const slot = this.#claimSlot(item);
    const place = this.#size++;
    this.#sequences[place] = this.#nextSequence++;
    this.#dues[place] = due;
    this.#slots[place] = slot;
    this.#siftUp(place);
    return slot;
  }

  /** Removes and returns the first entry; undefined when there is none. O(log n). */
  take(): T | undefined {
    if (this.#size === 0) return undefined;
    return this.remove(this.#slots[0]!);
  }

  /** Removes the entry in `slot`, which must be in use, and returns its item. O(log n). */
  remove(slot: number): T {
    const place = this.#places[slot]!;
    const item = this.#items[slot]!;
    this.#items[slot] = undefined;
    this.#places[slot] = this.#firstFree;
    this.#firstFree = slot;
    const last = --this.#size;
    if (place !== last) {
      this.#move(last, place);
      if (this.#siftUp(place) === place) this.#siftDown(place);
    }
    if (this.#size === 0) this.#reset();
    return item;
  }

  #claimSlot(item: T): number {
    const free = this.#firstFree;
    if (free !== -1) {
      this.#firstFree = this.#places[free]!;
      this.#items[free] = item;
      return free;
    }
    if (this.#slotsUsed === this.#places.length) this.#grow();
    this.#items.push(item);
    return this.#slotsUsed++;
  }

  #grow(): void {
    const capacity = this.#places.length * 2;
    const copyOf = <A extends Float64Array | Int32Array>(from: A, to: A): A => {
      to.set(from);
      return to;
    };
    this.#dues = copyOf(this.#dues, new Float64Array(capacity));
    this.#sequences = copyOf(this.#sequences, new Float64Array(capacity));
    this.#slots = copyOf(this.#slots, new Int32Array(capacity));
    this.#places = copyOf(this.#places, new Int32Array(capacity));
  }

  /** An empty heap gives back what a peak has made it claim. */
  #reset(): void {
    this.#firstFree = -1;
    this.#slotsUsed = 0;
    this.#nextSequence = 0;
    this.#items.length = 0;
    if (this.#places.length <= 4096) return;
    this.#dues = new Float64Array(initialCapacity);
    this.#sequences = new Float64Array(initialCapacity);
    this.#slots = new Int32Array(initialCapacity);
    this.#places = new Int32Array(initialCapacity);
  }

  /** Moves the entry at `place` towards the root until it is in order; returns where it ended. */
  #siftUp(place: number): number {
    const due = this.#dues[place]!;
    const sequence = this.#sequences[place]!;
    const slot = this.#slots[place]!;
    while (place > 0) {
      const parent = (place - 1) >> 2;
      if (!this.#precedes(due, sequence, parent)) break;
      this.#move(parent, place);
      place = parent;
    }
    this.#put(place, due, sequence, slot);
    return place;
  }

  #siftDown(place: number): void {
    const due = this.#dues[place]!;
    const sequence = this.#sequences[place]!;
    const slot = this.#slots[place]!;
    for (;;) {
      const first = place * arity + 1;
      if (first >= this.#size) break;
      const end = Math.min(first + arity, this.#size);
      let least = first;
      for (let child = first + 1; child < end; child++) {
        if (this.#precedes(this.#dues[child]!, this.#sequences[child]!, least)) least = child;
      }
      if (this.#precedes(due, sequence, least)) break;
      this.#move(least, place);
      place = least;
    }
    this.#put(place, due, sequence, slot);
  }

  #precedes(due: number, sequence: number, place: number): boolean {
    const other = this.#dues[place]!;
    return due < other || (due === other && sequence < this.#sequences[place]!);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#dues[from]!, this.#sequences[from]!, this.#slots[from]!);
  }

  #put(place: number, due: number, sequence: number, slot: number): void {
    this.#dues[place] = due;
    this.#sequences[place] = sequence;
    this.#slots[place] = slot;
    this.#places[slot] = place;
  }
}
