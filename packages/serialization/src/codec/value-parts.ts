// Checks of values that were read, the same in all formats.

import { describeValue, quote } from '../errors/received.ts';
import { describeString } from '../schema/describe-node.ts';
import { issuePath, validateForeign } from '../schema/foreign.ts';
import type { LiteralValue, StringNode } from '../schema/node.ts';
import type { StandardSchema } from '../schema/standard-schema.ts';
import { stringFits } from '../schema/value-checks.ts';
import { KeyTable } from '../text/key-table.ts';
import { fail, type Read, type Reader } from './reader.ts';

/** Checks the string that was read from `p` on against limits of its own. */
export function checkString(r: Reader, p: number, value: string, node: StringNode): string {
  if (stringFits(node, value)) return value;
  const length = value.length < node.minLength || value.length > node.maxLength;
  const received = length ? `${value.length} characters` : `string ${quote(value)}`;
  const code = length ? 'ICHOR_SERIALIZATION_LIMIT' : 'ICHOR_SERIALIZATION_VALUE';
  return fail(r, code, p, describeString(node), received);
}

/** Finds the bytes of a string at `p` without making one: true with their range and `pos` behind it, or false. */
export type FindText = (r: Reader, b: Uint8Array, p: number, found: { start: number; end: number }) => boolean;

/**
 * Reader of one of several constants, on top of the format's reader of anything. Numbers are compared by value.
 *
 * @param findText Lets strings be recognised by their bytes.
 */
export function choiceReader(
  values: readonly LiteralValue[],
  expected: string,
  readAny: Read,
  findText: FindText,
): Read {
  const texts = values.filter((value) => typeof value === 'string');
  const table = new KeyTable(texts);
  const range = { start: 0, end: 0 };
  const slowly = choiceOf(values, expected, readAny);
  return (r, b, p) => {
    if (!findText(r, b, p, range)) return slowly(r, b, p);
    const index = table.find(b, range.start, range.end);
    return index < 0 ? slowly(r, b, p) : texts[index];
  };
}

function choiceOf(values: readonly LiteralValue[], expected: string, readAny: Read): Read {
  const allowed = new Map<unknown, LiteralValue>(values.map((value) => [value, value]));
  const types = new Set(values.map(typeName));
  return (r, b, p) => {
    const value = readAny(r, b, p);
    const match = allowed.get(value);
    if (match !== undefined) return match;
    const code = types.has(typeName(value)) ? 'ICHOR_SERIALIZATION_VALUE' : 'ICHOR_SERIALIZATION_TYPE';
    return fail(r, code, p, expected, describeValue(value));
  };
}

function typeName(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

/** Reader of values described by a schema of another library: read as anything, then validated by it. */
export function foreignReader(schema: StandardSchema, readAny: Read): Read {
  return (r, b, p) => {
    const value = readAny(r, b, p);
    const behind = r.pos;
    const result = validateForeign(r.name, schema, value);
    r.pos = behind;
    if (result.issues === undefined) return result.value;
    const issue = result.issues[0];
    for (const key of issuePath(issue)) r.path[r.depth++] = key;
    return fail(r, 'ICHOR_SERIALIZATION_INVALID', p, issue?.message ?? 'a valid value', describeValue(value));
  };
}
