// Synthetic speech for the encoder: a voice source (glottal pulses with a moving pitch, or noise) through three resonators
// that glide between vowels. Integers only, so that every engine makes the same samples.

/** Resonator coefficients of a vowel at 8 kHz, in Q12: 2·r·cos(2πf/8000) and r² for three formants. */
interface Vowel {
  readonly resonators: readonly (readonly [number, number])[];
}

const vowels: readonly Vowel[] = [
  {
    resonators: [
      [6698, 3889],
      [5036, 3853],
      [-2905, 3782],
    ],
  },
  {
    resonators: [
      [7660, 3926],
      [-1214, 3818],
      [-4870, 3747],
    ],
  },
  {
    resonators: [
      [7555, 3926],
      [6163, 3853],
      [-1815, 3747],
    ],
  },
  {
    resonators: [
      [7191, 3908],
      [2374, 3836],
      [-3393, 3782],
    ],
  },
];

const samplesPerVowel = 700;
const gainShift = 12;

/** Makes `count` samples. Voiced and unvoiced stretches alternate with pauses; `loudness` is the peak aimed at, up to 32767. */
export function synthesiseSpeech(count: number, seed = 1, loudness = 12_000): Int16Array {
  const raw = new Int32Array(count);
  const memory = new Int32Array(6);
  let noise = (Math.imul(seed, 0x9e3779b1) | 1) >>> 0;
  let untilPulse = 0;
  let peak = 1;
  for (let index = 0; index < count; index++) {
    noise ^= noise << 13;
    noise ^= noise >>> 17;
    noise ^= noise << 5;
    const segment = Math.trunc(index / samplesPerVowel) + seed;
    const silent = segment % 7 === 5;
    const voiced = segment % 5 !== 3;
    let excitation = silent ? noise >> 29 : voiced ? noise >> 25 : noise >> 22;
    if (voiced && !silent && untilPulse-- <= 0) {
      // Pitch falls and rises between about 90 and 180 Hz.
      untilPulse = 44 + Math.abs(((index >> 5) % 88) - 44) + (noise & 3);
      excitation += 6000;
    }
    const vowel = vowels[segment % vowels.length] as Vowel;
    let sample = excitation << 2;
    for (let formant = 0; formant < 3; formant++) {
      const [feedback, damping] = vowel.resonators[formant] as readonly [number, number];
      const last = memory[2 * formant] as number;
      const before = memory[2 * formant + 1] as number;
      const next = sample + Math.trunc((feedback * last - damping * before) / 2 ** gainShift);
      memory[2 * formant + 1] = last;
      memory[2 * formant] = Math.max(-(2 ** 26), Math.min(2 ** 26, next));
      sample = memory[2 * formant] as number;
      if (formant < 2) sample >>= 2;
    }
    raw[index] = sample;
    peak = Math.max(peak, Math.abs(sample));
  }
  return Int16Array.from(raw, (sample) => Math.trunc((sample * loudness) / peak));
}
