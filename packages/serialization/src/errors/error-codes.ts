// The catalogue of this package's error codes. docs/errors/serialization.md lists the same codes; a test compares both.

/** Code to meaning, in the words of the documentation. */
export const serializationErrors = {
  ICHOR_SERIALIZATION_ARGUMENT:
    'A codec was called with something it cannot work on: no bytes, or a range outside of them.',
  ICHOR_SERIALIZATION_ASYNC: 'A foreign schema validates asynchronously; codecs are synchronous.',
  ICHOR_SERIALIZATION_DUPLICATE_KEY: 'An object has the same key twice.',
  ICHOR_SERIALIZATION_ENCODING: 'Text that is not valid UTF-8, or a string that UTF-8 cannot express.',
  ICHOR_SERIALIZATION_INVALID: 'A foreign schema refused the value.',
  ICHOR_SERIALIZATION_LIMIT: 'A limit on depth, size, string length or number of elements was exceeded.',
  ICHOR_SERIALIZATION_MISSING_KEY: 'A required key is absent.',
  ICHOR_SERIALIZATION_RANGE: 'A number is outside of its range, or cannot be held exactly.',
  ICHOR_SERIALIZATION_SCHEMA: 'A message was defined wrongly.',
  ICHOR_SERIALIZATION_SYNTAX: 'The bytes are not JSON or not MessagePack.',
  ICHOR_SERIALIZATION_TRAILING: 'Bytes follow the value.',
  ICHOR_SERIALIZATION_TRUNCATED: 'The bytes end inside the value.',
  ICHOR_SERIALIZATION_TYPE: 'A value of another type than the message says.',
  ICHOR_SERIALIZATION_UNKNOWN_KEY: 'An object has a key that the message does not know.',
  ICHOR_SERIALIZATION_VALUE: 'A value of the right type that is not one of those allowed.',
} as const;

/** The code of a {@link SerializationError}. */
export type SerializationErrorCode = keyof typeof serializationErrors;
