// Checks before values are written, the same in all formats, with the errors that say where.

import { describeValue, quote } from '../errors/received.ts';
import { describeBigint, describeNode, describeString } from '../schema/describe-node.ts';
import type { BigintNode, BytesNode, FieldNode, FloatNode, IntNode, StringNode, UnionNode } from '../schema/node.ts';
import { describeTags } from '../schema/validate.ts';
import { bigintFits, bytesFit, ownValue, stringFits } from '../schema/value-checks.ts';
import { failWrite, failWriteType, type Writer } from './writer.ts';

export function checkInt(w: Writer, node: IntNode, v: unknown): number {
  if (typeof v !== 'number') return failWriteType(w, describeNode(node), v);
  if (Number.isSafeInteger(v) && v >= node.min && v <= node.max) return v;
  return failWrite(w, 'ICHOR_SERIALIZATION_RANGE', describeNode(node), describeValue(v));
}

export function checkFloat(w: Writer, node: FloatNode, v: unknown): number {
  if (typeof v !== 'number') return failWriteType(w, describeNode(node), v);
  if (v >= node.min && v <= node.max) return v;
  return failWrite(w, 'ICHOR_SERIALIZATION_RANGE', describeNode(node), describeValue(v));
}

export function checkBigint(w: Writer, node: BigintNode, v: unknown): bigint {
  if (typeof v !== 'bigint') return failWriteType(w, `${describeBigint(node)} as a bigint`, v);
  if (bigintFits(node, v)) return v;
  return failWrite(w, 'ICHOR_SERIALIZATION_RANGE', describeBigint(node), describeValue(v));
}

export function checkText(w: Writer, node: StringNode, v: unknown): string {
  if (typeof v !== 'string') return failWriteType(w, 'a string', v);
  if (stringFits(node, v)) return v;
  const length = v.length < node.minLength || v.length > node.maxLength;
  const code = length ? 'ICHOR_SERIALIZATION_LIMIT' : 'ICHOR_SERIALIZATION_VALUE';
  return failWrite(w, code, describeString(node), length ? `${v.length} characters` : `string ${quote(v)}`);
}

export function checkBytes(w: Writer, node: BytesNode, v: unknown): Uint8Array {
  if (!(v instanceof Uint8Array)) return failWriteType(w, describeNode(node), v);
  if (bytesFit(node, v)) return v;
  return failWrite(w, 'ICHOR_SERIALIZATION_LIMIT', `${node.minLength} to ${node.maxLength} bytes`, describeValue(v));
}

export function checkDate(w: Writer, v: unknown): Date {
  if (!(v instanceof Date)) return failWriteType(w, 'a Date', v);
  if (!Number.isNaN(v.getTime())) return v;
  return failWrite(w, 'ICHOR_SERIALIZATION_VALUE', 'a valid Date', 'an invalid Date');
}

export function checkArray(w: Writer, v: unknown, least: number, most: number): readonly unknown[] {
  if (!Array.isArray(v)) return failWriteType(w, 'an array', v);
  if (v.length >= least && v.length <= most) return v as unknown[];
  return failWrite(w, 'ICHOR_SERIALIZATION_LIMIT', `an array of ${least} to ${most}`, describeValue(v));
}

/** Whether nothing is written for an undefined field. Throws when it is required. */
export function mayOmit(w: Writer, field: FieldNode): true {
  if (field.optional || field.node.kind === 'foreign') return true;
  const expected = describeNode(field.node);
  return failWrite(w, 'ICHOR_SERIALIZATION_MISSING_KEY', expected, 'undefined', 'Set it, or make it t.optional(…).');
}

/** Throws for a value that is none of some constants. */
export function failChoice(w: Writer, values: readonly unknown[], expected: string, v: unknown): never {
  const sameType = values.some((value) => typeof value === typeof v);
  return failWrite(w, sameType ? 'ICHOR_SERIALIZATION_VALUE' : 'ICHOR_SERIALIZATION_TYPE', expected, describeValue(v));
}

/** The tag of a union's value, which one of its variants has. */
export function checkTag(w: Writer, node: UnionNode, v: object): string {
  const tag = ownValue(v, node.discriminator);
  if (typeof tag === 'string' && node.variants.has(tag)) return tag;
  w.path[w.depth++] = node.discriminator;
  const code = tag === undefined ? 'ICHOR_SERIALIZATION_MISSING_KEY' : 'ICHOR_SERIALIZATION_VALUE';
  return failWrite(w, code, describeTags(node), describeValue(tag));
}
