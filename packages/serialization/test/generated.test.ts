// Generated code does its work itself. The codecs fall back to closures when it throws, which would hide its mistakes,
// so here it runs without them.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeAlone } from '../src/codec/output.ts';
import { Reader, type Read } from '../src/codec/reader.ts';
import { Writer } from '../src/codec/writer.ts';
import { jsonFormat } from '../src/json/json-format.ts';
import { msgpackFormat, positionalFormat } from '../src/msgpack/msgpack-format.ts';
import { policyOf } from '../src/schema/limits.ts';
import { described } from './arbitrary-schema.ts';
import { mutate, mutation } from './mutation.ts';

const policy = policyOf('Test', {});
const cases = described.chain((each) => each.values.map((value) => ({ each, value })));

describe.each([
  ['json', jsonFormat],
  ['msgpack', msgpackFormat],
  ['positional', positionalFormat],
] as const)('generated %s', (_, format) => {
  test('writes and reads what closures write and read', () => {
    fc.assert(
      fc.property(cases, ({ each: { schema }, value }) => {
        const writers = format.compileWriter(schema.node);
        const composed = writeAlone(new Writer('Test', policy), writers.closure, value);
        const w = new Writer('Test', policy);
        const generated = writeAlone(w, writers.generate(), value);
        expect(w.depth).toBe(0);
        expect(Buffer.from(generated)).toEqual(Buffer.from(composed));
        const end = generated.length;
        const readers = format.compileReader(schema.node);
        for (const read of [readers.closure, readers.generate(), readers.generateForView()]) {
          const r = new Reader('Test', policy);
          r.end = end;
          r.view = new DataView(generated.buffer);
          expect(read(r, generated, 0)).toEqual(value);
          expect(r.pos).toBe(end);
          expect(r.depth).toBe(0);
        }
      }),
      { numRuns: 150 },
    );
  });

  test.each(['generate', 'generateForView'] as const)(
    '%s makes of damaged input what closures make, or throws',
    (way) => {
      fc.assert(
        fc.property(cases, fc.array(mutation, { maxLength: 2 }), ({ each: { schema }, value }, changes) => {
          const whole = writeAlone(new Writer('Test', policy), format.compileWriter(schema.node).closure, value);
          const input = mutate(whole, changes);
          // Bytes behind the range must not be looked at: with them the text would often be whole again.
          const padded = Uint8Array.of(...input, ...whole, 34, 34, 34, 34, 34, 34, 34, 34);
          const readers = format.compileReader(schema.node);
          const outcome = (read: Read): unknown => {
            const r = new Reader('Test', policy);
            r.end = input.length;
            r.view = new DataView(padded.buffer);
            return { value: read(r, padded, 0), end: r.pos };
          };
          let made: unknown;
          try {
            made = outcome(readers[way]());
          } catch {
            return;
          }
          expect(made).toEqual(outcome(readers.closure));
        }),
        { numRuns: 300 },
      );
    },
  );
});
