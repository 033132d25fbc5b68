// Numbers of MessagePack. Any encoding of a number is accepted for any numeric type that holds it exactly:
// 5 may come as fixint, uint 32, int 64 or float 64.

import { fail, type Read, type Reader } from '../codec/reader.ts';
import { describeBigint, describeInt } from '../schema/describe-node.ts';
import type { BigintNode } from '../schema/node.ts';
import { bigintFits } from '../schema/value-checks.ts';
import { bigintOfBytes } from './bigint-bytes.ts';
import { failPack, need, readU16, readU32 } from './read-head.ts';
import { extensionAt, bigintExtension } from './extension.ts';

const float64 = new Float64Array(1);
const float32 = new Float32Array(1);
const word32 = new Uint32Array(float32.buffer);
const words = new Uint32Array(float64.buffer);
/** Index of the word that holds the sign, by the byte order of this machine. */
const highWord = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** Reads an integer within a range of safe integers. */
export function readPackInt(r: Reader, b: Uint8Array, p: number, min: number, max: number): number {
  const value = readUint(r, b, p);
  if (value >= 0 && value >= min && value <= max) return value;
  return readIntSlowly(r, b, p, min, max);
}

/** Reads a natural number below 2^53 in one of the five encodings of its own; −1 when anything else is here. */
function readUint(r: Reader, b: Uint8Array, p: number): number {
  const left = r.end - p;
  if (left <= 0) return -1;
  const c = b[p]!;
  if (c < 0x80) {
    r.pos = p + 1;
    return c;
  }
  if (c === 0xcc && left > 1) {
    r.pos = p + 2;
    return b[p + 1]!;
  }
  if (c === 0xcd && left > 2) {
    r.pos = p + 3;
    return readU16(b, p + 1);
  }
  if (c === 0xce && left > 4) {
    r.pos = p + 5;
    return readU32(b, p + 1);
  }
  if (c !== 0xcf || left <= 8) return -1;
  const high = readU32(b, p + 1);
  if (high > 0x1f_ffff) return -1;
  r.pos = p + 9;
  return high * 0x1_0000_0000 + readU32(b, p + 5);
}

/** The same as `readPackInt`, by the reader's view. */
export function readViewInt(r: Reader, b: Uint8Array, p: number, min: number, max: number): number {
  const value = readViewUint(r, p);
  if (value >= 0 && value >= min && value <= max) return value;
  return readIntSlowly(r, b, p, min, max);
}

/** The same as `readPackFloat`, by the reader's view. */
export function readViewFloat(r: Reader, b: Uint8Array, p: number, min: number, max: number): number {
  const { view } = r;
  if (p + 9 <= r.end && view.getUint8(p) === 0xcb) {
    const value = view.getFloat64(p + 1);
    r.pos = p + 9;
    if (value >= min && value <= max) return value;
  }
  const short = readViewUint(r, p);
  if (short >= 0 && short >= min && short <= max) return short;
  return readPackFloat(r, b, p, min, max);
}

/** The same as `readUint`, by the reader's view. */
function readViewUint(r: Reader, p: number): number {
  const { view } = r;
  const left = r.end - p;
  if (left <= 0) return -1;
  const c = view.getUint8(p);
  if (c < 0x80) {
    r.pos = p + 1;
    return c;
  }
  if (c === 0xcc && left > 1) {
    r.pos = p + 2;
    return view.getUint8(p + 1);
  }
  if (c === 0xcd && left > 2) {
    r.pos = p + 3;
    return view.getUint16(p + 1);
  }
  if (c === 0xce && left > 4) {
    r.pos = p + 5;
    return view.getUint32(p + 1);
  }
  if (c !== 0xcf || left <= 8) return -1;
  const high = view.getUint32(p + 1);
  if (high > 0x1f_ffff) return -1;
  r.pos = p + 9;
  return high * 0x1_0000_0000 + view.getUint32(p + 5);
}

function readIntSlowly(r: Reader, b: Uint8Array, p: number, min: number, max: number): number {
  // A fixint needs no description of what is expected, which costs more than the number itself.
  if (p < r.end && b[p]! >= 0xe0 && min <= b[p]! - 256 && max >= b[p]! - 256) {
    r.pos = p + 1;
    return b[p]! - 256;
  }
  // Nor do other numbers, as long as they fit: some libraries write large integers as floats.
  if (r.end - p > 8 && b[p]! >= 0xca && b[p]! <= 0xd3) {
    const number = readScalar(r, b, p, '');
    if (typeof number === 'number' && number >= min && number <= max && Math.floor(number) === number)
      return number + 0;
  }
  const expected = describeInt({ kind: 'int', min, max });
  const value = readScalar(r, b, p, expected);
  if (typeof value === 'bigint' ? value < min || value > max : value < min || value > max) {
    failRange(r, p, expected, value);
  }
  const number = Number(value);
  if (!Number.isInteger(number)) failRange(r, p, expected, value);
  return number + 0;
}

