// Schemas of other libraries, called synchronously.

import { SerializationError, type ValuePath } from '../errors/serialization-error.ts';
import type { SchemaIssue, SchemaResult, StandardSchema } from './standard-schema.ts';

/** Validates with a foreign schema. @throws ICHOR_SERIALIZATION_ASYNC when it answers with a promise. */
export function validateForeign<T>(
  message: string,
  schema: StandardSchema<unknown, T>,
  value: unknown,
): SchemaResult<T> {
  const result = callSchema(message, schema, value);
  if (!(result instanceof Promise)) return result;
  // Nobody will look at its outcome, so a rejection must not count as unhandled.
  result.catch(() => undefined);
  throw new SerializationError(
    'ICHOR_SERIALIZATION_ASYNC',
    { message, path: [], offset: undefined, expected: 'a schema that validates synchronously', received: 'a promise' },
    'Take the asynchronous parts out of the schema and do them in the handler.',
  );
}

/** Code of other people runs here: whatever it throws becomes an error of this package, with the original as cause. */
function callSchema<T>(
  message: string,
  schema: StandardSchema<unknown, T>,
  value: unknown,
): SchemaResult<T> | Promise<SchemaResult<T>> {
  try {
    return schema['~standard'].validate(value);
  } catch (cause) {
    throw new SerializationError(
      'ICHOR_SERIALIZATION_INVALID',
      {
        message,
        path: [],
        offset: undefined,
        expected: 'a schema that answers',
        received: `an exception: ${String(cause)}`,
      },
      'A schema reports problems as issues; look at the cause.',
      cause,
    );
  }
}

/** The path of an issue in our form. */
export function issuePath(issue: SchemaIssue | undefined): ValuePath {
  // Not `map`: a library may use an array class of its own, whose `map` would make another of that kind.
  return Array.from(issue?.path ?? [], (part) => {
    const key = typeof part === 'object' ? part.key : part;
    return typeof key === 'number' ? key : String(key);
  });
}
