// What @msgpack/msgpack does not check: nesting, UTF-8, keys that come twice, integers that a number cannot hold.
// One pass over the bytes, before it makes values of them (or after it wrote them).

import { failDuplicate } from '../codec/object-parts.ts';
import { fail, type Reader } from '../codec/reader.ts';
import { openPackArray, openPackMap, need, stringLength } from '../msgpack/read-head.ts';
import { readKey, skipPack } from '../msgpack/read-any.ts';
import { readScalar } from '../msgpack/read-number.ts';
import { textAt } from '../msgpack/read-text.ts';

/** Passes over the value at `p` and throws for the first thing that is wrong. @param bigints 64-bit integers become bigints. */
export function checkPack(r: Reader, b: Uint8Array, p: number, bigints: boolean): void {
  need(r, p, 1);
  const c = b[p]!;
  if (c >= 0x80 && c < 0x90) checkMap(r, b, p, bigints);
  else if (c >= 0x90 && c < 0xa0) checkArray(r, b, p, bigints);
  else if (c === 0xde || c === 0xdf) checkMap(r, b, p, bigints);
  else if (c === 0xdc || c === 0xdd) checkArray(r, b, p, bigints);
  else if ((c >= 0xa0 && c < 0xc0) || (c >= 0xd9 && c <= 0xdb)) checkText(r, b, p);
  else if (!bigints && (c === 0xcf || c === 0xd3)) {
    const value = readScalar(r, b, p, 'a number');
    if (typeof value === 'bigint') {
      const hint = "Set bigint to 'int64' to read it as a bigint.";
      fail(r, 'ICHOR_SERIALIZATION_RANGE', p, 'an integer that a number holds exactly', `number ${value}`, hint);
    }
  } else skipPack(r, b, p);
}

function checkText(r: Reader, b: Uint8Array, p: number): void {
  const length = stringLength(r, b, p);
  textAt(r, b, r.pos, length);
}

function checkArray(r: Reader, b: Uint8Array, p: number, bigints: boolean): void {
  const length = openPackArray(r, b, p, r.maxElements, 'items');
  for (let index = 0; index < length; index++) {
    r.path[r.depth - 1] = index;
    checkPack(r, b, r.pos, bigints);
  }
  r.depth--;
}

function checkMap(r: Reader, b: Uint8Array, p: number, bigints: boolean): void {
  const count = openPackMap(r, b, p, r.maxElements);
  const seen = r.policy.duplicateKeys === 'reject' && count > 1 ? new Set<string>() : undefined;
  for (let index = 0; index < count; index++) {
    const at = r.pos;
    const key = readKey(r, b, at);
    if (key === '__proto__') fail(r, 'ICHOR_SERIALIZATION_VALUE', at, 'a key other than __proto__', '"__proto__"');
    if (seen?.has(key) === true) failDuplicate(r, at, key);
    seen?.add(key);
    checkPack(r, b, r.pos, bigints);
  }
  r.depth--;
}
