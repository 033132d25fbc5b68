// Long inputs are read by a view of theirs, several bytes at once. Nothing but the speed may tell.

import { expect, test } from 'vitest';
import { defineMessage, SerializationError, t, type Fields, type Message, type MessageOptions } from '../src/index.ts';

const filler = 'x'.repeat(2000);

type Format = 'json' | 'msgpack' | 'positional';

/** What both ways of reading make of the input, which must be the same. */
function outcome(fields: Fields, format: Format, input: Uint8Array, options: MessageOptions = defaults): object {
  const [generated, composed] = (['auto', 'never'] as const).map((codeGeneration) => {
    const message = messageOf(fields, codeGeneration, options);
    try {
      return { value: message[format].deserialize(input) };
    } catch (error) {
      if (!SerializationError.is(error)) throw error;
      return { code: error.code, path: error.path, offset: error.offset };
    }
  });
  expect(generated).toEqual(composed);
  return generated!;
}

const defaults: MessageOptions = {};
const messages = new Map<Fields, Map<MessageOptions, Record<'auto' | 'never', Message<object>>>>();

function messageOf(fields: Fields, codeGeneration: 'auto' | 'never', options = defaults): Message<object> {
  const known = messages.get(fields) ?? new Map<MessageOptions, Record<'auto' | 'never', Message<object>>>();
  messages.set(fields, known);
  let both = known.get(options);
  if (both === undefined) {
    const make = (way: 'auto' | 'never'): Message<object> =>
      defineMessage('Long', fields, { ...options, codeGeneration: way }) as Message<object>;
    known.set(options, (both = { auto: make('auto'), never: make('never') }));
  }
  return both[codeGeneration];
}

/** Text with one byte replaced. */
function replaced(text: string, at: number, byte: number): Buffer {
  const bytes = Buffer.from(text);
  bytes[at] = byte;
  return bytes;
}

test('strings of JSON of any length with any byte at any place', () => {
  const fields = { a: t.string(), filler: t.string() };
  for (let length = 0; length <= 52; length++) {
    const a = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'.slice(0, length);
    const text = JSON.stringify({ a, filler });
    expect(outcome(fields, 'json', Buffer.from(text))).toEqual({ value: { a, filler } });
    if (length % 9 !== 4) continue;
    for (let at = 0; at <= length + 1; at++) {
      for (let byte = 0; byte < 256; byte++) outcome(fields, 'json', replaced(text, 5 + at, byte));
    }
  }
});

