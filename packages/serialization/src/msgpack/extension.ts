// MessagePack's extension types: a type number and bytes. We use timestamps (−1) and, for large integers, the type that
// msgpackr uses.

import type { Reader } from '../codec/reader.ts';
import { need, readLength } from './read-head.ts';

/** Timestamps, as the MessagePack specification defines them. */
export const timestampExtension = -1;
/** Integers beyond 64 bits in big-endian two's complement: `B` of msgpackr. */
export const bigintExtension = 0x42;

export interface Extension {
  readonly type: number;
  /** Where its bytes begin. */
  readonly start: number;
  readonly size: number;
}

/** The extension at `p`, whole within the input; undefined when something else is here. Leaves `pos` anywhere. */
export function extensionAt(r: Reader, b: Uint8Array, p: number): Extension | undefined {
  if (p >= r.end) return undefined;
  const c = b[p]!;
  let size: number;
  if (c >= 0xd4 && c <= 0xd8) {
    size = 1 << (c - 0xd4);
    r.pos = p + 1;
  } else if (c === 0xc7) size = readLength(r, b, p, 1);
  else if (c === 0xc8) size = readLength(r, b, p, 2);
  else if (c === 0xc9) size = readLength(r, b, p, 4);
  else return undefined;
  const start = r.pos + 1;
  need(r, r.pos, 1 + size);
  return { type: (b[start - 1]! << 24) >> 24, start, size };
}
