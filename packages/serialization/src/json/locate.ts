// Finds a value in JSON text by its path: for errors of schemas that know paths but no bytes.

import { type Reader } from '../codec/reader.ts';
import type { ValuePath } from '../errors/serialization-error.ts';
import { skipSpace } from './json-text.ts';
import { nextItem, nextKey, openArray, openObject, passColon, skipAny } from './read-any.ts';
import { readString } from './read-string.ts';

/** Offset of the value at `path`, or of the innermost value on the way that exists. The text is known to be valid. */
export function locate(r: Reader, b: Uint8Array, start: number, end: number, path: ValuePath): number {
  r.end = end;
  let at = skipSpace(r, b, start);
  for (const key of path) {
    const next = b[at] === 123 ? findKey(r, b, at, String(key)) : b[at] === 91 ? findItem(r, b, at, Number(key)) : -1;
    if (next < 0) break;
    at = next;
  }
  return at;
}

function findKey(r: Reader, b: Uint8Array, p: number, wanted: string): number {
  let found = -1;
  for (let next = openObject(r, b, p); next >= 0; next = nextKey(r, b)) {
    const key = readString(r, b, next);
    const at = passColon(r, b);
    // The last one counts, as it does for JSON.parse.
    if (key === wanted) found = at;
    skipAny(r, b, at);
  }
  return found;
}

function findItem(r: Reader, b: Uint8Array, p: number, wanted: number): number {
  let index = 0;
  for (let next = openArray(r, b, p); next >= 0; next = nextItem(r, b)) {
    if (index++ === wanted) {
      r.depth--;
      return next;
    }
    skipAny(r, b, next);
  }
  return -1;
}
