// Strings as JSON text, as JSON.stringify writes them: controls, quote and backslash escaped, lone surrogates as \uXXXX.

import { putByte, reserve, throwOverflow } from '../codec/writer.ts';
import { utf8Length, writeAscii, writeUtf8 } from '../text/text.ts';
import { putFourBytes, putThreeBytes, putTwoBytes } from '../text/utf8.ts';

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
  return writeText(b, putByte(b, p, 34), text);
}

/** Writes the rest of a string, whose opening quote is there. */
export function writeText(b: Uint8Array, p: number, text: string): number {
  const { length } = text;
  if (length > shortLength) return writeLong(b, p, text);
  // The most that escapes make of it.
  if (p + length * 6 + 1 > b.length) throwOverflow();
  let i = 0;
  // Four at a time, because asking for a code unit costs more than everything else that is done with it.
  for (const last = length - 3; i < last; i += 4) {
    const first = text.charCodeAt(i);
    const second = text.charCodeAt(i + 1);
    const third = text.charCodeAt(i + 2);
    const fourth = text.charCodeAt(i + 3);
    if ((first | second | third | fourth) > 127) break;
    if ((plain[first]! & plain[second]! & plain[third]! & plain[fourth]!) === 0) break;
    b[p] = first;
    b[p + 1] = second;
    b[p + 2] = third;
    b[p + 3] = fourth;
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
  const { length } = text;
  if (!unusual.test(text)) {
    reserve(b, p, length + 1);
    return close(b, writeAscii(b, p, text));
  }
  // The most that it may take is far above what it takes, which is asked for where it matters.
  if (!mustEscape.test(text)) {
    if (p + length * 3 + 1 > b.length) reserve(b, p, utf8Length(text) + 1);
    return close(b, writeUtf8(b, p, text));
  }
  if (p + length * 6 + 1 > b.length) reserve(b, p, utf8Length(JSON.stringify(text)) - 1);
  return close(b, writeUnits(b, p, text, 0));
}

/** Writes the text from index `i` on, whatever it holds. */
function writeUnits(b: Uint8Array, p: number, text: string, i: number): number {
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 128) {
      if (plain[c] === 1) b[p++] = c;
      else if (letters[c] !== 0) {
        b[p] = 92;
        b[p + 1] = letters[c]!;
        p += 2;
      } else p = writeEscape(b, p, c);
    } else if (c < 0x800) p = putTwoBytes(b, p, c);
    else if (c < 0xd800 || c > 0xdfff) p = putThreeBytes(b, p, c);
    else {
      const next = i + 1 < text.length ? text.charCodeAt(i + 1) : 0;
      if (c > 0xdbff || next < 0xdc00 || next > 0xdfff) {
        p = writeEscape(b, p, c);
        continue;
      }
      i++;
      p = putFourBytes(b, p, c, next);
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
