// Definitions: inferred types, validation, JSON Schema, schemas of other libraries, and definitions that are refused.

import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import {
  codecForAccept,
  codecForContentType,
  defineMessage,
  jsonCodec,
  SerializationError,
  t,
  type Infer,
  type Message,
  type Schema,
  type StandardSchema,
} from '../src/index.ts';

const encoder = new TextEncoder();

test('types are inferred from the definition', () => {
  const Everything = defineMessage('Everything', {
    flag: t.bool(),
    count: t.int(),
    big: t.int64(),
    text: t.string(),
    data: t.bytes(),
    at: t.date(),
    kind: t.enum(['a', 'b']),
    fixed: t.literal(5),
    note: t.optional(t.string()),
    maybe: t.nullable(t.float()),
    list: t.array(t.uint()),
    pair: t.tuple([t.int(), t.string()]),
    map: t.record(t.bool()),
    nested: t.object({ x: t.float() }),
    shape: t.union('kind', { circle: { r: t.float() }, box: { w: t.float() } }),
    foreign: z.object({ email: z.string() }),
  });
  expectTypeOf<Infer<typeof Everything>>().toEqualTypeOf<{
    flag: boolean;
    count: number;
    big: bigint;
    text: string;
    data: Uint8Array;
    at: Date;
    kind: 'a' | 'b';
    fixed: 5;
    note?: string | undefined;
    maybe: number | null;
    list: number[];
    pair: [number, string];
    map: Record<string, boolean>;
    nested: { x: number };
    shape: { kind: 'circle'; r: number } | { kind: 'box'; w: number };
    foreign: { email: string };
  }>();
});

describe('validation', () => {
  const Order = defineMessage('Order', {
    id: t.uint(),
    items: t.array(t.object({ name: t.string() })),
    note: t.optional(t.string()),
  });

  test('finds every problem, with its path', () => {
    const result = Order['~standard'].validate({ id: -1, items: [{ name: 'a' }, { name: 5 }, 7], note: null });
    expect(result).toMatchObject({
      issues: [{ path: ['id'] }, { path: ['items', 1, 'name'] }, { path: ['items', 2] }, { path: ['note'] }],
    });
  });

  test('returns a copy that holds only what is described', () => {
    const value = { id: 1, items: [{ name: 'a', more: 1 }], extra: 2 };
    expect(Order.validate(value)).toEqual({ value: { id: 1, items: [{ name: 'a' }] } });
    expect(value.extra).toBe(2);
    const strict = defineMessage('Order', { id: t.uint() }, { unknownKeys: 'reject' });
    expect(strict.validate({ id: 1, extra: 2 }).issues).toMatchObject([{ path: ['extra'] }]);
  });
});

