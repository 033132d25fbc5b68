// Strings, byte strings and dates as MessagePack.

import { reserve, throwOverflow } from '../codec/writer.ts';
import { utf8Length, writeAscii, writeUtf8 } from '../text/text.ts';
import { isWellFormed, putUtf8 } from '../text/utf8.ts';
import { timestampExtension } from './extension.ts';
import { writeExtensionHead, writeLength } from './write-number.ts';

/** The longest string with a head of one byte. */
const shortLength = 31;
/** Up to here a loop beats a call into the runtime. */
const mediumLength = 64;
/** The longest head. */
const headLength = 5;

/** Writes a string. Returns −1 when it has a surrogate without its partner, which UTF-8 cannot express. */
export function writePackString(b: Uint8Array, p: number, text: string): number {
  const { length } = text;
  if (length > shortLength) return length <= mediumLength ? writeMedium(b, p, text) : writeEncoded(b, p, text);
  // The most that UTF-8 makes of it.
  if (p + length * 3 + headLength > b.length) throwOverflow();
  const start = p + 1;
  for (let i = putAscii(b, start, text); i < length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 128) return writeShort(b, p, text, i);
    b[start + i] = c;
  }
  b[p] = 0xa0 | length;
  return start + length;
}

/**
 * Writes the ASCII characters that text begins with, in groups of four, because asking for a code unit costs more than
 * everything else that is done with it. Returns how many it has written.
 */
function putAscii(b: Uint8Array, p: number, text: string): number {
  const last = text.length - 3;
  let i = 0;
  for (; i < last; i += 4, p += 4) {
    const first = text.charCodeAt(i);
    const second = text.charCodeAt(i + 1);
    const third = text.charCodeAt(i + 2);
    const fourth = text.charCodeAt(i + 3);
    if ((first | second | third | fourth) > 127) break;
    b[p] = first;
    b[p + 1] = second;
    b[p + 2] = third;
    b[p + 3] = fourth;
  }
  return i;
}

function writeMedium(b: Uint8Array, p: number, text: string): number {
  const { length } = text;
  // The most that UTF-8 makes of it, which is below 256.
  if (p + length * 3 + headLength > b.length) throwOverflow();
  const start = p + 2;
  for (let i = putAscii(b, start, text); i < length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 128) return writeOneByteHead(b, p, text, i);
    b[start + i] = c;
  }
  b[p] = 0xd9;
  b[p + 1] = length;
  return start + length;
}

/** Goes on at index `i` of a short string: first its bytes, as if the head had one byte, then the head. */
function writeShort(b: Uint8Array, p: number, text: string, i: number): number {
  const start = p + 1;
  const end = putUtf8(b, start + i, text, i);
  if (end < 0) return -1;
  const size = end - start;
  if (size > shortLength) return writeOneByteHead(b, p, text, 0);
  b[p] = 0xa0 | size;
  return end;
}

/** Goes on at index `i` of a string whose length takes one byte behind the head. */
function writeOneByteHead(b: Uint8Array, p: number, text: string, i: number): number {
  const start = p + 2;
  const end = putUtf8(b, start + i, text, i);
  if (end < 0) return -1;
  b[p] = 0xd9;
  b[p + 1] = end - start;
  return end;
}

function writeEncoded(b: Uint8Array, p: number, text: string): number {
  const size = utf8Length(text);
  if (size !== text.length && !isWellFormed(text)) return -1;
  reserve(b, p, size + headLength);
  if (size <= shortLength) b[p++] = 0xa0 | size;
  else p = writeLength(b, p, size, 0xd9, 0xda, 0xdb);
  return size === text.length ? writeAscii(b, p, text) : writeUtf8(b, p, text);
}

/** Writes bytes. */
export function writePackBytes(b: Uint8Array, p: number, bytes: Uint8Array): number {
  reserve(b, p, bytes.length + headLength);
  p = writeLength(b, p, bytes.length, 0xc4, 0xc5, 0xc6);
  b.set(bytes, p);
  return p + bytes.length;
}

/** Length of the longest date. */
const maxDateLength = 15;

/** Writes a valid date as the shortest timestamp. */
export function writePackDate(b: Uint8Array, d: DataView, p: number, date: Date): number {
  reserve(b, p, maxDateLength);
  const time = date.getTime();
  const seconds = Math.floor(time / 1000);
  const nanoseconds = (time - seconds * 1000) * 1_000_000;
  const high = Math.floor(seconds / 0x1_0000_0000);
  const low = seconds - high * 0x1_0000_0000;
  if (high === 0 && nanoseconds === 0) {
    p = writeExtensionHead(b, p, timestampExtension, 4);
    d.setInt32(p, low);
    return p + 4;
  }
  if (high >= 0 && high < 4) {
    p = writeExtensionHead(b, p, timestampExtension, 8);
    d.setInt32(p, nanoseconds * 4 + high);
    d.setInt32(p + 4, low);
    return p + 8;
  }
  p = writeExtensionHead(b, p, timestampExtension, 12);
  d.setInt32(p, nanoseconds);
  d.setInt32(p + 4, high);
  d.setInt32(p + 8, low);
  return p + 12;
}
