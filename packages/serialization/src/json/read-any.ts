// Reads or skips JSON values of any kind: for `t.unknown()`, for keys that are kept, and for keys that are stripped.

import { failDuplicate } from '../codec/object-parts.ts';
import { setOwn } from '../schema/value-checks.ts';
import { utf8SequenceEnd } from '../text/utf8.ts';
import { failDepth, failElements, type Reader } from '../codec/reader.ts';
import { failAt, failType, skipSpace } from './json-text.ts';
import { readNumber, scanNumber } from './read-number.ts';
import { endOfPlainBytes, readKeyText, readString } from './read-string.ts';

/** Any value. Objects are plain ones; a key `__proto__` becomes an own property like any other. */
export function readAny(r: Reader, b: Uint8Array, p: number): unknown {
  p = skipSpace(r, b, p);
  switch (p < r.end ? b[p] : -1) {
    case 34:
      return readString(r, b, p);
    case 123:
      return readAnyObject(r, b, p);
    case 91:
      return readAnyArray(r, b, p);
    case 116:
      return readWord(r, b, p, 'true', true);
    case 102:
      return readWord(r, b, p, 'false', false);
    case 110:
      return readWord(r, b, p, 'null', null);
    default:
      if (p < r.end && !isNumberStart(b[p]!)) failAt(r, b, p, 'a value');
      return readNumber(r, b, p);
  }
}

function isNumberStart(c: number): boolean {
  return c === 45 || (c >= 48 && c <= 57);
}

/** Reads one of the three literal names. */
export function readWord<T>(r: Reader, b: Uint8Array, p: number, word: string, value: T): T {
  for (let i = 0; i < word.length; i++) {
    if (p + i >= r.end || b[p + i] !== word.charCodeAt(i)) failAt(r, b, p + i, word);
  }
  r.pos = p + word.length;
  return value;
}

function readAnyArray(r: Reader, b: Uint8Array, p: number): unknown[] {
  const values: unknown[] = [];
  let next = openArray(r, b, p);
  while (next >= 0) {
    if (values.length >= r.maxElements) failElements(r, next, r.maxElements, 'elements');
    r.path[r.depth - 1] = values.length;
    values.push(readAny(r, b, next));
    next = nextItem(r, b);
  }
  return values;
}

function readAnyObject(r: Reader, b: Uint8Array, p: number): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  let count = 0;
  let next = openObject(r, b, p);
  while (next >= 0) {
    if (++count > r.maxElements) failElements(r, next, r.maxElements, 'keys');
    const key = readKeyText(r, b, next);
    r.path[r.depth - 1] = key;
    if (r.policy.duplicateKeys === 'reject' && Object.hasOwn(object, key)) failDuplicate(r, next, key);
    setOwn(object, key, readAny(r, b, passColon(r, b)));
    next = nextKey(r, b);
  }
  return object;
}

/** Enters the array at `p`. Returns the position of its first item, or −1 when it is empty and left again. */
export function openArray(r: Reader, b: Uint8Array, p: number): number {
  p = skipSpace(r, b, p);
  if (p >= r.end || b[p] !== 91) failType(r, b, p, 'an array');
  if (r.depth >= r.maxDepth) failDepth(r, p);
  r.path[r.depth++] = 0;
  p = skipSpace(r, b, p + 1);
  if (p < r.end && b[p] === 93) return leave(r, p);
  return p;
}

/** Position of the next item, or −1 when the array ended here and was left. */
export function nextItem(r: Reader, b: Uint8Array): number {
  let p = r.pos;
  if (p < r.end && b[p]! <= 32) p = skipSpace(r, b, p);
  if (p < r.end && b[p] === 44) {
    p = skipSpace(r, b, p + 1);
    if (p < r.end && b[p] === 93) failBetween(r, b, p, 'another item after the comma');
    return p;
  }
  if (p >= r.end || b[p] !== 93) failBetween(r, b, p, '"," or "]"');
  return leave(r, p);
}

/** Enters the object at `p`. Returns the position of its first key, or −1 when it is empty and left again. */
export function openObject(r: Reader, b: Uint8Array, p: number): number {
  p = skipSpace(r, b, p);
  if (p >= r.end || b[p] !== 123) failType(r, b, p, 'an object');
  if (r.depth >= r.maxDepth) failDepth(r, p);
  // The depth counts from here on; the path holds this object's place only once a key is known.
  r.path[r.depth++] = '';
  p = skipSpace(r, b, p + 1);
  if (p < r.end && b[p] === 125) return leave(r, p);
  return keyAt(r, b, p);
}

/** Position of the next key, or −1 when the object ended here and was left. */
export function nextKey(r: Reader, b: Uint8Array): number {
  let p = r.pos;
  if (p < r.end && b[p]! <= 32) p = skipSpace(r, b, p);
  if (p < r.end && b[p] === 44) return keyAt(r, b, skipSpace(r, b, p + 1));
  if (p >= r.end || b[p] !== 125) failBetween(r, b, p, '"," or "}"');
  return leave(r, p);
}

function keyAt(r: Reader, b: Uint8Array, p: number): number {
  if (p >= r.end || b[p] !== 34) failBetween(r, b, p, 'a key in double quotes');
  return p;
}

/** Something is wrong between two members or items: the path is that of the container. */
function failBetween(r: Reader, b: Uint8Array, p: number, expected: string): never {
  r.depth--;
  return failAt(r, b, p, expected);
}

function leave(r: Reader, p: number): number {
  r.depth--;
  r.pos = p + 1;
  return -1;
}

/** Position of the value, behind the colon that follows the key. */
export function passColon(r: Reader, b: Uint8Array): number {
  let p = r.pos;
  if (p < r.end && b[p]! <= 32) p = skipSpace(r, b, p);
  if (p >= r.end || b[p] !== 58) failAt(r, b, p, '":"');
  p++;
  return p < r.end && b[p]! <= 32 ? skipSpace(r, b, p) : p;
}

/** Passes over a value, checking its grammar, encoding and depth, and making nothing of it. */
export function skipAny(r: Reader, b: Uint8Array, p: number): void {
  p = skipSpace(r, b, p);
  const c = p < r.end ? b[p] : -1;
  if (c === 34) skipString(r, b, p);
  else if (c === 123) {
    for (let next = openObject(r, b, p); next >= 0; next = nextKey(r, b)) {
      skipString(r, b, next);
      skipAny(r, b, passColon(r, b));
    }
  } else if (c === 91) {
    for (let next = openArray(r, b, p); next >= 0; next = nextItem(r, b)) skipAny(r, b, next);
  } else if (c === 45 || (c !== undefined && c >= 48 && c <= 57)) r.pos = scanNumber(r, b, p, 'a value');
  else readAny(r, b, p);
}

function skipString(r: Reader, b: Uint8Array, p: number): void {
  let q = endOfPlainBytes(b, p + 1, r.end);
  while (q < r.end && b[q]! >= 128) {
    const next = utf8SequenceEnd(b, q, r.end);
    if (next < 0) break;
    q = endOfPlainBytes(b, next, r.end);
  }
  if (q < r.end && b[q] === 34) r.pos = q + 1;
  else readString(r, b, p);
}
