// The encoder against `toast`, an independent implementation (Debian: apt-get install libgsm-tools). RB-85.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { testSignals } from '../../src/gsm/signals.ts';
import { frameBytes, frameSamples } from '../../src/gsm/tables.ts';
import { encodeAll } from './digest.ts';

const installed = spawnSync('toast', ['-V']).error === undefined;
const frames = 1500;

describe.skipIf(!installed)(
  `the encoder beside toast${installed ? '' : ' (skipped: install Debian package libgsm-tools)'}`,
  () => {
    it.each(testSignals)('gives the same bytes for $name', ({ make }) => {
      const samples = make(frames * frameSamples);
      // -l: linear samples in the byte order of the machine.
      const toast = spawnSync('toast', ['-l'], {
        input: Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength),
        maxBuffer: 1 << 24,
      });
      expect(toast.status).toBe(0);
      expect(toast.stdout.length).toBe(frames * frameBytes);
      expect(firstDifference(encodeAll(samples), toast.stdout)).toBe(-1);
    });
  },
);

function firstDifference(ours: Uint8Array, theirs: Uint8Array): number {
  return ours.findIndex((byte, index) => byte !== theirs[index]);
}
