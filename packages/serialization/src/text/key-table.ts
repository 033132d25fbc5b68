// Finds which of a fixed set of keys a run of bytes is, without making a string: a small hash over length, first and last
// byte, then one comparison.

const encoder = new TextEncoder();

export class KeyTable {
  /** The keys in UTF-8. */
  readonly keys: readonly Uint8Array[];
  readonly #mask: number;
  /** First candidate per hash, as index + 1; 0 for none. */
  readonly #heads: Uint32Array;
  /** Next candidate with the same hash, as index + 1. */
  readonly #links: Uint32Array;

  constructor(keys: readonly string[]) {
    this.keys = keys.map((key) => encoder.encode(key));
    let size = 4;
    while (size < keys.length * 2) size *= 2;
    this.#mask = size - 1;
    this.#heads = new Uint32Array(size);
    this.#links = new Uint32Array(keys.length);
    this.keys.forEach((key, index) => {
      const slot = this.#slot(key, 0, key.length);
      this.#links[index] = this.#heads[slot]!;
      this.#heads[slot] = index + 1;
    });
  }

  /** Index of the key that is `b[start..end)`, or −1. */
  find(b: Uint8Array, start: number, end: number): number {
    let candidate = this.#heads[this.#slot(b, start, end)]!;
    while (candidate > 0) {
      if (this.matches(candidate - 1, b, start, end)) return candidate - 1;
      candidate = this.#links[candidate - 1]!;
    }
    return -1;
  }

  /** Whether `b[start..end)` is the key of that index. */
  matches(index: number, b: Uint8Array, start: number, end: number): boolean {
    const key = this.keys[index]!;
    const length = key.length;
    if (end - start !== length) return false;
    for (let i = 0; i < length; i++) if (key[i] !== b[start + i]) return false;
    return true;
  }

  #slot(b: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length === 0) return 0;
    return (length * 31 + b[start]! * 7 + b[end - 1]! + b[start + (length >> 1)]! * 3) & this.#mask;
  }
}
