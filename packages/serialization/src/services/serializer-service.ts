// Serializers as services: whoever needs one asks for "the serializer of this message", and the composition says which format.

import { defineService, token, type ServiceClass, type Token } from '@ichor/core';
import type { Serializer } from '../codec/serializer.ts';
import { SerializationError } from '../errors/serialization-error.ts';
import { describeValue } from '../errors/received.ts';
import { defineMessage, type Message } from '../schema/message.ts';
import { isStandardSchema, type StandardSchema } from '../schema/standard-schema.ts';

/** The formats of a message by name, or any serializer of its type. */
export type SerializerFormat<T> = 'json' | 'msgpack' | 'positional' | Serializer<T>;

const tokens = new WeakMap<StandardSchema, Token<Serializer<never>>>();

/**
 * The token of the serializer of a message, or of another library's schema: always the same one for the same message.
 *
 * @throws ICHOR_SERIALIZATION_SCHEMA when it is given anything else.
 * @example
 * ```ts
 * import { DependencyManager, required, type Injected } from '@ichor/core';
 * import { defineMessage, t } from '@ichor/serialization';
 * import { serializerOf, serializerService } from '@ichor/serialization/services';
 *
 * const Ping = defineMessage('Ping', { sequence: t.uint() });
 *
 * class Sender {
 *   static readonly dependencies = { pings: required(serializerOf(Ping)) };
 *   constructor({ pings }: Injected<typeof Sender.dependencies>) {
 *     console.log(pings.serialize({ sequence: 1 }));
 *   }
 * }
 *
 * await using manager = new DependencyManager();
 * manager.register(serializerService(Ping, 'msgpack'));
 * manager.register(Sender);
 * ```
 */
export function serializerOf<T>(message: StandardSchema<unknown, T>): Token<Serializer<T>> {
  if (!isStandardSchema(message)) throw notAMessage('serializerOf', message);
  let known = tokens.get(message) as Token<Serializer<T>> | undefined;
  if (known === undefined) {
    known = token<Serializer<T>>(`Serializer of ${nameOf(message)}`);
    tokens.set(message, known as unknown as Token<Serializer<never>>);
  }
  return known;
}

/**
 * A service that provides {@link serializerOf} the message in one format. Register it once per message and manager.
 *
 * @param format Default: `'json'`.
 * @throws ICHOR_SERIALIZATION_SCHEMA when the message or the format is none.
 */
export function serializerService<T>(
  message: StandardSchema<unknown, T>,
  format: SerializerFormat<T> = 'json',
): ServiceClass {
  const codec = codecOf(message, format);
  return defineService({
    name: `${nameOf(message)}Serializer`,
    provides: [serializerOf(message)],
    setup: () => codec,
  });
}

function codecOf<T>(message: StandardSchema<unknown, T>, format: SerializerFormat<T>): Serializer<T> {
  if (!isStandardSchema(message)) throw notAMessage('serializerService', message);
  if (typeof format === 'object' && format !== null && typeof format.deserialize === 'function') return format;
  const target = isMessage(message) ? message : defineMessage(nameOf(message), message);
  if (format === 'json' || format === 'msgpack' || format === 'positional') return target[format];
  throw new SerializationError(
    'ICHOR_SERIALIZATION_SCHEMA',
    {
      message: `Format of the serializer of ${nameOf(message)}`,
      path: [],
      offset: undefined,
      expected: "'json', 'msgpack', 'positional' or a serializer",
      received: describeValue(format),
    },
    'Correct the call of serializerService().',
  );
}

function isMessage<T>(schema: StandardSchema<unknown, T>): schema is Message<T> {
  return schema['~standard'].vendor === 'ichor' && 'codecs' in schema;
}

function nameOf(schema: StandardSchema): string {
  return isMessage(schema) ? schema.name : `${schema['~standard'].vendor} schema`;
}

function notAMessage(caller: string, received: unknown): SerializationError {
  const facts = { message: caller, path: [], offset: undefined, expected: 'a message or schema' };
  return new SerializationError('ICHOR_SERIALIZATION_SCHEMA', { ...facts, received: describeValue(received) });
}
