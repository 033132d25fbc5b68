// Numbers of JSON text (RFC 8259, section 6): exact for integers of any size, correctly rounded for doubles.

import { describeBigint, describeInt } from '../schema/describe-node.ts';
import type { BigintNode, FloatNode, IntNode } from '../schema/node.ts';
import { bigintFits } from '../schema/value-checks.ts';
import { decodeAscii } from '../text/text.ts';
import { exactInteger } from './exact-integer.ts';
import { fail, type Read, type Reader } from '../codec/reader.ts';
import { failAt, failType, skipSpace } from './json-text.ts';

const powersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
const isDigit = (c: number): boolean => c >= 48 && c <= 57;

/** Whether the byte at `p` goes on with a number, or makes one of another kind. */
export const isNumberPart = (c: number): boolean => isDigit(c) || c === 46 || (c | 32) === 101;

/** Reads a natural number of at most 15 digits, the usual case; −1 when anything else is here. Small, so that V8 inlines it. */
function readShortUint(r: Reader, b: Uint8Array, p: number): number {
  const end = r.end;
  let q = p;
  let value = 0;
  let digit = 0;
  // Nine digits are an int32, for which arithmetic is fastest.
  while (q < end && (digit = b[q]! - 48) >= 0 && digit <= 9) {
    if (q === p + 9) return readLongUint(r, b, p, value);
    value = (value * 10 + digit) | 0;
    q++;
  }
  if (q === p || (b[p] === 48 && q > p + 1) || (q < end && isNumberPart(b[q]!))) return -1;
  r.pos = q;
  return value;
}

/** Goes on behind nine digits that make `high`. */
function readLongUint(r: Reader, b: Uint8Array, p: number, high: number): number {
  const end = r.end;
  const middle = p + 9;
  const stop = end - middle > 6 ? middle + 6 : end;
  let q = middle;
  let low = 0;
  let digit = 0;
  while (q < stop && (digit = b[q]! - 48) >= 0 && digit <= 9) {
    low = (low * 10 + digit) | 0;
    q++;
  }
  if (b[p] === 48 || (q < end && isNumberPart(b[q]!))) return -1;
  r.pos = q;
  return high * powersOfTen[q - middle]! + low;
}

/** End of the number that begins at `p`. Throws when none does. */
export function scanNumber(r: Reader, b: Uint8Array, p: number, expected: string): number {
  const end = r.end;
  const start = p;
  if (p < end && b[p] === 45) p++;
  if (p >= end) failType(r, b, start === p ? p : failAt(r, b, p, 'a digit'), expected);
  if (b[p] === 48) p++;
  else if (isDigit(b[p] as number)) while (p < end && isDigit(b[p] as number)) p++;
  else if (p === start) failType(r, b, p, expected);
  else failAt(r, b, p, 'a digit');
  if (p < end && isDigit(b[p] as number)) failAt(r, b, p, 'no digit after a leading zero');
  if (p < end && b[p] === 46) p = scanDigits(r, b, p + 1);
  if (p < end && ((b[p] as number) | 32) === 101) {
    p++;
    if (p < end && (b[p] === 43 || b[p] === 45)) p++;
    p = scanDigits(r, b, p);
  }
  return p;
}

function scanDigits(r: Reader, b: Uint8Array, p: number): number {
  if (p >= r.end || !isDigit(b[p] as number)) failAt(r, b, p, 'a digit');
  while (p < r.end && isDigit(b[p] as number)) p++;
  return p;
}

/** Reads any JSON number as a double, correctly rounded. −0 keeps its sign. Throws when it is too large for a double. */
export function readNumber(r: Reader, b: Uint8Array, p: number): number {
  p = skipSpace(r, b, p);
  const short = readShortDecimal(r, b, p);
  if (short === short) return short;
  const end = scanNumber(r, b, p, 'a number');
  const text = decodeAscii(b, p, end);
  const value = Number(text);
  if (!Number.isFinite(value)) failRange(r, p, 'a number that a double can hold', text);
  r.pos = end;
  return value;
}

/**
 * Reads `-12.34` with at most 15 digits: both the digits and the power of ten are exact doubles then, so that one
 * division rounds correctly (Clinger 1990). NaN when anything else is here.
 */
