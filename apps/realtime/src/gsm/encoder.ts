// The GSM 06.10 full-rate speech encoder (ETSI EN 300 961; RPE-LTP, 13 kbit/s): 160 samples in, 33 bytes out.
// Fixed point throughout; after construction nothing is allocated. The workload of this app (RB-85).

import { FrameWriter } from './frame-writer.ts';
import { codeLogAreaRatios } from './linear-prediction.ts';
import { LongTermPredictor } from './long-term-predictor.ts';
import { Preprocessor } from './preprocessor.ts';
import { PulseCoder } from './pulse-coder.ts';
import { ShortTermFilter } from './short-term-filter.ts';
import { frameSamples, larBits, order, pulseCount, subframeSamples } from './tables.ts';

/** Encodes a stream of frames; state is carried from one frame to the next. */
export class GsmEncoder {
  readonly #preprocessor = new Preprocessor();
  readonly #shortTerm = new ShortTermFilter();
  readonly #longTerm = new LongTermPredictor();
  readonly #pulses = new PulseCoder();
  readonly #writer = new FrameWriter();
  readonly #samples = new Int16Array(frameSamples);
  readonly #ratioCodes = new Int16Array(order);

  /** Forgets the past: the next frame is encoded as the first of a stream. */
  reset(): void {
    this.#preprocessor.reset();
    this.#shortTerm.reset();
    this.#longTerm.reset();
  }

  /** Encodes `input[inputOffset .. +160)` into `output[outputOffset .. +33)`. */
  encodeFrame(input: Int16Array, inputOffset: number, output: Uint8Array, outputOffset: number): void {
    const samples = this.#samples;
    const writer = this.#writer;
    this.#preprocessor.process(input, inputOffset, samples);
    codeLogAreaRatios(samples, this.#ratioCodes);
    this.#shortTerm.process(this.#ratioCodes, samples);
    writer.begin(output, outputOffset);
    for (let index = 0; index < order; index++) {
      writer.write(this.#ratioCodes[index] as number, larBits[index] as number);
    }
    for (let start = 0; start < frameSamples; start += subframeSamples) {
      this.#encodeSubframe(samples, start);
    }
    this.#longTerm.endFrame();
  }

  #encodeSubframe(residual: Int16Array, start: number): void {
    const longTerm = this.#longTerm;
    const pulses = this.#pulses;
    const writer = this.#writer;
    longTerm.predict(residual, start);
    pulses.encode(longTerm.remainder);
    longTerm.reconstruct(pulses.decoded, start);
    writer.write(longTerm.lag, 7);
    writer.write(longTerm.gain, 2);
    writer.write(pulses.grid, 2);
    writer.write(pulses.maximum, 6);
    for (let pulse = 0; pulse < pulseCount; pulse++) {
      writer.write(pulses.codes[pulse] as number, 3);
    }
  }
}
