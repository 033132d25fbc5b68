// GSM 06.10 clauses 5.2.4-5.2.7: from a frame of samples to the eight coded log-area ratios.
// Autocorrelation, reflection coefficients by the Schur recursion, companding, quantisation.

import { divide, headroom, magnitude, multiply, multiplyRounded, saturate } from './fixed-point.ts';
import { larLargest, larOffset, larSlope, larSmallest, order } from './tables.ts';

const correlations = new Int32Array(order + 1);
const reflection = new Int16Array(order);
const forward = new Int16Array(order + 1);
const backward = new Int16Array(order + 1);

/** Analyses `samples` (they come back rescaled, with the rounding that the standard prescribes) and writes the codes. */
export function codeLogAreaRatios(samples: Int16Array, codes: Int16Array): void {
  correlate(samples);
  reflect();
  for (let index = 0; index < order; index++) {
    const scaled = multiply(larSlope[index] as number, compand(reflection[index] as number));
    const level = saturate(saturate(scaled + (larOffset[index] as number)) + 256) >> 9;
    const smallest = larSmallest[index] as number;
    const largest = larLargest[index] as number;
    codes[index] = (level < smallest ? smallest : level > largest ? largest : level) - smallest;
  }
}

function correlate(samples: Int16Array): void {
  let peak = 0;
  for (let index = 0; index < samples.length; index++) {
    const size = magnitude(samples[index] as number);
    if (size > peak) peak = size;
  }
  const shift = peak === 0 ? 0 : 4 - headroom(peak << 16);
  if (shift > 0) {
    const factor = 16384 >> (shift - 1);
    for (let index = 0; index < samples.length; index++) {
      samples[index] = multiplyRounded(samples[index] as number, factor);
    }
  }
  // Three of the nine lags at a time: each sample is loaded once for all three.
  for (let lag = 0; lag <= order; lag += 3) {
    let first = 0;
    let second = 0;
    let third = 0;
    let oneBefore = 0;
    let twoBefore = 0;
    for (let index = lag; index < samples.length; index++) {
      const sample = samples[index] as number;
      const past = samples[index - lag] as number;
      first = (first + Math.imul(sample, past)) | 0;
      second = (second + Math.imul(sample, oneBefore)) | 0;
      third = (third + Math.imul(sample, twoBefore)) | 0;
      twoBefore = oneBefore;
      oneBefore = past;
    }
    correlations[lag] = first << 1;
    correlations[lag + 1] = second << 1;
    correlations[lag + 2] = third << 1;
  }
  if (shift > 0) {
    for (let index = 0; index < samples.length; index++) {
      samples[index] = (samples[index] as number) << shift;
    }
  }
}

function reflect(): void {
  reflection.fill(0);
  const energy = correlations[0] as number;
  if (energy === 0) return;
  const shift = headroom(energy);
  for (let index = 0; index <= order; index++) {
    forward[index] = ((correlations[index] as number) << shift) >> 16;
    backward[index] = forward[index] as number;
  }
  for (let stage = 0; stage < order; stage++) {
    const next = forward[1] as number;
    const size = magnitude(next);
    const power = forward[0] as number;
    if (power < size) return;
    const ratio = divide(size, power);
    const coefficient = next > 0 ? -ratio : ratio;
    reflection[stage] = coefficient;
    forward[0] = saturate(power + multiplyRounded(next, coefficient));
    for (let index = 1; index < order - stage; index++) {
      const ahead = forward[index + 1] as number;
      const behind = backward[index] as number;
      forward[index] = saturate(ahead + multiplyRounded(behind, coefficient));
      backward[index] = saturate(behind + multiplyRounded(ahead, coefficient));
    }
  }
}

/** The logarithmic area ratio, approximated by three straight lines. */
function compand(coefficient: number): number {
  const size = magnitude(coefficient);
  const ratio = size < 22118 ? size >> 1 : size < 31130 ? size - 11059 : (size - 26112) << 2;
  return coefficient < 0 ? -ratio : ratio;
}
