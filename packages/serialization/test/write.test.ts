// Writing: what does not fit its message is refused with its path, and limits, getters and inherited names behave.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineMessage, jsonCodec, SerializationError, t, type Message, type Schema } from '../src/index.ts';

interface Tree {
  value: number;
  children: Tree[];
}
const Tree: Message<Tree> = defineMessage('Tree', {
  value: t.int(),
  children: t.array(t.lazy((): Schema<Tree> => Tree)),
});

const fields = {
  n: t.uint({ max: 10 }),
  s: t.optional(t.string({ maxLength: 3, pattern: /^a/ })),
  big: t.optional(t.uint64()),
  f: t.optional(t.float({ min: 0 })),
  b: t.optional(t.bool()),
  at: t.optional(t.date()),
  data: t.optional(t.bytes({ minLength: 1 })),
  kind: t.optional(t.enum(['x', 'y'])),
  list: t.optional(t.array(t.int(), { maxItems: 2 })),
  pair: t.optional(t.tuple([t.int(), t.bool()])),
  map: t.optional(t.record(t.int(), { maxEntries: 1 })),
  shape: t.optional(t.union('kind', { circle: { r: t.int() } })),
  any: t.optional(t.unknown()),
  toString: t.optional(t.string()),
};

function failureOf(run: () => unknown): SerializationError {
  try {
    run();
  } catch (error) {
    if (SerializationError.is(error)) return error;
    throw error;
  }
  throw new Error('It was accepted.');
}

describe.each(['json', 'msgpack', 'positional'] as const)('%s writer', (format) => {
  describe.each(['auto', 'never'] as const)('with code generation %s', (codeGeneration) => {
    const message = defineMessage('M', fields, { codeGeneration });
    const write = (value: unknown) => message[format].serialize(value as never);

    test.each([
      [null, 'TYPE', []],
      [[], 'TYPE', []],
      [{}, 'MISSING_KEY', ['n']],
      [{ n: '1' }, 'TYPE', ['n']],
      [{ n: 11 }, 'RANGE', ['n']],
      [{ n: -1 }, 'RANGE', ['n']],
      [{ n: 1.5 }, 'RANGE', ['n']],
      [{ n: NaN }, 'RANGE', ['n']],
      [{ n: 1, s: 5 }, 'TYPE', ['s']],
      [{ n: 1, s: 'abcd' }, 'LIMIT', ['s']],
      [{ n: 1, s: 'b' }, 'VALUE', ['s']],
      [{ n: 1, s: null }, 'TYPE', ['s']],
      [{ n: 1, big: 5 }, 'TYPE', ['big']],
      [{ n: 1, big: -1n }, 'RANGE', ['big']],
      [{ n: 1, f: Infinity }, 'RANGE', ['f']],
      [{ n: 1, f: -1 }, 'RANGE', ['f']],
      [{ n: 1, b: 1 }, 'TYPE', ['b']],
      [{ n: 1, at: 5 }, 'TYPE', ['at']],
      [{ n: 1, at: new Date(NaN) }, 'VALUE', ['at']],
      [{ n: 1, data: [1] }, 'TYPE', ['data']],
      [{ n: 1, data: new Uint8Array(0) }, 'LIMIT', ['data']],
      [{ n: 1, kind: 'z' }, 'VALUE', ['kind']],
      [{ n: 1, list: [1, 'x'] }, 'TYPE', ['list', 1]],
      [{ n: 1, list: [1, 2, 3] }, 'LIMIT', ['list']],
      [{ n: 1, pair: [1] }, 'LIMIT', ['pair']],
      [{ n: 1, map: { a: 1, b: 2 } }, 'LIMIT', ['map']],
      [{ n: 1, map: { a: 'x' } }, 'TYPE', ['map', 'a']],
      [{ n: 1, shape: { kind: 'box' } }, 'VALUE', ['shape', 'kind']],
      [{ n: 1, shape: {} }, 'MISSING_KEY', ['shape', 'kind']],
      [{ n: 1, any: { a: [() => 1] } }, 'TYPE', ['any', 'a', 0]],
      [{ n: 1, any: NaN }, 'RANGE', ['any']],
    ])('refuses %o as %s', (value, code, path) => {
      expect(failureOf(() => write(value))).toMatchObject({
        code: `ICHOR_SERIALIZATION_${code}`,
        path,
        offset: undefined,
      });
    });

    test('leaves undefined and inherited members out', () => {
      const bytes = write({ n: 1, s: undefined });
      expect(message[format].deserialize(bytes)).toEqual({ n: 1 });
      expect(Object.keys(message[format].deserialize(bytes))).toEqual(['n']);
      expect(message[format].deserialize(write({ n: 1, toString: 'own' }))).toEqual({ n: 1, toString: 'own' });
    });

    test('a value that contains itself ends at the depth limit', () => {
      const tree: Tree = { value: 1, children: [] };
      const fine = Tree[format].serialize({ value: 1, children: [{ value: 2, children: [tree] }] });
      expect(Tree[format].deserialize(fine).children[0]?.children[0]).toEqual(tree);
      tree.children.push(tree);
      expect(failureOf(() => Tree[format].serialize(tree)).code).toBe('ICHOR_SERIALIZATION_LIMIT');
    });

    test('a getter may use the same codec while it is writing', () => {
      const inner = { n: 3 };
      const outer = {
        n: 1,
        get any() {
          return [...message[format].serialize(inner as never)];
        },
      };
      const read = message[format].deserialize(write(outer));
      expect(message[format].deserialize(Uint8Array.from(read.any as number[]))).toEqual(inner);
    });

    test('results keep their bytes when later ones are written', () => {
      const all = Array.from({ length: 500 }, (_, n) => write({ n: n % 11, any: 'x'.repeat(n) }));
      all.forEach((bytes, n) => expect(message[format].deserialize(bytes)).toEqual({ n: n % 11, any: 'x'.repeat(n) }));
      const huge = write({ n: 1, any: 'é'.repeat(100_000) });
      expect(message[format].deserialize(huge).any).toHaveLength(100_000);
    });

    test('the size limit holds when writing, and bad targets are refused', () => {
      const small = defineMessage('M', fields, { codeGeneration, limits: { maxBytes: 20 } })[format];
      expect(failureOf(() => small.serialize({ n: 1, any: 'x'.repeat(50) } as never)).code).toBe(
        'ICHOR_SERIALIZATION_LIMIT',
      );
      expect(failureOf(() => small.serializeInto({ n: 1 } as never, new Uint8Array(3), 4)).code).toBe(
        'ICHOR_SERIALIZATION_ARGUMENT',
      );
      expect(failureOf(() => small.serializeInto({ n: 1 } as never, [] as never, 0)).code).toBe(
        'ICHOR_SERIALIZATION_ARGUMENT',
      );
    });
  });
});

