// What a schema says, as plain data. The vocabulary makes nodes; codecs, validation and the JSON Schema export read them.

import type { StandardSchema } from './standard-schema.ts';

/** What happens to keys that a message does not know. */
export type UnknownKeys = 'strip' | 'keep' | 'reject';

/** One key of an object. */
export interface FieldNode {
  readonly key: string;
  readonly node: SchemaNode;
  /** The key may be absent. */
  readonly optional: boolean;
}

export interface ObjectNode {
  readonly kind: 'object';
  /** Name of the message, or undefined for an object described in place. */
  readonly name: string | undefined;
  /** In the order in which they are written. */
  readonly fields: readonly FieldNode[];
  readonly unknownKeys: UnknownKeys;
}

export interface IntNode {
  readonly kind: 'int';
  readonly min: number;
  readonly max: number;
}

export interface FloatNode {
  readonly kind: 'float';
  readonly min: number;
  readonly max: number;
}

export interface BigintNode {
  readonly kind: 'bigint';
  /** Undefined: no limit beyond `maxDigits`. */
  readonly min: bigint | undefined;
  readonly max: bigint | undefined;
  /** Longest decimal form, sign excluded: conversion costs more than linear time, so it is bounded. */
  readonly maxDigits: number;
  /** How it is written in JSON; both are read. */
  readonly json: 'number' | 'string';
}

export interface StringNode {
  readonly kind: 'string';
  /** In UTF-16 code units, as `length` counts. */
  readonly minLength: number;
  readonly maxLength: number;
  readonly pattern: RegExp | undefined;
}

export interface BytesNode {
  readonly kind: 'bytes';
  readonly minLength: number;
  readonly maxLength: number;
}

export interface ArrayNode {
  readonly kind: 'array';
  readonly item: SchemaNode;
  readonly minItems: number;
  readonly maxItems: number;
}

export interface TupleNode {
  readonly kind: 'tuple';
  readonly items: readonly SchemaNode[];
}

export interface RecordNode {
  readonly kind: 'record';
  readonly value: SchemaNode;
  readonly maxEntries: number;
}

export interface UnionNode {
  readonly kind: 'union';
  /** The key that tells the variants apart. */
  readonly discriminator: string;
  /** Value of the discriminator to the object it stands for. */
  readonly variants: ReadonlyMap<string, ObjectNode>;
}

export type LiteralValue = string | number | boolean | null;

export type SchemaNode =
  | ObjectNode
  | IntNode
  | FloatNode
  | BigintNode
  | StringNode
  | BytesNode
  | ArrayNode
  | TupleNode
  | RecordNode
  | UnionNode
  | { readonly kind: 'bool' }
  | { readonly kind: 'date' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'literal'; readonly value: LiteralValue }
  | { readonly kind: 'enum'; readonly values: readonly (string | number)[] }
  | { readonly kind: 'nullable'; readonly inner: SchemaNode }
  | { readonly kind: 'lazy'; readonly get: () => SchemaNode }
  | { readonly kind: 'foreign'; readonly schema: StandardSchema };

/** The node behind any number of `lazy` ones. */
export function resolveLazy(node: SchemaNode): Exclude<SchemaNode, { kind: 'lazy' }> {
  let current = node;
  while (current.kind === 'lazy') current = current.get();
  return current;
}
