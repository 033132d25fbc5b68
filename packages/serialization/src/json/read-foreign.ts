// Values described by a schema of another library: read as any JSON, then validated by it.

import { describeValue } from '../errors/received.ts';
import { issuePath, validateForeign } from '../schema/foreign.ts';
import type { StandardSchema } from '../schema/standard-schema.ts';
import { fail, skipSpace, type JsonRead } from './json-reader.ts';
import { readAny } from './read-any.ts';

export function foreignReader(schema: StandardSchema): JsonRead {
  return (r, b, p) => {
    const start = skipSpace(r, b, p);
    const value = readAny(r, b, start);
    const behind = r.pos;
    const result = validateForeign(r.name, schema, value);
    if (result.issues === undefined) {
      r.pos = behind;
      return result.value;
    }
    const issue = result.issues[0];
    for (const key of issuePath(issue)) r.path[r.depth++] = key;
    return fail(r, 'ICHOR_SERIALIZATION_INVALID', start, issue?.message ?? 'a valid value', describeValue(value));
  };
}
