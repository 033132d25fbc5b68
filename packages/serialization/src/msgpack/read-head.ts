// First bytes of MessagePack values: lengths of strings, arrays and maps, and what to say when something else is there.

import { fail, failDepth, type Reader } from '../codec/reader.ts';
import { quote } from '../errors/received.ts';
import { decodeUtf8 } from '../text/text.ts';

/** Throws when fewer than `size` bytes are left from `p` on. */
export function need(r: Reader, p: number, size: number): void {
  if (p + size > r.end) {
    fail(r, 'ICHOR_SERIALIZATION_TRUNCATED', r.end, `${p + size - r.end} more bytes`, 'the end of the input');
  }
}

export function readU16(b: Uint8Array, p: number): number {
  return (b[p]! << 8) | b[p + 1]!;
}

export function readU32(b: Uint8Array, p: number): number {
  return ((b[p]! << 24) | (b[p + 1]! << 16) | (b[p + 2]! << 8) | b[p + 3]!) >>> 0;
}

/** Throws for a value of another type, or for what is no value at all. */
export function failPack(r: Reader, b: Uint8Array, p: number, expected: string): never {
  need(r, p, 1);
  if (b[p] === 0xc1) fail(r, 'ICHOR_SERIALIZATION_SYNTAX', p, expected, 'byte 0xc1, which MessagePack never uses');
  return fail(r, 'ICHOR_SERIALIZATION_TYPE', p, expected, describePack(r, b, p));
}

/** Unsigned number of 1, 2 or 4 bytes behind the first byte at `p`. Leaves the position behind it in `pos`. */
export function readLength(r: Reader, b: Uint8Array, p: number, width: 1 | 2 | 4): number {
  need(r, p, 1 + width);
  r.pos = p + 1 + width;
  if (width === 1) return b[p + 1]!;
  return width === 2 ? readU16(b, p + 1) : readU32(b, p + 1);
}

/** Enters the array at `p` and returns its length. Each item takes at least a byte, so a length beyond the input ends here. */
export function openPackArray(r: Reader, b: Uint8Array, p: number, most: number, what: string): number {
  const c = p < r.end ? b[p]! : -1;
  let length: number;
  if ((c & 0xf0) === 0x90 && c >= 0) {
    length = c & 15;
    r.pos = p + 1;
  } else if (c === 0xdc) length = readLength(r, b, p, 2);
  else if (c === 0xdd) length = readLength(r, b, p, 4);
  else return failPack(r, b, p, 'an array');
  return open(r, p, length, length, most, what);
}

/** Enters the map at `p` and returns its number of entries. */
export function openPackMap(r: Reader, b: Uint8Array, p: number, most: number): number {
  const c = p < r.end ? b[p]! : -1;
  let length: number;
  if ((c & 0xf0) === 0x80 && c >= 0) {
    length = c & 15;
    r.pos = p + 1;
  } else if (c === 0xde) length = readLength(r, b, p, 2);
  else if (c === 0xdf) length = readLength(r, b, p, 4);
  else return failPack(r, b, p, 'a map');
  return open(r, p, length, length * 2, most, 'entries');
}

function open(r: Reader, p: number, length: number, least: number, most: number, what: string): number {
  if (length > most) {
    const hint = 'Raise the limit if such input is legitimate.';
    fail(r, 'ICHOR_SERIALIZATION_LIMIT', p, `at most ${most} ${what}`, `${length}`, hint);
  }
  if (r.depth >= r.maxDepth) failDepth(r, p);
  need(r, r.pos, least);
  r.path[r.depth++] = '';
  return length;
}

/** Length in bytes of the string at `p`, whose content begins at `pos`. −1 when no string is here. */
export function stringLength(r: Reader, b: Uint8Array, p: number): number {
  if (p >= r.end) return -1;
  const c = b[p]!;
  if ((c & 0xe0) === 0xa0) {
    r.pos = p + 1;
    return c & 31;
  }
  if (c === 0xd9) return readLength(r, b, p, 1);
  if (c === 0xda) return readLength(r, b, p, 2);
  return c === 0xdb ? readLength(r, b, p, 4) : -1;
}

/** What kind of value begins at `p`. */
function describePack(r: Reader, b: Uint8Array, p: number): string {
  const c = b[p]!;
  if (c < 0x80) return `number ${c}`;
  if (c >= 0xe0) return `number ${c - 256}`;
  if (c < 0x90 || c === 0xde || c === 0xdf) return 'a map';
  if (c < 0xa0 || c === 0xdc || c === 0xdd) return 'an array';
  if (c < 0xc0 || (c >= 0xd9 && c <= 0xdb)) return describeString(r, b, p);
  if (c === 0xc0) return 'nil';
  if (c === 0xc2 || c === 0xc3) return String(c === 0xc3);
  if (c >= 0xc4 && c <= 0xc6) return 'binary data';
  if (c === 0xca || c === 0xcb) return 'a float';
  if (c >= 0xcc && c <= 0xd3) return 'an integer';
  return 'an extension';
}

function describeString(r: Reader, b: Uint8Array, p: number): string {
  const c = b[p]!;
  const start = p + (c < 0xc0 ? 1 : c === 0xd9 ? 2 : c === 0xda ? 3 : 5);
  const length = c < 0xc0 ? c & 31 : 48;
  return `string ${quote(decodeUtf8(b, Math.min(start, r.end), Math.min(start + length, r.end)))}`;
}
