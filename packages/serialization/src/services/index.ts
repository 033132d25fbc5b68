// The public names of @ichor/serialization/services, for programs that use @ichor/core.

export { serializerOf, serializerService, type SerializerFormat } from './serializer-service.ts';
