// Positions in JSON text: white space, and what to say of a byte that should not be there.

import { quote } from '../errors/received.ts';
import { fail, type Reader } from '../codec/reader.ts';
import { decodeUtf8 } from '../text/text.ts';

/** Throws for a byte that cannot be here. */
export function failAt(r: Reader, b: Uint8Array, p: number, expected: string): never {
  if (p >= r.end) fail(r, 'ICHOR_SERIALIZATION_TRUNCATED', r.end, expected, 'the end of the input');
  fail(r, 'ICHOR_SERIALIZATION_SYNTAX', p, expected, describeByte(b[p] as number));
}

/** Throws for a value of another type, or for what is no value at all. */
export function failType(r: Reader, b: Uint8Array, p: number, expected: string): never {
  if (p >= r.end) failAt(r, b, p, expected);
  const received = describeInput(r, b, p);
  if (received === undefined) failAt(r, b, p, expected);
  fail(r, 'ICHOR_SERIALIZATION_TYPE', p, expected, received);
}

/** Position of the first byte from `p` on that is not white space (RFC 8259, section 2). */
export function skipSpace(r: Reader, b: Uint8Array, p: number): number {
  const end = r.end;
  while (p < end) {
    const c = b[p] as number;
    if (c !== 32 && c !== 10 && c !== 13 && c !== 9) break;
    p++;
  }
  return p;
}

/** The same by the reader's view, for indentation. */
export function skipViewSpace(r: Reader, b: Uint8Array, p: number): number {
  const { view, end } = r;
  if (p < end && view.getUint8(p) === 10) p++;
  while (p + 4 <= end && view.getInt32(p, true) === 0x20202020) p += 4;
  return p < end && view.getUint8(p) <= 32 ? skipSpace(r, b, p) : p;
}

/** What kind of value begins at `p`; undefined when none does. */
function describeInput(r: Reader, b: Uint8Array, p: number): string | undefined {
  const c = b[p] as number;
  if (c === 34) return `string ${quote(stringStart(r, b, p + 1))}`;
  if (c === 123) return 'an object';
  if (c === 91) return 'an array';
  if (c === 45 || (c >= 48 && c <= 57)) return `number ${numberStart(r, b, p)}`;
  for (const word of ['true', 'false', 'null']) if (startsWith(r, b, p, word)) return word;
  return undefined;
}

function describeByte(c: number): string {
  const hex = `0x${c.toString(16).padStart(2, '0')}`;
  return c > 32 && c < 127 ? `${quote(String.fromCharCode(c))} (${hex})` : `byte ${hex}`;
}

function startsWith(r: Reader, b: Uint8Array, p: number, word: string): boolean {
  if (p + word.length > r.end) return false;
  for (let i = 0; i < word.length; i++) if (b[p + i] !== word.charCodeAt(i)) return false;
  return true;
}

function stringStart(r: Reader, b: Uint8Array, p: number): string {
  let end = p;
  while (end < r.end && end < p + 48 && b[end] !== 34) end++;
  return decodeUtf8(b, p, end);
}

function numberStart(r: Reader, b: Uint8Array, p: number): string {
  let end = p;
  while (end < r.end && end < p + 40 && isNumberByte(b[end] as number)) end++;
  return decodeUtf8(b, p, end);
}

function isNumberByte(c: number): boolean {
  return (c >= 48 && c <= 57) || c === 43 || c === 45 || c === 46 || c === 69 || c === 101;
}
