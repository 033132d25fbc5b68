// GSM 06.10 clauses 5.2.11-5.2.12 and 5.2.18: finds the earlier stretch of the residual that resembles the sub-frame most
// (lag and gain), subtracts it, and keeps the reconstructed residual for the sub-frames that follow. One per encoder.

import { headroom, magnitude, multiply, multiplySmall, saturate } from './fixed-point.ts';
import { frameSamples, gainDecision, gainLevel, longestLag, subframeSamples } from './tables.ts';

const shortestLag = 40;

export class LongTermPredictor {
  /** Lag of the last sub-frame, 40 to 120. */
  lag = shortestLag;
  /** Gain code of the last sub-frame, 0 to 3. */
  gain = 0;
  /** What remains of the sub-frame after the prediction. */
  readonly remainder = new Int16Array(subframeSamples);
  readonly #prediction = new Int16Array(subframeSamples);
  /** Reconstructed residual: the last 120 samples of the past, then those of this frame. */
  readonly #history = new Int16Array(longestLag + frameSamples);
  readonly #scaled = new Int16Array(subframeSamples);

  reset(): void {
    this.#history.fill(0);
  }

  /** Predicts the sub-frame of `residual` that begins at `start`. */
  predict(residual: Int16Array, start: number): void {
    const origin = longestLag + start;
    this.#search(residual, start, origin);
    const level = gainLevel[this.gain] as number;
    for (let index = 0; index < subframeSamples; index++) {
      const predicted = multiplySmall(level, this.#history[origin + index - this.lag] as number);
      this.#prediction[index] = predicted;
      this.remainder[index] = saturate((residual[start + index] as number) - predicted);
    }
  }

  /** Adds the decoded pulses of the sub-frame at `start` to its prediction, as the receiver will. */
  reconstruct(pulses: Int16Array, start: number): void {
    const origin = longestLag + start;
    for (let index = 0; index < subframeSamples; index++) {
      this.#history[origin + index] = saturate((pulses[index] as number) + (this.#prediction[index] as number));
    }
  }

  /** Moves on to the next frame. */
  endFrame(): void {
    this.#history.copyWithin(0, frameSamples);
  }

  #search(residual: Int16Array, start: number, origin: number): void {
    const history = this.#history;
    const scaled = this.#scaled;
    let peak = 0;
    for (let index = 0; index < subframeSamples; index++) {
      const size = magnitude(residual[start + index] as number);
      if (size > peak) peak = size;
    }
    const shift = peak === 0 ? 6 : Math.max(0, 6 - headroom(peak << 16));
    for (let index = 0; index < subframeSamples; index++) {
      scaled[index] = (residual[start + index] as number) >> shift;
    }

    // Three of the 81 lags and four samples at a time: each sample of the past is loaded once for three lags.
    let best = 0;
    let lag = shortestLag;
    for (let candidate = shortestLag; candidate <= longestLag; candidate += 3) {
      const past = origin - candidate;
      let first = 0;
      let second = 0;
      let third = 0;
      let oneBefore = history[past - 1] as number;
      let twoBefore = history[past - 2] as number;
      for (let index = 0; index < subframeSamples; index += 4) {
        const s0 = scaled[index] as number;
        const s1 = scaled[index + 1] as number;
        const s2 = scaled[index + 2] as number;
        const s3 = scaled[index + 3] as number;
        const p0 = history[past + index] as number;
        const p1 = history[past + index + 1] as number;
        const p2 = history[past + index + 2] as number;
        const p3 = history[past + index + 3] as number;
        first = (first + Math.imul(s0, p0) + Math.imul(s1, p1) + Math.imul(s2, p2) + Math.imul(s3, p3)) | 0;
        second = (second + Math.imul(s0, oneBefore) + Math.imul(s1, p0) + Math.imul(s2, p1) + Math.imul(s3, p2)) | 0;
        third =
          (third + Math.imul(s0, twoBefore) + Math.imul(s1, oneBefore) + Math.imul(s2, p0) + Math.imul(s3, p1)) | 0;
        twoBefore = p2;
        oneBefore = p3;
      }
      if (first > best) {
        best = first;
        lag = candidate;
      }
      if (second > best) {
        best = second;
        lag = candidate + 1;
      }
      if (third > best) {
        best = third;
        lag = candidate + 2;
      }
    }
    this.lag = lag;

    let power = 0;
    for (let index = 0; index < subframeSamples; index++) {
      const sample = (history[origin + index - lag] as number) >> 3;
      power = (power + Math.imul(sample, sample)) | 0;
    }
    this.gain = codeGain((best << 1) >> (6 - shift), power << 1);
  }
}

/** The gain code: how much of the power of the past is found again. */
function codeGain(correlation: number, power: number): number {
  if (correlation <= 0) return 0;
  if (correlation >= power) return 3;
  const shift = headroom(power);
  const found = (correlation << shift) >> 16;
  const whole = (power << shift) >> 16;
  let code = 0;
  while (code < 3 && found > multiply(whole, gainDecision[code] as number)) code++;
  return code;
}
