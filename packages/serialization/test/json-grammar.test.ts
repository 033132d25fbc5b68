// JSON text from others: the whole grammar of RFC 8259, every policy and limit, and what each mistake is called.

import { describe, expect, test } from 'vitest';
import { defineMessage, jsonCodec, SerializationError, t, type MessageOptions, type Schema } from '../src/index.ts';

const encoder = new TextEncoder();
const Node: Schema<unknown> = t.array(t.lazy(() => Node));

const fields = {
  n: t.optional(t.int()),
  u: t.optional(t.uint({ max: 300 })),
  f: t.optional(t.float()),
  s: t.optional(t.string()),
  short: t.optional(t.string({ minLength: 2, maxLength: 3 })),
  code: t.optional(t.string({ pattern: /^[a-z]+$/ })),
  b: t.optional(t.bool()),
  big: t.optional(t.uint64()),
  any: t.optional(t.bigint({ maxDigits: 30 })),
  at: t.optional(t.date()),
  data: t.optional(t.bytes({ maxLength: 4 })),
  list: t.optional(t.array(t.int(), { minItems: 1, maxItems: 3 })),
  pair: t.optional(t.tuple([t.int(), t.string()])),
  map: t.optional(t.record(t.int(), { maxEntries: 2 })),
  kind: t.optional(t.enum(['a', 'b', 3])),
  one: t.optional(t.literal(1)),
  maybe: t.optional(t.nullable(t.string())),
  deep: t.optional(Node),
  x: t.optional(t.unknown()),
  shape: t.optional(t.union('kind', { circle: { r: t.int() }, box: { w: t.int() } })),
};

