// Discriminated unions: variants by the value of one key.

import { describeValue } from '../errors/received.ts';
import { SerializationError } from '../errors/serialization-error.ts';
import { fieldNodes } from './fields.ts';
import { resolveLazy, type ObjectNode, type UnionNode } from './node.ts';
import { nodeOf, type Fields, type Infer, type InferFields } from './schema.ts';
import { isStandardSchema, type StandardSchema } from './standard-schema.ts';

/** Variants by the value of the discriminator: fields, or the schema of an object. */
export type Variants = { readonly [tag: string]: Fields | StandardSchema };

type InferVariant<V> = V extends StandardSchema ? Infer<V> : V extends Fields ? InferFields<V> : never;

/** The union type that variants describe. */
export type InferVariants<D extends string, V extends Variants> = {
  [K in keyof V & string]: Flatten<{ [P in D]: K } & Omit<InferVariant<V[K]>, D>>;
}[keyof V & string];

type Flatten<T> = { [K in keyof T]: T[K] } & {};

/** The node of a union. @throws ICHOR_SERIALIZATION_SCHEMA */
export function unionNode(discriminator: string, variants: Variants): UnionNode {
  if (typeof discriminator !== 'string' || discriminator === '__proto__') {
    throw wrong('the name of a key as discriminator', describeValue(discriminator));
  }
  if (typeof variants !== 'object' || variants === null || Object.keys(variants).length === 0) {
    throw wrong('an object with at least one variant', describeValue(variants));
  }
  const nodes = new Map<string, ObjectNode>();
  for (const [tag, variant] of Object.entries(variants)) nodes.set(tag, variantNode(discriminator, tag, variant));
  return { kind: 'union', discriminator, variants: nodes };
}

function variantNode(discriminator: string, tag: string, variant: Fields | StandardSchema): ObjectNode {
  const given = objectOf(tag, variant);
  const own = given.fields.find((field) => field.key === discriminator);
  if (own !== undefined) {
    const node = resolveLazy(own.node);
    if (own.optional || node.kind !== 'literal' || node.value !== tag) {
      throw wrong(
        `variant ${tag} to describe ${discriminator} as t.literal(${JSON.stringify(tag)}) or not at all`,
        node.kind,
      );
    }
  }
  const rest = given.fields.filter((field) => field.key !== discriminator);
  const first = { key: discriminator, node: { kind: 'literal', value: tag }, optional: false } as const;
  return { ...given, fields: [first, ...rest] };
}

function objectOf(tag: string, variant: Fields | StandardSchema): ObjectNode {
  if (!isStandardSchema(variant)) {
    return {
      kind: 'object',
      name: undefined,
      fields: fieldNodes(`t.union, variant ${tag}`, variant),
      unknownKeys: 'strip',
    };
  }
  const node = resolveLazy(nodeOf(variant));
  if (node.kind !== 'object') throw wrong(`variant ${tag} to be an object`, node.kind);
  return node;
}

function wrong(expected: string, received: string): SerializationError {
  return new SerializationError(
    'ICHOR_SERIALIZATION_SCHEMA',
    { message: 't.union', path: [], offset: undefined, expected, received },
    'Correct the definition of the message.',
  );
}
