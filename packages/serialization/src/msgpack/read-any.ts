// Reads or skips MessagePack values of any kind: for `t.unknown()`, for keys that are kept, and for keys that are stripped.

import { failDuplicate } from '../codec/object-parts.ts';
import { fail, type Reader } from '../codec/reader.ts';
import { setOwn } from '../schema/value-checks.ts';
import { extensionAt, timestampExtension } from './extension.ts';
import { failPack, need, openPackArray, openPackMap, stringLength } from './read-head.ts';
import { readScalar } from './read-number.ts';
import { bytesLength, readPackDate, readPackString, takeBytes } from './read-text.ts';

const expectedAny = 'nil, a boolean, number, string, array, map with string keys, binary data or timestamp';

/** Any value that `t.unknown()` allows, and bytes and dates. */
export function readPackAny(r: Reader, b: Uint8Array, p: number): unknown {
  need(r, p, 1);
  const c = b[p]!;
  if (c < 0x80 || c >= 0xe0 || (c >= 0xca && c <= 0xd3)) return readAnyNumber(r, b, p);
  if (c === 0xc0 || c === 0xc2 || c === 0xc3) {
    r.pos = p + 1;
    return c === 0xc0 ? null : c === 0xc3;
  }
  if (c < 0x90 || c === 0xde || c === 0xdf) return readAnyMap(r, b, p);
  if (c < 0xa0 || c === 0xdc || c === 0xdd) return readAnyArray(r, b, p);
  if (c < 0xc0 || (c >= 0xd9 && c <= 0xdb)) return readPackString(r, b, p);
  if (c >= 0xc4 && c <= 0xc6) return takeBytes(r, b, bytesLength(r, b, p));
  if (extensionAt(r, b, p)?.type === timestampExtension) return readPackDate(r, b, p);
  return failPack(r, b, p, expectedAny);
}

function readAnyNumber(r: Reader, b: Uint8Array, p: number): number {
  const value = readScalar(r, b, p, expectedAny);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return fail(r, 'ICHOR_SERIALIZATION_RANGE', p, 'a finite number that a double holds exactly', `number ${value}`);
}

function readAnyArray(r: Reader, b: Uint8Array, p: number): unknown[] {
  const length = openPackArray(r, b, p, r.maxElements, 'items');
  const values: unknown[] = [];
  for (let index = 0; index < length; index++) {
    r.path[r.depth - 1] = index;
    values.push(readPackAny(r, b, r.pos));
  }
  r.depth--;
  return values;
}

function readAnyMap(r: Reader, b: Uint8Array, p: number): Record<string, unknown> {
  const length = openPackMap(r, b, p, r.maxElements);
  const object: Record<string, unknown> = {};
  for (let index = 0; index < length; index++) {
    const at = r.pos;
    const key = readKey(r, b, at);
    if (r.policy.duplicateKeys === 'reject' && Object.hasOwn(object, key)) failDuplicate(r, at, key);
    setOwn(object, key, readPackAny(r, b, r.pos));
  }
  r.depth--;
  return object;
}

/** Reads a key, which must be a string, and puts it on the path. */
export function readKey(r: Reader, b: Uint8Array, p: number): string {
  if (stringLength(r, b, p) < 0) {
    r.depth--;
    failPack(r, b, p, 'a string as key');
  }
  const key = readPackString(r, b, p);
  r.path[r.depth - 1] = key;
  return key;
}

/** Passes over a value of any kind, extensions included, checking structure and depth. */
export function skipPack(r: Reader, b: Uint8Array, p: number): void {
  need(r, p, 1);
  const c = b[p]!;
  if (c < 0x80 || c >= 0xe0 || c === 0xc0 || c === 0xc2 || c === 0xc3) r.pos = p + 1;
  else if (c >= 0xca && c <= 0xd3) readScalar(r, b, p, expectedAny);
  else if (c < 0x90 || c === 0xde || c === 0xdf) {
    skipItems(r, b, openPackMap(r, b, p, r.maxElements) * 2);
  } else if (c < 0xa0 || c === 0xdc || c === 0xdd) {
    skipItems(r, b, openPackArray(r, b, p, r.maxElements, 'items'));
  } else if (c < 0xc0 || (c >= 0xd9 && c <= 0xdb)) {
    const length = stringLength(r, b, p);
    need(r, r.pos, length);
    r.pos += length;
  } else if (c >= 0xc4 && c <= 0xc6) {
    const length = bytesLength(r, b, p);
    r.pos += length;
  } else {
    const extension = extensionAt(r, b, p);
    if (extension === undefined) failPack(r, b, p, 'a value');
    r.pos = extension.start + extension.size;
  }
}

function skipItems(r: Reader, b: Uint8Array, count: number): void {
  for (let i = 0; i < count; i++) skipPack(r, b, r.pos);
  r.depth--;
}
