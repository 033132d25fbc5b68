// The JSON Schema of a message says of every JSON text what its codec says, with ajv as an independent judge; where the two
// cannot agree is listed here.

import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineMessage, SerializationError, t, type Message, type Schema } from '../src/index.ts';
import { described } from './arbitrary-schema.ts';

/**
 * Own properties only, because fields may be named like inherited ones; all errors, because at the first one ajv takes a
 * missing key that is the empty string for none.
 */
const options = { strict: false, ownProperties: true, allErrors: true, logger: false } as const;
const ajv = new Ajv2020({ ...options, validateFormats: false });
const ajvWithFormats = new Ajv2020(options);
addFormats.default(ajvWithFormats);

/** What ajv says of values of the message's JSON form. */
function judge(message: Message<unknown>, by = ajv): (value: unknown) => boolean {
  const validate = by.compile(message.jsonSchema());
  return (value) => validate(value);
}

function accepts(message: Message<unknown>, text: string): boolean {
  try {
    message.json.deserialize(new TextEncoder().encode(text));
    return true;
  } catch (error) {
    if (!SerializationError.is(error)) throw error;
    return false;
  }
}

/** Whether the schema can say everything that the codec checks: bigints, dates and bytes are looked at below. */
function isExact(schema: Schema<unknown>): boolean {
  const text = JSON.stringify(schema, (_, value: unknown) => {
    if (value instanceof Map) return [...(value as Map<unknown, unknown>)];
    return typeof value === 'bigint' ? String(value) : value;
  });
  return !/"kind":"(bigint|bytes|date)"/.test(text);
}

/** Replaces, removes or adds something somewhere. */
function mutate(value: unknown, next: (below: number) => number, other: unknown): unknown {
  const inside = typeof value === 'object' && value !== null && next(3) > 0;
  if (!inside) return next(4) === 0 ? change(value) : other;
  if (Array.isArray(value)) {
    const copy = [...(value as unknown[])];
    const index = next(copy.length + 1);
    if (next(4) === 0) copy.splice(index, 1);
    else if (index === copy.length) copy.push(other);
    else copy[index] = mutate(copy[index], next, other);
    return copy;
  }
  const entries = Object.entries(value);
  const index = next(entries.length + 1);
  if (index === entries.length) entries.push([next(2) === 0 ? 'toString' : 'more', other]);
  else if (next(4) === 0) entries.splice(index, 1);
  else entries[index]![1] = mutate(entries[index]![1], next, other);
  return Object.fromEntries(entries);
}

function change(value: unknown): unknown {
  if (typeof value === 'number') return value + 0.5;
  if (typeof value === 'string') return `${value}x`;
  return [value];
}

