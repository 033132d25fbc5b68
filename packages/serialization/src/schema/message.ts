// A message: a schema with a name and its codecs.

import { CompiledCodec } from '../codec/compiled-codec.ts';
import type { Serializer } from '../codec/serializer.ts';
import { describeValue } from '../errors/received.ts';
import { SerializationError } from '../errors/serialization-error.ts';
import { jsonCodec } from '../general/general-json.ts';
import { messagePackCodec } from '../general/general-msgpack.ts';
import { jsonFormat } from '../json/json-format.ts';
import { msgpackFormat, positionalFormat } from '../msgpack/msgpack-format.ts';
import { fieldNodes } from './fields.ts';
import { jsonSchemaOf, type JsonSchema } from './json-schema.ts';
import { policyOf, wrongOption, type MessageOptions } from './limits.ts';
import type { SchemaNode } from './node.ts';
import { nodeOf, type Fields, type InferFields, type Schema } from './schema.ts';
import { isStandardSchema, type SchemaResult, type StandardSchema } from './standard-schema.ts';
import { standardFace, validateNode } from './validate.ts';

/** A message type: its schema, and codecs compiled from it on first use. */
export interface Message<T> extends Schema<T> {
  readonly name: string;
  /** The codecs, the preferred one first. */
  readonly codecs: readonly [Serializer<T>, ...Serializer<T>[]];
  /** JSON (RFC 8259), `application/json`. */
  readonly json: Serializer<T>;
  /** MessagePack with objects as maps, `application/msgpack`. */
  readonly msgpack: Serializer<T>;
  /**
   * MessagePack with objects as arrays of their fields: the smallest form, for two ends that share this very definition.
   * `application/vnd.ichor.positional+msgpack`; not among `codecs`, since no peer would ask for it.
   */
  readonly positional: Serializer<T>;
  /** The message as JSON Schema (draft 2020-12), a fresh object that may be changed. Describes its JSON form. */
  jsonSchema(): JsonSchema;
  /** Checks a value without encoding it; finds every problem. The output is a copy that holds only what is described. */
  validate(value: unknown): SchemaResult<T>;
}

/**
 * Defines a message by its fields, or by a schema, ours or one of another library (which then validates what the general
 * codecs read).
 *
 * @param name Shown in errors and in the JSON Schema.
 * @throws ICHOR_SERIALIZATION_SCHEMA when the definition or an option is wrong.
 * @example
 * ```ts
 * import { defineMessage, t } from '@ichor/serialization';
 *
 * const Ping = defineMessage('Ping', { sequence: t.uint() });
 * const bytes = Ping.json.serialize({ sequence: 7 });
 * console.log(new TextDecoder().decode(bytes)); // {"sequence":7}
 * console.log(Ping.json.deserialize(bytes)); // { sequence: 7 }
 * ```
 */
export function defineMessage<T>(
  name: string,
  schema: StandardSchema<unknown, T>,
  options?: MessageOptions,
): Message<T>;
export function defineMessage<F extends Fields>(
  name: string,
  fields: F,
  options?: MessageOptions,
): Message<InferFields<F>>;
export function defineMessage(
  name: string,
  definition: Fields | StandardSchema,
  options: MessageOptions = {},
): Message<unknown> {
  if (typeof name !== 'string' || name === '') throw wrongName(name);
  return new CompiledMessage(name, rootNode(name, definition, options), options);
}

function rootNode(name: string, definition: Fields | StandardSchema, options: MessageOptions): SchemaNode {
  const unknownKeys = options.unknownKeys;
  if (!isStandardSchema(definition)) {
    return { kind: 'object', name, fields: fieldNodes(name, definition), unknownKeys: unknownKeys ?? 'strip' };
  }
  const node = nodeOf(definition);
  if (node.kind === 'object') return { ...node, name, unknownKeys: unknownKeys ?? node.unknownKeys };
  if (unknownKeys === undefined) return node;
  if (node.kind !== 'union') {
    throw wrongOption(
      name,
      'unknownKeys',
      'the option of a message that is an object or a union',
      `${node.kind} schema`,
    );
  }
  const variants = Array.from(node.variants, ([tag, variant]) => [tag, { ...variant, unknownKeys }] as const);
  return { ...node, variants: new Map(variants) };
}

class CompiledMessage<T> implements Message<T> {
  readonly name: string;
  readonly node: SchemaNode;
  readonly '~standard': Schema<T>['~standard'];
  readonly json: Serializer<T>;
  readonly msgpack: Serializer<T>;
  readonly positional: Serializer<T>;
  readonly codecs: readonly [Serializer<T>, ...Serializer<T>[]];

  constructor(name: string, node: SchemaNode, options: MessageOptions) {
    const policy = policyOf(name, options);
    const codeGeneration = options.codeGeneration ?? 'auto';
    this.name = name;
    this.node = node;
    this['~standard'] = standardFace<T>(node);
    if (node.kind === 'foreign') {
      // Nothing to compile: the general codecs read, the schema validates.
      const { limits = {}, duplicateKeys = 'reject', trailingNul = false } = options;
      const general = { name, schema: node.schema as StandardSchema<unknown, T>, limits, duplicateKeys, trailingNul };
      this.json = jsonCodec(general);
      this.msgpack = messagePackCodec(general);
    } else {
      this.json = new CompiledCodec<T>(jsonFormat, name, node, policy, codeGeneration);
      this.msgpack = new CompiledCodec<T>(msgpackFormat, name, node, policy, codeGeneration);
    }
    this.positional = new CompiledCodec<T>(positionalFormat, name, node, policy, codeGeneration);
    this.codecs = [this.json, this.msgpack];
  }

  jsonSchema(): JsonSchema {
    return jsonSchemaOf(this.name, this.node);
  }

  validate(value: unknown): SchemaResult<T> {
    return validateNode<T>(this.node, value);
  }
}

function wrongName(name: unknown): SerializationError {
  return new SerializationError(
    'ICHOR_SERIALIZATION_SCHEMA',
    { message: 'defineMessage', path: [], offset: undefined, expected: 'a name', received: describeValue(name) },
    'Pass the name of the message as first argument.',
  );
}
