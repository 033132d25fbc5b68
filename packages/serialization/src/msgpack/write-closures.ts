// Composes the writer of a node out of the writers of its parts: the complete meaning of writing MessagePack, with paths
// in its errors. Generated code is only a faster way to the same bytes.

import {
  checkArray,
  checkBigint,
  checkBytes,
  checkDate,
  checkFloat,
  checkInt,
  checkTag,
  checkText,
  failChoice,
  mayOmit,
} from '../codec/write-parts.ts';
import { enter, failWrite, failWriteType, putByte, putBytes, reserve, Writer, type Write } from '../codec/writer.ts';
import { writeAlone } from '../codec/output.ts';
import { policyOf } from '../schema/limits.ts';
import { describeNode } from '../schema/describe-node.ts';
import type { LiteralValue, ObjectNode, RecordNode, SchemaNode, UnionNode } from '../schema/node.ts';
import { isPlainObject, ownValue } from '../schema/value-checks.ts';
import { bigintExtension } from './extension.ts';
import { mayBeNil } from './read-positional.ts';
import { checkWellFormed, writeNil, writePackAny } from './write-any.ts';
import {
  maxNumberLength,
  writeArrayHead,
  writeMapHead,
  writePackBigint,
  writePackFloat,
  writePackInt,
} from './write-number.ts';
import { writePackBytes, writePackDate, writePackString } from './write-text.ts';

/** The closures of one message; nodes that are shared or recursive are composed once. */
export class PackWriters {
  readonly positional: boolean;
  readonly #made = new Map<SchemaNode, Write>();

  constructor(positional: boolean) {
    this.positional = positional;
  }

  /** The writer of a node. */
  write(node: SchemaNode): Write {
    let made = this.#made.get(node);
    if (made === undefined) {
      made = this.#compose(node);
      this.#made.set(node, made);
    }
    return made;
  }

  #compose(node: SchemaNode): Write {
    switch (node.kind) {
      case 'bool':
        return writeBool;
      case 'int':
        return (w, v, b, p) => {
          reserve(b, p, maxNumberLength);
          return writePackInt(w.view, p, checkInt(w, node, v));
        };
      case 'float':
        return (w, v, b, p) => {
          reserve(b, p, maxNumberLength);
          return writePackFloat(w.view, p, checkFloat(w, node, v));
        };
      case 'bigint':
        return (w, v, b, p) => writePackBigint(w, b, p, checkBigint(w, node, v), bigintExtension);
      case 'string':
        return (w, v, b, p) => writePackString(b, p, checkWellFormed(w, checkText(w, node, v)));
      case 'bytes':
        return (w, v, b, p) => writePackBytes(b, p, checkBytes(w, node, v));
      case 'date':
        return (w, v, b, p) => writePackDate(b, w.view, p, checkDate(w, v));
      case 'literal':
        return choiceWriter([node.value], describeNode(node));
      case 'enum':
        return this.positional
          ? indexWriter(node.values, describeNode(node))
          : choiceWriter(node.values, describeNode(node));
      case 'unknown':
      case 'foreign':
        return writePackAny;
      case 'lazy': {
        let write: Write | undefined;
        return (w, v, b, p) => (write ??= this.write(node.get()))(w, v, b, p);
      }
      case 'nullable': {
        const inner = this.write(node.inner);
        return (w, v, b, p) => (v === null ? writeNil(b, p) : inner(w, v, b, p));
      }
      case 'array': {
        const item = this.write(node.item);
        return listWriter(() => item, node.minItems, node.maxItems);
      }
      case 'tuple': {
        const items = node.items.map((each) => this.write(each));
        return listWriter((index) => items[index]!, items.length, items.length);
      }
      case 'record':
        return recordWriter(node, this.write(node.value));
      case 'object':
        return this.positional ? positionalWriter(node, this.#fields(node)) : objectWriter(node, this.#fields(node));
      default:
        return this.positional ? this.#positionalUnion(node) : this.#union(node);
    }
  }

  #fields(node: ObjectNode): Write[] {
    return node.fields.map((field) => this.write(field.node));
  }

  #union(node: UnionNode): Write {
    const variants = new Map(Array.from(node.variants, ([tag, variant]) => [tag, this.write(variant)]));
    return (w, v, b, p) => variants.get(checkTag(w, node, checkObject(w, v)))!(w, v, b, p);
  }

  #positionalUnion(node: UnionNode): Write {
    const variants = new Map(
      Array.from(node.variants, ([tag, variant], index) => [
        tag,
        positionalWriter(variant, this.#fields(variant), index),
      ]),
    );
    return (w, v, b, p) => variants.get(checkTag(w, node, checkObject(w, v)))!(w, v, b, p);
  }
}

const writeBool: Write = (w, v, b, p) => {
  if (typeof v !== 'boolean') failWriteType(w, 'true or false', v);
  return putByte(b, p, v ? 0xc3 : 0xc2);
};

