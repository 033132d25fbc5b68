// Composes the writer of a node out of the writers of its parts. This is the complete meaning of writing JSON, with paths
// in its errors; generated code is only a faster way to the same bytes.

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
import { enter, failWrite, failWriteType, putByte, putBytes, reserve, type Write } from '../codec/writer.ts';
import { describeNode } from '../schema/describe-node.ts';
import type { ObjectNode, RecordNode, SchemaNode, UnionNode } from '../schema/node.ts';
import { isPlainObject, ownValue } from '../schema/value-checks.ts';
import { base64Length, writeBase64 } from '../text/base64.ts';
import { putText, writeAny } from './write-any.ts';
import { maxIntLength, maxNumberLength, writeInt, writeNumber } from './write-number.ts';
import { writeString } from './write-string.ts';

const encoder = new TextEncoder();
const nullBytes = encoder.encode('null');
const trueBytes = encoder.encode('true');
const falseBytes = encoder.encode('false');

/** The closures of one message; nodes that are shared or recursive are composed once. */
export class JsonWriters {
  readonly #made = new Map<SchemaNode, Write>();

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
          reserve(b, p, maxIntLength);
          return writeInt(w.view, p, checkInt(w, node, v));
        };
      case 'float':
        return (w, v, b, p) => {
          reserve(b, p, maxNumberLength);
          return writeNumber(w.view, p, checkFloat(w, node, v));
        };
      case 'bigint':
        return (w, v, b, p) => {
          const value = checkBigint(w, node, v);
          return putText(b, p, node.json === 'string' ? `"${value}"` : String(value));
        };
      case 'string':
        return (w, v, b, p) => writeString(b, p, checkText(w, node, v));
      case 'bytes':
        return (w, v, b, p) => writeBytes(b, p, checkBytes(w, node, v));
      case 'date':
        return (w, v, b, p) => writeString(b, p, checkDate(w, v).toISOString());
      case 'literal':
        return choiceWriter([node.value], describeNode(node));
      case 'enum':
        return choiceWriter(node.values, describeNode(node));
      case 'unknown':
      case 'foreign':
        return writeAny;
      case 'lazy': {
        let write: Write | undefined;
        return (w, v, b, p) => (write ??= this.write(node.get()))(w, v, b, p);
      }
      case 'nullable': {
        const inner = this.write(node.inner);
        return (w, v, b, p) => (v === null ? putBytes(b, p, nullBytes) : inner(w, v, b, p));
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
        return objectWriter(
          node,
          node.fields.map((field) => this.write(field.node)),
        );
      default:
        return unionWriter(node, new Map(Array.from(node.variants, ([tag, variant]) => [tag, this.write(variant)])));
    }
  }
}

const writeBool: Write = (w, v, b, p) => {
  if (v === true) return putBytes(b, p, trueBytes);
  return v === false ? putBytes(b, p, falseBytes) : failWriteType(w, 'true or false', v);
};

function writeBytes(b: Uint8Array, p: number, bytes: Uint8Array): number {
  reserve(b, p, base64Length(bytes.length) + 2);
  b[p] = 34;
  return putByte(b, writeBase64(b, p + 1, bytes), 34);
}

function choiceWriter(values: readonly unknown[], expected: string): Write {
  const texts = new Map(values.map((value) => [value, encoder.encode(JSON.stringify(value))]));
  return (w, v, b, p) => {
    const bytes = texts.get(v);
    return bytes === undefined ? failChoice(w, values, expected, v) : putBytes(b, p, bytes);
  };
}

function listWriter(item: (index: number) => Write, least: number, most: number): Write {
  return (w, v, b, p) => {
    const list = checkArray(w, v, least, most);
    enter(w);
    p = putByte(b, p, 91);
    for (let index = 0; index < list.length; index++) {
      if (index > 0) p = putByte(b, p, 44);
      w.path[w.depth - 1] = index;
      p = item(index)(w, list[index], b, p);
    }
    w.depth--;
    return putByte(b, p, 93);
  };
}

function recordWriter(node: RecordNode, value: Write): Write {
  return (w, v, b, p) => {
    if (!isPlainObject(v)) failWriteType(w, 'an object', v);
    enter(w);
    let count = 0;
    p = putByte(b, p, 123);
    for (const key of Object.keys(v)) {
      const member = v[key];
      if (member === undefined) continue;
      if (count++ > 0) p = putByte(b, p, 44);
      w.path[w.depth - 1] = key;
      p = putByte(b, writeString(b, p, key), 58);
      p = value(w, member, b, p);
    }
    w.depth--;
    if (count > node.maxEntries) {
      failWrite(w, 'ICHOR_SERIALIZATION_LIMIT', `at most ${node.maxEntries} entries`, `${count} entries`);
    }
    return putByte(b, p, 125);
  };
}

function objectWriter(node: ObjectNode, writes: readonly Write[]): Write {
  const keys = node.fields.map((field) => encoder.encode(`${JSON.stringify(field.key)}:`));
  const known = new Set(node.fields.map((field) => field.key));
  return (w, v, b, p) => {
    if (!isPlainObject(v)) failWriteType(w, 'an object', v);
    enter(w);
    let separator = 123;
    for (let index = 0; index < keys.length; index++) {
      const field = node.fields[index]!;
      const member = ownValue(v, field.key);
      w.path[w.depth - 1] = field.key;
      if (member === undefined && mayOmit(w, field)) continue;
      p = putByte(b, p, separator);
      separator = 44;
      p = writes[index]!(w, member, b, putBytes(b, p, keys[index]!));
    }
    if (node.unknownKeys === 'keep') {
      for (const key of Object.keys(v)) {
        if (known.has(key) || v[key] === undefined) continue;
        w.path[w.depth - 1] = key;
        p = putByte(b, p, separator);
        separator = 44;
        p = putByte(b, writeString(b, p, key), 58);
        p = writeAny(w, v[key], b, p);
      }
    }
    w.depth--;
    if (separator === 123) p = putByte(b, p, 123);
    return putByte(b, p, 125);
  };
}

function unionWriter(node: UnionNode, variants: ReadonlyMap<string, Write>): Write {
  return (w, v, b, p) => {
    if (!isPlainObject(v)) failWriteType(w, 'an object', v);
    return variants.get(checkTag(w, node, v))!(w, v, b, p);
  };
}
