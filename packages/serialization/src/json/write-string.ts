// Strings as JSON text, as JSON.stringify writes them: controls, quote and backslash escaped, lone surrogates as \uXXXX.

import { utf8Length, writeAscii, writeUtf8 } from '../text/text.ts';

/** Up to here a loop beats a call into the runtime. */
const shortLength = 48;
const unusual = /[^ !#-[\]-\u007f]/;
const mustEscape = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** 1 for the code units that stand for themselves in one byte. */
const plain = new Uint8Array(128).fill(1, 32);
plain[34] = 0;
plain[92] = 0;

/** Code unit to the letter of its two-character escape, 0 where it has none. */
const letters = new Uint8Array(128);
letters[8] = 98;
letters[9] = 116;
letters[10] = 110;
letters[12] = 102;
letters[13] = 114;
letters[34] = 34;
letters[92] = 92;

/** Writes a string with its quotes. */
export function writeString(b: Uint8Array, p: number, text: string): number {
  const { length } = text;
  if (length > shortLength) return writeLong(b, p, text);
  b[p++] = 34;
  let i = 0;
  // Four at a time, because asking for a code unit costs more than everything else that is done with it.
  for (const last = length - 3; i < last; i += 4) {
    const c = text.charCodeAt(i);
    const d = text.charCodeAt(i + 1);
    const e = text.charCodeAt(i + 2);
    const f = text.charCodeAt(i + 3);
    if ((c | d | e | f) > 127 || (plain[c]! & plain[d]! & plain[e]! & plain[f]!) === 0) break;
    b[p] = c;
    b[p + 1] = d;
    b[p + 2] = e;
    b[p + 3] = f;
    p += 4;
  }
  for (; i < length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 128) return close(b, writeUnits(b, p, text, i));
    if (plain[c] === 1) b[p++] = c;
    else if (letters[c] !== 0) {
      b[p] = 92;
      b[p + 1] = letters[c]!;
      p += 2;
    } else return close(b, writeUnits(b, p, text, i));
  }
  b[p] = 34;
  return p + 1;
}

function close(b: Uint8Array, p: number): number {
  b[p] = 34;
  return p + 1;
}

function writeLong(b: Uint8Array, p: number, text: string): number {
  b[p] = 34;
  return close(b, writeLongText(b, p + 1, text));
}

function writeLongText(b: Uint8Array, p: number, text: string): number {
  if (!unusual.test(text)) return p + text.length <= b.length ? writeAscii(b, p, text) : p + text.length;
  if (!mustEscape.test(text)) {
    const length = p + text.length * 3 <= b.length ? -1 : utf8Length(text);
    return length < 0 || p + length <= b.length ? writeUtf8(b, p, text) : p + length;
  }
  return writeUnits(b, p, text, 0);
}

/** Writes the text from index `i` on, whatever it holds. */
function writeUnits(b: Uint8Array, p: number, text: string, i: number): number {
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 128) {
      if (plain[c] === 1) b[p++] = c;
      else if (letters[c] !== 0) {
        b[p++] = 92;
        b[p++] = letters[c]!;
      } else p = writeEscape(b, p, c);
    } else if (c < 0x800) {
      b[p++] = 0xc0 | (c >> 6);
      b[p++] = 0x80 | (c & 63);
    } else if (c < 0xd800 || c > 0xdfff) {
      b[p++] = 0xe0 | (c >> 12);
      b[p++] = 0x80 | ((c >> 6) & 63);
      b[p++] = 0x80 | (c & 63);
    } else {
      const next = i + 1 < text.length ? text.charCodeAt(i + 1) : 0;
      if (c > 0xdbff || next < 0xdc00 || next > 0xdfff) {
        p = writeEscape(b, p, c);
        continue;
      }
      i++;
      const point = 0x10000 + ((c & 0x3ff) << 10) + (next & 0x3ff);
      b[p++] = 0xf0 | (point >> 18);
      b[p++] = 0x80 | ((point >> 12) & 63);
      b[p++] = 0x80 | ((point >> 6) & 63);
      b[p++] = 0x80 | (point & 63);
    }
  }
  return p;
}

const hex = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

function writeEscape(b: Uint8Array, p: number, c: number): number {
  b[p] = 92;
  b[p + 1] = 117;
  b[p + 2] = hex[c >> 12]!;
  b[p + 3] = hex[(c >> 8) & 15]!;
  b[p + 4] = hex[(c >> 4) & 15]!;
  b[p + 5] = hex[c & 15]!;
  return p + 6;
}
