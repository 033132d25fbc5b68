// Values share no memory with what they were read from: hosts read all requests into the same buffer.

import { describe, expect, it } from 'vitest';
import { defineMessage, messagePackCodec, t, type Serializer } from '../src/index.ts';

interface Value {
  readonly bytes: Uint8Array;
  readonly text: string;
}

const compiled = defineMessage('OwnMemory', { bytes: t.bytes(), text: t.string() });
const codecs: readonly (readonly [name: string, codec: Serializer<Value>])[] = [
  ['compiled JSON', compiled.codecs[0]],
  ['compiled MessagePack', compiled.codecs[1] as Serializer<Value>],
  ['general MessagePack', messagePackCodec<Value>()],
];

describe('a value that was read', () => {
  for (const [name, codec] of codecs) {
    it(`stays as it was when its input is overwritten: ${name}`, () => {
      const value = { bytes: Uint8Array.of(1, 2, 3, 4, 5), text: 'a text that is long enough to be worth sharing' };
      const buffer = Buffer.alloc(1000, 0x20);
      const bytes = codec.serialize(value);
      buffer.set(bytes, 100);
      const read = codec.deserialize(buffer, 100, 100 + bytes.length);
      buffer.fill(0xff);
      expect(Array.from(read.bytes)).toEqual([1, 2, 3, 4, 5]);
      expect(read.text).toBe(value.text);
    });
  }
});
