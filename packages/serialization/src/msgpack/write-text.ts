// Strings, byte strings and dates as MessagePack.

import { utf8Length, writeAscii, writeUtf8 } from '../text/text.ts';
import { isWellFormed, putUtf8 } from '../text/utf8.ts';
import { timestampExtension } from './extension.ts';
import { writeExtensionHead, writeLength, writeWord } from './write-number.ts';

/** The longest string with a head of one byte. */
const shortLength = 31;
/** Up to here a loop beats a call into the runtime. */
const mediumLength = 64;

/** Writes a string. Returns −1 when it has a surrogate without its partner, which UTF-8 cannot express. */
export function writePackString(b: Uint8Array, p: number, text: string): number {
  const { length } = text;
  if (length <= shortLength) {
    const start = p + 1;
    for (let i = putAscii(b, start, text); i < length; i++) {
      const c = text.charCodeAt(i);
      if (c >= 128) return writeShort(b, p, text, i);
      b[start + i] = c;
    }
    b[p] = 0xa0 | length;
    return start + length;
  }
  return length <= mediumLength ? writeMedium(b, p, text) : writeEncoded(b, p, text);
}

/**
 * Writes the ASCII characters that text begins with, in groups of four, because asking for a code unit costs more than
 * everything else that is done with it. Returns how many it has written.
 */
function putAscii(b: Uint8Array, p: number, text: string): number {
  const last = text.length - 3;
  let i = 0;
  for (; i < last; i += 4, p += 4) {
    const c = text.charCodeAt(i);
    const d = text.charCodeAt(i + 1);
    const e = text.charCodeAt(i + 2);
    const f = text.charCodeAt(i + 3);
    if ((c | d | e | f) > 127) break;
    b[p] = c;
    b[p + 1] = d;
    b[p + 2] = e;
    b[p + 3] = f;
  }
  return i;
}

function writeMedium(b: Uint8Array, p: number, text: string): number {
  const { length } = text;
  const start = p + 2;
  for (let i = putAscii(b, start, text); i < length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 128) return writeEncoded(b, p, text);
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
  if (size > 31) return writeEncoded(b, p, text);
  b[p] = 0xa0 | size;
  return end;
}

function writeEncoded(b: Uint8Array, p: number, text: string): number {
  const size = utf8Length(text);
  if (size !== text.length && !isWellFormed(text)) return -1;
  if (size <= 31) b[p++] = 0xa0 | size;
  else p = writeLength(b, p, size, 0xd9, 0xda, 0xdb);
  // What does not fit is not written at all; the position tells how much it would have been.
  if (p + size > b.length) return p + size;
  return size === text.length ? writeAscii(b, p, text) : writeUtf8(b, p, text);
}

/** Writes bytes. */
export function writePackBytes(b: Uint8Array, p: number, bytes: Uint8Array): number {
  p = writeLength(b, p, bytes.length, 0xc4, 0xc5, 0xc6);
  if (p + bytes.length <= b.length) b.set(bytes, p);
  return p + bytes.length;
}

/** Writes a valid date as the shortest timestamp. */
export function writePackDate(b: Uint8Array, p: number, date: Date): number {
  const time = date.getTime();
  const seconds = Math.floor(time / 1000);
  const nanoseconds = (time - seconds * 1000) * 1_000_000;
  const high = Math.floor(seconds / 0x1_0000_0000);
  const low = seconds - high * 0x1_0000_0000;
  if (high === 0 && nanoseconds === 0) {
    p = writeExtensionHead(b, p, timestampExtension, 4);
    return writeWord(b, p, low);
  }
  if (high >= 0 && high < 4) {
    p = writeExtensionHead(b, p, timestampExtension, 8);
    return writeWord(b, writeWord(b, p, nanoseconds * 4 + high), low);
  }
  p = writeExtensionHead(b, p, timestampExtension, 12);
  return writeWord(b, writeWord(b, writeWord(b, p, nanoseconds), high), low);
}