describe.each([['generated'], ['composed']] as const)('%s reader', (way) => {
  const codeGeneration = way === 'generated' ? 'auto' : 'never';
  const make = (options: MessageOptions = {}) => defineMessage('M', fields, { codeGeneration, ...options });
  const message = make();
  const read = (text: string | Uint8Array, from = message) =>
    from.json.deserialize(typeof text === 'string' ? encoder.encode(text) : text);
  const failure = (text: string | Uint8Array, from = message): SerializationError => {
    try {
      read(text, from);
    } catch (error) {
      if (SerializationError.is(error)) return error;
      throw error;
    }
    throw new Error('It was accepted.');
  };

  test.each([
    ['{"n":0}', { n: 0 }],
    ['{"n":-0}', { n: 0 }],
    ['{"f":-0}', { f: -0 }],
    ['{"n":1.0}', { n: 1 }],
    ['{"n":1e2}', { n: 100 }],
    ['{"n":1E+2}', { n: 100 }],
    ['{"n":1200e-2}', { n: 12 }],
    ['{"n":0e99999}', { n: 0 }],
    ['{"n":9007199254740991}', { n: 9007199254740991 }],
    ['{"n":-9007199254740991.0}', { n: -9007199254740991 }],
    ['{"f":0.1e1}', { f: 1 }],
    ['{"f":123456789.123456789}', { f: Number('123456789.123456789') }],
    ['{"f":5e-324}', { f: 5e-324 }],
    ['{"f":1e-400}', { f: 0 }],
    ['{"f":1.7976931348623157e308}', { f: Number.MAX_VALUE }],
    ['{"big":18446744073709551615}', { big: 18446744073709551615n }],
    ['{"big":"18446744073709551615"}', { big: 18446744073709551615n }],
    ['{"big":1.8e1}', { big: 18n }],
    ['{"any":-123456789012345678901234567890}', { any: -123456789012345678901234567890n }],
    ['{"s":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00"}', { s: '"\\/\b\f\n\r\té😀' }],
    ['{"s":"\\ud800"}', { s: '\ud800' }],
    ['{"s":"\\uDE00\\uD83D"}', { s: '\ude00\ud83d' }],
    ['{"s":"\u007f\u2028é漢😀"}', { s: '\u007f\u2028é漢😀' }],
    ['{"s":""}', { s: '' }],
    ['{"\\u0073":"x"}', { s: 'x' }],
    ['{"b":true,"n":1}', { b: true, n: 1 }],
    ['{"b":false}', { b: false }],
    [' \t\r\n{ "b" :\ttrue , "n":\n1 } \n', { b: true, n: 1 }],
    ['{"list":[ 1 ,2, 3 ]}', { list: [1, 2, 3] }],
    ['{"pair":[1,"a"]}', { pair: [1, 'a'] }],
    ['{"kind":"b"}', { kind: 'b' }],
    ['{"kind":"\\u0062"}', { kind: 'b' }],
    ['{"kind":3.0}', { kind: 3 }],
    ['{"maybe":null}', { maybe: null }],
    ['{"data":"AQID"}', { data: Uint8Array.of(1, 2, 3) }],
    ['{"data":""}', { data: new Uint8Array(0) }],
    ['{"at":"2026-02-03T04:05:06.789Z"}', { at: new Date('2026-02-03T04:05:06.789Z') }],
    ['{"at":"2026-02-03t04:05:06.7891+01:30"}', { at: new Date('2026-02-03T02:35:06.789Z') }],
    ['{"shape":{"w":2,"kind":"box"}}', { shape: { kind: 'box', w: 2 } }],
    ['{"shape": {"kind":"circle","r":2}}', { shape: { kind: 'circle', r: 2 } }],
    ['{"extra":{"a":[1,{"b":null}]},"n":1}', { n: 1 }],
    ['{"x":{"a":[1,2.5,"x",null,true]}}', { x: { a: [1, 2.5, 'x', null, true] } }],
    ['{}', {}],
  ])('accepts %s', (text, value) => {
    expect(read(text)).toEqual(value);
  });

  test.each([
    ['', 'TRUNCATED', [], 0],
    [' ', 'TRUNCATED', [], 1],
    ['{', 'TRUNCATED', [], 1],
    ['{"n', 'TRUNCATED', [], 3],
    ['{"n":', 'TRUNCATED', ['n'], 5],
    ['{"n":1', 'TRUNCATED', [], 6],
    ['{"n":-', 'TRUNCATED', ['n'], 6],
    ['{"n":1.', 'TRUNCATED', ['n'], 7],
    ['{"s":"abc', 'TRUNCATED', ['s'], 9],
    ['{"s":"\\u12', 'TRUNCATED', ['s'], 10],
    ['{"list":[1,', 'TRUNCATED', ['list', 1], 11],
    ['{"b":tru', 'TRUNCATED', ['b'], 8],
    ['{"n":01}', 'SYNTAX', ['n'], 6],
    ['{"n":+1}', 'SYNTAX', ['n'], 5],
    ['{"n":.5}', 'SYNTAX', ['n'], 5],
    ['{"n":1.}', 'SYNTAX', ['n'], 7],
    ['{"n":1e}', 'SYNTAX', ['n'], 7],
    ['{"n":0x10}', 'SYNTAX', [], 6],
    ['{"n":1,}', 'SYNTAX', [], 7],
    ['{,"n":1}', 'SYNTAX', [], 1],
    ['{"n" 1}', 'SYNTAX', ['n'], 5],
    ["{'n':1}", 'SYNTAX', [], 1],
    ['{"b":True}', 'SYNTAX', ['b'], 5],
    ['{"b":truE}', 'SYNTAX', ['b'], 8],
    ['{"f":NaN}', 'SYNTAX', ['f'], 5],
    ['{"f":Infinity}', 'SYNTAX', ['f'], 5],
    ['{"list":[1,]}', 'SYNTAX', ['list'], 11],
    ['{"s":"\\x41"}', 'SYNTAX', ['s'], 7],
    ['{"s":"\n"}', 'SYNTAX', ['s'], 6],
    ['{"s":"\u0000"}', 'SYNTAX', ['s'], 6],
    ['{"n":1}//', 'TRAILING', [], 7],
    ['{"n":1}{"n":1}', 'TRAILING', [], 7],
    ['{"n":1}\0', 'TRAILING', [], 7],
    ['\ufeff{}', 'SYNTAX', [], 0],
    ['[]', 'TYPE', [], 0],
    ['null', 'TYPE', [], 0],
    ['{"n":"1"}', 'TYPE', ['n'], 5],
    ['{"n":null}', 'TYPE', ['n'], 5],
    ['{"n":1.5}', 'RANGE', ['n'], 5],
    ['{"n":9007199254740992}', 'RANGE', ['n'], 5],
    ['{"n":9007199254740991.2}', 'RANGE', ['n'], 5],
    ['{"n":1e400}', 'RANGE', ['n'], 5],
    ['{"u":301}', 'RANGE', ['u'], 5],
    ['{"u":-1}', 'RANGE', ['u'], 5],
    ['{"f":1e400}', 'RANGE', ['f'], 5],
    ['{"f":-1e400}', 'RANGE', ['f'], 5],
    ['{"big":18446744073709551616}', 'RANGE', ['big'], 7],
    ['{"big":-1}', 'RANGE', ['big'], 7],
    ['{"big":1e999999999}', 'RANGE', ['big'], 7],
    ['{"big":0.5}', 'RANGE', ['big'], 7],
    ['{"big":"1x"}', 'TYPE', ['big'], 7],
    ['{"any":1234567890123456789012345678901}', 'RANGE', ['any'], 7],
    ['{"short":"a"}', 'LIMIT', ['short'], 9],
    ['{"short":"abcd"}', 'LIMIT', ['short'], 9],
    ['{"code":"A"}', 'VALUE', ['code'], 8],
    ['{"kind":"c"}', 'VALUE', ['kind'], 8],
    ['{"kind":true}', 'TYPE', ['kind'], 8],
    ['{"one":2}', 'VALUE', ['one'], 7],
    ['{"list":[]}', 'LIMIT', ['list'], 8],
    ['{"list":[1,2,3,4]}', 'LIMIT', ['list'], 15],
    ['{"pair":[1]}', 'TYPE', ['pair'], 8],
    ['{"pair":[1,"a",2]}', 'LIMIT', ['pair'], 15],
    ['{"pair":["a",1]}', 'TYPE', ['pair', 0], 9],
    ['{"map":{"a":1,"b":2,"c":3}}', 'LIMIT', ['map'], 20],
    ['{"map":{"a":1,"b":"x"}}', 'TYPE', ['map', 'b'], 18],
    ['{"data":"AQI"}', 'VALUE', ['data'], 8],
    ['{"data":"AQJ="}', 'VALUE', ['data'], 8],
    ['{"data":"AQ-_"}', 'VALUE', ['data'], 8],
    ['{"data":"AQIDBAU="}', 'LIMIT', ['data'], 8],
    ['{"at":"2026-02-30T00:00:00Z"}', 'VALUE', ['at'], 6],
    ['{"at":"2026-02-03"}', 'VALUE', ['at'], 6],
    ['{"at":5}', 'TYPE', ['at'], 6],
    ['{"shape":{"kind":"line"}}', 'VALUE', ['shape', 'kind'], 17],
    ['{"shape":{"kind":5}}', 'TYPE', ['shape', 'kind'], 17],
    ['{"shape":{"r":5}}', 'MISSING_KEY', ['shape', 'kind'], 15],
    ['{"shape":{"kind":"box"}}', 'MISSING_KEY', ['shape', 'w'], 22],
    ['{"n":1,"n":1}', 'DUPLICATE_KEY', ['n'], 7],
    ['{"map":{"a":1,"\\u0061":1}}', 'DUPLICATE_KEY', ['map', 'a'], 14],
    ['{"x":{"__proto__":1,"__proto__":2}}', 'DUPLICATE_KEY', ['x', '__proto__'], 20],
    [`{"deep":${'['.repeat(64)}${']'.repeat(64)}}`, 'LIMIT', ['deep', ...Array<number>(63).fill(0)], 71],
  ])('refuses %s as %s', (text, code, path, offset) => {
    expect(failure(text)).toMatchObject({ code: `ICHOR_SERIALIZATION_${code}`, path, offset });
  });

  test.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong form', [0xc0, 0xaf]],
    ['an overlong form of three bytes', [0xe0, 0x80, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a code point above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a byte that UTF-8 never uses', [0xff]],
    ['a sequence that is cut off', [0xe2, 0x82]],
  ])('refuses %s, also in what it would strip', (_, bytes) => {
    for (const key of ['s', 'unknown']) {
      const text = Uint8Array.from([...encoder.encode(`{"${key}":"a`), ...bytes, ...encoder.encode('"}')]);
      expect(failure(text)).toMatchObject({ code: 'ICHOR_SERIALIZATION_ENCODING', offset: key.length + 6 });
    }
  });

  test('__proto__ and constructor never touch a prototype', () => {
    const keep = make({ unknownKeys: 'keep' });
    const text =
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"x":{"__proto__":{"polluted":1}}}';
    const value = read(text, keep) as Record<string, unknown>;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value).sort()).toEqual(['__proto__', 'constructor', 'x']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(value['x'])).toBe(Object.prototype);
    expect(read('{"map":{"__proto__":1,"constructor":2}}').map).toEqual(JSON.parse('{"__proto__":1,"constructor":2}'));
    const written = new TextDecoder().decode(keep.json.serialize(value));
    expect(JSON.parse(written)).toEqual(JSON.parse(text));
    expect(read('{"__proto__":{"polluted":1}}')).toEqual({});
  });

  test('unknown keys are stripped, kept, or refused', () => {
    expect(read('{"n":1,"y":[1]}')).toEqual({ n: 1 });
    expect(read('{"y":[1],"n":1}', make({ unknownKeys: 'keep' }))).toEqual({ n: 1, y: [1] });
    expect(failure('{"n":1,"y":1}', make({ unknownKeys: 'reject' }))).toMatchObject({
      code: 'ICHOR_SERIALIZATION_UNKNOWN_KEY',
      path: ['y'],
      offset: 7,
    });
    expect(failure('{"y":1,"y":1}', make({ unknownKeys: 'keep' })).code).toBe('ICHOR_SERIALIZATION_DUPLICATE_KEY');
  });

  test('the last of several equal keys counts when that is asked for', () => {
    expect(read('{"n":1,"n":2,"map":{"a":1,"a":2}}', make({ duplicateKeys: 'last' }))).toEqual({ n: 2, map: { a: 2 } });
  });

  test('one trailing NUL is tolerated by option only', () => {
    const tolerant = make({ trailingNul: true });
    expect(read('{"n":1}\0', tolerant)).toEqual({ n: 1 });
    expect(read('{"n":1} \0', tolerant)).toEqual({ n: 1 });
    expect(failure('{"n":1}\0\0', tolerant).code).toBe('ICHOR_SERIALIZATION_TRAILING');
    expect(failure('{"n":1}\0').message).toContain('trailingNul');
  });

  test('limits hold, and are exact', () => {
    const limited = make({ limits: { maxDepth: 3, maxBytes: 60, maxStringBytes: 5, maxElements: 2 } });
    expect(read('{"deep":[[]]}', limited)).toEqual({ deep: [[]] });
    expect(failure('{"deep":[[[]]]}', limited).code).toBe('ICHOR_SERIALIZATION_LIMIT');
    expect(failure('{"zzz":[[[]]]}', limited).code).toBe('ICHOR_SERIALIZATION_LIMIT');
    expect(read('{"s":"12345"}', limited)).toEqual({ s: '12345' });
    expect(failure('{"s":"123456"}', limited).code).toBe('ICHOR_SERIALIZATION_LIMIT');
    expect(failure('{"s":"éé\\n"}', limited).code).toBe('ICHOR_SERIALIZATION_LIMIT');
    expect(failure('{"x":[1,2,3]}', limited).code).toBe('ICHOR_SERIALIZATION_LIMIT');
    expect(failure('{"x":{"a":1,"b":2,"c":3}}', limited).code).toBe('ICHOR_SERIALIZATION_LIMIT');
    expect(failure(`{"n":1${' '.repeat(60)}}`, limited).code).toBe('ICHOR_SERIALIZATION_LIMIT');
  });

  test('cut off at any byte it is truncated, at its end, and not something else', () => {
    const bytes = encoder.encode(
      '{"s":"a\u00e9\u6f22\ud83d\ude00\\u00e9\\n","n":-12,"f":1.5e+3,"b":true,"maybe":null}',
    );
    const larger = new Uint8Array(bytes.length + 8).fill(0x80);
    larger.set(bytes, 4);
    for (let length = 0; length < bytes.length; length++) {
      for (const [input, start] of [
        [bytes.subarray(0, length), 0],
        [larger, 4],
      ] as const) {
        let error: unknown;
        try {
          message.json.deserialize(input, start, start + length);
        } catch (thrown) {
          error = thrown;
        }
        expect(error).toMatchObject({ code: 'ICHOR_SERIALIZATION_TRUNCATED', offset: start + length });
      }
    }
    for (const bad of [[0xc3, 0x28], [0xe0, 0x80], [0xed, 0xa0], [0xf0, 0x80], [0xf4, 0x90], [0xf5], [0x80], [0xc1]]) {
      const input = Uint8Array.of(...encoder.encode('{"s":"'), ...bad);
      let error: unknown;
      try {
        message.json.deserialize(input);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ code: 'ICHOR_SERIALIZATION_ENCODING', path: ['s'], offset: 6 });
    }
  });

  test('strings of any length, with anything anywhere, at any place of a larger buffer', () => {
    const Text = defineMessage('Text', t.string(), { codeGeneration: way === 'generated' ? 'auto' : 'never' });
    for (let length = 0; length < 70; length++) {
      for (const special of ['x', '"', '\\', '\n', '\u0001', '\u007f', '\u00e9', '\u6f22', '\ud83d\ude00', '\ud800']) {
        const at = (length * 7) % (length + 1);
        const text = 'a'.repeat(at) + special + 'b'.repeat(length - at);
        const bytes = Text.json.serialize(text);
        expect(new TextDecoder().decode(bytes)).toBe(JSON.stringify(text));
        // Quotes around it, which belong to somebody else.
        const larger = Buffer.alloc(bytes.length + 7, 34);
        larger.set(bytes, 3);
        expect(Text.json.deserialize(larger, 3, 3 + bytes.length)).toBe(text);
        expect(() => Text.json.deserialize(larger, 3, 2 + bytes.length)).toThrow(SerializationError);
      }
    }
  });

  test('numbers of 1 to 20 digits are what JSON.parse makes of them, and integers exact or refused', () => {
    const options: MessageOptions = { codeGeneration: way === 'generated' ? 'auto' : 'never' };
    const Int = defineMessage('Int', t.int(), options);
    const Float = defineMessage('Float', t.float(), options);
    let seed = 1;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let count = 0; count < 5000; count++) {
      let digits = String(1 + random(9));
      while (digits.length < 1 + (count % 20)) digits += random(10);
      const sign = random(3) === 0 ? '-' : '';
      const tail = [`.${random(1e9)}`, `e${random(9) - 4}`, '', ''][random(4)] as string;
      const text = sign + digits + tail;
      const value = JSON.parse(text) as number;
      expect(Float.json.deserialize(encoder.encode(text)), text).toBe(value);
      expect(new TextDecoder().decode(Float.json.serialize(value))).toBe(JSON.stringify(value));
      if (tail !== '') continue;
      if (BigInt(text) === BigInt(value) && Number.isSafeInteger(value)) {
        expect(Int.json.deserialize(encoder.encode(text)), text).toBe(value);
        expect(new TextDecoder().decode(Int.json.serialize(value))).toBe(text);
      } else expect(() => Int.json.deserialize(encoder.encode(text)), text).toThrow('an integer');
    }
    for (const text of [
      '00',
      '01',
      '-01',
      '000000000000',
      '0000000001',
      '1234567890123456.',
      '123456789.',
      '+1',
      '.5',
      '1e',
      '1e+',
    ]) {
      expect(() => Float.json.deserialize(encoder.encode(text)), text).toThrow(SerializationError);
      expect(() => Int.json.deserialize(encoder.encode(text)), text).toThrow(SerializationError);
    }
  });

  test('never reads outside of the range it was given', () => {
    const text = encoder.encode('{"n":12345}');
    for (let end = 0; end < text.length; end++) {
      expect(() => message.json.deserialize(text, 0, end)).toThrow(SerializationError);
    }
    expect(() => message.json.deserialize(text, -1)).toThrow('range');
    expect(() => message.json.deserialize(text, 0, 99)).toThrow('range');
    expect(() => message.json.deserialize(text, 5, 4)).toThrow('range');
    expect(() => message.json.deserialize('{}' as never)).toThrow('Uint8Array');
  });
});

