// MessagePack from others: every legal encoding of a value is accepted, everything else is refused with its place.

import { describe, expect, test } from 'vitest';
import { defineMessage, messagePackCodec, SerializationError, t, type Schema } from '../src/index.ts';

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

function failureOf(run: () => unknown): SerializationError {
  try {
    run();
  } catch (error) {
    if (SerializationError.is(error)) return error;
    throw error;
  }
  throw new Error('It was accepted.');
}

describe.each([['auto'], ['never']] as const)('code generation %s', (codeGeneration) => {
  const one = <T>(schema: Schema<T>) => defineMessage('M', schema, { codeGeneration }).msgpack;

  test.each([
    ['positive fixint', '05'],
    ['uint 8', 'cc05'],
    ['uint 16', 'cd0005'],
    ['uint 32', 'ce00000005'],
    ['uint 64', 'cf0000000000000005'],
    ['int 8', 'd005'],
    ['int 16', 'd10005'],
    ['int 32', 'd200000005'],
    ['int 64', 'd30000000000000005'],
    ['float 32', 'ca40a00000'],
    ['float 64', 'cb4014000000000000'],
  ])('five may come as %s', (_, hex) => {
    expect(one(t.int()).deserialize(bytesOf(hex))).toBe(5);
    expect(one(t.uint()).deserialize(bytesOf(hex))).toBe(5);
    expect(one(t.float()).deserialize(bytesOf(hex))).toBe(5);
    expect(one(t.int64()).deserialize(bytesOf(hex))).toBe(5n);
    expect(one(t.unknown()).deserialize(bytesOf(hex))).toBe(5);
    expect(one(t.literal(5)).deserialize(bytesOf(hex))).toBe(5);
  });

  test.each([
    ['negative fixint', 'ff'],
    ['int 8', 'd0ff'],
    ['int 16', 'd1ffff'],
    ['int 32', 'd2ffffffff'],
    ['int 64', 'd3ffffffffffffffff'],
    ['float 32', 'cabf800000'],
    ['float 64', 'cbbff0000000000000'],
  ])('minus one may come as %s', (_, hex) => {
    expect(one(t.int()).deserialize(bytesOf(hex))).toBe(-1);
    expect(one(t.float()).deserialize(bytesOf(hex))).toBe(-1);
    expect(one(t.int64()).deserialize(bytesOf(hex))).toBe(-1n);
  });

  test.each([
    ['fixstr', 'a161'],
    ['str 8', 'd90161'],
    ['str 16', 'da000161'],
    ['str 32', 'db0000000161'],
  ])('a string may come as %s, also as a key', (_, hex) => {
    expect(one(t.string()).deserialize(bytesOf(hex))).toBe('a');
    expect(one(t.enum(['a'])).deserialize(bytesOf(hex))).toBe('a');
    const message = defineMessage('M', { a: t.int() }, { codeGeneration });
    expect(message.msgpack.deserialize(bytesOf(`81 ${hex} 07`))).toEqual({ a: 7 });
    expect(message.msgpack.deserialize(bytesOf(`de0001 ${hex} 07`))).toEqual({ a: 7 });
    expect(message.msgpack.deserialize(bytesOf(`df00000001 ${hex} 07`))).toEqual({ a: 7 });
  });

  test.each([
    ['bin 8', 'c40101'],
    ['bin 16', 'c5000101'],
    ['bin 32', 'c60000000101'],
  ])('bytes may come as %s, and are copied', (_, hex) => {
    const input = bytesOf(hex);
    const bytes = one(t.bytes()).deserialize(input);
    input.fill(9);
    expect(bytes).toEqual(Uint8Array.of(1));
  });

  test.each([
    ['fixarray', '9107'],
    ['array 16', 'dc000107'],
    ['array 32', 'dd0000000107'],
  ])('an array may come as %s', (_, hex) => {
    expect(one(t.array(t.int())).deserialize(bytesOf(hex))).toEqual([7]);
    expect(one(t.tuple([t.int()])).deserialize(bytesOf(hex))).toEqual([7]);
  });

  test.each([
    ['32 bits', 'd6ff 00000001', 1000],
    ['32 bits in ext 8', 'c704ff 00000001', 1000],
    ['64 bits', 'd7ff 77359400 00000001', 1500],
    ['96 bits', 'c70cff 1dcd6500 0000000000000001', 1500],
    ['96 bits before 1970', 'c70cff 1dcd6500 ffffffffffffffff', -500],
    ['96 bits in ext 16', 'c8000cff 00000000 0000000000000001', 1000],
    ['96 bits in ext 32', 'c90000000cff 00000000 0000000000000001', 1000],
  ])('a timestamp may have %s', (_, hex, time) => {
    expect(one(t.date()).deserialize(bytesOf(hex)).getTime()).toBe(time);
  });

  test('64-bit integers are exact at their ends', () => {
    expect(one(t.uint64()).deserialize(bytesOf('cfffffffffffffffff'))).toBe(2n ** 64n - 1n);
    expect(one(t.int64()).deserialize(bytesOf('d38000000000000000'))).toBe(-(2n ** 63n));
    expect(one(t.int()).deserialize(bytesOf('cf001fffffffffffff'))).toBe(Number.MAX_SAFE_INTEGER);
    expect(one(t.int()).deserialize(bytesOf('d3ffe0000000000001'))).toBe(-Number.MAX_SAFE_INTEGER);
  });

  test.each([
    ['nothing', t.int(), '', 'TRUNCATED', 0],
    ['half an integer', t.int(), 'cd00', 'TRUNCATED', 2],
    ['half a string', t.string(), 'a36161', 'TRUNCATED', 3],
    ['an array longer than the input', t.array(t.int()), 'dd0000ffff01', 'TRUNCATED', 6],
    ['a map longer than the input', t.record(t.int()), 'df0000ffff', 'TRUNCATED', 5],
    ['an array beyond the limit', t.array(t.int()), 'ddffffffff01', 'LIMIT', 0],
    ['the byte that is never used', t.int(), 'c1', 'SYNTAX', 0],
    ['bytes behind the value', t.int(), '0505', 'TRAILING', 1],
    ['a string for a number', t.int(), 'a161', 'TYPE', 0],
    ['nil for a number', t.int(), 'c0', 'TYPE', 0],
    ['binary data for a string', t.string(), 'c40161', 'TYPE', 0],
    ['half a number for an integer', t.int(), 'cb3fe0000000000000', 'RANGE', 0],
    ['NaN', t.float(), 'cb7ff8000000000000', 'RANGE', 0],
    ['infinity', t.float(), 'ca7f800000', 'RANGE', 0],
    ['2^53 for an integer', t.int(), 'cf0020000000000000', 'RANGE', 0],
    ['2^53 + 1 for a double', t.float(), 'cf0020000000000001', 'RANGE', 0],
    ['2^64 − 1 for an int64', t.int64(), 'cfffffffffffffffff', 'RANGE', 0],
    ['−1 for a uint64', t.uint64(), 'ff', 'RANGE', 0],
    ['malformed UTF-8', t.string(), 'a2c328', 'ENCODING', 1],
    ['an unknown extension', t.unknown(), 'd40100', 'TYPE', 0],
    ['a timestamp of two bytes', t.date(), 'd5ff0000', 'SYNTAX', 0],
    ['a timestamp with too many nanoseconds', t.date(), 'd7ff ffffffff 00000000', 'SYNTAX', 0],
    ['a timestamp beyond Date', t.date(), 'c70cff 00000000 7fffffffffffffff', 'RANGE', 0],
    ['a number as key', t.record(t.int()), '810101', 'TYPE', 1],
    ['a key twice', t.record(t.int()), '82a16101a16102', 'DUPLICATE_KEY', 4],
    ['nesting without end', t.unknown(), '91'.repeat(80), 'LIMIT', 64],
  ] as const)('refuses %s', (_, schema, hex, code, offset) => {
    const codec = one(schema as Schema<unknown>);
    expect(failureOf(() => codec.deserialize(bytesOf(hex)))).toMatchObject({
      code: `ICHOR_SERIALIZATION_${code}`,
      offset,
    });
  });

  test('keys in any order, unknown keys and duplicates follow the policy', () => {
    const fields = { a: t.int(), b: t.optional(t.string()) };
    const message = defineMessage('M', fields, { codeGeneration }).msgpack;
    expect(message.deserialize(bytesOf('82 a162 a178 a161 05'))).toEqual({ a: 5, b: 'x' });
    expect(message.deserialize(bytesOf('84 a163 91c0 a161 05 07 c70105ff a164 c4020102'))).toEqual({ a: 5 });
    expect(failureOf(() => message.deserialize(bytesOf('82a16101a16102'))).path).toEqual(['a']);
    expect(failureOf(() => message.deserialize(bytesOf('81a162a178')))).toMatchObject({
      code: 'ICHOR_SERIALIZATION_MISSING_KEY',
      path: ['a'],
    });
    const strict = defineMessage('M', fields, { codeGeneration, unknownKeys: 'reject' }).msgpack;
    expect(failureOf(() => strict.deserialize(bytesOf('82a16101a16301')))).toMatchObject({
      code: 'ICHOR_SERIALIZATION_UNKNOWN_KEY',
      path: ['c'],
      offset: 4,
    });
    const keep = defineMessage('M', fields, { codeGeneration, unknownKeys: 'keep' }).msgpack;
    const kept = keep.deserialize(bytesOf('82a16101a9 5f5f70726f746f5f5f 81a16101'));
    expect(Object.getPrototypeOf(kept)).toBe(Object.prototype);
    expect(Object.keys(kept)).toEqual(['a', '__proto__']);
    expect(keep.deserialize(keep.serialize(kept))).toEqual(kept);
  });

  test('the positional form has no keys, tells absent from null, and insists on its length', () => {
    const fields = { id: t.uint(), note: t.optional(t.nullable(t.string())), kind: t.enum(['x', 'y']) };
    const { positional } = defineMessage('M', fields, { codeGeneration });
    expect(Buffer.from(positional.serialize({ id: 5, kind: 'y' })).toString('hex')).toBe('9305c001');
    for (const value of [
      { id: 1, kind: 'x' as const },
      { id: 1, note: null, kind: 'y' as const },
      { id: 1, note: 'a', kind: 'x' as const },
    ]) {
      expect(positional.deserialize(positional.serialize(value))).toEqual(value);
    }
    expect(failureOf(() => positional.deserialize(bytesOf('9205c0'))).code).toBe('ICHOR_SERIALIZATION_TYPE');
    expect(failureOf(() => positional.deserialize(bytesOf('9305c002'))).path).toEqual(['kind']);
    const union = defineMessage('U', t.union('k', { a: { n: t.int() }, b: { s: t.string() } }), { codeGeneration });
    expect(Buffer.from(union.positional.serialize({ k: 'b', s: 'z' })).toString('hex')).toBe('9201a17a');
    expect(union.positional.deserialize(bytesOf('9201a17a'))).toEqual({ k: 'b', s: 'z' });
  });

  test('a lone surrogate is refused where UTF-8 has no form for it', () => {
    const codec = defineMessage('M', { s: t.string() }, { codeGeneration }).msgpack;
    expect(failureOf(() => codec.serialize({ s: 'a\ud800' }))).toMatchObject({
      code: 'ICHOR_SERIALIZATION_ENCODING',
      path: ['s'],
    });
  });
});

