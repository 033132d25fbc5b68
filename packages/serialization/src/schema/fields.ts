// Fields of an object as nodes, checked.

import { describeValue } from '../errors/received.ts';
import { SerializationError } from '../errors/serialization-error.ts';
import type { FieldNode } from './node.ts';
import { nodeOf, type Fields } from './schema.ts';
import { isStandardSchema, type StandardSchema } from './standard-schema.ts';

/** The nodes of `fields`. @throws ICHOR_SERIALIZATION_SCHEMA when one is not a schema, or has a name that cannot be used. */
export function fieldNodes(owner: string, fields: Fields): readonly FieldNode[] {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw wrong(owner, [], 'an object of schemas, such as { sequence: t.uint() }', describeValue(fields));
  }
  return Object.keys(fields).map((key) => fieldNode(owner, key, fields[key]));
}

function fieldNode(owner: string, key: string, schema: StandardSchema | undefined): FieldNode {
  if (key === '__proto__') throw wrong(owner, [key], 'a key other than __proto__', key);
  if (/[\ud800-\udfff]/u.test(key)) throw wrong(owner, [key], 'a key of well-formed Unicode', 'a lone surrogate');
  if (!isStandardSchema(schema)) throw wrong(owner, [key], 'a schema, such as t.string()', describeValue(schema));
  return { key, node: nodeOf(schema), optional: (schema as { optional?: unknown }).optional === true };
}

function wrong(message: string, path: string[], expected: string, received: string): SerializationError {
  return new SerializationError(
    'ICHOR_SERIALIZATION_SCHEMA',
    { message, path, offset: undefined, expected, received },
    'Correct the definition of the message.',
  );
}
