// GSM 06.10 clauses 5.2.13-5.2.17: reduces the remainder of a sub-frame to one of four grids of 13 pulses, codes them with
// a block maximum (adaptive PCM), and decodes them again as the receiver will. One per encoder; it has no memory between sub-frames.

import { magnitude, multiply, multiplyRounded, saturate } from './fixed-point.ts';
import { inverseMantissa, mantissaLevel, pulseCount, subframeSamples } from './tables.ts';

const reach = 5;
const gridStep = 3;
const gridCount = 4;

export class PulseCoder {
  /** The chosen grid, 0 to 3. */
  grid = 0;
  /** Code of the block maximum, 0 to 63. */
  maximum = 0;
  /** The coded pulses, 0 to 7 each. */
  readonly codes = new Int16Array(pulseCount);
  /** The decoded pulses at their places in the sub-frame. */
  readonly decoded = new Int16Array(subframeSamples);
  readonly #padded = new Int16Array(subframeSamples + 2 * reach);
  readonly #weighted = new Int16Array(subframeSamples);

  encode(remainder: Int16Array): void {
    this.#weigh(remainder);
    this.#chooseGrid();
    this.#quantise();
  }

  #weigh(remainder: Int16Array): void {
    const padded = this.#padded;
    for (let index = 0; index < subframeSamples; index++) padded[reach + index] = remainder[index] as number;
    // The response is symmetric, so samples at the same distance share a product; the one at distance 3 has no weight.
    for (let index = 0; index < subframeSamples; index++) {
      const centre = padded[index + reach] as number;
      const next = (padded[index + reach - 1] as number) + (padded[index + reach + 1] as number);
      const second = (padded[index + reach - 2] as number) + (padded[index + reach + 2] as number);
      const fourth = (padded[index + reach - 4] as number) + (padded[index + reach + 4] as number);
      const fifth = (padded[index + reach - 5] as number) + (padded[index + reach + 5] as number);
      const near = Math.imul(centre, 8192) + Math.imul(next, 5741) + Math.imul(second, 2054);
      const far = Math.imul(fourth, 374) + Math.imul(fifth, 134);
      this.#weighted[index] = saturate((4096 + near - far) >> 13);
    }
  }

  #chooseGrid(): void {
    let best = 0;
    this.grid = 0;
    for (let grid = 0; grid < gridCount; grid++) {
      let energy = 0;
      for (let pulse = 0; pulse < pulseCount; pulse++) {
        const value = (this.#weighted[grid + gridStep * pulse] as number) >> 2;
        energy = (energy + Math.imul(value, value)) | 0;
      }
      if (energy > best) {
        best = energy;
        this.grid = grid;
      }
    }
  }

  #quantise(): void {
    let peak = 0;
    for (let pulse = 0; pulse < pulseCount; pulse++) {
      const size = magnitude(this.#weighted[this.grid + gridStep * pulse] as number);
      if (size > peak) peak = size;
    }
    const octave = Math.min(6, 32 - Math.clz32(peak >> 9));
    this.maximum = (peak >> (octave + 5)) + (octave << 3);

    // The block maximum again, from its code: exponent and a mantissa of three bits below a leading one.
    let exponent = this.maximum > 15 ? (this.maximum >> 3) - 1 : 0;
    let mantissa = this.maximum - (exponent << 3);
    if (mantissa === 0) {
      exponent = -4;
      mantissa = 15;
    }
    while (mantissa <= 7) {
      mantissa = (mantissa << 1) | 1;
      exponent--;
    }
    mantissa -= 8;

    const shift = 6 - exponent;
    const inverse = inverseMantissa[mantissa] as number;
    const level = mantissaLevel[mantissa] as number;
    const rounding = shift > 0 ? 1 << (shift - 1) : 0;
    this.decoded.fill(0);
    for (let pulse = 0; pulse < pulseCount; pulse++) {
      const place = this.grid + gridStep * pulse;
      const normal = ((this.#weighted[place] as number) << (shift + 16)) >> 16;
      const code = (multiply(normal, inverse) >> 12) + 4;
      this.codes[pulse] = code;
      const value = multiplyRounded(level, ((code << 1) - 7) << 12);
      this.decoded[place] = saturate(value + rounding) >> shift;
    }
  }
}
