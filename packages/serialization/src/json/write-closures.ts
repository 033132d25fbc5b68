// Composes the writer of a node out of the writers of its parts. This is the complete meaning of writing JSON, with paths
// in its errors; generated code is only a faster way to the same bytes.

import { describeValue, quote } from '../errors/received.ts';
import { describeBigint, describeNode, describeString } from '../schema/describe-node.ts';
import type {
  BigintNode,
  FieldNode,
  ObjectNode,
  RecordNode,
  SchemaNode,
  StringNode,
  UnionNode,
} from '../schema/node.ts';
import { describeTags } from '../schema/validate.ts';
import { bigintFits, bytesFit, isPlainObject, ownValue, stringFits } from '../schema/value-checks.ts';
import { base64Length, writeBase64 } from '../text/base64.ts';
import { enter, failWrite, failWriteType, putBytes, type JsonWrite, type JsonWriter } from './json-writer.ts';
import { writeAny } from './write-any.ts';
import { writeDigits, writeInt, writeNumber } from './write-number.ts';
import { writeString } from './write-string.ts';

const encoder = new TextEncoder();
const nullBytes = encoder.encode('null');
const trueBytes = encoder.encode('true');
const falseBytes = encoder.encode('false');

/** The closures of one message; nodes that are shared or recursive are composed once. */
export class JsonWriters {
  readonly #made = new Map<SchemaNode, JsonWrite>();

  /** The writer of a node. */
  write(node: SchemaNode): JsonWrite {
    let made = this.#made.get(node);
    if (made === undefined) {
      made = this.#compose(node);
      this.#made.set(node, made);
    }
    return made;
  }

  #compose(node: SchemaNode): JsonWrite {
    switch (node.kind) {
      case 'bool':
        return writeBool;
      case 'int':
        return (w, v, b, p) => {
          if (typeof v !== 'number') failWriteType(w, describeNode(node), v);
          if (!Number.isSafeInteger(v) || v < node.min || v > node.max) failRange(w, node, v);
          return writeInt(b, p, v);
        };
      case 'float':
        return (w, v, b, p) => {
          if (typeof v !== 'number') failWriteType(w, describeNode(node), v);
          if (!(v >= node.min && v <= node.max)) failRange(w, node, v);
          return writeNumber(b, p, v);
        };
      case 'bigint':
        return bigintWriter(node);
      case 'string':
        return stringWriter(node);
      case 'bytes':
        return (w, v, b, p) => {
          if (!(v instanceof Uint8Array)) failWriteType(w, describeNode(node), v);
          if (!bytesFit(node, v)) {
            failWrite(w, 'ICHOR_SERIALIZATION_LIMIT', `${node.minLength} to ${node.maxLength} bytes`, describeValue(v));
          }
          b[p] = 34;
          const end = p + 1 + base64Length(v.length);
          if (end < b.length) writeBase64(b, p + 1, v);
          b[end] = 34;
          return end + 1;
        };
      case 'date':
        return (w, v, b, p) => {
          if (!(v instanceof Date)) failWriteType(w, 'a Date', v);
          if (Number.isNaN(v.getTime())) failWrite(w, 'ICHOR_SERIALIZATION_VALUE', 'a valid Date', 'an invalid Date');
          return writeString(b, p, v.toISOString());
        };
      case 'literal':
        return choiceWriter([node.value], describeNode(node));
      case 'enum':
        return choiceWriter(node.values, describeNode(node));
      case 'unknown':
      case 'foreign':
        return writeAny;
      case 'lazy': {
        let write: JsonWrite | undefined;
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
      case 'union':
        return unionWriter(node, new Map(Array.from(node.variants, ([tag, variant]) => [tag, this.write(variant)])));
    }
  }
}

const writeBool: JsonWrite = (w, v, b, p) => {
  if (v === true) return putBytes(b, p, trueBytes);
  return v === false ? putBytes(b, p, falseBytes) : failWriteType(w, 'true or false', v);
};

function bigintWriter(node: BigintNode): JsonWrite {
  return (w, v, b, p) => {
    if (typeof v !== 'bigint') failWriteType(w, `${describeBigint(node)} as a bigint`, v);
    if (!bigintFits(node, v)) failWrite(w, 'ICHOR_SERIALIZATION_RANGE', describeBigint(node), describeValue(v));
    return writeDigits(b, p, node.json === 'string' ? `"${v}"` : String(v));
  };
}

