// Memory of others: what is written stays within the room that was given, to the last byte.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineMessage, SerializationError, t } from '../src/index.ts';
import { described } from './arbitrary-schema.ts';

/** Optimised code of V8 11 and 12 that has seen resizable buffers goes on with the length that a transferred array had. */
const v8 = Number.parseInt(process.versions.v8, 10);

/** Newer than the library that the types are of. */
interface ResizableBuffer extends ArrayBuffer {
  resize(size: number): void;
}
const ResizableBuffer: new (size: number, options: { readonly maxByteLength: number }) => ResizableBuffer =
  ArrayBuffer as never;

const cases = described.chain((each) => each.values.map((value) => ({ each, value })));

describe.each(['json', 'msgpack', 'positional'] as const)('%s', (format) => {
  describe.each(['auto', 'never'] as const)('with code generation %s', (codeGeneration) => {
    test('fits exactly where it fits, and touches nothing around it', () => {
      fc.assert(
        fc.property(cases, fc.nat(20), fc.boolean(), ({ each: { schema }, value }, offset, asBuffer) => {
          const codec = defineMessage('M', schema, { codeGeneration })[format];
          const bytes = codec.serialize(value);
          for (const spare of [-bytes.length, -9, -2, -1, 0, 1, 7, 40, 400, 4000]) {
            const room = bytes.length + spare;
            if (room < 0) continue;
            const size = offset + room + 11;
            const memory = asBuffer ? Buffer.alloc(size, 0xee) : new Uint8Array(size).fill(0xee);
            const target = memory.subarray(0, offset + room);
            const end = codec.serializeInto(value, target, offset);
            expect(Array.from(memory.subarray(0, offset)).every((byte) => byte === 0xee)).toBe(true);
            expect(Array.from(memory.subarray(offset + room)).every((byte) => byte === 0xee)).toBe(true);
            if (spare < 0) {
              expect(end).toBe(-1);
              continue;
            }
            expect(end).toBe(offset + bytes.length);
            expect(Buffer.from(memory.subarray(offset, end))).toEqual(Buffer.from(bytes));
            expect(Array.from(memory.subarray(end)).every((byte) => byte === 0xee)).toBe(true);
          }
        }),
        { numRuns: 60 },
      );
    });

    const M = defineMessage('M', { text: t.string(), at: t.uint() }, { codeGeneration });
    const value = { text: 'some text that is worth writing', at: 123_456 };
    const expected = Buffer.from(M[format].serialize(value));

    test.skipIf(v8 < 14)('an array on a resizable buffer is as long as it is now', () => {
      const buffer = new ResizableBuffer(10, { maxByteLength: 100 });
      const array = new Uint8Array(buffer);
      expect(M[format].serializeInto(value, array, 0)).toBe(-1);
      buffer.resize(100);
      expect(M[format].serializeInto(value, array, 0)).toBe(expected.length);
      expect(Buffer.from(array.subarray(0, expected.length))).toEqual(expected);
      buffer.resize(10);
      expect(M[format].serializeInto(value, array, 0)).toBe(-1);
    });

    test('an array that was transferred away has no room', () => {
      const array = new Uint8Array(100);
      expect(M[format].serializeInto(value, array, 0)).toBe(expected.length);
      structuredClone(array, { transfer: [array.buffer] });
      expect(M[format].serializeInto(value, array, 0)).toBe(-1);
    });

    test('arrays of all kinds may take turns', () => {
      const arrays = [
        new Uint8Array(50),
        Buffer.alloc(50),
        new Uint8Array(new SharedArrayBuffer(50)),
        new Uint8Array(new ArrayBuffer(80), 30),
        new Uint8Array(70_000),
        expected.subarray(0, 5),
      ];
      for (let round = 0; round < 300; round++) {
        const array = arrays[round % arrays.length]!;
        const end = M[format].serializeInto(value, array, 0);
        expect(end).toBe(array.length < expected.length ? -1 : expected.length);
        if (end > 0) expect(Buffer.from(array.slice(0, end))).toEqual(expected);
        expect(Buffer.from(M[format].serialize(value)).length).toBe(expected.length);
      }
    });

    test('a getter that writes to the same array writes behind what is being written', () => {
      const array = new Uint8Array(200);
      const outer = {
        at: 1,
        get text(): string {
          return String(M[format].serializeInto(value, array, 100));
        },
      };
      const end = M[format].serializeInto(outer, array, 0);
      expect(M[format].deserialize(array, 0, end)).toEqual({ at: 1, text: String(100 + expected.length) });
      expect(M[format].deserialize(array, 100, 100 + expected.length)).toEqual(value);
    });

    test('what is larger than allowed is refused, however large', () => {
      const limited = defineMessage('M', { text: t.string() }, { codeGeneration, limits: { maxBytes: 100 } })[format];
      const overhead = limited.serialize({ text: 'x'.repeat(60) }).length - 60;
      expect(limited.serialize({ text: 'x'.repeat(100 - overhead) })).toHaveLength(100);
      for (const length of [101 - overhead, 1000, 5000, 70_000, 300_000]) {
        for (const write of [
          () => limited.serialize({ text: 'x'.repeat(length) }),
          () => limited.serializeInto({ text: 'x'.repeat(length) }, new Uint8Array(1000), 0),
        ]) {
          let thrown: unknown;
          try {
            write();
          } catch (error) {
            thrown = error;
          }
          if (!SerializationError.is(thrown)) throw new Error('It was accepted.');
          expect(thrown).toMatchObject({ code: 'ICHOR_SERIALIZATION_LIMIT', expected: 'at most 100 bytes' });
          expect(thrown.received).toMatch(/^(\d{3,}|more than 100) bytes$/);
        }
      }
    });
  });
});