test('JSON keeps −0 of floats, writes −0 of integers as 0, and escapes what it must', () => {
  const { json } = defineMessage('M', { f: t.float(), n: t.int(), s: t.string() });
  const text = new TextDecoder().decode(json.serialize({ f: -0, n: -0, s: '\u0000"\\\n\u001f\u007f\ud800é😀' }));
  expect(text).toBe('{"f":-0,"n":0,"s":"\\u0000\\"\\\\\\n\\u001f\u007f\\ud800é😀"}');
});

test('JSON writes every short integer and every string around groups of four as JSON.stringify does', () => {
  const M = defineMessage('M', { n: t.int(), s: t.string() });
  const text = (value: { n: number; s: string }): string => Buffer.from(M.json.serialize(value)).toString();
  for (let n = -11_000; n <= 11_000; n++) expect(text({ n, s: '' })).toBe(`{"n":${n},"s":""}`);
  for (const odd of ['a', '"', '\\', '\n', '\u0001', '\u007f', 'é', '漢', '\ud83d', '😀']) {
    for (let length = 0; length < 52; length++) {
      for (let at = 0; at <= length; at += 1 + (length >> 3)) {
        const value = { n: 0, s: 'abcdefgh'.repeat(7).slice(0, at) + odd + 'x'.repeat(length - at) };
        expect(text(value)).toBe(JSON.stringify(value));
        if (odd === '\ud83d') continue;
        expect(M.msgpack.deserialize(M.msgpack.serialize(value))).toEqual(value);
      }
    }
  }
});

test('JSON writes every decimal as JSON.stringify does', () => {
  const { json } = defineMessage('M', t.float());
  const text = (value: number): string => Buffer.from(json.serialize(value)).toString();
  for (let n = -2000; n <= 2000; n++) {
    for (const scale of [10, 100, 1000, 1e4, 1e5, 1e6, 1e7]) {
      const value = n / scale + 0;
      expect(text(value)).toBe(JSON.stringify(value));
    }
  }
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.nat(16), fc.boolean(), (digits, places, odd) => {
      // Neighbours of decimals, too, which have seventeen digits.
      const decimal = Number(`${digits}e-${places}`) + 0;
      const value = odd ? decimal * (1 + Number.EPSILON) : decimal;
      expect(text(value)).toBe(JSON.stringify(value));
    }),
    { numRuns: 2000 },
  );
});

describe('the general JSON codec', () => {
  const nested = (depth: number): unknown => {
    let value: unknown = 1;
    for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
    return value;
  };
  const codec = jsonCodec({ limits: { maxDepth: 4 } });

  test('writes no deeper than it reads', () => {
    const deepest = nested(4);
    expect(codec.deserialize(codec.serialize(deepest))).toEqual(deepest);
    const error = failureOf(() => codec.serialize(nested(5)));
    expect(error).toMatchObject({ code: 'ICHOR_SERIALIZATION_LIMIT', path: [0, 'a', 0, 'a'] });
    expect(failureOf(() => codec.serializeInto(nested(5), new Uint8Array(100), 0)).code).toBe(error.code);
    expect(failureOf(() => codec.serialize({ list: [1, 'x', nested(2), nested(4)] })).path).toEqual([
      'list',
      3,
      'a',
      0,
    ]);
  });

  test('looks at what toJSON makes of a value', () => {
    expect(codec.serialize({ a: { toJSON: () => 'flat', deep: nested(9) }, filler: 'xxxxxxxxxx' })).toBeDefined();
    const deep = { toJSON: () => nested(4) };
    expect(failureOf(() => codec.serialize({ deep })).code).toBe('ICHOR_SERIALIZATION_LIMIT');
    const called = Object.assign(() => 1, { toJSON: () => nested(4) });
    expect(failureOf(() => codec.serialize([called])).code).toBe('ICHOR_SERIALIZATION_LIMIT');
    expect(failureOf(() => codec.serialize([[[[nested(1), new Date(0)]]]])).path).toEqual([0, 0, 0, 0]);
    expect(codec.serialize([[[['}]"\\"[[[[[[{{{{', new Date(0), null, undefined, Infinity]]]])).toBeDefined();
  });

  test('a text of many brackets is no nesting', () => {
    const brackets = { toJSON: () => '[{"\\[[[[[[[[[[[[[[[[[[' };
    expect(codec.deserialize(codec.serialize([brackets]))).toEqual(['[{"\\[[[[[[[[[[[[[[[[[[']);
  });
});