function choiceWriter(values: readonly LiteralValue[], expected: string): Write {
  const encoded = new Map<unknown, Uint8Array>(values.map((value) => [value, constantBytes(value)]));
  return (w, v, b, p) => {
    const bytes = encoded.get(v);
    return bytes === undefined ? failChoice(w, values, expected, v) : putBytes(b, p, bytes);
  };
}

/** The encoding of a constant of the schema. */
export function constantBytes(value: LiteralValue): Uint8Array {
  return writeAlone(new Writer('constant', policyOf('constant', {})), writePackAny, value);
}

function indexWriter(values: readonly (string | number)[], expected: string): Write {
  const indexes = new Map<unknown, number>(values.map((value, index) => [value, index]));
  return (w, v, b, p) => {
    const index = indexes.get(v);
    return index === undefined ? failChoice(w, values, expected, v) : putIndex(w, b, p, index);
  };
}

function putIndex(w: Writer, b: Uint8Array, p: number, index: number): number {
  reserve(b, p, maxNumberLength);
  return writePackInt(w.view, p, index);
}

function putArrayHead(b: Uint8Array, p: number, length: number): number {
  reserve(b, p, maxNumberLength);
  return writeArrayHead(b, p, length);
}

function putMapHead(b: Uint8Array, p: number, length: number): number {
  reserve(b, p, maxNumberLength);
  return writeMapHead(b, p, length);
}

function listWriter(item: (index: number) => Write, least: number, most: number): Write {
  return (w, v, b, p) => {
    const list = checkArray(w, v, least, most);
    enter(w);
    p = putArrayHead(b, p, list.length);
    for (let index = 0; index < list.length; index++) {
      w.path[w.depth - 1] = index;
      p = item(index)(w, list[index], b, p);
    }
    w.depth--;
    return p;
  };
}

function checkObject(w: Writer, v: unknown): Record<string, unknown> {
  return isPlainObject(v) ? v : failWriteType(w, 'an object', v);
}

function recordWriter(node: RecordNode, value: Write): Write {
  return (w, v, b, p) => {
    const record = checkObject(w, v);
    const keys = Object.keys(record).filter((key) => record[key] !== undefined);
    if (keys.length > node.maxEntries) {
      failWrite(w, 'ICHOR_SERIALIZATION_LIMIT', `at most ${node.maxEntries} entries`, `${keys.length} entries`);
    }
    enter(w);
    p = putMapHead(b, p, keys.length);
    for (const key of keys) {
      w.path[w.depth - 1] = key;
      p = writePackString(b, p, checkWellFormed(w, key));
      p = value(w, record[key], b, p);
    }
    w.depth--;
    return p;
  };
}

function objectWriter(node: ObjectNode, writes: readonly Write[]): Write {
  const keys = node.fields.map((field) => constantBytes(field.key));
  const known = new Set(node.fields.map((field) => field.key));
  return (w, v, b, p) => {
    const object = checkObject(w, v);
    enter(w);
    const values = node.fields.map((field) => {
      const value = ownValue(object, field.key);
      w.path[w.depth - 1] = field.key;
      if (value === undefined) mayOmit(w, field);
      return value;
    });
    const extra =
      node.unknownKeys === 'keep'
        ? Object.keys(object).filter((key) => !known.has(key) && object[key] !== undefined)
        : [];
    p = putMapHead(b, p, values.filter((value) => value !== undefined).length + extra.length);
    for (let index = 0; index < values.length; index++) {
      if (values[index] === undefined) continue;
      w.path[w.depth - 1] = node.fields[index]!.key;
      p = writes[index]!(w, values[index], b, putBytes(b, p, keys[index]!));
    }
    for (const key of extra) {
      w.path[w.depth - 1] = key;
      p = writePackAny(w, object[key], b, writePackString(b, p, checkWellFormed(w, key)));
    }
    w.depth--;
    return p;
  };
}

/** Writer of an object as an array. @param variant Index of a union's variant, which takes the place of the discriminator. */
function positionalWriter(node: ObjectNode, writes: readonly Write[], variant?: number): Write {
  const wrapped = node.fields.map((field) => (field.optional || field.node.kind === 'foreign') && mayBeNil(field.node));
  return (w, v, b, p) => {
    const object = checkObject(w, v);
    enter(w);
    p = putArrayHead(b, p, writes.length);
    for (let index = 0; index < writes.length; index++) {
      if (index === 0 && variant !== undefined) {
        p = putIndex(w, b, p, variant);
        continue;
      }
      const field = node.fields[index]!;
      const value = ownValue(object, field.key);
      w.path[w.depth - 1] = field.key;
      if (value === undefined && mayOmit(w, field)) p = writeNil(b, p);
      else p = writes[index]!(w, value, b, wrapped[index] === true ? putArrayHead(b, p, 1) : p);
    }
    w.depth--;
    return p;
  };
}
