// Generated code does its work itself. The codecs fall back to closures when it throws, which would hide its mistakes,
// so here it runs without them.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
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
        const composed = new Uint8Array(100_000);
        const generated = new Uint8Array(100_000);
        const end = writers.closure(new Writer('Test', policy), value, composed, 0);
        const w = new Writer('Test', policy);
        expect(writers.generate()(w, value, generated, 0)).toBe(end);
        expect(w.depth).toBe(0);
        fc.pre(end <= generated.length);
        expect(Buffer.from(generated.subarray(0, end))).toEqual(Buffer.from(composed.subarray(0, end)));
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