describe('strings that are decoded code unit by code unit', () => {
  const codecs = (['auto', 'never'] as const).map((codeGeneration) => {
    return defineMessage('Text', t.string(), { codeGeneration, limits: { maxStringBytes: 200 } });
  });
  const pieces = [
    'a',
    '"',
    '\\',
    '/',
    '\b',
    '\f',
    '\n',
    '\r',
    '\t',
    '\0',
    '\u007f',
    '\u0080',
    '\u07ff',
    '\u0800',
    '\ud7ff',
  ];
  pieces.push('\ue000', '\uffff', '\ud800', '\udfff', '😀', '\u{10ffff}');

  test('are what JSON.parse makes of them, at every length around the longest', () => {
    for (const piece of pieces) {
      for (let length = 0; length <= 60; length++) {
        const text = JSON.stringify(`${'x'.repeat(length % 7)}${piece.repeat(length)}y`);
        const escaped = `"\\u0041${text.slice(1)}`;
        for (const each of [text, escaped]) {
          const bytes = encoder.encode(each);
          if (bytes.length - 2 > 200) continue;
          for (const { json } of codecs) expect(json.deserialize(bytes)).toBe(JSON.parse(each));
        }
      }
    }
  });

  test('are refused when malformed or cut off anywhere, as TextDecoder refuses them', () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const bad = [[0x80], [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x9f, 0xbf], [0xed, 0xa0, 0x80], [0xf0, 0x8f, 0xbf, 0xbf]];
    bad.push([0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xc2], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0xff]);
    for (const sequence of bad) {
      expect(() => strict.decode(Uint8Array.from(sequence))).toThrow(TypeError);
      const bytes = Uint8Array.of(34, 97, ...sequence, 34);
      const packed = Uint8Array.of(0xa0 | (sequence.length + 1), 97, ...sequence);
      for (const { json, msgpack } of codecs) {
        expect(() => json.deserialize(bytes)).toThrow(
          expect.objectContaining({ code: 'ICHOR_SERIALIZATION_ENCODING', offset: 2 }),
        );
        expect(() => msgpack.deserialize(packed)).toThrow(
          expect.objectContaining({ code: 'ICHOR_SERIALIZATION_ENCODING', offset: 2 }),
        );
      }
    }
    const good = encoder.encode('"a\\u00e9\\n\u00e9\u20ac\u{1f600}"');
    for (let end = 0; end < good.length; end++) {
      for (const { json } of codecs) {
        expect(() => json.deserialize(good, 0, end)).toThrow(
          expect.objectContaining({ code: 'ICHOR_SERIALIZATION_TRUNCATED', offset: end }),
        );
      }
    }
  });

  test('keep the limit of strings', () => {
    for (const { json } of codecs) {
      expect(json.deserialize(encoder.encode(`"${'\\u0041'.repeat(33)}é"`))).toBe(`${'A'.repeat(33)}é`);
      expect(() => json.deserialize(encoder.encode(`"${'\\u0041'.repeat(33)}éa"`))).toThrow(/at most 200 bytes/);
    }
  });
});