describe('schemas of other libraries', () => {
  const zod = z.object({ email: z.string().regex(/@/), age: z.number().default(18) });
  const valibot = v.object({ email: v.pipe(v.string(), v.includes('@')), age: v.optional(v.number(), 18) });
  const arktype = type({ email: 'string.email', age: 'number = 18' });

  test.each([
    ['zod', zod],
    ['valibot', valibot],
    ['arktype', arktype],
  ])('%s describes a message, a field, and what a general codec reads', (_, schema) => {
    const Whole = defineMessage('Whole', schema);
    const Part = defineMessage('Part', { users: t.array(schema) });
    const good = { email: 'a@b.example' };
    for (const codec of Whole.codecs) {
      const bytes = codec.serialize(good as never);
      expect(codec.deserialize(bytes)).toEqual({ ...good, age: 18 });
    }
    for (const codec of Part.codecs) {
      expect(codec.deserialize(codec.serialize({ users: [good] } as never))).toEqual({ users: [{ ...good, age: 18 }] });
    }
    const bad = encoder.encode('{"users":[{"email":"nobody","age":1}]}');
    expect(failureOf(() => Part.json.deserialize(bad))).toMatchObject({
      code: 'ICHOR_SERIALIZATION_INVALID',
      path: ['users', 0, 'email'],
    });
    expect(failureOf(() => jsonCodec({ schema }).deserialize(encoder.encode(' {"email":"nobody"}')))).toMatchObject({
      code: 'ICHOR_SERIALIZATION_INVALID',
      path: ['email'],
      offset: 10,
    });
  });

  test('a default of theirs applies to an absent field', () => {
    const message = defineMessage('M', { n: z.number().default(7), s: t.string() });
    expect(message.json.deserialize(encoder.encode('{"s":"x"}'))).toEqual({ n: 7, s: 'x' });
    expect(failureOf(() => defineMessage('M', { n: z.number() }).json.deserialize(encoder.encode('{}'))).code).toBe(
      'ICHOR_SERIALIZATION_MISSING_KEY',
    );
  });

  test('one that is asynchronous or throws is an error of ours', () => {
    const slow = z.string().refine(async () => Promise.resolve(true));
    expect(failureOf(() => defineMessage('M', { s: slow }).json.deserialize(encoder.encode('{"s":""}'))).code).toBe(
      'ICHOR_SERIALIZATION_ASYNC',
    );
    const throwing: StandardSchema = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: () => {
          throw new Error('boom');
        },
      },
    };
    expect(failureOf(() => defineMessage('M', throwing).json.deserialize(encoder.encode('"x"')))).toMatchObject({
      code: 'ICHOR_SERIALIZATION_INVALID',
      cause: { message: 'boom' },
    });
  });

  test('a message is a schema for others', () => {
    expect(
      jsonCodec({ schema: defineMessage('P', { n: t.int() }) }).deserialize(encoder.encode('{"n":1,"x":2}')),
    ).toEqual({ n: 1 });
  });
});

test('JSON Schema describes the JSON form, recursion included', () => {
  interface Tree {
    value: bigint;
    children: Tree[];
  }
  const Tree: Message<Tree> = defineMessage('Tree', {
    value: t.uint64({ json: 'string' }),
    children: t.array(t.lazy((): Schema<Tree> => Tree)),
  });
  const Forest = defineMessage(
    'Forest',
    { best: Tree, name: t.optional(t.string({ maxLength: 5 })) },
    { unknownKeys: 'reject' },
  );
  expect(Tree.jsonSchema()).toEqual({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Tree',
    type: 'object',
    properties: {
      value: { type: 'string', pattern: '^(0|[1-9][0-9]*)$' },
      children: { type: 'array', items: { $ref: '#' } },
    },
    required: ['value', 'children'],
  });
  expect(Forest.jsonSchema()).toMatchObject({
    properties: { best: { $ref: '#/$defs/Tree' }, name: { type: 'string', maxLength: 5 } },
    required: ['best'],
    additionalProperties: false,
    $defs: { Tree: { properties: { children: { items: { $ref: '#/$defs/Tree' } } } } },
  });
});

test.each([
  ['no name', () => defineMessage('', {})],
  ['no schema', () => defineMessage('M', { a: 5 as never })],
  ['no fields', () => defineMessage('M', [] as never)],
  ['a field named __proto__', () => defineMessage('M', { ['__proto__']: t.int() })],
  ['an unknown option', () => defineMessage('M', {}, { unknownkeys: 'keep' } as never)],
  ['a wrong option', () => defineMessage('M', {}, { unknownKeys: 'drop' as never })],
  ['unknownKeys for what has no keys', () => defineMessage('M', t.array(t.int()), { unknownKeys: 'reject' })],
  ['an unknown limit', () => defineMessage('M', {}, { limits: { depth: 5 } as never })],
  ['a limit of zero', () => defineMessage('M', {}, { limits: { maxDepth: 0 } })],
  ['a depth that could overflow the stack', () => defineMessage('M', {}, { limits: { maxDepth: 5000 } })],
  ['a range upside down', () => t.int({ min: 5, max: 4 })],
  ['a negative uint', () => t.uint({ min: -1 })],
  ['an int64 beyond 64 bits', () => t.int64({ max: 2n ** 64n })],
  ['a stateful pattern', () => t.string({ pattern: /a/g })],
  ['an enum without values', () => t.enum([] as never)],
  ['an enum with equal values', () => t.enum(['a', 'a'])],
  ['a literal that is no value of JSON', () => t.literal(NaN)],
  ['an optional item', () => t.array(t.optional(t.int()))],
  ['a union of other than objects', () => t.union('k', { a: t.int() })],
  ['a union whose variant contradicts its tag', () => t.union('k', { a: t.object({ k: t.literal('b') }) })],
])('a definition with %s is refused at once', (_, define) => {
  expect(failureOf(define).code).toBe('ICHOR_SERIALIZATION_SCHEMA');
});

