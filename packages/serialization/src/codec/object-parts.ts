// What reading objects has in common in all formats: putting the result together, and what can be wrong with keys.

import { validateForeign } from '../schema/foreign.ts';
import type { FieldNode } from '../schema/node.ts';
import { setOwn } from '../schema/value-checks.ts';
import { fail, type Reader } from './reader.ts';

/** Makes an object of the values of its fields, all required ones among them. */
export type MakeObject = (values: readonly unknown[]) => Record<string, unknown>;

/**
 * Makes the object of its values, which are in place of their field's index; undefined stands for an absent one.
 *
 * @param offset Where the object ends, for the error that something is missing.
 * @param extra Keys of others that are kept.
 */
export function finishObject(
  r: Reader,
  offset: number,
  fields: readonly FieldNode[],
  values: readonly unknown[],
  extra?: Record<string, unknown>,
  make?: MakeObject,
): Record<string, unknown> {
  if (make !== undefined && extra === undefined && isComplete(fields, values)) return make(values);
  const object: Record<string, unknown> = {};
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index]!;
    let value = values[index];
    if (value === undefined && !field.optional) value = whenAbsent(r, offset, field);
    if (value !== undefined) object[field.key] = value;
  }
  if (extra !== undefined) for (const key of Object.keys(extra)) setOwn(object, key, extra[key]);
  return object;
}

function isComplete(fields: readonly FieldNode[], values: readonly unknown[]): boolean {
  for (let index = 0; index < fields.length; index++) {
    if (values[index] === undefined && !fields[index]!.optional) return false;
  }
  return true;
}

/** A schema of another library may have a default for what is absent; everything of ours must be there. */
function whenAbsent(r: Reader, offset: number, field: FieldNode): unknown {
  if (field.node.kind !== 'foreign') return failMissing(r, offset, field.key);
  const result = validateForeign(r.name, field.node.schema, undefined);
  return result.issues === undefined ? result.value : failMissing(r, offset, field.key);
}

/** Throws for an object that ended, and was left, without a key. */
export function failMissing(r: Reader, offset: number, key: string): never {
  r.path[r.depth++] = key;
  return fail(
    r,
    'ICHOR_SERIALIZATION_MISSING_KEY',
    offset,
    `the key ${JSON.stringify(key)}`,
    'the end of the object without it',
    'Send it, or make it t.optional(…).',
  );
}

/** Throws for a key that the message does not know. */
export function failUnknown(r: Reader, p: number, key: string): never {
  r.path[r.depth - 1] = key;
  return fail(
    r,
    'ICHOR_SERIALIZATION_UNKNOWN_KEY',
    p,
    'only keys of the message',
    keyText(key),
    "Do not send it, or set unknownKeys to 'strip' or 'keep'.",
  );
}

/** Throws for a key that was there before. */
export function failDuplicate(r: Reader, p: number, key: string): never {
  r.path[r.depth - 1] = key;
  return fail(
    r,
    'ICHOR_SERIALIZATION_DUPLICATE_KEY',
    p,
    'every key once',
    `${keyText(key)} again`,
    "Correct the sender, or set duplicateKeys to 'last'.",
  );
}

function keyText(key: string): string {
  return JSON.stringify(key.length > 40 ? `${key.slice(0, 40)}…` : key);
}
