// Decodes UTF-8 code unit by code unit into memory that is kept, for strings so short that a call into the runtime would
// cost more.

import { decodedText, maxDecodedUnits } from './ascii-text.ts';

/** Where units are put before they become a string. */
export const units: Uint16Array = new Uint16Array(64);

/**
 * Puts the character of the multi-byte sequence at `q` at index `n` of the units: two of them when it has four bytes.
 * @returns the position behind it, or −1 when it is malformed (RFC 3629) or cut off.
 */
export function decodeSequence(b: Uint8Array, q: number, end: number, n: number): number {
  const c = b[q]!;
  if (c < 0xc2 || q + 1 >= end) return -1;
  const second = b[q + 1]!;
  if ((second & 0xc0) !== 0x80) return -1;
  if (c < 0xe0) {
    units[n] = ((c & 31) << 6) | (second & 63);
    return q + 2;
  }
  if (q + 2 >= end) return -1;
  const third = b[q + 2]!;
  if ((third & 0xc0) !== 0x80) return -1;
  if (c < 0xf0) {
    const unit = ((c & 15) << 12) | ((second & 63) << 6) | (third & 63);
    if (unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff)) return -1;
    units[n] = unit;
    return q + 3;
  }
  if (q + 3 >= end) return -1;
  const fourth = b[q + 3]!;
  const point = ((c & 7) << 18) | ((second & 63) << 12) | ((third & 63) << 6) | (fourth & 63);
  if ((fourth & 0xc0) !== 0x80 || c > 0xf4 || point < 0x10000 || point > 0x10ffff) return -1;
  units[n] = 0xd800 | ((point - 0x10000) >> 10);
  units[n + 1] = 0xdc00 | (point & 0x3ff);
  return q + 4;
}

/** The text of `b[start..end)`; undefined when it is long or malformed. */
export function shortUtf8(b: Uint8Array, start: number, end: number): string | undefined {
  const most = maxDecodedUnits() - 1;
  let q = start;
  let n = 0;
  while (q < end) {
    // A run of ASCII has as many units as bytes.
    const stop = Math.min(end, q + most - n);
    let c = 0;
    while (q < stop && (c = b[q]!) < 128) {
      units[n++] = c;
      q++;
    }
    if (q === end) break;
    if (n >= most) return undefined;
    const next = decodeSequence(b, q, end, n);
    if (next < 0) return undefined;
    n += next - q === 4 ? 2 : 1;
    q = next;
  }
  return decodedText(units, n);
}