test('JSON Schema tells the limits of bytes in characters, and no pattern that it cannot express', () => {
  const M = defineMessage('M', {
    key: t.bytes({ minLength: 2, maxLength: 4 }),
    any: t.bytes(),
    code: t.string({ pattern: /^[a-f]+$/ }),
    name: t.string({ pattern: /^[a-f]+$/i }),
  });
  expect(M.jsonSchema()).toMatchObject({
    properties: {
      key: { type: 'string', contentEncoding: 'base64', minLength: 4, maxLength: 8 },
      code: { pattern: '^[a-f]+$' },
    },
  });
  expect(M.jsonSchema()).toHaveProperty('properties.any', { type: 'string', contentEncoding: 'base64' });
  expect(M.jsonSchema()).toHaveProperty('properties.name', { type: 'string' });
});

test('unknownKeys of a message that is a union holds for its variants, in every codec and when validating', () => {
  const variants = { move: { x: t.int() }, stop: {} };
  for (const codeGeneration of ['auto', 'never'] as const) {
    const strict = defineMessage('M', t.union('do', variants), { unknownKeys: 'reject', codeGeneration });
    const loose = defineMessage('M', t.union('do', variants), { unknownKeys: 'keep', codeGeneration });
    const value = { do: 'stop', more: 1 } as never;
    for (const format of ['json', 'msgpack'] as const) {
      const bytes = loose[format].serialize(value);
      expect(loose[format].deserialize(bytes)).toEqual(value);
      expect(failureOf(() => strict[format].deserialize(bytes))).toMatchObject({
        code: 'ICHOR_SERIALIZATION_UNKNOWN_KEY',
        path: ['more'],
      });
    }
    expect(strict.validate(value).issues).toMatchObject([{ path: ['more'] }]);
    expect(defineMessage('M', t.union('do', variants)).validate(value)).toEqual({ value: { do: 'stop' } });
  }
});

test('codecs are chosen by media type', () => {
  const { codecs, json, msgpack } = defineMessage('M', {});
  expect(codecForAccept(codecs)).toBe(json);
  expect(codecForAccept(codecs, '*/*')).toBe(json);
  expect(codecForAccept(codecs, 'application/msgpack')).toBe(msgpack);
  expect(codecForAccept(codecs, 'application/json;q=0.5, application/x-msgpack;q=0.9')).toBe(msgpack);
  expect(codecForAccept(codecs, 'application/*, application/json;q=0')).toBe(msgpack);
  expect(codecForAccept(codecs, 'text/html')).toBeUndefined();
  expect(codecForContentType(codecs, 'Application/JSON; charset=utf-8')).toBe(json);
  expect(codecForContentType(codecs, 'application/vnd.msgpack')).toBe(msgpack);
  expect(codecForContentType(codecs, 'text/plain')).toBeUndefined();
  expect(codecForContentType(codecs)).toBe(json);
});

function failureOf(run: () => unknown): SerializationError {
  try {
    run();
  } catch (error) {
    if (SerializationError.is(error)) return error;
    throw error;
  }
  throw new Error('It was accepted.');
}
