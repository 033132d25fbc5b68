// Integers of JSON text in long inputs, four digits at once by the reader's view.

import type { Reader } from '../codec/reader.ts';
import { isNumberPart, readInt } from './read-number.ts';

/** The same as `readInt`. */
export function readViewInt(r: Reader, b: Uint8Array, p: number, min: number, max: number): number {
  const value = readViewUint(r, p);
  if (value >= 0 && value >= min && value <= max) return value;
  return readInt(r, b, p, min, max);
}

/** Reads a natural number of at most 15 digits, the usual case; −1 when anything else is here. */
function readViewUint(r: Reader, p: number): number {
  const { view, end } = r;
  const last = Math.min(end - 4, p + 8);
  let value = 0;
  let q = p;
  for (; q <= last; q += 4) {
    const digits = view.getInt32(q, true) - 0x30303030;
    // Adding 0x76 makes the highest bit of a byte show what is no digit: it was set before, or is now.
    if (((digits | ((digits + 0x76767676) | 0)) & 0x80808080) !== 0) break;
    const pairs = digits * 10 + (digits >>> 8);
    value = value * 10_000 + (pairs & 0xff) * 100 + ((pairs >>> 16) & 0xff);
  }
  let digit = 0;
  while (q < end && (digit = view.getUint8(q) - 48) >= 0 && digit <= 9) {
    value = value * 10 + digit;
    q++;
  }
  const length = q - p;
  if (length === 0 || length > 15 || (length > 1 && view.getUint8(p) === 48)) return -1;
  if (q < end && isNumberPart(view.getUint8(q))) return -1;
  r.pos = q;
  return value;
}
