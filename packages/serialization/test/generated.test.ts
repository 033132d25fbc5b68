// Generated code does its work itself. The codecs fall back to closures when it throws, which would hide its mistakes,
// so here it runs without them.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Reader, type Read } from '../src/codec/reader.ts';
import { Writer } from '../src/codec/writer.ts';
import { jsonFormat } from '../src/json/json-format.ts';
import { msgpackFormat, positionalFormat } from '../src/msgpack/msgpack-format.ts';
import { policyOf } from '../src/schema/limits.ts';
import { generateProjection } from '../src/json/generate-projection.ts';
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
        const composed = new Uint8Array(100_000);
        const generated = new Uint8Array(100_000);
        const end = writers.closure(new Writer('Test', policy), value, composed, 0);
        const w = new Writer('Test', policy);
        expect(writers.generate()(w, value, generated, 0)).toBe(end);
        expect(w.depth).toBe(0);
        fc.pre(end <= generated.length);
        expect(Buffer.from(generated.subarray(0, end))).toEqual(Buffer.from(composed.subarray(0, end)));
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
          const whole = new Uint8Array(100_000);
          const end = format.compileWriter(schema.node).closure(new Writer('Test', policy), value, whole, 0);
          fc.pre(end <= whole.length);
          const input = mutate(whole.subarray(0, end), changes);
          // Bytes behind the range must not be looked at: with them the text would often be whole again.
          const padded = Uint8Array.of(...input, ...whole.subarray(0, end), 34, 34, 34, 34, 34, 34, 34, 34);
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

test('the generated projection is what JSON.stringify writes as closures write it', () => {
  let projected = 0;
  fc.assert(
    fc.property(cases, ({ each: { schema }, value }) => {
      const project = generateProjection(schema.node);
      if (project === undefined) return;
      const bytes = new Uint8Array(100_000);
      const end = jsonFormat.compileWriter(schema.node).closure(new Writer('Test', policy), value, bytes, 0);
      fc.pre(end <= bytes.length);
      const text = Buffer.from(bytes.subarray(0, end)).toString();
      const w = new Writer('Test', policy);
      let made: string | undefined;
      try {
        made = JSON.stringify(project(w, value));
      } catch {
        // Refused: the codec writes bytes then. Only what JSON.stringify cannot express may come to this.
        expect(text).toMatch(/-0|"__proto__"/);
        return;
      }
      expect(made).toBe(text);
      expect(w.depth).toBe(0);
      projected++;
    }),
    { numRuns: 300 },
  );
  expect(projected).toBeGreaterThan(50);
});
