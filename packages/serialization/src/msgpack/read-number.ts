// Numbers of MessagePack. Any encoding of a number is accepted for any numeric type that holds it exactly:
// 5 may come as fixint, uint 32, int 64 or float 64.

import { fail, type Read, type Reader } from '../codec/reader.ts';
import { describeBigint, describeInt } from '../schema/describe-node.ts';
import type { BigintNode } from '../schema/node.ts';
import { bigintFits } from '../schema/value-checks.ts';
import { bigintOfBytes } from './bigint-bytes.ts';
import { failPack, need, readU16, readU32 } from './read-head.ts';
import { extensionAt, bigintExtension } from './extension.ts';

const floatBytes = new Uint8Array(8);
const floatView = new DataView(floatBytes.buffer);

/** Reads an integer within a range of safe integers. */
export function readPackInt(r: Reader, b: Uint8Array, p: number, min: number, max: number): number {
  if (p < r.end) {
    const c = b[p]!;
    if (c < 0x80 && c >= min && c <= max) {
      r.pos = p + 1;
      return c;
    }
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
  for (let i = 0; i < 8; i++) floatBytes[i] = b[p + i]!;
  return floatView.getFloat64(0);
}

function readF32(b: Uint8Array, p: number): number {
  for (let i = 0; i < 4; i++) floatBytes[i] = b[p + i]!;
  return floatView.getFloat32(0);
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
