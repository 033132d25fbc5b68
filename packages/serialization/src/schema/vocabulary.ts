// The words with which messages are described: `t.uint()`, `t.array(…)`, and so on.

import { SerializationError } from '../errors/serialization-error.ts';
import { describeValue } from '../errors/received.ts';
import { fieldNodes } from './fields.ts';
import type { BigintNode, LiteralValue, SchemaNode, UnknownKeys } from './node.ts';
import {
  nodeOf,
  schemaOf,
  type Fields,
  type Infer,
  type InferFields,
  type OptionalSchema,
  type Schema,
} from './schema.ts';
import { isStandardSchema, type StandardSchema } from './standard-schema.ts';
import { unionNode, type InferVariants, type Variants } from './union.ts';

/** An inclusive range of numbers. */
export interface NumberRange {
  readonly min?: number;
  readonly max?: number;
}

/** Limits of a string, in UTF-16 code units as `length` counts them. */
export interface StringLimits {
  /** Default: 0. */
  readonly minLength?: number;
  /** Default: none beyond the codec's `maxStringBytes`. */
  readonly maxLength?: number;
  /** Must match somewhere; anchor it with `^…$`. Keep it linear: it runs on input from outside. */
  readonly pattern?: RegExp;
}

/** Limits of a byte string. */
export interface BytesLimits {
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** Limits of an array. */
export interface ArrayLimits {
  readonly minItems?: number;
  /** Default: the codec's `maxElements`. */
  readonly maxItems?: number;
}

/** Range of a bigint, and how JSON carries it. */
export interface BigintOptions {
  readonly min?: bigint;
  readonly max?: bigint;
  /**
   * How JSON carries it: as a number (exact here, but rounded by peers that read numbers as doubles), or as a string
   * of digits. Both are read. Default: `'number'`.
   */
  readonly json?: 'number' | 'string';
}

const boolNode: SchemaNode = { kind: 'bool' };
const largest = Number.MAX_SAFE_INTEGER;

/**
 * The vocabulary of messages.
 *
 * @example
 * ```ts
 * import { defineMessage, t, type Infer } from '@ichor/serialization';
 *
 * const Reading = defineMessage('Reading', {
 *   sensor: t.string({ maxLength: 64 }),
 *   kind: t.enum(['temperature', 'pressure']),
 *   value: t.float(),
 *   at: t.date(),
 *   note: t.optional(t.string()),
 * });
 * type Reading = Infer<typeof Reading>;
 *
 * const reading: Reading = { sensor: 'a1', kind: 'pressure', value: 1013.25, at: new Date(0) };
 * const bytes = Reading.json.serialize(reading);
 * console.log(Reading.json.deserialize(bytes).value); // 1013.25
 * ```
 */
export const t = {
  /** `true` or `false`. */
  bool: (): Schema<boolean> => schemaOf(boolNode),

  /** An integer from −(2^53−1) to 2^53−1, as a number. −0 is written and read as 0. */
  int: (range: NumberRange = {}): Schema<number> => schemaOf(intNode('int', range, -largest)),

  /** An integer from 0 to 2^53−1, as a number. */
  uint: (range: NumberRange = {}): Schema<number> => schemaOf(intNode('uint', range, 0)),

  /** A signed 64-bit integer, as a bigint. */
  int64: (options: BigintOptions = {}): Schema<bigint> =>
    schemaOf(bigintNode('int64', options, -(2n ** 63n), 2n ** 63n - 1n, 19)),

  /** An unsigned 64-bit integer, as a bigint. */
  uint64: (options: BigintOptions = {}): Schema<bigint> =>
    schemaOf(bigintNode('uint64', options, 0n, 2n ** 64n - 1n, 20)),

  /** An integer of any size, as a bigint. `maxDigits` bounds its decimal form. Default: 1024. */
  bigint: (options: BigintOptions & { readonly maxDigits?: number } = {}): Schema<bigint> => {
    const digits = options.maxDigits ?? 1024;
    if (!Number.isInteger(digits) || digits < 1 || digits > 100_000) {
      throw wrong('t.bigint', 'maxDigits as an integer from 1 to 100000', digits);
    }
    return schemaOf(bigintNode('bigint', options, undefined, undefined, digits));
  },

  /** A finite double. −0 keeps its sign; NaN and the infinities are refused. */
  float: (range: NumberRange = {}): Schema<number> => {
    const min = range.min ?? -Number.MAX_VALUE;
    const max = range.max ?? Number.MAX_VALUE;
    if (!Number.isFinite(min) || !Number.isFinite(max) || min > max)
      throw wrong('t.float', 'a range of finite numbers', range);
    return schemaOf({ kind: 'float', min, max });
  },

  /** Text. */
  string: (limits: StringLimits = {}): Schema<string> => {
    const { minLength = 0, maxLength = 2 ** 31 - 1, pattern } = limits;
    checkSizes('t.string', minLength, maxLength);
    if (pattern !== undefined && (pattern.global || pattern.sticky)) {
      throw wrong('t.string', 'a pattern without the flags g and y, which make it stateful', String(pattern));
    }
    return schemaOf({ kind: 'string', minLength, maxLength, pattern });
  },

  /** Bytes as a Uint8Array; base64 in JSON. */
  bytes: (limits: BytesLimits = {}): Schema<Uint8Array> => {
    const { minLength = 0, maxLength = 2 ** 31 - 1 } = limits;
    checkSizes('t.bytes', minLength, maxLength);
    return schemaOf({ kind: 'bytes', minLength, maxLength });
  },

  /** A point in time with milliseconds: RFC 3339 text in JSON, the timestamp extension in MessagePack. */
  date: (): Schema<Date> => schemaOf({ kind: 'date' }),

  /** One of several strings or integers. */
  enum: <const V extends readonly [string | number, ...(string | number)[]]>(values: V): Schema<V[number]> => {
    const valid =
      Array.isArray(values) &&
      values.length > 0 &&
      new Set(values).size === values.length &&
      values.every((value) => typeof value === 'string' || Number.isSafeInteger(value));
    if (!valid) throw wrong('t.enum', 'an array of distinct strings or integers', values);
    return schemaOf({ kind: 'enum', values: [...values] });
  },

  /** Exactly this value. */
  literal: <const V extends LiteralValue>(value: V): Schema<V> => {
    const valid = value === null || typeof value === 'boolean' || typeof value === 'string' || Number.isFinite(value);
    if (!valid) throw wrong('t.literal', 'a string, finite number, boolean or null', value);
    return schemaOf({ kind: 'literal', value });
  },

  /** Makes the key that has it optional. `undefined` is written as if the key were absent. */
  optional: <S extends StandardSchema>(schema: S): OptionalSchema<Infer<S>> => ({
    ...schemaOf<Infer<S>>(nodeOf(checked('t.optional', schema))),
    optional: true,
  }),

  /** Also allows null. */
  nullable: <S extends StandardSchema>(schema: S): Schema<Infer<S> | null> =>
    schemaOf({ kind: 'nullable', inner: nodeOf(required('t.nullable', schema)) }),

  /** A list of any length. */
  array: <S extends StandardSchema>(item: S, limits: ArrayLimits = {}): Schema<Infer<S>[]> => {
    const { minItems = 0, maxItems = 2 ** 31 - 1 } = limits;
    checkSizes('t.array', minItems, maxItems);
    return schemaOf({ kind: 'array', item: nodeOf(required('t.array', item)), minItems, maxItems });
  },

  /** A list of fixed length with a schema per place. */
  tuple: <const S extends readonly StandardSchema[]>(items: S): Schema<{ -readonly [K in keyof S]: Infer<S[K]> }> =>
    schemaOf({ kind: 'tuple', items: items.map((item) => nodeOf(required('t.tuple', item))) }),

  /** Any keys, all values alike. */
  record: <S extends StandardSchema>(
    value: S,
    limits: { readonly maxEntries?: number } = {},
  ): Schema<Record<string, Infer<S>>> => {
    const { maxEntries = 2 ** 31 - 1 } = limits;
    checkSizes('t.record', 0, maxEntries);
    return schemaOf({ kind: 'record', value: nodeOf(required('t.record', value)), maxEntries });
  },

  /** An object described in place. `unknownKeys` as for a message. Default: `'strip'`. */
  object: <F extends Fields>(fields: F, options: { readonly unknownKeys?: UnknownKeys } = {}): Schema<InferFields<F>> =>
    schemaOf({
      kind: 'object',
      name: undefined,
      fields: fieldNodes('t.object', fields),
      unknownKeys: options.unknownKeys ?? 'strip',
    }),

  /**
   * One of several objects, told apart by the string under `discriminator`. The variants are given by that string;
   * the key need not be repeated in them.
   *
   * @example
   * ```ts
   * import { defineMessage, t } from '@ichor/serialization';
   *
   * const Shape = defineMessage('Shape', t.union('kind', {
   *   circle: { radius: t.float() },
   *   square: { side: t.float() },
   * }));
   * console.log(Shape.json.deserialize(new TextEncoder().encode('{"kind":"square","side":2}'))); // { kind: 'square', side: 2 }
   * ```
   */
  union: <const D extends string, V extends Variants>(discriminator: D, variants: V): Schema<InferVariants<D, V>> =>
    schemaOf(unionNode(discriminator, variants)),

  /**
   * A schema that is looked up when it is first used: for messages that contain themselves. Name the type, since
   * TypeScript cannot infer a type from itself.
   *
   * @example
   * ```ts
   * import { defineMessage, t, type Message, type Schema } from '@ichor/serialization';
   *
   * interface Tree { value: number; children: Tree[] }
   * const Tree: Message<Tree> = defineMessage('Tree', {
   *   value: t.int(),
   *   children: t.array(t.lazy((): Schema<Tree> => Tree)),
   * });
   * console.log(Tree.json.serialize({ value: 1, children: [{ value: 2, children: [] }] }).length); // 51
   * ```
   */
  lazy: <T>(get: () => StandardSchema<unknown, T>): Schema<T> => {
    let node: SchemaNode | undefined;
    return schemaOf({ kind: 'lazy', get: () => (node ??= nodeOf(required('t.lazy', get()))) });
  },

  /** Any value JSON knows: null, booleans, finite numbers, strings, arrays and plain objects. */
  unknown: (): Schema<unknown> => schemaOf({ kind: 'unknown' }),
} as const;

function intNode(word: string, range: NumberRange, least: number): SchemaNode {
  const min = range.min ?? least;
  const max = range.max ?? largest;
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || min < least || min > max) {
    throw wrong(
      `t.${word}`,
      `min and max as integers from ${least} to ${largest}, min not above max`,
      `${min} to ${max}`,
    );
  }
  return { kind: 'int', min: min + 0, max: max + 0 };
}

