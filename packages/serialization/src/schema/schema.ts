// Schema<T>: a node with the TypeScript type it stands for. Everything in the vocabulary makes one; a message is one, too.

import type { SchemaNode } from './node.ts';
import type { StandardSchema } from './standard-schema.ts';
import { standardFace } from './validate.ts';

/** A description of values of type `T`. Also a Standard Schema, so any library that takes one can validate with it. */
export interface Schema<T> extends StandardSchema<unknown, T> {
  /** What it says, as data. */
  readonly node: SchemaNode;
}

/** A field that may be absent; only has a meaning in an object. */
export interface OptionalSchema<T> extends Schema<T> {
  readonly optional: true;
}

/** The fields of an object, in the order in which they are written. Values are our schemas or those of another library. */
export type Fields = { readonly [key: string]: StandardSchema };

/** The TypeScript type that a schema or message describes. */
export type Infer<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output'];

type OptionalKeys<F> = { [K in keyof F]: F[K] extends { readonly optional: true } ? K : never }[keyof F];

/** The object type that fields describe. */
export type InferFields<F extends Fields> = Flatten<
  { -readonly [K in Exclude<keyof F, OptionalKeys<F>>]: Infer<F[K]> } & {
    -readonly [K in OptionalKeys<F>]?: Infer<F[K]> | undefined;
  }
>;

type Flatten<T> = { [K in keyof T]: T[K] } & {};

/** Makes a schema of a node. */
export function schemaOf<T>(node: SchemaNode): Schema<T> {
  return { node, '~standard': standardFace<T>(node) };
}

/** The node of a schema, ours or foreign. */
export function nodeOf(schema: StandardSchema): SchemaNode {
  return isOwn(schema) ? schema.node : { kind: 'foreign', schema };
}

function isOwn(schema: StandardSchema): schema is Schema<unknown> {
  return schema['~standard'].vendor === 'ichor' && 'node' in schema;
}
