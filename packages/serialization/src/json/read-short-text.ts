// Short JSON strings with escapes or characters beyond ASCII, decoded code unit by code unit: calls into the runtime for
// each piece would cost more. What is wrong with a string, the general way in read-string.ts says.

import type { Reader } from '../codec/reader.ts';
import { decodedText, maxDecodedUnits, plainBytes } from '../text/ascii-text.ts';

const units = new Uint16Array(64);

/** The character of a two-character escape, by its letter; 0 for none. */
const escapes = new Uint8Array(256);
for (const [letter, character] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'].map((pair) => [...pair])) {
  escapes[letter!.charCodeAt(0)] = character!.charCodeAt(0);
}

/** Value of a hexadecimal digit, by its letter; 255 for none. */
const digits = new Uint8Array(256).fill(255);
for (let value = 0; value < 16; value++) {
  const digit = value.toString(16);
  digits[digit.charCodeAt(0)] = digits[digit.toUpperCase().charCodeAt(0)] = value;
}

/**
 * The string whose content begins at `start`, of which all bytes up to `q` are plain; `pos` is left behind its closing
 * quote. Undefined when it is long, or something is wrong with it.
 */
export function readShortText(r: Reader, b: Uint8Array, start: number, q: number): string | undefined {
  const end = r.end;
  const most = maxDecodedUnits() - 1;
  let n = q - start;
  if (n >= most) return undefined;
  for (let i = 0; i < n; i++) units[i] = b[start + i]!;
  while (q < end && n < most) {
    const c = b[q]!;
    if (plainBytes[c] === 1) {
      units[n++] = c;
      q++;
    } else if (c === 34) {
      if (q - start > r.maxStringBytes) return undefined;
      r.pos = q + 1;
      return decodedText(units, n);
    } else if (c === 92) {
      if (q + 1 >= end) return undefined;
      const simple = escapes[b[q + 1]!]!;
      if (simple !== 0) {
        units[n++] = simple;
        q += 2;
        continue;
      }
      if (b[q + 1] !== 117 || q + 5 >= end) return undefined;
      const first = digits[b[q + 2]!]!;
      const second = digits[b[q + 3]!]!;
      const third = digits[b[q + 4]!]!;
      const fourth = digits[b[q + 5]!]!;
      if ((first | second | third | fourth) > 15) return undefined;
      units[n++] = (first << 12) | (second << 8) | (third << 4) | fourth;
      q += 6;
    } else if (c < 0xc2 || q + 1 >= end) return undefined;
    else {
      // UTF-8 (RFC 3629), strictly.
      const second = b[q + 1]!;
      if ((second & 0xc0) !== 0x80) return undefined;
      if (c < 0xe0) {
        units[n++] = ((c & 31) << 6) | (second & 63);
        q += 2;
        continue;
      }
      if (q + 2 >= end) return undefined;
      const third = b[q + 2]!;
      if ((third & 0xc0) !== 0x80) return undefined;
      if (c < 0xf0) {
        const unit = ((c & 15) << 12) | ((second & 63) << 6) | (third & 63);
        if (unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff)) return undefined;
        units[n++] = unit;
        q += 3;
        continue;
      }
      if (q + 3 >= end) return undefined;
      const fourth = b[q + 3]!;
      const point = ((c & 7) << 18) | ((second & 63) << 12) | ((third & 63) << 6) | (fourth & 63);
      if ((fourth & 0xc0) !== 0x80 || c > 0xf4 || point < 0x10000 || point > 0x10ffff) return undefined;
      units[n++] = 0xd800 | ((point - 0x10000) >> 10);
      units[n++] = 0xdc00 | (point & 0x3ff);
      q += 4;
    }
  }
  return undefined;
}
