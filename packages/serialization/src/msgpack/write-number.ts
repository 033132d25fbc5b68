// Numbers and lengths as MessagePack, each in its shortest encoding. There is room for the longest number already.

import { reserve, type Writer } from '../codec/writer.ts';
import { bigintBytes } from './bigint-bytes.ts';

/** Length of the longest number that is no extension, and of the longest head. */
export const maxNumberLength = 9;

/** Writes an integer from −(2^53−1) to 2^53−1. Small, so that V8 inlines it. */
export function writePackInt(d: DataView, p: number, value: number): number {
  if (value >= -32 && value < 0x80) {
    d.setInt8(p, value);
    return p + 1;
  }
  return writeLongInt(d, p, value);
}

function writeLongInt(d: DataView, p: number, value: number): number {
  if (value >= 0) {
    if (value < 0x100) {
      d.setInt16(p, 0xcc00 | value);
      return p + 2;
    }
    if (value < 0x10000) return writeU16(d, p, 0xcd, value);
    return value < 0x1_0000_0000 ? writeU32(d, p, 0xce, value) : writeU64(d, p, 0xcf, value);
  }
  if (value >= -0x80) {
    d.setInt16(p, 0xd000 | (value & 0xff));
    return p + 2;
  }
  if (value >= -0x8000) return writeU16(d, p, 0xd1, value);
  return value >= -0x8000_0000 ? writeU32(d, p, 0xd2, value) : writeU64(d, p, 0xd3, value);
}

/** Writes a finite number: as an integer where that is exact, else as float 64. −0 keeps its sign. */
export function writePackFloat(d: DataView, p: number, value: number): number {
  if (Number.isSafeInteger(value) && (value !== 0 || 1 / value > 0)) return writePackInt(d, p, value);
  d.setInt8(p, 0xcb);
  d.setFloat64(p + 1, value);
  return p + 9;
}

/** Writes a bigint: as an integer of up to 64 bits, beyond that as the extension for large integers. */
export function writePackBigint(w: Writer, b: Uint8Array, p: number, value: bigint, extension: number): number {
  reserve(b, p, maxNumberLength);
  const d = w.view;
  if (value >= -9007199254740991n && value <= 9007199254740991n) return writePackInt(d, p, Number(value));
  const unsigned = value > 0n && value < 1n << 64n;
  if (unsigned || (value < 0n && value >= -(1n << 63n))) {
    d.setInt8(p, unsigned ? 0xcf : 0xd3);
    d.setBigInt64(p + 1, BigInt.asIntN(64, value));
    return p + 9;
  }
  const bytes = bigintBytes(value);
  p = writeExtensionHead(b, p, extension, bytes.length);
  reserve(b, p, bytes.length);
  b.set(bytes, p);
  return p + bytes.length;
}

/** Writes the head of an extension of so many bytes. */
export function writeExtensionHead(b: Uint8Array, p: number, type: number, size: number): number {
  const fixed = [1, 2, 4, 8, 16].indexOf(size);
  if (fixed >= 0) b[p++] = 0xd4 + fixed;
  else p = writeLength(b, p, size, 0xc7, 0xc8, 0xc9);
  b[p] = type & 0xff;
  return p + 1;
}

/** Writes a length in 1, 2 or 4 bytes behind the head of that width. A head of 0 means: no such width. */
export function writeLength(b: Uint8Array, p: number, length: number, one: number, two: number, four: number): number {
  const bits = one > 0 && length < 0x100 ? 8 : length < 0x10000 ? 16 : 32;
  b[p++] = bits === 8 ? one : bits === 16 ? two : four;
  for (let shift = bits - 8; shift >= 0; shift -= 8) b[p++] = (length >>> shift) & 0xff;
  return p;
}

/** Writes the head of an array. */
export function writeArrayHead(b: Uint8Array, p: number, length: number): number {
  if (length > 15) return writeLength(b, p, length, 0, 0xdc, 0xdd);
  b[p] = 0x90 | length;
  return p + 1;
}

/** Writes the head of a map. */
export function writeMapHead(b: Uint8Array, p: number, length: number): number {
  if (length > 15) return writeLength(b, p, length, 0, 0xde, 0xdf);
  b[p] = 0x80 | length;
  return p + 1;
}

function writeU16(d: DataView, p: number, head: number, value: number): number {
  d.setInt8(p, head);
  d.setInt16(p + 1, value);
  return p + 3;
}

function writeU32(d: DataView, p: number, head: number, value: number): number {
  d.setInt8(p, head);
  d.setInt32(p + 1, value);
  return p + 5;
}

function writeU64(d: DataView, p: number, head: number, value: number): number {
  const high = Math.floor(value / 0x1_0000_0000);
  d.setInt8(p, head);
  d.setInt32(p + 1, high);
  d.setInt32(p + 5, value - high * 0x1_0000_0000);
  return p + 9;
}
