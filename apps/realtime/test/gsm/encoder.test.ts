// The encoder against stored digests of its own inputs, whose outputs agreed with toast (RB-85, RB-86), and its properties.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GsmEncoder } from '../../src/gsm/encoder.ts';
import { testSignals } from '../../src/gsm/signals.ts';
import { frameBytes, frameSamples } from '../../src/gsm/tables.ts';
import { encodeAll, littleEndian, sha256 } from './digest.ts';

const digests: readonly (readonly [name: string, input: string, output: string])[] = [
  [
    'speech',
    'd7b86a7ed4de254bd6c8e58350d66ba5ec4753f65ad692b92d5132ece896dca0',
    '108ab86b2347370590a48182f54d78b2849927cac6fe9cf6aa25a02e3002283e',
  ],
  [
    'loud speech',
    '4e3664558f624eb087760d4b603181b82daa0bfe88513383a832648176d13d09',
    '166fbc6a927de8985cb9cad5d659b2379e0d5f0dfa54530405468581c05f5ecd',
  ],
  [
    'quiet speech',
    '033984a25fde856cb96d9a158685dcbf7473918c84c5550f6b271a9fdb5f3a06',
    '86dcc294c3eb37327f9108b17424034925ab7441d42cdd63616e73fc3834454c',
  ],
  [
    'nearly silent speech',
    'c5be240ddf9c872579067227692a9eb135df73e723e4f884af6f62fff5072668',
    'a8acf8bc42b9a4f512945aa8bf6f0f8ca2611091b2a34e7690f969555d572bfd',
  ],
  [
    'silence',
    '56a43ef88ddfcd0f56f7dd973312c0e73d62f59655c01d7b4e59aaa3be8b3fb6',
    '38f0f7f60964a21e701bc62c26de03acc04589bf9d8f2e99aeb24a68d004009e',
  ],
  [
    'white noise at full scale',
    '17b17e368f633bbafc9726d77b9a42468302fb0e245dae8309bd6a1aa6496625',
    '864462059e2bb07097b7c6ad8a53aefec541acf9d6951fe92844e376ce31da73',
  ],
  [
    'a square wave at full scale',
    '0ce4412a8815ef961c3f8be40e63ca6c1380071001a6e4df9e5cdd535c1db949',
    'f011a7e43070e83981bfc6f401ef4d31c87f5dbe0c07afd4764f0cadad7370e8',
  ],
  [
    'a square wave of changing pitch',
    '1001bf9f34f1d4ced7f46de6b9b1cad318947472af72174add8e1725c62b3b04',
    'e490cb3bbd659a302640fe9a5fed8cf905d4ab5c3352762a4bd2fae82ff19066',
  ],
];

describe('the GSM 06.10 encoder', () => {
  it('has a stored digest for every signal', () => {
    expect(digests.map(([name]) => name)).toEqual(testSignals.map(({ name }) => name));
  });

  it.each(digests)('makes 20 frames of %s with the stored digests', (name, input, output) => {
    const samples = testSignals.find((signal) => signal.name === name)?.make(20 * frameSamples) ?? new Int16Array();
    expect(sha256(littleEndian(samples))).toBe(input);
    const encoded = encodeAll(samples);
    expect(encoded.length).toBe(660);
    expect(sha256(encoded)).toBe(output);
    expect(sha256(littleEndian(samples))).toBe(input); // the input is not modified
  });

  it('carries its state from frame to frame, and forgets it at reset', () => {
    const samples = testSignals[0]?.make(3 * frameSamples) ?? new Int16Array();
    const whole = encodeAll(samples);
    const encoder = new GsmEncoder();
    const output = new Uint8Array(frameBytes);
    encoder.encodeFrame(samples, frameSamples, output, 0);
    expect(output).not.toEqual(whole.subarray(frameBytes, 2 * frameBytes));
    encoder.reset();
    encoder.encodeFrame(samples, 0, output, 0);
    expect(output).toEqual(whole.subarray(0, frameBytes));
    encoder.encodeFrame(samples, frameSamples, output, 0);
    expect(output).toEqual(whole.subarray(frameBytes, 2 * frameBytes));
  });

  it('encodes any samples into signed frames whose lags lie in 40..120, and writes nowhere else', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -32768, max: 32767 }), { minLength: 2 * frameSamples, maxLength: 2 * frameSamples }),
        (list) => {
          const output = new Uint8Array(2 * frameBytes + 2).fill(0xa5);
          const encoder = new GsmEncoder();
          const samples = Int16Array.from(list);
          for (let frame = 0; frame < 2; frame++) {
            encoder.encodeFrame(samples, frame * frameSamples, output, 1 + frame * frameBytes);
            expect((output[1 + frame * frameBytes] ?? 0) >> 4).toBe(0xd);
            for (let subframe = 0; subframe < 4; subframe++) {
              // The lag is the first field of a sub-frame of 56 bits, behind 40 bits of signature and ratios.
              const lag = (output[1 + frame * frameBytes + 5 + 7 * subframe] ?? 0) >> 1;
              expect(lag).toBeGreaterThanOrEqual(40);
              expect(lag).toBeLessThanOrEqual(120);
            }
          }
          expect(output[0]).toBe(0xa5);
          expect(output.at(-1)).toBe(0xa5);
        },
      ),
      { numRuns: 50 },
    );
  });
});