test('strings of MessagePack of any length with any byte at any place', () => {
  const fields = { a: t.string(), filler: t.string() };
  for (const length of [0, 1, 2, 5, 30, 31, 32, 33, 47, 48, 49, 80]) {
    const a = 'é'.repeat(length % 3).padEnd(length, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP');
    for (const format of ['msgpack', 'positional'] as const) {
      const input = messageOf(fields, 'auto')[format].serialize({ a, filler });
      expect(outcome(fields, format, input)).toEqual({ value: { a, filler } });
      for (let at = 0; at < length + 8; at++) {
        for (const byte of [0, 65, 127, 128, 0xa0, 0xbf, 0xc3, 0xd9, 0xe2, 0xf0, 255]) {
          const damaged = Uint8Array.from(input);
          damaged[at] = byte;
          outcome(fields, format, damaged);
        }
      }
    }
  }
});

test('numbers of JSON of any length, and what may follow them', () => {
  const fields = { a: t.int(), b: t.float(), filler: t.string() };
  const digits = '1234567890123456789012';
  for (let length = 1; length <= digits.length; length++) {
    for (const sign of ['', '-']) {
      for (const whole of [
        digits.slice(0, length),
        '0'.repeat(length),
        `0${digits.slice(0, length - 1)}`,
        '9'.repeat(length),
      ]) {
        for (const rest of ['', '.0', '.5', 'e0', 'e1', 'x', '.', ':', '/', ' ', '\u00b0']) {
          outcome(fields, 'json', Buffer.from(`{"a":${sign}${whole}${rest},"b":1,"filler":"${filler}"}`));
          outcome(fields, 'json', Buffer.from(`{"a":1,"b":${sign}${whole}${rest},"filler":"${filler}"}`));
        }
        for (let point = 1; point < length; point++) {
          const text = `${sign}${whole.slice(0, point)}.${whole.slice(point)}`;
          outcome(fields, 'json', Buffer.from(`{"a":1,"b":${text},"filler":"${filler}"}`));
        }
      }
    }
  }
  expect(outcome(fields, 'json', Buffer.from(`{"a":123456789012345,"b":-0.125,"filler":"${filler}"}`))).toEqual({
    value: { a: 123_456_789_012_345, b: -0.125, filler },
  });
});

test('keys of any length, with any bit of them flipped', () => {
  for (let length = 1; length <= 20; length++) {
    const key = 'keyword of a message, and more'.slice(0, length);
    const fields = { [key]: t.int(), other: t.optional(t.bool()), filler: t.string() };
    const value = { [key]: 5, other: true, filler };
    for (const format of ['json', 'msgpack'] as const) {
      const input = messageOf(fields, 'auto')[format].serialize(value);
      expect(outcome(fields, format, input)).toEqual({ value });
      for (let at = 0; at < length + 10; at++) {
        for (let bit = 1; bit < 256; bit *= 2) {
          const damaged = Uint8Array.from(input);
          damaged[at]! ^= bit;
          outcome(fields, format, damaged);
        }
      }
    }
  }
});

test('keys with bytes that make no plain double', () => {
  for (const key of [
    '\0\0\0\0\0\0\0\0',
    'abcdefgÿÿÿÿÿÿÿÿÿ',
    '\u{7ff}\u{7ff}\u{7ff}\u{7ff}\u{7ff}',
    '漢字漢字漢字漢字',
  ]) {
    const fields = { [key]: t.int(), filler: t.string() };
    for (const format of ['json', 'msgpack'] as const) {
      const input = messageOf(fields, 'auto')[format].serialize({ [key]: 5, filler });
      expect(outcome(fields, format, input)).toEqual({ value: { [key]: 5, filler } });
      for (let at = 0; at < 40; at++) {
        const damaged = Uint8Array.from(input);
        damaged[at]! ^= 0x80;
        outcome(fields, format, damaged);
      }
    }
  }
});

test.each<MessageOptions>([
  defaults,
  { unknownKeys: 'keep' },
  { unknownKeys: 'reject' },
  { duplicateKeys: 'last' },
  { limits: { maxElements: 1 } },
])('members in any order, with and without white space, twice, missing, and with others between: %o', (options) => {
  const fields = { a: t.int(), b: t.optional(t.string()), c: t.nullable(t.bool()), filler: t.string() };
  let accepted = 0;
  for (const rest of ['', filler]) {
    const members = ['"a":1', '"b":"two"', '"c":null', `"filler":"${rest}"`, '"other":[{"a":1}]', '"\\u0061":3'];
    for (const space of ['', '\n  ', '\r\n\t    ']) {
      const spaced = members.map((member) => member.replace(':', `${space}:${space}`));
      for (let n = 0; n < 6 ** 4; n++) {
        const chosen = [n % 6, Math.floor(n / 6) % 6, Math.floor(n / 36) % 6, Math.floor(n / 216)];
        const text = `{${space}${chosen.map((index) => spaced[index]).join(`${space},${space}`)}${space}}`;
        const result = outcome(fields, 'json', Buffer.from(text), options);
        if ('value' in result) accepted++;
      }
    }
  }
  expect(accepted).toBeGreaterThan(0);
});

test.each<MessageOptions>([
  defaults,
  { unknownKeys: 'keep' },
  { unknownKeys: 'reject' },
  { duplicateKeys: 'last' },
  { limits: { maxElements: 3 } },
])('entries of a map in any order, twice, missing, and with others between: %o', (options) => {
  const fields = { a: t.int(), b: t.optional(t.string()), c: t.nullable(t.bool()), filler: t.string() };
  const { msgpack } = messageOf({ k: t.string(), v: t.unknown() }, 'auto');
  /** What makes an entry: the map of a key and a value without its head and the keys `k` and `v`. */
  const entry = (k: string, v: unknown): Uint8Array => {
    const bytes = msgpack.serialize({ k, v });
    const behindKey = 3 + 1 + Buffer.byteLength(k);
    return Uint8Array.of(...bytes.subarray(3, behindKey), ...bytes.subarray(behindKey + 2));
  };
  let accepted = 0;
  for (const rest of ['', filler]) {
    const entries = [
      entry('a', 1),
      entry('b', 'two'),
      entry('c', null),
      entry('filler', rest),
      entry('other', [{ a: 1 }]),
    ];
    entries.push(Uint8Array.of(0xd9, 1, 97, 3), Uint8Array.of(5, 5));
    for (let n = 0; n < 7 ** 4; n++) {
      const chosen = [n % 7, Math.floor(n / 7) % 7, Math.floor(n / 49) % 7, Math.floor(n / 343)];
      const input = Buffer.concat([Uint8Array.of(0x84), ...chosen.map((index) => entries[index]!)]);
      if ('value' in outcome(fields, 'msgpack', input, options)) accepted++;
    }
  }
  expect(accepted > 0).toBe(options.limits === undefined);
});

test('objects of many fields in any order, or with one missing or twice', () => {
  const names = Array.from({ length: 70 }, (_, index) => `field${index}`);
  const fields = Object.fromEntries(
    names.map((name, index) => [name, index % 2 === 0 ? t.int() : t.optional(t.string())]),
  );
  const value = Object.fromEntries(names.map((name, index) => [name, index % 2 === 0 ? index : name]));
  const entries = Object.entries(value);
  expect(outcome(fields, 'msgpack', messageOf(fields, 'auto').msgpack.serialize(value))).toEqual({ value });
  expect(outcome(fields, 'positional', messageOf(fields, 'auto').positional.serialize(value))).toEqual({ value });
  for (const members of [entries, entries.toReversed(), [...entries.slice(20), ...entries.slice(0, 20)]]) {
    const input = Buffer.from(JSON.stringify(Object.fromEntries(members)));
    expect(outcome(fields, 'json', input)).toEqual({ value });
    expect(outcome(fields, 'json', Buffer.from(JSON.stringify(Object.fromEntries(members), null, 2)))).toEqual({
      value,
    });
    expect(outcome(fields, 'json', Buffer.from(JSON.stringify(Object.fromEntries(members.slice(1)))))).toBeDefined();
    const twice = `${input.toString().slice(0, -1)},"field0":1}`;
    expect(outcome(fields, 'json', Buffer.from(twice))).toMatchObject({ code: 'ICHOR_SERIALIZATION_DUPLICATE_KEY' });
  }
});