function bigintNode(
  word: string,
  options: BigintOptions,
  least: bigint | undefined,
  most: bigint | undefined,
  maxDigits: number,
): BigintNode {
  const { min = least, max = most, json = 'number' } = options;
  const below = least !== undefined && min !== undefined && min < least;
  const above = most !== undefined && max !== undefined && max > most;
  if (below || above || (min !== undefined && max !== undefined && min > max)) {
    throw wrong(`t.${word}`, `min and max within ${least} to ${most}`, `${min} to ${max}`);
  }
  if (json !== 'number' && json !== 'string') throw wrong(`t.${word}`, "json as 'number' or 'string'", json);
  return { kind: 'bigint', min, max, maxDigits, json };
}

function checkSizes(word: string, min: number, max: number): void {
  if (!Number.isInteger(min) || !Number.isInteger(max) || min < 0 || max < min) {
    throw wrong(word, 'limits as integers from 0, the least not above the most', `${min} to ${max}`);
  }
}

function checked(word: string, schema: StandardSchema): StandardSchema {
  if (!isStandardSchema(schema)) throw wrong(word, 'a schema, such as t.string()', schema);
  return schema;
}

function required(word: string, schema: StandardSchema): StandardSchema {
  if ('optional' in checked(word, schema) && (schema as { optional?: unknown }).optional === true) {
    throw wrong(word, 'a schema that is not optional: only the keys of an object can be absent', 't.optional(…)');
  }
  return schema;
}

function wrong(word: string, expected: string, received: unknown): SerializationError {
  return new SerializationError(
    'ICHOR_SERIALIZATION_SCHEMA',
    {
      message: word,
      path: [],
      offset: undefined,
      expected,
      received: typeof received === 'string' ? received : describeValue(received),
    },
    'Correct the definition of the message.',
  );
}
