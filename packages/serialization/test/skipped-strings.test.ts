// Strings under keys that are stripped: passed over in strides, and still checked to the last byte.

import { describe, expect, it } from 'vitest';
import { defineMessage, t } from '../src/index.ts';

const codec = defineMessage('SkippedStrings', { id: t.uint() }).codecs[0];
const decode = (text: string): unknown => codec.deserialize(Buffer.from(`{"note": "${text}", "id": 5}`, 'latin1'));
const lengths = Array.from({ length: 40 }, (_, length) => length);

describe('a string that is passed over', () => {
  it('ends where it ends, whatever its length and whatever is in it', () => {
    for (const length of lengths) {
      for (const special of ['', '\\"', '\\u0041', '\\\\', '\xc3\xa4', '\xf0\x9f\x98\x80']) {
        expect(decode('x'.repeat(length) + special + 'y'.repeat(length))).toEqual({ id: 5 });
      }
    }
  });

  it('is refused for what must not be in it, wherever that stands', () => {
    for (const length of lengths) {
      for (const wrong of ['\n', '\x1f', '\\x', '\xff', '\xc3', '\xc0\xaf', '\xed\xa0\x80']) {
        expect(() => decode('x'.repeat(length) + wrong + 'y'.repeat(30))).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^ICHOR_SERIALIZATION_/) as string }),
        );
      }
      expect(() => codec.deserialize(Buffer.from(`{"id": 5, "note": "${'x'.repeat(length)}`))).toThrow(
        /end of the string/,
      );
    }
  });
});
