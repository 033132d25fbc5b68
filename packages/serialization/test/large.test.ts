// Values of many kilobytes, which are written to memory that is kept, and copied.

import { describe, expect, test } from 'vitest';
import { defineMessage, SerializationError, t, type Message, type Schema } from '../src/index.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Tree {
  name: string;
  children: Tree[];
}

/** Serializes three times: the first does not know yet how large the value is. */
function written<T>(message: Message<T>, value: T): string {
  const texts = Array.from({ length: 3 }, () => Buffer.from(message.json.serialize(value)).toString());
  expect(new Set(texts).size).toBe(1);
  return texts[0]!;
}

const filler = 'x'.repeat(5000);

describe('large values', () => {
  test('keep the order of the schema, and only its keys', () => {
    const M = defineMessage('M', { filler: t.string(), b: t.int(), a: t.optional(t.int()), c: t.nullable(t.bool()) });
    const value = { c: null, extra: 1, b: 2, filler };
    expect(written(M, value)).toBe(`{"filler":"${filler}","b":2,"c":null}`);
    expect(written(M, { ...value, a: 3, c: true })).toBe(`{"filler":"${filler}","b":2,"a":3,"c":true}`);
  });

  test('write keys that look like indices in the order of the schema', () => {
    const M = defineMessage('M', { filler: t.string(), 1: t.int(), 0: t.int() });
    expect(written(M, { filler, 1: 5, 0: 6 })).toBe(`{"0":6,"1":5,"filler":"${filler}"}`);
    const Late = defineMessage('Late', t.object({ b: t.int(), filler: t.string() }));
    expect(written(Late, { filler, b: 1 })).toBe(`{"b":1,"filler":"${filler}"}`);
  });

  test('write scalars as small values do', () => {
    const fields = {
      filler: t.string(),
      zero: t.float(),
      int: t.int(),
      at: t.date(),
      data: t.bytes(),
      big: t.uint64({ json: 'string' }),
      kind: t.enum(['a', 1]),
      lone: t.string(),
    };
    const value = {
      filler,
      zero: -0,
      int: -0,
      at: new Date(5),
      data: Uint8Array.of(1, 2, 255, 0),
      big: 2n ** 64n - 1n,
      kind: 'a' as const,
      lone: '\ud800"\\\u0001\u007f\u2028é漢😀',
    };
    const text = `{"filler":"${filler}","zero":ZERO,"int":0,"at":"1970-01-01T00:00:00.005Z","data":"AQL/AA==","big":"18446744073709551615","kind":"a","lone":"\\ud800\\"\\\\\\u0001\u007f\u2028é漢😀"}`;
    expect(written(defineMessage('M', fields), value)).toBe(text.replace('ZERO', '-0'));
    expect(written(defineMessage('M', fields), { ...value, zero: 0 })).toBe(text.replace('ZERO', '0'));
  });

  test('write records with any key, and touch no prototype', () => {
    const M = defineMessage('M', t.record(t.string(), { maxEntries: 4 }));
    const value = JSON.parse(`{"__proto__":"${filler}","constructor":"b","toJSON":"c"}`) as Record<string, string>;
    expect(JSON.parse(written(M, value))).toEqual(value);
    const plain = { toJSON: filler, 2: 'x' };
    expect(written(M, plain)).toBe(`{"2":"x","toJSON":"${filler}"}`);
  });

  test('write recursive messages, unions and tuples', () => {
    const Tree: Message<Tree> = defineMessage('Tree', {
      name: t.string(),
      children: t.array(t.lazy((): Schema<Tree> => Tree)),
    });
    const tree = { name: filler, children: [{ name: 'a', children: [] }] };
    expect(written(Tree, tree)).toBe(JSON.stringify(tree));
    const Union = defineMessage('U', t.union('k', { a: { pair: t.tuple([t.string(), t.float()]) }, b: {} }));
    expect(written(Union, { pair: [filler, 1.5], k: 'a' })).toBe(`{"k":"a","pair":["${filler}",1.5]}`);
  });

  test('ask no toJSON of prototypes', () => {
    const M = defineMessage('M', { list: t.array(t.string()) });
    const text = JSON.stringify({ list: [filler] });
    const prototype = Object.prototype as { toJSON?: () => unknown };
    prototype.toJSON = () => 'not asked';
    try {
      expect(written(M, { list: [filler] })).toBe(text);
    } finally {
      delete prototype.toJSON;
    }
  });

  test('read every getter once', () => {
    const M = defineMessage('M', { filler: t.string(), count: t.int() });
    let reads = 0;
    const value = {
      filler,
      get count() {
        return ++reads;
      },
    };
    // The first one does not know its size yet.
    M.json.serialize(value);
    reads = 0;
    for (let i = 0; i < 3; i++) expect(M.json.deserialize(M.json.serialize(value)).count).toBe(reads);
    expect(reads).toBe(3);
  });

  test('may be written again while they are written', () => {
    const M = defineMessage('M', { filler: t.string(), inner: t.int() });
    const value = {
      filler,
      get inner(): number {
        return M.json.serialize({ filler, inner: 1 }).length;
      },
    };
    const size = filler.length + '{"filler":"","inner":1}'.length;
    expect(written(M, value)).toBe(`{"filler":"${filler}","inner":${size}}`);
  });

  test('are refused with the same path and limits', () => {
    const fields = { filler: t.string(), list: t.array(t.object({ n: t.uint() })) };
    const M = defineMessage('M', fields, { limits: { maxDepth: 3, maxBytes: 6000 } });
    const failure = (value: unknown): unknown => {
      try {
        M.json.serialize(value as never);
      } catch (error) {
        return SerializationError.is(error) ? [error.code, error.path] : error;
      }
      return 'accepted';
    };
    const small = { filler, list: [{ n: 1 }] };
    for (let i = 0; i < 2; i++) {
      expect(failure(small)).toBe('accepted');
      expect(failure({ filler, list: [{ n: 1 }, { n: -1 }] })).toEqual(['ICHOR_SERIALIZATION_RANGE', ['list', 1, 'n']]);
      expect(failure({ list: [] })).toEqual(['ICHOR_SERIALIZATION_MISSING_KEY', ['filler']]);
      expect(failure({ filler: filler + filler, list: [] })).toEqual(['ICHOR_SERIALIZATION_LIMIT', []]);
      const exact = 6000 - '{"filler":"","list":[]}'.length;
      expect(failure({ filler: 'é'.repeat(exact / 2), list: [] })).toBe('accepted');
      expect(failure({ filler: 'x'.repeat(exact), list: [] })).toBe('accepted');
      expect(failure({ filler: 'x'.repeat(exact + 1), list: [] })).toEqual(['ICHOR_SERIALIZATION_LIMIT', []]);
    }
    interface Chain {
      filler: string;
      next: Chain | null;
    }
    const Chain: Message<Chain> = defineMessage(
      'Chain',
      { filler: t.string(), next: t.nullable(t.lazy((): Schema<Chain> => Chain)) },
      { limits: { maxDepth: 2 } },
    );
    const one: Chain = { filler, next: null };
    expect(written(Chain, { filler, next: one })).toBe(JSON.stringify({ filler, next: one }));
    expect(() => Chain.json.serialize({ filler, next: { filler, next: one } })).toThrow(/at most 2 nested/);
    one.next = one;
    expect(() => Chain.json.serialize(one)).toThrow(/at most 2 nested/);
  });

  test('may shrink and grow', () => {
    const M = defineMessage('M', { text: t.string() });
    for (const format of ['json', 'msgpack'] as const) {
      const results = [40_000, 40_000, 44_000, 30_000, 33_000, 100, 70_000, 1_000_000, 1_100_000, 500_000, 10].map(
        (length) => {
          const text = 'é"x'.repeat(length / 3);
          return { text, bytes: M[format].serialize({ text }) };
        },
      );
      for (const { text, bytes } of results) {
        expect(M[format].deserialize(bytes)).toEqual({ text });
        expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
        if (bytes.length > 32_768) expect(bytes.buffer.byteLength * 0.75).toBeLessThanOrEqual(bytes.length);
      }
    }
  });

  test('own their memory', () => {
    const M = defineMessage('M', { filler: t.string() });
    const first = M.json.serialize({ filler });
    const second = M.json.serialize({ filler });
    const copy = second.slice();
    first.fill(0);
    M.json.serialize({ filler: 'y'.repeat(5000) });
    expect(second).toEqual(copy);
    expect(Object.getPrototypeOf(second)).toBe(Uint8Array.prototype);
    expect(second).toEqual(bytesOf(JSON.stringify({ filler })));
  });
});
