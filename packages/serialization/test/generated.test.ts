// Generated code does its work itself. The codecs fall back to closures when it throws, which would hide its mistakes,
// so here it runs without them.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeAlone } from '../src/codec/output.ts';
import { Reader } from '../src/codec/reader.ts';
import { Writer } from '../src/codec/writer.ts';
import { jsonFormat } from '../src/json/json-format.ts';
import { msgpackFormat, positionalFormat } from '../src/msgpack/msgpack-format.ts';
import { policyOf } from '../src/schema/limits.ts';
import { described } from './arbitrary-schema.ts';

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
        for (const read of [readers.closure, readers.generate()]) {
          const r = new Reader('Test', policy);
          r.end = end;
          expect(read(r, generated, 0)).toEqual(value);
          expect(r.pos).toBe(end);
          expect(r.depth).toBe(0);
        }
      }),
      { numRuns: 150 },
    );
  });
});
