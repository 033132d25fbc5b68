// GSM 06.10 clauses 5.2.1-5.2.3: scales the samples to 13 bits, removes the offset, and emphasises high frequencies.
// One per encoder; carries the filter memories from frame to frame.

import { addLong, multiplySmall, saturate } from './fixed-point.ts';

const offsetPole = 32735;
const emphasis = -28180;

export class Preprocessor {
  #previousScaled = 0;
  #offsetMemory = 0;
  #previousCompensated = 0;

  reset(): void {
    this.#previousScaled = 0;
    this.#offsetMemory = 0;
    this.#previousCompensated = 0;
  }

  /** Writes `output.length` processed samples from `input` at `offset`. */
  process(input: Int16Array, offset: number, output: Int16Array): void {
    let previousScaled = this.#previousScaled;
    let memory = this.#offsetMemory;
    let previous = this.#previousCompensated;
    for (let index = 0; index < output.length; index++) {
      const scaled = ((input[offset + index] as number) >> 3) << 2;
      const difference = (scaled - previousScaled) << 15;
      previousScaled = scaled;
      // A 31 x 16 bit product in two halves.
      const high = memory >> 15;
      const low = memory - (high << 15);
      memory = addLong(Math.imul(high, offsetPole), difference + multiplySmall(low, offsetPole));
      const compensated = addLong(memory, 16384) >> 15;
      output[index] = saturate(compensated + multiplySmall(previous, emphasis));
      previous = compensated;
    }
    this.#previousScaled = previousScaled;
    this.#offsetMemory = memory;
    this.#previousCompensated = previous;
  }
}
