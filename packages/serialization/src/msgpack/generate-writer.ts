// Generates the writers of containers: keys are written as constants, values by calls that V8 can inline.
// What does not fit the schema throws; the codec writes such a value again with closures, whose error says where it is.

import type { Write } from '../codec/writer.ts';
import { isGeneratable } from '../codegen/node-functions.ts';
import { putConstant } from '../codegen/put-constant.ts';
import { WriterFunctions } from '../codegen/writer-functions.ts';
import { fewValues, memberOf, misfitTest, notAnObject, refuseIf, reserve } from '../codegen/value-tests.ts';
import type { ArrayNode, FieldNode, LiteralValue, ObjectNode, SchemaNode } from '../schema/node.ts';
import { mayBeNil } from './read-positional.ts';
import { constantBytes, type PackWriters } from './write-closures.ts';
import { maxNumberLength, writeArrayHead, writeMapHead, writePackFloat, writePackInt } from './write-number.ts';
import { writePackString } from './write-text.ts';

/** The generated writer of `node`. */
export function generatePackWriter(node: SchemaNode, closures: PackWriters): Write {
  return new PackWriterFunctions(closures).build(node) as Write;
}

class PackWriterFunctions extends WriterFunctions {
  readonly #closures: PackWriters;

  constructor(closures: PackWriters) {
    super();
    this.#closures = closures;
  }

  protected closure(node: SchemaNode): Write {
    return this.#closures.write(node);
  }

  protected body(node: SchemaNode): string[] | undefined {
    if (node.kind === 'object' && node.unknownKeys !== 'keep' && isGeneratable(node)) {
      return this.#closures.positional ? this.#fields(node) : this.#map(node);
    }
    if (node.kind === 'array') return this.#array(node);
    if (node.kind === 'union' && !this.#closures.positional) return this.union(node);
    return undefined;
  }

  /** Statements that write the variable `x` at `p`, where there is room for what `#roomOf` says. */
  #value(node: SchemaNode): string {
    const test = misfitTest(this.code, node, 'x');
    const refuse = test === undefined ? '' : refuseIf(this.code, test);
    switch (node.kind) {
      case 'int':
        return `${refuse} p = ${this.call(writePackInt, 'd, p, x')};`;
      case 'float':
        return `${refuse} p = ${this.call(writePackFloat, 'd, p, x')};`;
      case 'string':
        return `${refuse} p = ${this.call(writePackString, 'b, p, x')}; ${refuseIf(this.code, 'p < 0')}`;
      case 'bool':
        return `${refuse} b[p++] = x ? 0xc3 : 0xc2;`;
      case 'nullable':
        return `if (x === null) b[p++] = 0xc0; else {\n${this.#value(node.inner)}\n}`;
      case 'literal':
        return this.choice([node.value], constantBytes);
      case 'enum':
        if (node.values.length <= fewValues)
          return this.choice(node.values, (value, index) => this.#choiceBytes(value, index));
        return `p = ${this.functionOf(node)}(w, x, b, p);`;
      default:
        return `p = ${this.functionOf(node)}(w, x, b, p);`;
    }
  }

  /** A value of an enum: by position its index. */
  #choiceBytes(value: LiteralValue, index: number): Uint8Array {
    return constantBytes(this.#closures.positional ? index : value);
  }

  /** The most bytes that `#value` writes of such a node by itself; what it calls asks for its own room. */
  #roomOf(node: SchemaNode): number {
    switch (node.kind) {
      case 'int':
      case 'float':
        return maxNumberLength;
      case 'bool':
        return 1;
      case 'nullable':
        return Math.max(1, this.#roomOf(node.inner));
      case 'literal':
        return constantBytes(node.value).length;
      case 'enum':
        return Math.max(...node.values.map((value, index) => this.#choiceBytes(value, index).length));
      default:
        return 0;
    }
  }

  #map(node: ObjectNode): string[] {
    const always = node.fields.filter((field) => !field.optional).length;
    const lines = [
      refuseIf(this.code, notAnObject),
      refuseIf(this.code, 'w.depth++ >= w.maxDepth'),
      'const d = w.view;',
      `let x, n = ${always};`,
    ];
    node.fields.forEach((field, index) => {
      if (field.optional) lines.push(`const x${index} = ${memberOf(field.key)};`, `if (x${index} !== undefined) n++;`);
    });
    lines.push(reserve(this.code, maxNumberLength), `p = ${this.call(writeMapHead, 'b, p, n')};`);
    node.fields.forEach((field, index) => lines.push(...this.#entry(field, index)));
    return [...lines, 'w.depth--;', 'return p;'];
  }

  #entry(field: FieldNode, index: number): string[] {
    const key = constantBytes(field.key);
    const room = reserve(this.code, key.length + Math.max(leastBehindKey, this.#roomOf(field.node)));
    const write = `${room} ${putConstant(key, leastBehindKey)}\n${this.#value(field.node)}`;
    if (field.optional) return [`x = x${index};`, `if (x !== undefined) {\n${write}\n}`];
    return [`x = ${memberOf(field.key)};`, refuseIf(this.code, 'x === undefined'), write];
  }

  #fields(node: ObjectNode): string[] {
    const lines = [
      refuseIf(this.code, notAnObject),
      refuseIf(this.code, 'w.depth++ >= w.maxDepth'),
      'const d = w.view;',
      'let x;',
    ];
    lines.push(reserve(this.code, maxNumberLength), `p = ${this.call(writeArrayHead, `b, p, ${node.fields.length}`)};`);
    for (const field of node.fields) {
      lines.push(`x = ${memberOf(field.key)};`, reserve(this.code, 1 + this.#roomOf(field.node)));
      const wrap = field.optional && mayBeNil(field.node) ? 'b[p++] = 0x91;' : '';
      const write = `${wrap}\n${this.#value(field.node)}`;
      if (field.optional) lines.push(`if (x === undefined) b[p++] = 0xc0; else {\n${write}\n}`);
      else lines.push(refuseIf(this.code, 'x === undefined'), write);
    }
    return [...lines, 'w.depth--;', 'return p;'];
  }

  #array(node: ArrayNode): string[] {
    return [
      refuseIf(this.code, `!Array.isArray(v) || v.length < ${node.minItems} || v.length > ${node.maxItems}`),
      refuseIf(this.code, 'w.depth++ >= w.maxDepth'),
      'const d = w.view;',
      reserve(this.code, maxNumberLength),
      `p = ${this.call(writeArrayHead, 'b, p, v.length')};`,
      'for (let i = 0; i < v.length; i++) {',
      reserve(this.code, this.#roomOf(node.item)),
      'const x = v[i];',
      this.#value(node.item),
      '}',
      'w.depth--;',
      'return p;',
    ];
  }
}

/** Behind every key stands a value, of one byte at least. */
const leastBehindKey = 1;
