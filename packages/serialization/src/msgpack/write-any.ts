// Writes any value that MessagePack can express without extensions of the user: for `t.unknown()`, foreign schemas, and
// keys that are kept.

import { enter, failWrite, failWriteType, putByte, reserve, type Writer } from '../codec/writer.ts';
import { checkDate } from '../codec/write-parts.ts';
import { describeValue, quote } from '../errors/received.ts';
import { isWellFormed } from '../text/utf8.ts';
import { maxNumberLength, writeArrayHead, writeMapHead, writePackFloat } from './write-number.ts';
import { writePackBytes, writePackDate, writePackString } from './write-text.ts';

export function writePackAny(w: Writer, v: unknown, b: Uint8Array, p: number): number {
  switch (typeof v) {
    case 'string':
      return writePackString(b, p, checkWellFormed(w, v));
    case 'number':
      if (!Number.isFinite(v)) failWrite(w, 'ICHOR_SERIALIZATION_RANGE', 'a finite number', describeValue(v));
      reserve(b, p, maxNumberLength);
      return writePackFloat(w.view, p, v);
    case 'boolean':
      return putByte(b, p, v ? 0xc3 : 0xc2);
    case 'object':
      return v === null ? writeNil(b, p) : writeObject(w, v, b, p);
    default:
      return failWriteType(w, 'a value MessagePack can express', v);
  }
}

export function writeNil(b: Uint8Array, p: number): number {
  return putByte(b, p, 0xc0);
}

/** Throws for lone surrogates: UTF-8 has no form for them, and replacing them would change the value. */
export function checkWellFormed(w: Writer, text: string): string {
  if (isWellFormed(text)) return text;
  const received = `string ${quote(text)} with a lone surrogate`;
  return failWrite(
    w,
    'ICHOR_SERIALIZATION_ENCODING',
    'well-formed Unicode',
    received,
    'Repair it with toWellFormed().',
  );
}

function writeObject(w: Writer, v: object, b: Uint8Array, p: number): number {
  if (v instanceof Date) return writePackDate(b, w.view, p, checkDate(w, v));
  if (v instanceof Uint8Array) return writePackBytes(b, p, v);
  if (Array.isArray(v)) return writeArray(w, v, b, p);
  if (ArrayBuffer.isView(v) || v instanceof Map || v instanceof Set) {
    return failWriteType(w, 'a value MessagePack can express', v);
  }
  enter(w);
  const record = v as Record<string, unknown>;
  const keys = Object.keys(record).filter((key) => record[key] !== undefined);
  reserve(b, p, maxNumberLength);
  p = writeMapHead(b, p, keys.length);
  for (const key of keys) {
    w.path[w.depth - 1] = key;
    p = writePackString(b, p, checkWellFormed(w, key));
    p = writePackAny(w, record[key], b, p);
  }
  w.depth--;
  return p;
}

function writeArray(w: Writer, v: readonly unknown[], b: Uint8Array, p: number): number {
  enter(w);
  reserve(b, p, maxNumberLength);
  p = writeArrayHead(b, p, v.length);
  for (let index = 0; index < v.length; index++) {
    w.path[w.depth - 1] = index;
    p = writePackAny(w, v[index], b, p);
  }
  w.depth--;
  return p;
}
