// Inputs that drive the encoder into every corner: speech at several levels, noise, square waves, silence. For its verification.

import { synthesiseSpeech } from './speech.ts';

/** A named signal of `count` samples. */
export interface TestSignal {
  readonly name: string;
  make(count: number): Int16Array;
}

export const testSignals: readonly TestSignal[] = [
  { name: 'speech', make: (count) => synthesiseSpeech(count) },
  { name: 'loud speech', make: (count) => synthesiseSpeech(count, 2, 32767) },
  { name: 'quiet speech', make: (count) => synthesiseSpeech(count, 3, 300) },
  { name: 'nearly silent speech', make: (count) => synthesiseSpeech(count, 6, 20) },
  { name: 'silence', make: (count) => new Int16Array(count) },
  { name: 'white noise at full scale', make: noise },
  { name: 'a square wave at full scale', make: (count) => square(count, () => 97) },
  { name: 'a square wave of changing pitch', make: (count) => square(count, (index) => 40 + Math.trunc(index / 1600)) },
];

function noise(count: number): Int16Array {
  let state = 1;
  return new Int16Array(count).map(() => {
    state = (Math.imul(state, 1103515245) + 12345) | 0;
    return state >> 16;
  });
}

function square(count: number, period: (index: number) => number): Int16Array {
  return new Int16Array(count).map((_, index) => (index % period(index) < period(index) / 2 ? 32767 : -32768));
}