function readShortDecimal(r: Reader, b: Uint8Array, p: number): number {
  const end = r.end;
  const negative = p < end && b[p] === 45;
  const start = negative ? p + 1 : p;
  let q = start;
  // Nine digits are an int32, for which arithmetic is fastest; what more of them make of it is not looked at.
  let digits = 0;
  let digit = 0;
  while (q < end && (digit = b[q]! - 48) >= 0 && digit <= 9) {
    digits = (Math.imul(digits, 10) + digit) | 0;
    q++;
  }
  const whole = q - start;
  let places = 0;
  if (q < end && b[q] === 46) {
    const point = ++q;
    while (q < end && (digit = b[q]! - 48) >= 0 && digit <= 9) {
      digits = (Math.imul(digits, 10) + digit) | 0;
      q++;
    }
    places = q - point;
    if (places === 0) return NaN;
  }
  const count = whole + places;
  if (whole === 0 || count > 15 || (whole > 1 && b[start] === 48) || (q < end && (b[q]! | 32) === 101)) return NaN;
  r.pos = q;
  const value = (count > 9 ? digitsOf(b, start, q) : digits) / powersOfTen[places]!;
  return negative ? -value : value;
}

/** The number that is all the digits in `b[p..end)`, at most 15 and perhaps a point between them. */
function digitsOf(b: Uint8Array, p: number, end: number): number {
  let value = 0;
  for (; p < end; p++) if (b[p] !== 46) value = value * 10 + b[p]! - 48;
  return value;
}

/** Reader of an integer that a number holds exactly. `1.0` and `1e2` are integers, too. */
export function intReader(node: IntNode): Read<number> {
  const { min, max } = node;
  return (r, b, p) => readInt(r, b, p, min, max);
}

export function readInt(r: Reader, b: Uint8Array, p: number, min: number, max: number): number {
  const short = readShortUint(r, b, p);
  if (short >= 0 && short >= min && short <= max) return short;
  return readIntSlowly(r, b, p, min, max);
}

function readIntSlowly(r: Reader, b: Uint8Array, p: number, min: number, max: number): number {
  p = skipSpace(r, b, p);
  const negative = p < r.end && b[p] === 45;
  const short = readShortUint(r, b, negative ? p + 1 : p);
  // Subtracted, because -0 is no integer of its own.
  const value = negative ? 0 - short : short;
  if (short >= 0 && value >= min && value <= max) return value;
  const expected = describeInt({ kind: 'int', min, max });
  const end = scanNumber(r, b, p, expected);
  const text = decodeAscii(b, p, end);
  const exact = exactInteger(text, 16);
  if (exact === undefined || exact < BigInt(min) || exact > BigInt(max)) failRange(r, p, expected, text);
  r.pos = end;
  return Number(exact);
}

export function floatReader(node: FloatNode): Read<number> {
  const { min, max } = node;
  return (r, b, p) => readFloat(r, b, p, min, max);
}

export function readFloat(r: Reader, b: Uint8Array, p: number, min: number, max: number): number {
  const value = readNumber(r, b, p);
  if (value >= min && value <= max) return value;
  return failRange(r, skipSpace(r, b, p), `a number from ${min} to ${max}`, String(value));
}

/** Reader of a bigint, given as a number or as a string of digits. */
export function bigintReader(node: BigintNode): Read<bigint> {
  const expected = describeBigint(node);
  return (r, b, p) => {
    p = skipSpace(r, b, p);
    const quoted = p < r.end && b[p] === 34;
    const start = quoted ? p + 1 : p;
    if (quoted && (start >= r.end || (b[start] !== 45 && !isDigit(b[start] as number)))) failType(r, b, p, expected);
    const end = scanNumber(r, b, start, expected);
    if (end - start > r.maxStringBytes) failRange(r, p, expected, `a number of ${end - start} characters`);
    const text = decodeAscii(b, start, end);
    if (quoted && b[end] !== 34) {
      if (end >= r.end) failAt(r, b, end, '"');
      failType(r, b, p, expected);
    }
    const value = exactInteger(text, node.maxDigits);
    if (value === undefined || !bigintFits(node, value)) failRange(r, p, expected, text);
    r.pos = quoted ? end + 1 : end;
    return value;
  };
}

function failRange(r: Reader, p: number, expected: string, text: string): never {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return fail(r, 'ICHOR_SERIALIZATION_RANGE', p, expected, `number ${shown}`);
}