function stringWriter(node: StringNode): JsonWrite {
  return (w, v, b, p) => {
    if (typeof v !== 'string') failWriteType(w, 'a string', v);
    if (stringFits(node, v)) return writeString(b, p, v);
    const length = v.length < node.minLength || v.length > node.maxLength;
    const code = length ? 'ICHOR_SERIALIZATION_LIMIT' : 'ICHOR_SERIALIZATION_VALUE';
    return failWrite(w, code, describeString(node), length ? `${v.length} characters` : `string ${quote(v)}`);
  };
}

function choiceWriter(values: readonly unknown[], expected: string): JsonWrite {
  const texts = new Map(values.map((value) => [value, encoder.encode(JSON.stringify(value))]));
  const types = new Set(values.map((value) => typeof value));
  return (w, v, b, p) => {
    const bytes = texts.get(v);
    if (bytes !== undefined) return putBytes(b, p, bytes);
    const code = types.has(typeof v) ? 'ICHOR_SERIALIZATION_VALUE' : 'ICHOR_SERIALIZATION_TYPE';
    return failWrite(w, code, expected, describeValue(v));
  };
}

function listWriter(item: (index: number) => JsonWrite, least: number, most: number): JsonWrite {
  return (w, v, b, p) => {
    if (!Array.isArray(v)) failWriteType(w, 'an array', v);
    if (v.length < least || v.length > most) {
      failWrite(w, 'ICHOR_SERIALIZATION_LIMIT', `an array of ${least} to ${most}`, describeValue(v));
    }
    enter(w);
    b[p++] = 91;
    for (let index = 0; index < v.length; index++) {
      if (index > 0) b[p++] = 44;
      w.path[w.depth - 1] = index;
      p = item(index)(w, v[index], b, p);
    }
    w.depth--;
    b[p] = 93;
    return p + 1;
  };
}

function recordWriter(node: RecordNode, value: JsonWrite): JsonWrite {
  return (w, v, b, p) => {
    if (!isPlainObject(v)) failWriteType(w, 'an object', v);
    enter(w);
    let count = 0;
    b[p++] = 123;
    for (const key of Object.keys(v)) {
      const member = v[key];
      if (member === undefined) continue;
      if (count++ > 0) b[p++] = 44;
      w.path[w.depth - 1] = key;
      p = writeString(b, p, key);
      b[p++] = 58;
      p = value(w, member, b, p);
    }
    w.depth--;
    if (count > node.maxEntries) {
      failWrite(w, 'ICHOR_SERIALIZATION_LIMIT', `at most ${node.maxEntries} entries`, `${count} entries`);
    }
    b[p] = 125;
    return p + 1;
  };
}

function objectWriter(node: ObjectNode, writes: readonly JsonWrite[]): JsonWrite {
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
      b[p] = separator;
      separator = 44;
      p = writes[index]!(w, member, b, putBytes(b, p + 1, keys[index]!));
    }
    if (node.unknownKeys === 'keep') {
      for (const key of Object.keys(v)) {
        if (known.has(key) || v[key] === undefined) continue;
        w.path[w.depth - 1] = key;
        b[p] = separator;
        separator = 44;
        p = writeString(b, p + 1, key);
        b[p++] = 58;
        p = writeAny(w, v[key], b, p);
      }
    }
    w.depth--;
    if (separator === 123) b[p++] = 123;
    b[p] = 125;
    return p + 1;
  };
}

function mayOmit(w: JsonWriter, field: FieldNode): true {
  if (field.optional || field.node.kind === 'foreign') return true;
  return failWrite(
    w,
    'ICHOR_SERIALIZATION_MISSING_KEY',
    describeNode(field.node),
    'undefined',
    'Set it, or make it t.optional(…).',
  );
}

function unionWriter(node: UnionNode, variants: ReadonlyMap<string, JsonWrite>): JsonWrite {
  return (w, v, b, p) => {
    if (!isPlainObject(v)) failWriteType(w, 'an object', v);
    const tag = ownValue(v, node.discriminator);
    const variant = typeof tag === 'string' ? variants.get(tag) : undefined;
    if (variant !== undefined) return variant(w, v, b, p);
    w.path[w.depth++] = node.discriminator;
    const code = tag === undefined ? 'ICHOR_SERIALIZATION_MISSING_KEY' : 'ICHOR_SERIALIZATION_VALUE';
    return failWrite(w, code, describeTags(node), describeValue(tag));
  };
}

function failRange(w: JsonWriter, node: SchemaNode, value: number): never {
  return failWrite(w, 'ICHOR_SERIALIZATION_RANGE', describeNode(node), describeValue(value));
}
