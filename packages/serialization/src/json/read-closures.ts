// Composes the reader of a node out of the readers of its parts. This is the complete meaning of reading JSON;
// generated code is only a faster way to the same results.

import { failDuplicate } from '../codec/object-parts.ts';
import { choiceReader, foreignReader } from '../codec/value-parts.ts';
import { describeNode } from '../schema/describe-node.ts';
import type { ArrayNode, SchemaNode, TupleNode, RecordNode } from '../schema/node.ts';
import { setOwn } from '../schema/value-checks.ts';
import { failElements, fail, type Read } from '../codec/reader.ts';
import { failType, skipSpace } from './json-text.ts';
import { nextItem, nextKey, openArray, openObject, passColon, readAny, readWord } from './read-any.ts';
import { bytesReader, dateReader } from './read-encoded.ts';
import { bigintReader, floatReader, intReader } from './read-number.ts';
import { ObjectReader } from './read-object.ts';
import { findPlainText, readKeyText, stringReader } from './read-string.ts';
import { unionReader } from './read-union.ts';

/** The closures of one message; nodes that are shared or recursive are composed once. */
export class JsonReaders {
  readonly #made = new Map<SchemaNode, Read>();

  /** The reader of a node. */
  read(node: SchemaNode): Read {
    const made = this.#made.get(node);
    if (made !== undefined) return made;
    // A recursive node finds this one while its own reader is still being composed.
    let target: Read = (r, b, p) => target(r, b, p);
    this.#made.set(node, (r, b, p) => target(r, b, p));
    target = this.#compose(node);
    this.#made.set(node, target);
    return target;
  }

  #compose(node: SchemaNode): Read {
    switch (node.kind) {
      case 'bool':
        return readBool;
      case 'int':
        return intReader(node);
      case 'float':
        return floatReader(node);
      case 'bigint':
        return bigintReader(node);
      case 'string':
        return stringReader(node);
      case 'bytes':
        return bytesReader(node);
      case 'date':
        return dateReader();
      case 'literal':
        return choiceReader([node.value], describeNode(node), readAny, findPlainText);
      case 'enum':
        return choiceReader(node.values, describeNode(node), readAny, findPlainText);
      case 'unknown':
        return readAny;
      case 'foreign':
        return foreignReader(node.schema, readAny);
      case 'lazy':
        return this.#lazy(node.get);
      case 'nullable':
        return nullableReader(this.read(node.inner));
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
        const reader = new ObjectReader(
          node,
          node.fields.map((field) => this.read(field.node)),
        );
        return (r, b, p) => reader.read(r, b, p);
      }
      default:
        return unionReader(node, new Map(Array.from(node.variants, ([tag, variant]) => [tag, this.read(variant)])));
    }
  }

  #lazy(get: () => SchemaNode): Read {
    let read: Read | undefined;
    return (r, b, p) => (read ??= this.read(get()))(r, b, p);
  }
}

/** Reads `true` or `false`. */
const readBool: Read<boolean> = (r, b, p) => {
  p = skipSpace(r, b, p);
  if (p < r.end && b[p] === 116) return readWord(r, b, p, 'true', true);
  if (p < r.end && b[p] === 102) return readWord(r, b, p, 'false', false);
  return failType(r, b, p, 'true or false');
};

function nullableReader(inner: Read): Read {
  return (r, b, p) => {
    p = skipSpace(r, b, p);
    return p < r.end && b[p] === 110 ? readWord(r, b, p, 'null', null) : inner(r, b, p);
  };
}

function arrayReader(node: ArrayNode, item: Read): Read<unknown[]> {
  return (r, b, p) => {
    const most = Math.min(node.maxItems, r.maxElements);
    const start = p;
    const values: unknown[] = [];
    let next = openArray(r, b, p);
    while (next >= 0) {
      if (values.length >= most) failElements(r, next, most, 'items');
      r.path[r.depth - 1] = values.length;
      values.push(item(r, b, next));
      next = nextItem(r, b);
    }
    if (values.length < node.minItems) {
      fail(
        r,
        'ICHOR_SERIALIZATION_LIMIT',
        skipSpace(r, b, start),
        `at least ${node.minItems} items`,
        `${values.length}`,
      );
    }
    return values;
  };
}

/** Reader of a tuple, with readers of its items. */
export function tupleReader(node: TupleNode, items: readonly Read[]): Read<unknown[]> {
  return (r, b, p) => {
    const start = p;
    const values: unknown[] = [];
    let next = openArray(r, b, p);
    while (next >= 0) {
      if (values.length >= items.length) failElements(r, next, items.length, 'items');
      r.path[r.depth - 1] = values.length;
      values.push(items[values.length]!(r, b, next));
      next = nextItem(r, b);
    }
    if (values.length < items.length) {
      fail(r, 'ICHOR_SERIALIZATION_TYPE', skipSpace(r, b, start), describeNode(node), `an array of ${values.length}`);
    }
    return values;
  };
}

/** Reader of a record, with a reader of its values. */
export function recordReader(node: RecordNode, value: Read): Read<Record<string, unknown>> {
  return (r, b, p) => {
    const most = Math.min(node.maxEntries, r.maxElements);
    const reject = r.policy.duplicateKeys === 'reject';
    const record: Record<string, unknown> = {};
    let count = 0;
    let next = openObject(r, b, p);
    while (next >= 0) {
      if (++count > most) failElements(r, next, most, 'entries');
      const key = readKeyText(r, b, next);
      r.path[r.depth - 1] = key;
      if (reject && Object.hasOwn(record, key)) failDuplicate(r, next, key);
      setOwn(record, key, value(r, b, passColon(r, b)));
      next = nextKey(r, b);
    }
    return record;
  };
}