/** Reads any number as a double; integers that a double would round are refused. */
export function readPackFloat(r: Reader, b: Uint8Array, p: number, min: number, max: number): number {
  if (p + 9 <= r.end && b[p] === 0xcb) {
    const value = readF64(b, p + 1);
    r.pos = p + 9;
    if (value >= min && value <= max) return value;
    failRange(r, p, floatText(min, max), value);
  }
  const short = readUint(r, b, p);
  if (short >= 0 && short >= min && short <= max) return short;
  const value = readScalar(r, b, p, 'a number');
  const number = Number(value);
  if (typeof value === 'bigint' && BigInt(number) !== value)
    failRange(r, p, 'a number that a double holds exactly', value);
  if (!(number >= min && number <= max)) failRange(r, p, floatText(min, max), value);
  return number;
}

/** Reader of a bigint: any integer encoding, an integral float, or the extension for larger ones. */
export function packBigintReader(node: BigintNode): Read<bigint> {
  const expected = describeBigint(node);
  return (r, b, p) => {
    const value = readExact(r, b, p, expected);
    if (!bigintFits(node, value)) failRange(r, p, expected, value);
    return value;
  };
}

function readExact(r: Reader, b: Uint8Array, p: number, expected: string): bigint {
  const extension = extensionAt(r, b, p);
  if (extension !== undefined) {
    if (extension.type !== bigintExtension || extension.size === 0) failPack(r, b, p, expected);
    if (extension.size > r.maxStringBytes) {
      fail(r, 'ICHOR_SERIALIZATION_LIMIT', p, `at most ${r.maxStringBytes} bytes`, `${extension.size} bytes`);
    }
    r.pos = extension.start + extension.size;
    return bigintOfBytes(b.subarray(extension.start, r.pos));
  }
  const value = readScalar(r, b, p, expected);
  if (typeof value === 'bigint') return value;
  if (!Number.isInteger(value)) failRange(r, p, expected, value);
  return BigInt(value);
}

/** The number at `p`: a bigint where a number would not be exact. */
export function readScalar(r: Reader, b: Uint8Array, p: number, expected: string): number | bigint {
  need(r, p, 1);
  const c = b[p]!;
  if (c < 0x80 || c >= 0xe0) {
    r.pos = p + 1;
    return c < 0x80 ? c : c - 256;
  }
  if (c < 0xca || c > 0xd3) failPack(r, b, p, expected);
  const size = c === 0xca ? 4 : c === 0xcb ? 8 : 1 << (c & 3);
  need(r, p, 1 + size);
  p++;
  r.pos = p + size;
  switch (c) {
    case 0xca:
      return readF32(b, p);
    case 0xcb:
      return readF64(b, p);
    case 0xcc:
      return b[p]!;
    case 0xcd:
      return readU16(b, p);
    case 0xce:
      return readU32(b, p);
    case 0xcf:
      return join(readU32(b, p), readU32(b, p + 4));
    case 0xd0:
      return (b[p]! << 24) >> 24;
    case 0xd1:
      return (readU16(b, p) << 16) >> 16;
    case 0xd2:
      return readU32(b, p) | 0;
    default:
      return join(readU32(b, p) | 0, readU32(b, p + 4));
  }
}

function join(high: number, low: number): number | bigint {
  const value = high * 0x1_0000_0000 + low;
  return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(low);
}

function readF64(b: Uint8Array, p: number): number {
  words[highWord] = readU32(b, p);
  words[1 - highWord] = readU32(b, p + 4);
  return float64[0]!;
}

function readF32(b: Uint8Array, p: number): number {
  word32[0] = readU32(b, p);
  return float32[0]!;
}

function floatText(min: number, max: number): string {
  return min === -Number.MAX_VALUE && max === Number.MAX_VALUE ? 'a finite number' : `a number from ${min} to ${max}`;
}

function failRange(r: Reader, p: number, expected: string, value: number | bigint): never {
  const text = String(value);
  return fail(
    r,
    'ICHOR_SERIALIZATION_RANGE',
    p,
    expected,
    `number ${text.length > 40 ? `${text.slice(0, 40)}…` : text}`,
  );
}