describe('the JSON Schema of arbitrary messages', () => {
  const cases = described.chain(({ schema, values }) =>
    fc.record({
      schema: fc.constant(schema),
      values: fc.array(values, { minLength: 1, maxLength: 3 }),
      others: fc.array(fc.jsonValue({ maxDepth: 2 }), { minLength: 6, maxLength: 6 }),
      seed: fc.nat(),
    }),
  );

  test.each(['strip', 'reject'] as const)('gives the verdicts of the codec, with unknown keys: %s', (unknownKeys) => {
    const seen = { exact: 0, accepted: 0, refused: 0 };
    fc.assert(
      fc.property(cases, ({ schema, values, others, seed }) => {
        const { kind } = (schema as unknown as { node: { kind: string } }).node;
        const message = defineMessage('M', schema, kind === 'object' || kind === 'union' ? { unknownKeys } : {});
        const valid = judge(message);
        const exact = isExact(schema);
        let state = seed;
        const next = (below: number): number => {
          state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 1;
          return (state >> 8) % below;
        };
        for (const value of values) {
          const text = Buffer.from(message.json.serialize(value)).toString();
          // Bigints that are written as numbers, JSON.parse rounds: the bounds of the schema are for it what they are.
          expect(valid(JSON.parse(text))).toBe(true);
          for (const other of others) {
            const changed = JSON.stringify(mutate(JSON.parse(text), next, other));
            const ours = accepts(message, changed);
            if (exact) expect([changed, valid(JSON.parse(changed))]).toEqual([changed, ours]);
            if (exact) seen.exact++;
            if (ours) seen.accepted++;
            else seen.refused++;
          }
        }
      }),
      { numRuns: 100 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
  });
});

interface Tree {
  name: string;
  children: Tree[];
}
const Tree: Message<Tree> = defineMessage('Tree', {
  name: t.string({ minLength: 1, maxLength: 3, pattern: /^[a-z]*$/ }),
  children: t.array(t.lazy((): Schema<Tree> => Tree)),
});

/** Schema, JSON text, what the codec says. */
const agreed: [Schema<unknown>, string, boolean][] = [
  [t.int(), '9007199254740991', true],
  [t.int(), '9007199254740992', false],
  [t.int(), '1.0', true],
  [t.int(), '1e2', true],
  [t.int(), '1.5', false],
  [t.uint({ max: 10 }), '10', true],
  [t.uint({ max: 10 }), '11', false],
  [t.uint(), '-0', true],
  [t.float({ min: 0, max: 1 }), '1', true],
  [t.float({ min: 0, max: 1 }), '1.0000000000000002', false],
  [t.string({ minLength: 1, maxLength: 2 }), '""', false],
  [t.string({ minLength: 1, maxLength: 2 }), '"ab"', true],
  [t.string({ minLength: 1, maxLength: 2 }), '"abc"', false],
  [t.string({ pattern: /^a+$/ }), '"aab"', false],
  [t.string({ pattern: /^\p{L}+$/u }), '"é"', true],
  [t.array(t.int(), { minItems: 1, maxItems: 2 }), '[]', false],
  [t.array(t.int(), { minItems: 1, maxItems: 2 }), '[1,2]', true],
  [t.array(t.int(), { minItems: 1, maxItems: 2 }), '[1,2,3]', false],
  [t.tuple([t.int(), t.string()]), '[1]', false],
  [t.tuple([t.int(), t.string()]), '[1,"a"]', true],
  [t.tuple([t.int(), t.string()]), '[1,"a",null]', false],
  [t.tuple([]), '[]', true],
  [t.tuple([]), '[0]', false],
  [t.record(t.int(), { maxEntries: 1 }), '{"__proto__":1}', true],
  [t.record(t.int(), { maxEntries: 1 }), '{"a":1,"b":2}', false],
  [t.enum(['a', 7]), '7.0', true],
  [t.enum(['a', 7]), '"7"', false],
  [t.literal(null), 'null', true],
  [t.literal(false), 'null', false],
  [Tree, '{"name":"a","children":[{"name":"b","children":[]}]}', true],
  [Tree, '{"name":"a","children":[{"name":"","children":[]}]}', false],
  [t.object({ first: Tree, second: t.optional(Tree) }), '{"first":{"name":"a","children":[]}}', true],
  [t.object({ first: Tree, second: t.optional(Tree) }), '{"first":{"name":"a","children":[]},"second":null}', false],
  [t.union('k', { a: { n: t.int() }, b: { s: t.string() } }), '{"n":1,"k":"a"}', true],
  [t.union('k', { a: { n: t.int() }, b: { s: t.string() } }), '{"n":1,"k":"b"}', false],
  [t.union('k', { a: { n: t.int() }, b: { s: t.string() } }), '{"n":1}', false],
  [t.date(), '"2026-02-03T04:05:06Z"', true],
  [t.date(), '"2026-02-03t04:05:06.123456+01:30"', true],
  [t.date(), '"2026-02-30T04:05:06Z"', false],
  [t.date(), '"2026-02-03"', false],
  [t.date(), '5', false],
  [t.bytes({ minLength: 1, maxLength: 3 }), '"AQID"', true],
  [t.bytes({ minLength: 1, maxLength: 3 }), '""', false],
  [t.bytes({ minLength: 1, maxLength: 3 }), '"AQIDBA=="', false],
  [t.uint64({ json: 'string' }), '"18446744073709551615"', true],
  [t.uint64({ json: 'string' }), '"-1"', false],
  [t.uint64({ json: 'string' }), '"01"', false],
  [t.uint64(), '-1', false],
  [t.int64(), '1.5', false],
];

/** What JSON Schema cannot say, or means otherwise. The codec is always the stricter or the more exact one, except where noted. */
const different: [string, Schema<unknown>, string, boolean][] = [
  ['lengths are code units here, code points there', t.string({ maxLength: 2 }), '"😀😀"', false],
  ['the same the other way', t.string({ minLength: 2 }), '"😀"', true],
  ['flags of a pattern cannot be told: it is left out', t.string({ pattern: /^A$/i }), '"b"', false],
  ['base64 is an annotation there', t.bytes(), '"A"', false],
  ['a length in bytes is a length in groups of four there', t.bytes({ maxLength: 1 }), '"AQI="', false],
  [
    'bounds beyond 2^53 cannot be told to those who round',
    t.uint64({ json: 'string' }),
    '"18446744073709551616"',
    false,
  ],
  ['numbers are read where strings are written', t.uint64({ json: 'string' }), '5', true],
  ['strings are read where numbers are written', t.uint64(), '"5"', true],
  ['years beyond 9999 are no RFC 3339', t.date(), '"+010000-01-01T00:00:00Z"', true],
  ['a Date has no leap seconds', t.date(), '"2016-12-31T23:59:60Z"', false],
];

describe('single schemas', () => {
  test.each(agreed)('%# agree with ajv', (schema, text, verdict) => {
    const message = defineMessage('M', schema);
    expect([accepts(message, text), judge(message, ajvWithFormats)(JSON.parse(text))]).toEqual([verdict, verdict]);
  });

  test.each(different)('differ: %s', (_, schema, text, verdict) => {
    const message = defineMessage('M', schema);
    expect([accepts(message, text), judge(message, ajvWithFormats)(JSON.parse(text))]).toEqual([verdict, !verdict]);
  });
});
