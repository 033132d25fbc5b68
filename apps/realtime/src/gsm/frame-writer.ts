// Packs the codes of a frame into its 33 bytes, most significant bit first, behind the signature nibble 0xD (RB-85).

import { frameBytes } from './tables.ts';

const signature = 0xd;

export class FrameWriter {
  #output: Uint8Array = new Uint8Array(frameBytes);
  #offset = 0;
  #bits = 0;
  #bitCount = 0;

  begin(output: Uint8Array, offset: number): void {
    this.#output = output;
    this.#offset = offset;
    this.#bits = 0;
    this.#bitCount = 0;
    this.write(signature, 4);
  }

  /** Appends the lowest `count` bits of `value`. A frame has 264 bits in all, so nothing is left over at its end. */
  write(value: number, count: number): void {
    this.#bits = ((this.#bits << count) | value) & 0xffff;
    this.#bitCount += count;
    if (this.#bitCount >= 8) {
      this.#bitCount -= 8;
      this.#output[this.#offset++] = this.#bits >> this.#bitCount;
    }
  }
}
