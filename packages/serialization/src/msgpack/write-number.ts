// Numbers and lengths as MessagePack, each in its shortest encoding.

import { bigintBytes } from './bigint-bytes.ts';

const float64 = new Float64Array(1);
const words = new Uint32Array(float64.buffer);
/** Index of the word that holds the sign, by the byte order of this machine. */
const highWord = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** Writes an integer from −(2^53−1) to 2^53−1. */
export function writePackInt(b: Uint8Array, p: number, value: number): number {
  if (value >= 0) {
    if (value < 0x80) {
      b[p] = value;
      return p + 1;
    }
    if (value < 0x100) {
      b[p] = 0xcc;
      b[p + 1] = value;
      return p + 2;
    }
    if (value < 0x10000) return writeU16(b, p, 0xcd, value);
    if (value < 0x1_0000_0000) return writeU32(b, p, 0xce, value);
    return writeU64(b, p, 0xcf, Math.floor(value / 0x1_0000_0000), value % 0x1_0000_0000);
  }
  if (value >= -32) {
    b[p] = value & 0xff;
    return p + 1;
  }
  if (value >= -0x80) {
    b[p] = 0xd0;
    b[p + 1] = value & 0xff;
    return p + 2;
  }
  if (value >= -0x8000) return writeU16(b, p, 0xd1, value);
  if (value >= -0x8000_0000) return writeU32(b, p, 0xd2, value);
  const high = Math.floor(value / 0x1_0000_0000);
  return writeU64(b, p, 0xd3, high, value - high * 0x1_0000_0000);
}

/** Writes a finite number: as an integer where that is exact, else as float 64. −0 keeps its sign. */
export function writePackFloat(b: Uint8Array, p: number, value: number): number {
  if (Number.isSafeInteger(value) && (value !== 0 || 1 / value > 0)) return writePackInt(b, p, value);
  float64[0] = value;
  return writeU64(b, p, 0xcb, words[highWord]!, words[1 - highWord]!);
}

/** Writes a bigint: as an integer of up to 64 bits, beyond that as the extension for large integers. */
export function writePackBigint(b: Uint8Array, p: number, value: bigint, extension: number): number {
  if (value >= -9007199254740991n && value <= 9007199254740991n) return writePackInt(b, p, Number(value));
  const unsigned = value > 0n && value < 1n << 64n;
  if (unsigned || (value < 0n && value >= -(1n << 63n))) {
    const high = Number(BigInt.asUintN(32, value >> 32n));
    return writeU64(b, p, unsigned ? 0xcf : 0xd3, high, Number(BigInt.asUintN(32, value)));
  }
  const bytes = bigintBytes(value);
  p = writeExtensionHead(b, p, extension, bytes.length);
  for (let i = 0; i < bytes.length; i++) b[p + i] = bytes[i]!;
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
  if (one > 0 && length < 0x100) {
    b[p] = one;
    b[p + 1] = length;
    return p + 2;
  }
  return length < 0x10000 ? writeU16(b, p, two, length) : writeU32(b, p, four, length);
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

function writeU16(b: Uint8Array, p: number, head: number, value: number): number {
  b[p] = head;
  b[p + 1] = (value >> 8) & 0xff;
  b[p + 2] = value & 0xff;
  return p + 3;
}

function writeU32(b: Uint8Array, p: number, head: number, value: number): number {
  b[p] = head;
  return writeWord(b, p + 1, value);
}

/** Writes 32 bits, big-endian, without a head. */
export function writeWord(b: Uint8Array, p: number, value: number): number {
  b[p] = (value >>> 24) & 0xff;
  b[p + 1] = (value >>> 16) & 0xff;
  b[p + 2] = (value >>> 8) & 0xff;
  b[p + 3] = value & 0xff;
  return p + 4;
}

function writeU64(b: Uint8Array, p: number, head: number, high: number, low: number): number {
  b[p] = head;
  return writeWord(b, writeWord(b, p + 1, high), low);
}
