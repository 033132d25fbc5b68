// The positional form: an object is an array of its fields in their order, without keys. Both ends must share the schema.
//
//   absent optional field            nil
//   optional field that may be null  array of one, so that null differs from absent
//   enum                             index of the value
//   variant of a union               array of the variant's index, then its other fields

import { finishObject } from '../codec/object-parts.ts';
import { fail, type Read, type Reader } from '../codec/reader.ts';
import { resolveLazy, type FieldNode, type ObjectNode, type SchemaNode, type UnionNode } from '../schema/node.ts';
import { failPack, openPackArray } from './read-head.ts';
import { readPackInt } from './read-number.ts';

/** Whether nil can be a value of the node, so that it cannot stand for an absent field. */
export function mayBeNil(node: SchemaNode): boolean {
  const resolved = resolveLazy(node);
  if (resolved.kind === 'literal') return resolved.value === null;
  return resolved.kind === 'nullable' || resolved.kind === 'unknown' || resolved.kind === 'foreign';
}

/** Reader of an object as an array. */
export function positionalReader(node: ObjectNode, reads: readonly Read[]): Read<Record<string, unknown>> {
  const members = node.fields.map((field, index) => memberReader(field, reads[index]!));
  return (r, b, p) => {
    openFields(r, b, p, members.length);
    return readMembers(r, b, node, members, 0, []);
  };
}

/** Reader of a union as an array that begins with the variant's index. */
export function positionalUnionReader(node: UnionNode, fieldsOf: (variant: ObjectNode) => Read[]): Read {
  const variants = Array.from(node.variants, ([tag, variant]) => {
    const reads = fieldsOf(variant);
    return { tag, variant, members: variant.fields.map((field, index) => memberReader(field, reads[index]!)) };
  });
  return (r, b, p) => {
    const length = openPackArray(r, b, p, r.maxElements, 'fields');
    r.path[r.depth - 1] = node.discriminator;
    const chosen = variants[readPackInt(r, b, r.pos, 0, variants.length - 1)]!;
    if (length !== chosen.members.length) failCount(r, p, chosen.members.length, length);
    return readMembers(r, b, chosen.variant, chosen.members, 1, [chosen.tag]);
  };
}

function readMembers(
  r: Reader,
  b: Uint8Array,
  node: ObjectNode,
  members: readonly Read[],
  from: number,
  values: unknown[],
): Record<string, unknown> {
  for (let index = from; index < members.length; index++) {
    r.path[r.depth - 1] = node.fields[index]!.key;
    values.push(members[index]!(r, b, r.pos));
  }
  r.depth--;
  return finishObject(r, r.pos, node.fields, values);
}

function memberReader(field: FieldNode, read: Read): Read {
  if (!field.optional && field.node.kind !== 'foreign') return read;
  const wrapped = mayBeNil(field.node);
  return (r, b, p) => {
    if (p < r.end && b[p] === 0xc0) {
      r.pos = p + 1;
      return undefined;
    }
    if (!wrapped) return read(r, b, p);
    if (p >= r.end || b[p] !== 0x91) failPack(r, b, p, 'nil or an array of one');
    return read(r, b, p + 1);
  };
}

/** Enters the array of an object's fields. */
export function openFields(r: Reader, b: Uint8Array, p: number, count: number): void {
  const length = openPackArray(r, b, p, r.maxElements, 'fields');
  if (length !== count) failCount(r, p, count, length);
}

function failCount(r: Reader, p: number, expected: number, received: number): never {
  r.depth--;
  const hint = 'Both ends must have the same version of the message.';
  return fail(r, 'ICHOR_SERIALIZATION_TYPE', p, `an array of ${expected} fields`, `an array of ${received}`, hint);
}

/** Reader of an enum as the index of its value. */
export function indexReader(values: readonly (string | number)[]): Read {
  return (r, b, p) => values[readPackInt(r, b, p, 0, values.length - 1)];
}
