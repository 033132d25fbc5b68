// Generates the writers of containers: keys are written as constants, values by calls that V8 can inline.
// What does not fit the schema throws; the codec writes such a value again with closures, whose error says where it is.

import type { Write } from '../codec/writer.ts';
import { putConstant } from '../codegen/put-constant.ts';
import { WriterFunctions } from '../codegen/writer-functions.ts';
import { fewValues, memberOf, misfitTest, notAnObject, refuseIf, reserve } from '../codegen/value-tests.ts';
import type { ArrayNode, FieldNode, LiteralValue, ObjectNode, SchemaNode } from '../schema/node.ts';
import type { JsonWriters } from './write-closures.ts';
import { maxIntLength, maxNumberLength, writeInt, writeNumber } from './write-number.ts';
import { writeString, writeText } from './write-string.ts';

const encoder = new TextEncoder();

/** The generated writer of `node`. */
export function generateJsonWriter(node: SchemaNode, closures: JsonWriters): Write {
  return new JsonWriterFunctions(closures).build(node) as Write;
}

class JsonWriterFunctions extends WriterFunctions {
  readonly #closures: JsonWriters;

  constructor(closures: JsonWriters) {
    super();
    this.#closures = closures;
  }

  protected closure(node: SchemaNode): Write {
    return this.#closures.write(node);
  }

  protected body(node: SchemaNode): string[] | undefined {
    if (node.kind === 'object' && node.unknownKeys !== 'keep') return this.#object(node);
    if (node.kind === 'array') return this.#array(node);
    if (node.kind === 'union') return this.union(node);
    return undefined;
  }

  /**
   * Statements that write the variable `x` at `p`, where there is room for what `roomOf` says.
   *
   * @param opened Whether the quote that opens a string is there.
   */
  #value(node: SchemaNode, opened = false): string {
    const test = misfitTest(this.code, node, 'x');
    const refuse = test === undefined ? '' : refuseIf(this.code, test);
    switch (node.kind) {
      case 'int':
        return `${refuse} p = ${this.call(writeInt, 'd, p, x')};`;
      case 'float':
        return `${refuse} p = ${this.call(writeNumber, 'd, p, x')};`;
      case 'string':
        return `${refuse} p = ${this.call(opened ? writeText : writeString, 'b, p, x')};`;
      case 'bool':
        return `${refuse} if (x) { ${put('true')} } else { ${put('false')} }`;
      case 'nullable':
        return `if (x === null) { ${put('null')} } else {\n${this.#value(node.inner)}\n}`;
      case 'literal':
        return this.choice([node.value], textOf);
      case 'enum':
        if (node.values.length <= fewValues) return this.choice(node.values, textOf);
        return `p = ${this.functionOf(node)}(w, x, b, p);`;
      default:
        return `p = ${this.functionOf(node)}(w, x, b, p);`;
    }
  }

  #object(node: ObjectNode): string[] {
    const lines = [
      refuseIf(this.code, notAnObject),
      refuseIf(this.code, 'w.depth++ >= w.maxDepth'),
      'const d = w.view;',
      'let separator = 123, x;',
    ];
    let required = false;
    node.fields.forEach((field, index) => {
      lines.push(...this.#field(field, index === 0 ? '123' : required ? '44' : 'separator'));
      required ||= !mayBeAbsent(field);
    });
    lines.push(reserve(this.code, 2));
    if (!required) lines.push('if (separator === 123) b[p++] = 123;');
    return [...lines, 'w.depth--;', 'b[p] = 125;', 'return p + 1;'];
  }

  #field(field: FieldNode, separator: string): string[] {
    const opened = field.node.kind === 'string';
    const key = encoder.encode(`,${JSON.stringify(field.key)}:${opened ? '"' : ''}`);
    const room = reserve(this.code, key.length + valueRoom(field.node));
    const dynamic = separator === 'separator';
    if (!dynamic) key[0] = Number(separator);
    const start = putConstant(key, leastBehindKey, dynamic ? separator : undefined);
    const write = `${room} ${start}\n${this.#value(field.node, opened)}`;
    const member = `x = ${memberOf(field.key)};`;
    if (mayBeAbsent(field)) return [member, `if (x !== undefined) {\n${write}\nseparator = 44;\n}`];
    return [member, refuseIf(this.code, 'x === undefined'), write, 'separator = 44;'];
  }

  #array(node: ArrayNode): string[] {
    return [
      refuseIf(this.code, `!Array.isArray(v) || v.length < ${node.minItems} || v.length > ${node.maxItems}`),
      refuseIf(this.code, 'w.depth++ >= w.maxDepth'),
      'const d = w.view;',
      reserve(this.code, 1),
      'b[p++] = 91;',
      'for (let i = 0; i < v.length; i++) {',
      reserve(this.code, 1 + roomOf(node.item)),
      'if (i > 0) b[p++] = 44;',
      'const x = v[i];',
      this.#value(node.item),
      '}',
      'w.depth--;',
      reserve(this.code, 1),
      'b[p] = 93;',
      'return p + 1;',
    ];
  }
}

/** Behind every key stand a value and what follows it, each of one byte at least. */
const leastBehindKey = 2;

/** Room for the value behind a key. */
function valueRoom(node: SchemaNode): number {
  return Math.max(leastBehindKey, roomOf(node));
}

/** The most bytes that `#value` writes of such a node by itself; what it calls asks for its own room. */
function roomOf(node: SchemaNode): number {
  switch (node.kind) {
    case 'int':
      return maxIntLength;
    case 'float':
      return maxNumberLength;
    case 'bool':
      return 5;
    case 'nullable':
      return Math.max(4, roomOf(node.inner));
    case 'literal':
      return textOf(node.value).length;
    case 'enum':
      return Math.max(...node.values.map((value) => textOf(value).length));
    default:
      return 0;
  }
}

/** The text of a constant of the schema. */
function textOf(value: LiteralValue): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** Whether the writer leaves the key out for undefined. A foreign schema may allow that. */
function mayBeAbsent(field: FieldNode): boolean {
  return field.optional || field.node.kind === 'foreign';
}

function put(text: string): string {
  return putConstant(encoder.encode(text), 0);
}
