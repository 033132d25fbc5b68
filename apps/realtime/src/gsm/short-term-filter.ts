// GSM 06.10 clauses 5.2.8-5.2.10: decodes the log-area ratios as the receiver will, blends them with those of the
// previous frame, and replaces the samples by the residual of an eight-stage lattice filter. One per encoder.

import { magnitude, multiplyRounded, multiplySmall, saturate } from './fixed-point.ts';
import { frameSamples, larInverseSlope, larOffset, larSmallest, order } from './tables.ts';

export class ShortTermFilter {
  #previousRatios = new Int16Array(order);
  #ratios = new Int16Array(order);
  readonly #reflection = new Int16Array(order);
  readonly #memory = new Int16Array(order);

  reset(): void {
    this.#previousRatios.fill(0);
    this.#memory.fill(0);
  }

  /** Replaces `samples` by their residual. */
  process(codes: Int16Array, samples: Int16Array): void {
    const ratios = this.#ratios;
    for (let index = 0; index < order; index++) {
      const level = ((codes[index] as number) + (larSmallest[index] as number)) << 10;
      const centred = saturate(level - ((larOffset[index] as number) << 1));
      const half = multiplyRounded(larInverseSlope[index] as number, centred);
      ratios[index] = saturate(half + half);
    }
    // The first quarter of the frame moves from the old ratios to the new ones in three steps.
    this.#blend('mostly-old');
    this.#filter(samples, 0, 13);
    this.#blend('halves');
    this.#filter(samples, 13, 27);
    this.#blend('mostly-new');
    this.#filter(samples, 27, 40);
    this.#blend('new');
    this.#filter(samples, 40, frameSamples);
    this.#ratios = this.#previousRatios;
    this.#previousRatios = ratios;
  }

  #blend(step: 'mostly-old' | 'halves' | 'mostly-new' | 'new'): void {
    for (let index = 0; index < order; index++) {
      const before = this.#previousRatios[index] as number;
      const now = this.#ratios[index] as number;
      let ratio = now;
      if (step === 'halves') {
        ratio = saturate((before >> 1) + (now >> 1));
      } else if (step !== 'new') {
        const quarters = saturate((before >> 2) + (now >> 2));
        ratio = saturate(quarters + ((step === 'mostly-old' ? before : now) >> 1));
      }
      this.#reflection[index] = expand(ratio);
    }
  }

  #filter(samples: Int16Array, start: number, end: number): void {
    const memory = this.#memory;
    const reflection = this.#reflection;
    for (let index = start; index < end; index++) {
      let forward = samples[index] as number;
      let carried = forward;
      for (let stage = 0; stage < order; stage++) {
        const coefficient = reflection[stage] as number;
        const delayed = memory[stage] as number;
        memory[stage] = carried;
        carried = saturate(delayed + multiplySmall(coefficient, forward));
        forward = saturate(forward + multiplySmall(coefficient, delayed));
      }
      samples[index] = forward;
    }
  }
}

/** The reflection coefficient of a log-area ratio: the three straight lines backwards. */
function expand(ratio: number): number {
  const size = magnitude(ratio);
  const coefficient = size < 11059 ? size << 1 : size < 20070 ? size + 11059 : saturate((size >> 2) + 26112);
  return ratio < 0 ? -coefficient : coefficient;
}
