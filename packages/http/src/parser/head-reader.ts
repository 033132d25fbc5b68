// Reads one head out of pieces: a head that lies in one piece is read in place, one that is spread over several is gathered.
// Used by connections, which share one reader as long as it holds nothing.

import { HeadParser, type HeadLimits } from './head-parser.ts';

export class HeadReader {
  readonly parser: HeadParser;
  #held: Uint8Array = new Uint8Array(0);
  #heldLength = 0;

  /** Where the head that was just completed lies: the base of the parser's offsets. Valid until the next `read`. */
  bytes: Uint8Array = this.#held;
  base = 0;

  constructor(limits: HeadLimits) {
    this.parser = new HeadParser(limits);
  }

  /** Bytes of an incomplete head that are kept here. */
  get heldBytes(): number {
    return this.#heldLength;
  }

  /** Prepares for the next head. */
  reset(): void {
    this.parser.reset();
    this.#heldLength = 0;
  }

  /**
   * Reads on in `bytes[start..end)`.
   * @returns the offset behind the head, or -1 when it is incomplete (everything given was taken over) or refused.
   */
  read(bytes: Uint8Array, start: number, end: number): number {
    const parser = this.parser;
    if (this.#heldLength === 0) {
      if (parser.parse(bytes, start, end)) {
        this.bytes = bytes;
        this.base = start;
        return start + parser.position;
      }
      if (parser.failure === undefined) this.#hold(bytes, start, end);
      return -1;
    }
    const before = this.#heldLength;
    this.#hold(bytes, start, end);
    if (!parser.parse(this.#held, 0, this.#heldLength)) return -1;
    this.bytes = this.#held;
    this.base = 0;
    return start + parser.position - before;
  }

  // A head longer than its limits is refused while it is parsed, so what is held stays within limits plus one piece.
  #hold(bytes: Uint8Array, start: number, end: number): void {
    const needed = this.#heldLength + end - start;
    if (needed > this.#held.length) {
      const larger = new Uint8Array(Math.max(512, needed, Math.min(this.#held.length * 2, 65_536)));
      larger.set(this.#held.subarray(0, this.#heldLength));
      this.#held = larger;
    }
    this.#held.set(bytes.subarray(start, end), this.#heldLength);
    this.#heldLength = needed;
  }
}
