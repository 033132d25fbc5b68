// Writes any value that JSON can express: for `t.unknown()`, foreign schemas and keys that are kept.
// Stricter than JSON.stringify: what it would drop or turn into null without a word is refused.

import { describeValue } from '../errors/received.ts';
import { ownValue } from '../schema/value-checks.ts';
import { enter, failWrite, failWriteType, putByte, reserve, type Writer } from '../codec/writer.ts';
import { maxNumberLength, writeNumber } from './write-number.ts';
import { writeString } from './write-string.ts';
import { writeAscii } from '../text/text.ts';

export function writeAny(w: Writer, v: unknown, b: Uint8Array, p: number): number {
  switch (typeof v) {
    case 'string':
      return writeString(b, p, v);
    case 'number':
      if (!Number.isFinite(v)) failWrite(w, 'ICHOR_SERIALIZATION_RANGE', 'a finite number', describeValue(v));
      reserve(b, p, maxNumberLength);
      return writeNumber(w.view, p, v);
    case 'boolean':
      return putText(b, p, v ? 'true' : 'false');
    case 'object':
      if (v === null) return putText(b, p, 'null');
      return writeConverted(w, v, b, p);
    default:
      return failWriteType(w, 'a value JSON can express', v);
  }
}

/** Writes short ASCII text, such as `null` or the digits of a bigint. */
export function putText(b: Uint8Array, p: number, text: string): number {
  reserve(b, p, text.length);
  return writeAscii(b, p, text);
}

/** Objects with `toJSON` (dates among them) are written as what it returns; it is called once, as by JSON.stringify. */
function writeConverted(w: Writer, v: object, b: Uint8Array, p: number): number {
  const convert = ownValue(v, 'toJSON');
  const value = typeof convert === 'function' ? (convert as (this: object) => unknown).call(v) : v;
  if (Array.isArray(value)) return writeAnyArray(w, value, b, p);
  if (typeof value !== 'object' || value === null) return writeAny(w, value, b, p);
  return writeAnyObject(w, value, b, p);
}

function writeAnyArray(w: Writer, v: readonly unknown[], b: Uint8Array, p: number): number {
  enter(w);
  p = putByte(b, p, 91);
  for (let index = 0; index < v.length; index++) {
    if (index > 0) p = putByte(b, p, 44);
    w.path[w.depth - 1] = index;
    p = writeAny(w, v[index], b, p);
  }
  w.depth--;
  return putByte(b, p, 93);
}

function writeAnyObject(w: Writer, v: object, b: Uint8Array, p: number): number {
  if (ArrayBuffer.isView(v) || v instanceof Map || v instanceof Set) failWriteType(w, 'a value JSON can express', v);
  enter(w);
  let separator = 123;
  for (const key of Object.keys(v)) {
    const member = (v as Record<string, unknown>)[key];
    if (member === undefined) continue;
    w.path[w.depth - 1] = key;
    p = putByte(b, p, separator);
    separator = 44;
    p = putByte(b, writeString(b, p, key), 58);
    p = writeAny(w, member, b, p);
  }
  w.depth--;
  if (separator === 123) p = putByte(b, p, 123);
  return putByte(b, p, 125);
}
