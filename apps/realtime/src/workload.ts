// One unit of work: 20 frames of speech through a fresh encoder, 3,200 samples to 660 bytes (RB-85). Allocates nothing per run.

import { GsmEncoder } from './gsm/encoder.ts';
import { synthesiseSpeech } from './gsm/speech.ts';
import { frameBytes, frameSamples } from './gsm/tables.ts';

const frames = 20;

export class GsmWorkload {
  readonly input = synthesiseSpeech(frames * frameSamples);
  readonly output = new Uint8Array(frames * frameBytes);
  readonly #encoder = new GsmEncoder();
  #frame = 0;

  /** Encodes all 20 frames from a fresh state. The output is the same every time. */
  run(): void {
    this.#encoder.reset();
    for (let frame = 0; frame < frames; frame++) this.#encode(frame);
  }

  /** Encodes the next frame of the stream, as a device would every 20 ms. */
  runFrame(): void {
    if (this.#frame === 0) this.#encoder.reset();
    this.#encode(this.#frame);
    this.#frame = (this.#frame + 1) % frames;
  }

  #encode(frame: number): void {
    this.#encoder.encodeFrame(this.input, frame * frameSamples, this.output, frame * frameBytes);
  }
}
