// Composes the reader of a node out of the readers of its parts: the complete meaning of reading MessagePack, with objects
// as maps or, in the positional form, as arrays. Generated code is only a faster way to the same results.

import { fail, type Read, type Reader } from '../codec/reader.ts';
import { failDuplicate } from '../codec/object-parts.ts';
import { choiceReader, foreignReader } from '../codec/value-parts.ts';
import { describeNode } from '../schema/describe-node.ts';
import type { ArrayNode, ObjectNode, RecordNode, SchemaNode, TupleNode } from '../schema/node.ts';
import { setOwn } from '../schema/value-checks.ts';
import { readKey, readPackAny } from './read-any.ts';
import { failPack, openPackArray, openPackMap } from './read-head.ts';
import { packBigintReader, readPackFloat, readPackInt } from './read-number.ts';
import { PackObjectReader } from './read-object.ts';
import { indexReader, positionalReader, positionalUnionReader } from './read-positional.ts';
import { findPackText, packBytesReader, packStringReader, readPackDate } from './read-text.ts';
import { packUnionReader } from './read-union.ts';

/** The closures of one message; nodes that are shared or recursive are composed once. */
export class PackReaders {
  readonly positional: boolean;
  readonly #made = new Map<SchemaNode, Read>();

  constructor(positional: boolean) {
    this.positional = positional;
  }

  /** The reader of a node. */
  read(node: SchemaNode): Read {
    let made = this.#made.get(node);
    if (made === undefined) {
      made = this.#compose(node);
      this.#made.set(node, made);
    }
    return made;
  }

  /** The readers of an object's fields. */
  fields(node: ObjectNode): Read[] {
    return node.fields.map((field) => this.read(field.node));
  }

  #compose(node: SchemaNode): Read {
    switch (node.kind) {
      case 'bool':
        return readPackBool;
      case 'int':
        return (r, b, p) => readPackInt(r, b, p, node.min, node.max);
      case 'float':
        return (r, b, p) => readPackFloat(r, b, p, node.min, node.max);
      case 'bigint':
        return packBigintReader(node);
      case 'string':
        return packStringReader(node);
      case 'bytes':
        return packBytesReader(node);
      case 'date':
        return readPackDate;
      case 'literal':
        return choiceReader([node.value], describeNode(node), readPackAny, findPackText);
      case 'enum':
        return this.positional
          ? indexReader(node.values)
          : choiceReader(node.values, describeNode(node), readPackAny, findPackText);
      case 'unknown':
        return readPackAny;
      case 'foreign':
        return foreignReader(node.schema, readPackAny);
      case 'lazy': {
        let read: Read | undefined;
        return (r, b, p) => (read ??= this.read(node.get()))(r, b, p);
      }
      case 'nullable': {
        const inner = this.read(node.inner);
        return (r, b, p) => (p < r.end && b[p] === 0xc0 ? readNil(r, p) : inner(r, b, p));
      }
      case 'array':
        return arrayReader(node, this.read(node.item));
      case 'tuple':
        return tupleReader(
          node,
          node.items.map((item) => this.read(item)),
        );
      case 'record':
        return recordReader(node, this.read(node.value));
      case 'object': {
        if (this.positional) return positionalReader(node, this.fields(node));
        const reader = new PackObjectReader(node, this.fields(node));
        return (r, b, p) => reader.read(r, b, p);
      }
      default:
        return this.positional
          ? positionalUnionReader(node, (variant) => this.fields(variant))
          : packUnionReader(node, new Map(Array.from(node.variants, ([tag, variant]) => [tag, this.read(variant)])));
    }
  }
}

/** Reads `true` or `false`. */
const readPackBool: Read<boolean> = (r, b, p) => {
  if (p < r.end && (b[p] === 0xc2 || b[p] === 0xc3)) {
    r.pos = p + 1;
    return b[p] === 0xc3;
  }
  return failPack(r, b, p, 'true or false');
};

function readNil(r: Reader, p: number): null {
  r.pos = p + 1;
  return null;
}

function arrayReader(node: ArrayNode, item: Read): Read<unknown[]> {
  return (r, b, p) => {
    const length = openPackArray(r, b, p, Math.min(node.maxItems, r.maxElements), 'items');
    const values: unknown[] = [];
    for (let index = 0; index < length; index++) {
      r.path[r.depth - 1] = index;
      values.push(item(r, b, r.pos));
    }
    r.depth--;
    if (length < node.minItems) {
      fail(r, 'ICHOR_SERIALIZATION_LIMIT', p, `at least ${node.minItems} items`, `${length}`);
    }
    return values;
  };
}

/** Reader of a tuple, with readers of its items. */
export function tupleReader(node: TupleNode, items: readonly Read[]): Read<unknown[]> {
  return (r, b, p) => {
    const length = openPackArray(r, b, p, r.maxElements, 'items');
    if (length !== items.length) {
      r.depth--;
      fail(r, 'ICHOR_SERIALIZATION_TYPE', p, describeNode(node), `an array of ${length}`);
    }
    const values = items.map((item, index) => {
      r.path[r.depth - 1] = index;
      return item(r, b, r.pos);
    });
    r.depth--;
    return values;
  };
}

/** Reader of a record, with a reader of its values. */
export function recordReader(node: RecordNode, value: Read): Read<Record<string, unknown>> {
  return (r, b, p) => {
    const reject = r.policy.duplicateKeys === 'reject';
    const count = openPackMap(r, b, p, Math.min(node.maxEntries, r.maxElements));
    const record: Record<string, unknown> = {};
    for (let index = 0; index < count; index++) {
      const at = r.pos;
      const key = readKey(r, b, at);
      if (reject && Object.hasOwn(record, key)) failDuplicate(r, at, key);
      setOwn(record, key, value(r, b, r.pos));
    }
    r.depth--;
    return record;
  };
}