describe('the general MessagePack codec', () => {
  test('keeps dates, bytes and user extensions', () => {
    class Money {
      readonly cents: number;
      constructor(cents: number) {
        this.cents = cents;
      }
    }
    const codec = messagePackCodec({
      extensions: [
        {
          type: 1,
          encode: (value) => (value instanceof Money ? Uint8Array.of(value.cents) : undefined),
          decode: (bytes) => new Money(bytes[0] as number),
        },
      ],
    });
    const value = { at: new Date(1500), data: Uint8Array.of(1, 2), price: new Money(7), list: [null, true, -1.5] };
    expect(codec.deserialize(codec.serialize(value))).toEqual(value);
    const buffer = new Uint8Array(100);
    const end = codec.serializeInto(value, buffer, 3);
    expect(codec.deserialize(buffer, 3, end)).toEqual(value);
    expect(codec.serializeInto(value, new Uint8Array(10), 0)).toBe(-1);
  });

  test('treats bigints by policy, and never cuts them off', () => {
    const int64 = messagePackCodec({ bigint: 'int64' });
    expect(int64.deserialize(int64.serialize({ id: 2n ** 64n - 1n }))).toEqual({ id: 2n ** 64n - 1n });
    expect(() => int64.serialize(2n ** 64n)).toThrow(SerializationError);
    const extension = messagePackCodec({ bigint: 'extension' });
    expect(extension.deserialize(extension.serialize([2n ** 200n, -(2n ** 100n), 0n]))).toEqual([
      2n ** 200n,
      -(2n ** 100n),
      0n,
    ]);
    const reject = messagePackCodec();
    expect(() => reject.serialize([1n])).toThrow(SerializationError);
    expect(failureOf(() => reject.deserialize(bytesOf('91cf0020000000000001')))).toMatchObject({
      code: 'ICHOR_SERIALIZATION_RANGE',
      path: [0],
      offset: 1,
    });
  });

  test('refuses bad input with its place', () => {
    const codec = messagePackCodec();
    expect(failureOf(() => codec.deserialize(bytesOf('82a16101a16102'))).code).toBe(
      'ICHOR_SERIALIZATION_DUPLICATE_KEY',
    );
    expect(failureOf(() => codec.deserialize(bytesOf('91a2c328')))).toMatchObject({
      code: 'ICHOR_SERIALIZATION_ENCODING',
      path: [0],
      offset: 2,
    });
    expect(failureOf(() => codec.deserialize(bytesOf('91'.repeat(65) + 'c0'))).code).toBe('ICHOR_SERIALIZATION_LIMIT');
    expect(failureOf(() => codec.deserialize(bytesOf('0505'))).code).toBe('ICHOR_SERIALIZATION_TRAILING');
    expect(failureOf(() => codec.serialize('\ud800')).code).toBe('ICHOR_SERIALIZATION_ENCODING');
    expect(failureOf(() => codec.serialize(Symbol('x'))).code).toBe('ICHOR_SERIALIZATION_TYPE');
    expect(
      failureOf(() => messagePackCodec({ extensions: [{ type: 200, encode: () => undefined, decode: String }] })).code,
    ).toBe('ICHOR_SERIALIZATION_SCHEMA');
  });
});
