// SHA-256 over samples (little-endian) and over encoded frames.
import { createHash } from 'node:crypto';
import { GsmEncoder } from '../../src/gsm/encoder.ts';
import { frameBytes, frameSamples } from '../../src/gsm/tables.ts';

export function littleEndian(samples: Int16Array): Buffer {
  const bytes = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, index) => bytes.writeInt16LE(sample, index * 2));
  return bytes;
}

export function encodeAll(samples: Int16Array): Uint8Array {
  const encoder = new GsmEncoder();
  const frames = samples.length / frameSamples;
  const output = new Uint8Array(frames * frameBytes);
  for (let frame = 0; frame < frames; frame++)
    encoder.encodeFrame(samples, frame * frameSamples, output, frame * frameBytes);
  return output;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
