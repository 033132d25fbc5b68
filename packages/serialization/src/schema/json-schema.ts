// Exports a message as JSON Schema (draft 2020-12). Named messages inside become `$defs`, so recursion is no problem.

import { base64Length } from '../text/base64.ts';
import type { BigintNode, ObjectNode, SchemaNode, UnionNode } from './node.ts';

/** A JSON Schema as a plain object. */
export type JsonSchema = { [key: string]: unknown };

/** The schema of a message. */
export function jsonSchemaOf(name: string, node: SchemaNode): JsonSchema {
  const exported = new Exporter(node);
  const root = exported.inside(node);
  const definitions = exported.definitions();
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: name,
    ...root,
    ...(Object.keys(definitions).length > 0 ? { $defs: definitions } : {}),
  };
}

class Exporter {
  readonly #root: SchemaNode;
  readonly #names = new Map<SchemaNode, string>();
  readonly #schemas = new Map<string, JsonSchema>();

  constructor(root: SchemaNode) {
    this.#root = root;
  }

  definitions(): JsonSchema {
    return Object.fromEntries(this.#schemas);
  }

  /** The schema of a node, by reference where it has a name. */
  of(node: SchemaNode): JsonSchema {
    if (node === this.#root) return { $ref: '#' };
    if (node.kind === 'lazy') return this.of(node.get());
    if (node.kind !== 'object' || node.name === undefined) return this.inside(node);
    const known = this.#names.get(node);
    if (known !== undefined) return reference(known);
    let name = node.name;
    for (let count = 2; this.#schemas.has(name); count++) name = `${node.name}${count}`;
    this.#names.set(node, name);
    // Its place is taken before its parts are looked at: one of them may be itself.
    this.#schemas.set(name, {});
    this.#schemas.set(name, this.inside(node));
    return reference(name);
  }

  inside(node: SchemaNode): JsonSchema {
    switch (node.kind) {
      case 'bool':
        return { type: 'boolean' };
      case 'int':
        return { type: 'integer', minimum: node.min, maximum: node.max };
      case 'float':
        return {
          type: 'number',
          ...(node.min === -Number.MAX_VALUE ? {} : { minimum: node.min }),
          ...(node.max === Number.MAX_VALUE ? {} : { maximum: node.max }),
        };
      case 'bigint':
        return bigintSchema(node);
      case 'string':
        return {
          type: 'string',
          ...atLeast('minLength', node.minLength),
          ...atMost('maxLength', node.maxLength),
          // JSON Schema knows no flags: a pattern that means something else without them would refuse good values.
          ...(node.pattern === undefined || /[ims]/.test(node.pattern.flags) ? {} : { pattern: node.pattern.source }),
        };
      case 'bytes':
        return {
          type: 'string',
          contentEncoding: 'base64',
          ...atLeast('minLength', base64Length(node.minLength)),
          ...(node.maxLength < 2 ** 31 - 1 ? { maxLength: base64Length(node.maxLength) } : {}),
        };
      case 'date':
        return { type: 'string', format: 'date-time' };
      case 'literal':
        return { const: node.value };
      case 'enum':
        return { enum: [...node.values] };
      case 'nullable':
        return { anyOf: [this.of(node.inner), { type: 'null' }] };
      case 'lazy':
        return this.of(node.get());
      case 'array':
        return {
          type: 'array',
          items: this.of(node.item),
          ...atLeast('minItems', node.minItems),
          ...atMost('maxItems', node.maxItems),
        };
      case 'tuple': {
        const items = node.items.map((item) => this.of(item));
        const { length } = items;
        return {
          type: 'array',
          ...(length > 0 ? { prefixItems: items } : {}),
          items: false,
          minItems: length,
          maxItems: length,
        };
      }
      case 'record':
        return {
          type: 'object',
          additionalProperties: this.of(node.value),
          ...atMost('maxProperties', node.maxEntries),
        };
      case 'object':
        return this.#object(node);
      case 'union':
        return this.#union(node);
      default:
        return {};
    }
  }

  #object(node: ObjectNode): JsonSchema {
    const required = node.fields
      .filter((field) => !field.optional && field.node.kind !== 'foreign')
      .map(({ key }) => key);
    return {
      type: 'object',
      properties: Object.fromEntries(node.fields.map((field) => [field.key, this.of(field.node)])),
      ...(required.length > 0 ? { required } : {}),
      ...(node.unknownKeys === 'reject' ? { additionalProperties: false } : {}),
    };
  }

  #union(node: UnionNode): JsonSchema {
    return { oneOf: Array.from(node.variants.values(), (variant) => this.inside(variant)) };
  }
}

function reference(name: string): JsonSchema {
  return { $ref: `#/$defs/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}` };
}

function bigintSchema(node: BigintNode): JsonSchema {
  if (node.json === 'string') {
    const sign = node.min !== undefined && node.min >= 0n ? '' : '-?';
    return { type: 'string', pattern: `^${sign}(0|[1-9][0-9]*)$` };
  }
  // A number beyond 2^53 in a JSON Schema would be rounded by most of its readers, so only smaller bounds are told.
  const exact = (bound: bigint | undefined): boolean => bound !== undefined && BigInt(Number(bound)) === bound;
  return {
    type: 'integer',
    ...(exact(node.min) ? { minimum: Number(node.min) } : {}),
    ...(exact(node.max) ? { maximum: Number(node.max) } : {}),
  };
}

function atLeast(word: string, least: number): JsonSchema {
  return least > 0 ? { [word]: least } : {};
}

function atMost(word: string, most: number): JsonSchema {
  return most < 2 ** 31 - 1 ? { [word]: most } : {};
}
