// Short JSON strings with escapes or characters beyond ASCII, decoded code unit by code unit: calls into the runtime for
// each piece would cost more. What is wrong with a string, the general way in read-string.ts says.

import type { Reader } from '../codec/reader.ts';
import { decodedText, maxDecodedUnits, plainBytes } from '../text/ascii-text.ts';
import { decodeSequence, units } from '../text/code-units.ts';

/** The character of a two-character escape, by its letter; 0 for none. */
const escapes = new Uint8Array(256);
for (const [letter, character] of Object.entries({ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' })) {
  escapes[letter.charCodeAt(0)] = character.charCodeAt(0);
}
for (const same of [34, 47, 92]) escapes[same] = same;

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
  for (;;) {
    // A run of plain bytes has as many units.
    const stop = Math.min(end, q + most - n);
    let c = 0;
    while (q < stop && plainBytes[(c = b[q]!)] === 1) {
      units[n++] = c;
      q++;
    }
    if (q >= stop) return undefined;
    if (c === 34) {
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
    } else {
      const next = decodeSequence(b, q, end, n);
      if (next < 0) return undefined;
      n += next - q === 4 ? 2 : 1;
      q = next;
    }
  }
}
