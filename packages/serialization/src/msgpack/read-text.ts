// Strings, byte strings and dates of MessagePack.

import { fail, type Read, type Reader } from '../codec/reader.ts';
import { checkString, type FindText } from '../codec/value-parts.ts';
import type { BytesNode, StringNode } from '../schema/node.ts';
import { plainText } from '../text/ascii-text.ts';
import { shortUtf8 } from '../text/code-units.ts';
import { decodeUtf8 } from '../text/text.ts';
import { findMalformed } from '../text/utf8.ts';
import { extensionAt, timestampExtension } from './extension.ts';
import { failPack, need, readLength, readU32, stringLength } from './read-head.ts';

/** Reads a string; its bytes must be valid UTF-8. */
export function readPackString(r: Reader, b: Uint8Array, p: number): string {
  const length = stringLength(r, b, p);
  if (length < 0) failPack(r, b, p, 'a string');
  return textAt(r, b, r.pos, length);
}

/** The string of so many bytes at `start`. */
export function textAt(r: Reader, b: Uint8Array, start: number, length: number): string {
  const end = start + length;
  if (length > r.maxStringBytes) failLength(r, start, length);
  need(r, start, length);
  r.pos = end;
  return plainText(b, start, end) ?? utf8Text(r, b, start, end);
}

/** The string of `b[start..end)`, which is not all ASCII. */
export function utf8Text(r: Reader, b: Uint8Array, start: number, end: number): string {
  const short = shortUtf8(b, start, end);
  if (short !== undefined) return short;
  const malformed = findMalformed(b, start, end);
  if (malformed >= 0) fail(r, 'ICHOR_SERIALIZATION_ENCODING', malformed, 'valid UTF-8', 'a malformed sequence');
  return decodeUtf8(b, start, end);
}

/** Finds a string without making one. */
export const findPackText: FindText = (r, b, p, found) => {
  const length = stringLength(r, b, p);
  if (length < 0 || r.pos + length > r.end) return false;
  found.start = r.pos;
  found.end = r.pos + length;
  r.pos = found.end;
  return true;
};

export function packStringReader(node: StringNode): Read<string> {
  return (r, b, p) => checkString(r, p, readPackString(r, b, p), node);
}

/** Length of the byte string at `p`, whose content begins at `pos` and is within the input. −1 when none is here. */
export function bytesLength(r: Reader, b: Uint8Array, p: number): number {
  const c = p < r.end ? b[p]! : -1;
  if (c < 0xc4 || c > 0xc6) return -1;
  const length = readLength(r, b, p, c === 0xc4 ? 1 : c === 0xc5 ? 2 : 4);
  if (length > r.maxStringBytes) failLength(r, p, length);
  need(r, r.pos, length);
  return length;
}

/** Reader of bytes; the result is a copy. */
export function packBytesReader(node: BytesNode): Read<Uint8Array> {
  return (r, b, p) => {
    const length = bytesLength(r, b, p);
    if (length < 0) failPack(r, b, p, 'bytes');
    if (length < node.minLength || length > node.maxLength) {
      fail(r, 'ICHOR_SERIALIZATION_LIMIT', p, `${node.minLength} to ${node.maxLength} bytes`, `${length} bytes`);
    }
    return takeBytes(r, b, length);
  };
}

/** A copy of so many bytes at `pos`. Never a view: the caller's buffer may be reused, and may be a Buffer. */
export function takeBytes(r: Reader, b: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(b.subarray(r.pos, r.pos + length));
  r.pos += length;
  return bytes;
}

/** Largest distance of a Date from 1970, in seconds. */
const dateRange = 8.64e12;

/** Reads a timestamp of 32, 64 or 96 bits. Nanoseconds below a millisecond are cut off. */
export function readPackDate(r: Reader, b: Uint8Array, p: number): Date {
  const extension = extensionAt(r, b, p);
  if (extension === undefined || extension.type !== timestampExtension) failPack(r, b, p, 'a timestamp');
  const { start, size } = extension;
  let seconds: number;
  let nanoseconds = 0;
  if (size === 4) seconds = readU32(b, start);
  else if (size === 8) {
    const high = readU32(b, start);
    nanoseconds = high >>> 2;
    seconds = (high & 3) * 0x1_0000_0000 + readU32(b, start + 4);
  } else if (size === 12) {
    nanoseconds = readU32(b, start);
    seconds = (readU32(b, start + 4) | 0) * 0x1_0000_0000 + readU32(b, start + 8);
  } else {
    return fail(r, 'ICHOR_SERIALIZATION_SYNTAX', p, 'a timestamp of 4, 8 or 12 bytes', `${size} bytes`);
  }
  if (nanoseconds > 999_999_999) {
    fail(r, 'ICHOR_SERIALIZATION_SYNTAX', p, 'less than 10^9 nanoseconds', `${nanoseconds}`);
  }
  const time = seconds * 1000 + Math.floor(nanoseconds / 1e6);
  if (!(Math.abs(seconds) <= dateRange) || Math.abs(time) > dateRange * 1000) {
    fail(r, 'ICHOR_SERIALIZATION_RANGE', p, 'a timestamp within the range of Date', `${seconds} seconds`);
  }
  r.pos = start + size;
  return new Date(time);
}

function failLength(r: Reader, p: number, length: number): never {
  const hint = 'Raise limits.maxStringBytes if such input is legitimate.';
  return fail(r, 'ICHOR_SERIALIZATION_LIMIT', p, `at most ${r.maxStringBytes} bytes`, `${length} bytes`, hint);
}
