// Strings of JSON text (RFC 8259, section 7). Plain ASCII is the fast path; escapes and UTF-8 go through the slow one.
// A lone surrogate written as an escape is kept, as JSON.parse keeps it; raw bytes must be valid UTF-8.

import type { StringNode } from '../schema/node.ts';
import { checkString, type FindText } from '../codec/value-parts.ts';
import { asciiText, plainBytes as plain, quotedText } from '../text/ascii-text.ts';
import { decodeUtf8 } from '../text/text.ts';
import { isSequenceStart, utf8SequenceEnd } from '../text/utf8.ts';
import { fail, type Read, type Reader } from '../codec/reader.ts';
import { failAt, failType, skipSpace } from './json-text.ts';
import { readShortText } from './read-short-text.ts';

/** Reads a string of any content within the codec's limits. */
export function readString(r: Reader, b: Uint8Array, p: number): string {
  if (p < r.end && b[p] === 34) {
    const text = quotedText(r, b, p, r.end);
    return text !== undefined && text.length <= r.maxStringBytes ? text : readOtherString(r, b, p, text);
  }
  p = skipSpace(r, b, p);
  if (p >= r.end || b[p] !== 34) failType(r, b, p, 'a string');
  return readString(r, b, p);
}

/** Goes on with the string at `p` of which `quotedText` made too long a text, or none. */
export function readOtherString(r: Reader, b: Uint8Array, p: number, text: string | undefined): string {
  const start = p + 1;
  if (text !== undefined) failLength(r, start, text.length);
  let q = r.pos;
  if (q < r.end && plain[b[q]!] === 1) {
    // All of it may be: then it is only long.
    q = endOfPlainBytes(b, q, r.end);
    if (q < r.end && b[q] === 34 && q - start <= r.maxStringBytes) {
      r.pos = q + 1;
      return asciiText(b, start, q);
    }
  }
  return readShortText(r, b, start, q) ?? readRest(r, b, start, q);
}

/** Reads the key of a member. What is wrong with it is wrong with the object: the path ends there. */
export function readKeyText(r: Reader, b: Uint8Array, p: number): string {
  r.depth--;
  const key = readString(r, b, p);
  r.depth++;
  return key;
}

/** Reader of a string with limits of its own. */
export function stringReader(node: StringNode): Read<string> {
  return (r, b, p) => checkString(r, p, readString(r, b, p), node);
}

/** Finds a plain ASCII string without making one. */
export const findPlainText: FindText = (r, b, p, found) => {
  if (p >= r.end || b[p] !== 34) return false;
  let q = p + 1;
  while (q < r.end && plain[b[q]!] === 1) q++;
  if (q >= r.end || b[q] !== 34) return false;
  found.start = p + 1;
  found.end = q;
  r.pos = q + 1;
  return true;
};

/** Goes on at `q` in a string whose content began at `start`. */
function readRest(r: Reader, b: Uint8Array, start: number, q: number): string {
  const end = r.end;
  let text = '';
  let run = start;
  let ascii = true;
  for (;;) {
    while (q < end && plain[b[q]!] === 1) q++;
    if (q >= end) failAt(r, b, q, 'the end of the string');
    const c = b[q]!;
    if (c >= 128) {
      const next = utf8SequenceEnd(b, q, end);
      if (next < 0) failUtf8(r, b, q);
      ascii = false;
      q = next;
      continue;
    }
    if (c < 32) failAt(r, b, q, 'control characters in a string to be escaped');
    if (q > run) text += ascii ? asciiText(b, run, q) : decodeUtf8(b, run, q);
    if (c === 34) break;
    text += readEscape(r, b, q);
    run = q = r.pos;
    ascii = true;
  }
  if (q - start > r.maxStringBytes) failLength(r, start, q - start);
  r.pos = q + 1;
  return text;
}

const simpleEscapes = new Map([
  [34, '"'],
  [92, '\\'],
  [47, '/'],
  [98, '\b'],
  [102, '\f'],
  [110, '\n'],
  [114, '\r'],
  [116, '\t'],
]);

/** The character of the escape whose backslash is at `p`. */
function readEscape(r: Reader, b: Uint8Array, p: number): string {
  if (p + 1 >= r.end) failAt(r, b, r.end, 'an escape sequence');
  const c = b[p + 1]!;
  if (c !== 117) {
    const simple = simpleEscapes.get(c);
    if (simple === undefined) failAt(r, b, p + 1, 'one of "\\/bfnrtu after a backslash');
    r.pos = p + 2;
    return simple;
  }
  let unit = 0;
  for (let i = p + 2; i < p + 6; i++) {
    const digit = i < r.end ? hexDigit(b[i]!) : -1;
    if (digit < 0) failAt(r, b, i, 'four hexadecimal digits after \\u');
    unit = unit * 16 + digit;
  }
  r.pos = p + 6;
  return String.fromCharCode(unit);
}

function hexDigit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  const letter = c | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

function failUtf8(r: Reader, b: Uint8Array, p: number): never {
  if (isSequenceStart(b, p, r.end)) failAt(r, b, r.end, 'the rest of a UTF-8 sequence');
  return fail(r, 'ICHOR_SERIALIZATION_ENCODING', p, 'valid UTF-8', 'a malformed sequence');
}

function failLength(r: Reader, p: number, length: number): never {
  return fail(
    r,
    'ICHOR_SERIALIZATION_LIMIT',
    p,
    `a string of at most ${r.maxStringBytes} bytes`,
    `${length} bytes`,
    'Raise limits.maxStringBytes if such input is legitimate.',
  );
}

/** Whether the byte stands for itself inside a string. */
export function isPlainByte(c: number): boolean {
  return plain[c] === 1;
}

/** Offset of the first byte in `b[from..end)` that does not stand for itself inside a string, or `end`. For long texts. */
export function endOfPlainBytes(b: Uint8Array, from: number, end: number): number {
  let at = from;
  // Eight at a time: one branch for all of them.
  for (const last = end - 8; at <= last; at += 8) {
    const first = plain[b[at]!]! & plain[b[at + 1]!]! & plain[b[at + 2]!]! & plain[b[at + 3]!]!;
    const second = plain[b[at + 4]!]! & plain[b[at + 5]!]! & plain[b[at + 6]!]! & plain[b[at + 7]!]!;
    if ((first & second) === 0) break;
  }
  while (at < end && plain[b[at]!] === 1) at++;
  return at;
}
