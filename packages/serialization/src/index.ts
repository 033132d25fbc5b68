// The public names of @ichor/serialization.

export { type Serializer } from './codec/serializer.ts';
export { serializationErrors, type SerializationErrorCode } from './errors/error-codes.ts';
export { SerializationError, type SerializationErrorFacts, type ValuePath } from './errors/serialization-error.ts';
export { jsonCodec, type GeneralOptions } from './general/general-json.ts';
export { messagePackCodec, type Extension, type MessagePackOptions } from './general/general-msgpack.ts';
export { codecForAccept, codecForContentType } from './negotiation/negotiation.ts';
export { defaultLimits, type CodecOptions, type Limits, type MessageOptions } from './schema/limits.ts';
export { type JsonSchema } from './schema/json-schema.ts';
export { defineMessage, type Message } from './schema/message.ts';
export { type Fields, type Infer, type InferFields, type OptionalSchema, type Schema } from './schema/schema.ts';
export { type SchemaIssue, type SchemaResult, type StandardSchema } from './schema/standard-schema.ts';
export { t } from './schema/vocabulary.ts';