describe('the general JSON codec', () => {
  const codec = jsonCodec();
  const failure = (text: string): SerializationError => {
    try {
      codec.deserialize(encoder.encode(text));
    } catch (error) {
      if (SerializationError.is(error)) return error;
    }
    throw new Error('It was accepted.');
  };

  test('agrees with JSON.parse on what is valid', () => {
    for (const text of ['1', '"a"', 'null', '[1,[2,{"a":"é\\n"}]]', ' {"a":{"b":{}},"c":"\\":{"} ']) {
      expect(codec.deserialize(encoder.encode(text))).toEqual(JSON.parse(text));
    }
  });

  test('says where and why, as compiled codecs do', () => {
    expect(failure('{"a":[1,2,}')).toMatchObject({ code: 'ICHOR_SERIALIZATION_SYNTAX', path: ['a', 2], offset: 10 });
    expect(failure('{"a":1,"b":{"c":1,"c":2}}')).toMatchObject({
      code: 'ICHOR_SERIALIZATION_DUPLICATE_KEY',
      path: ['b', 'c'],
      offset: 18,
    });
    expect(failure('['.repeat(65) + ']'.repeat(65)).code).toBe('ICHOR_SERIALIZATION_LIMIT');
    expect(failure('1 2').code).toBe('ICHOR_SERIALIZATION_TRAILING');
    expect(failure('').code).toBe('ICHOR_SERIALIZATION_TRUNCATED');
    expect(jsonCodec({ duplicateKeys: 'last' }).deserialize(encoder.encode('{"a":1,"a":2}'))).toEqual({ a: 2 });
    expect(jsonCodec({ trailingNul: true }).deserialize(encoder.encode('1\0'))).toBe(1);
  });

  test.each([
    ['1e400', [], 0],
    ['-1e400', [], 0],
    ['[1,-1e400]', [1], 3],
    ['{"a":{"b":[{"c":1e400}]}}', ['a', 'b', 0, 'c'], 16],
  ])('refuses %s, of which JSON.parse makes an infinity', (text, path, offset) => {
    expect(failure(text)).toMatchObject({ code: 'ICHOR_SERIALIZATION_RANGE', path, offset });
  });

  test('refuses what JSON cannot express, with its path', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    expect(() => codec.serialize({ a: [1n] })).toThrow(/a\[0\]/);
    expect(() => codec.serialize(cyclic)).toThrow(SerializationError);
    expect(() => codec.serialize(undefined)).toThrow(SerializationError);
    expect(codec.serializeInto({ a: 1 }, new Uint8Array(6), 0)).toBe(-1);
    expect(codec.serializeInto({ a: 1 }, new Uint8Array(8), 1)).toBe(8);
  });
});
