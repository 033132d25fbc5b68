// Literals and enums of JSON text.

import type { LiteralValue } from '../schema/node.ts';
import { describeValue } from '../errors/received.ts';
import { fail, skipSpace, type JsonRead } from './json-reader.ts';
import { readAny } from './read-any.ts';

/** Reader of exactly one value. Numbers are compared by value: `1.0` is `1`. */
export function literalReader(value: LiteralValue): JsonRead {
  return choiceReader([value], JSON.stringify(value));
}

/** Reader of one of several strings or integers. */
export function enumReader(values: readonly (string | number)[], expected: string): JsonRead {
  return choiceReader(values, expected);
}

function choiceReader(values: readonly LiteralValue[], expected: string): JsonRead {
  const allowed = new Map<unknown, LiteralValue>(values.map((value) => [value, value]));
  const types = new Set(values.map(typeName));
  return (r, b, p) => {
    p = skipSpace(r, b, p);
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
