// Whatever the schema and the value: what is written is read back, by generated code and by closures alike, and other
// implementations agree with both.

import { decode, encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, test } from 'vitest';
import { defineMessage, t, type Message } from '../src/index.ts';
import { described, type Described } from './arbitrary-schema.ts';

const runs = { numRuns: 150 };

function bothWays({ schema }: Described): [Message<unknown>, Message<unknown>] {
  return [defineMessage('Generated', schema), defineMessage('Composed', schema, { codeGeneration: 'never' })];
}

const cases = described.chain((each) => each.values.map((value) => ({ each, value })));
const plainCases = described
  .filter((each) => each.plain)
  .chain((each) => each.values.map((value) => ({ each, value })));

/** −0 of an integer becomes 0, which is the only difference allowed between a value and what is read back. */
function expectSame(received: unknown, value: unknown): void {
  expect(received).toEqual(value);
}

describe.each(['json', 'msgpack', 'positional'] as const)('%s of arbitrary schemas', (format) => {
  test('reads back what it wrote, with and without generated code, to the same bytes', () => {
    fc.assert(
      fc.property(cases, ({ each, value }) => {
        const [generated, composed] = bothWays(each);
        const bytes = generated[format].serialize(value);
        expect(Buffer.from(bytes)).toEqual(Buffer.from(composed[format].serialize(value)));
        expectSame(generated[format].deserialize(bytes), value);
        expectSame(composed[format].deserialize(bytes), value);
      }),
      runs,
    );
  });

  test('writes into a buffer exactly when it fits', () => {
    fc.assert(
      fc.property(cases, fc.nat(10), fc.nat(1000), ({ each, value }, offset, cut) => {
        for (const message of bothWays(each)) {
          const codec = message[format];
          const bytes = codec.serialize(value);
          const roomy = new Uint8Array(offset + bytes.length + 3).fill(0x55);
          expect(codec.serializeInto(value, roomy, offset)).toBe(offset + bytes.length);
          expect(Buffer.from(roomy.subarray(offset, offset + bytes.length))).toEqual(Buffer.from(bytes));
          expect([...roomy.subarray(0, offset)]).toEqual(Array(offset).fill(0x55));
          const tight = new Uint8Array(offset + (cut % bytes.length));
          expect(codec.serializeInto(value, tight, offset)).toBe(-1);
        }
      }),
      runs,
    );
  });

  test('reads only its range of a larger buffer', () => {
    fc.assert(
      fc.property(
        cases,
        fc.uint8Array({ maxLength: 9 }),
        fc.uint8Array({ maxLength: 9 }),
        ({ each, value }, before, after) => {
          for (const message of bothWays(each)) {
            const bytes = message[format].serialize(value);
            const whole = Buffer.concat([before, bytes, after]);
            expectSame(message[format].deserialize(whole, before.length, before.length + bytes.length), value);
          }
        },
      ),
      runs,
    );
  });
});

describe('JSON beside JSON.parse and JSON.stringify', () => {
  test('each reads what the other wrote', () => {
    fc.assert(
      fc.property(plainCases, fc.constantFrom(undefined, 1, '\t'), ({ each, value }, space) => {
        for (const message of bothWays(each)) {
          const text = new TextDecoder().decode(message.json.serialize(value));
          expectSame(JSON.parse(text), value);
          // JSON.stringify writes −0 as 0.
          const theirs = JSON.stringify(value, null, space);
          expectSame(message.json.deserialize(new TextEncoder().encode(theirs)), JSON.parse(theirs));
        }
      }),
      runs,
    );
  });

  test('keys in any order, with white space and every character escaped, mean the same', () => {
    fc.assert(
      fc.property(plainCases, fc.noShrink(fc.infiniteStream(fc.nat())), ({ each, value }, random) => {
        const text = disguise(JSON.parse(JSON.stringify(value)), () => random.next().value as number);
        for (const message of bothWays(each)) {
          expectSame(message.json.deserialize(new TextEncoder().encode(text)), JSON.parse(text));
        }
      }),
      runs,
    );
  });
});

/** JSON text of a value with shuffled keys, white space, and some characters as escapes. */
function disguise(value: unknown, random: () => number): string {
  const space = (): string => ['', ' ', '\n', '\r\t '][random() % 4] as string;
  const string = (text: string): string =>
    `"${Array.from({ length: text.length }, (_, index) => {
      const unit = text.charCodeAt(index).toString(16).padStart(4, '0');
      const quoted = JSON.stringify(text[index]).slice(1, -1);
      return random() % 3 === 0 || /[\ud800-\udfff]/.test(text[index] as string) ? `\\u${unit}` : quoted;
    }).join('')}"`;
  if (typeof value === 'string') return space() + string(value) + space();
  if (typeof value !== 'object' || value === null) return space() + JSON.stringify(value) + space();
  if (Array.isArray(value))
    return `${space()}[${space()}${value.map((item) => disguise(item, random)).join(',')}]${space()}`;
  const members = Object.entries(value).map(
    ([key, member]) => [random(), `${space()}${string(key)}${space()}:${disguise(member, random)}`] as const,
  );
  members.sort(([a], [b]) => a - b);
  return `${space()}{${space()}${members.map(([, member]) => member).join(',')}}${space()}`;
}

describe('MessagePack beside @msgpack/msgpack and msgpackr', () => {
  // 'auto' is documented by msgpackr but missing in its types.
  const packrOptions: object = { useRecords: false, int64AsType: 'auto', useBigIntExtension: true };
  const records = new Packr(packrOptions);

  test('each reads what the other wrote', () => {
    fc.assert(
      fc.property(plainCases, ({ each, value }) => {
        // Both libraries treat a key __proto__ in ways of their own: one refuses it, one renames it.
        fc.pre(!JSON.stringify(value).includes('__proto__'));
        for (const message of bothWays(each)) {
          const bytes = message.msgpack.serialize(value);
          expectSame(decode(bytes), value);
          expectSame(records.unpack(bytes), value);
          // Both write −0 as 0 in some places: what they read of their own bytes is what counts.
          const theirs = encode(value);
          expectSame(message.msgpack.deserialize(theirs), decode(theirs));
          const packed = records.pack(value);
          expectSame(message.msgpack.deserialize(packed), records.unpack(packed));
        }
      }),
      runs,
    );
  });

  test('dates and bytes travel as timestamps and binary data; large integers as msgpackr writes them', () => {
    fc.assert(
      fc.property(
        fc.date({ noInvalidDate: true, min: new Date('1900-01-01'), max: new Date('2500-01-01') }),
        fc.uint8Array(),
        fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n }),
        (at, data, large) => {
          const message = defineMessage('Mixed', { at: t.date(), data: t.bytes(), large: t.bigint() });
          const bytes = message.msgpack.serialize({ at, data, large });
          const back = records.unpack(bytes) as { at: Date; data: Uint8Array; large: bigint };
          expect(back.at).toEqual(at);
          expect(Buffer.from(back.data)).toEqual(Buffer.from(data));
          expect(BigInt(back.large)).toBe(large);
          expect(message.msgpack.deserialize(records.pack({ at, data, large }))).toEqual({ at, data, large });
          const small = defineMessage('Small', { at: t.date(), data: t.bytes() });
          expect(small.msgpack.deserialize(encode({ at, data }))).toEqual({ at, data });
          expect((decode(small.msgpack.serialize({ at, data })) as { at: Date }).at).toEqual(at);
        },
      ),
      runs,
    );
  });
});
