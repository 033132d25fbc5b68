// Arbitrary schemas, each with an arbitrary of its values: what the property tests of all codecs share.

import fc from 'fast-check';
import { t, type Schema } from '../src/index.ts';

/** A schema with values of its own. */
export interface Described {
  readonly schema: Schema<unknown>;
  readonly values: fc.Arbitrary<unknown>;
  /** JSON.parse and JSON.stringify know all of its values. */
  readonly plain: boolean;
}

const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const anyKey = fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'toString', '', 'a', 'b"\\\n'));
/** Keys of fields: everything but the one name that is refused. */
const fieldKey = anyKey.filter((key) => key !== '__proto__' && key !== '$kind');

const bigint64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const boundary = fc.constantFrom(
  0,
  1,
  -1,
  31,
  127,
  128,
  255,
  256,
  65_535,
  65_536,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53 - 1,
);
const integer = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer(),
  boundary,
  boundary.map((value) => -value + 0),
);

const scalars: fc.Arbitrary<Described> = fc.constantFrom<Described>(
  { schema: t.bool(), values: fc.boolean(), plain: true },
  { schema: t.int(), values: integer.map((value) => value + 0), plain: true },
  { schema: t.uint(), values: integer.map((value) => Math.abs(value)), plain: true },
  { schema: t.float(), values: fc.double({ noNaN: true, noDefaultInfinity: true }), plain: true },
  { schema: t.string(), values: text, plain: true },
  { schema: t.string({ maxLength: 400 }), values: fc.string({ minLength: 25, maxLength: 300 }), plain: true },
  { schema: t.int64(), values: bigint64, plain: false },
  { schema: t.uint64({ json: 'string' }), values: bigint64.map((value) => BigInt.asUintN(64, value)), plain: false },
  { schema: t.bigint(), values: fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), plain: false },
  { schema: t.bytes(), values: fc.uint8Array({ maxLength: 300 }), plain: false },
  { schema: t.date(), values: fc.date({ noInvalidDate: true }), plain: false },
  { schema: t.enum(['red', 'grün', 7]), values: fc.constantFrom('red', 'grün', 7), plain: true },
  { schema: t.literal('fixed'), values: fc.constant('fixed'), plain: true },
  { schema: t.literal(null), values: fc.constant(null), plain: true },
  { schema: t.unknown(), values: fc.jsonValue({ maxDepth: 2 }), plain: true },
);

function objectOf(fields: readonly (readonly [string, Described, boolean])[]): Described {
  const schema = t.object(
    Object.fromEntries(fields.map(([key, { schema: inner }, optional]) => [key, optional ? t.optional(inner) : inner])),
  );
  const model = Object.fromEntries(
    fields.map(([key, { values }, optional]) => [key, optional ? fc.option(values, { nil: undefined }) : values]),
  );
  const values = fc.record(model).map((value) => {
    return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
  });
  return { schema, values, plain: fields.every(([, { plain }]) => plain) };
}

/** Any schema up to a small depth. */
export const described: fc.Arbitrary<Described> = fc.letrec<{ node: Described; object: Described }>((tie) => ({
  object: fc
    .uniqueArray(fc.tuple(fieldKey, tie('node'), fc.boolean()), { selector: ([key]) => key, maxLength: 6 })
    .map(objectOf),
  node: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalars,
    tie('object'),
    tie('node').map(({ schema, values, plain }) => ({
      schema: t.nullable(schema),
      values: fc.option(values, { nil: null }),
      plain,
    })),
    tie('node').map(({ schema, values, plain }) => ({
      schema: t.array(schema),
      values: fc.array(values, { maxLength: 20 }),
      plain,
    })),
    tie('node').map(({ schema, values, plain }) => ({
      schema: t.record(schema),
      values: fc.dictionary(anyKey, values, { maxKeys: 20, noNullPrototype: true }),
      plain,
    })),
    fc.array(tie('node'), { maxLength: 4 }).map((items) => ({
      schema: t.tuple(items.map(({ schema }) => schema)),
      values: fc.tuple(...items.map(({ values }) => values)),
      plain: items.every(({ plain }) => plain),
    })),
    fc.tuple(tie('object'), tie('object')).map(([first, second]) => unionOf(first, second)),
  ),
})).node;

function unionOf(first: Described, second: Described): Described {
  const without = ({ values }: Described, tag: string): fc.Arbitrary<unknown> =>
    values.map((value) => ({ ...(value as object), $kind: tag }));
  return {
    schema: t.union('$kind', { one: first.schema, two: second.schema }),
    values: fc.oneof(without(first, 'one'), without(second, 'two')),
    plain: first.plain && second.plain,
  };
}
