// Generates the writers of containers: keys are written as constants, values by calls that V8 can inline.
// What does not fit the schema throws; the codec writes such a value again with closures, whose error says where it is.

import type { Write } from '../codec/writer.ts';
import { isGeneratable, NodeFunctions, putConstant } from '../codegen/node-functions.ts';
import { memberOf, misfitTest, notAnObject, refuseIf } from '../codegen/value-tests.ts';
import type { ArrayNode, FieldNode, ObjectNode, SchemaNode, UnionNode } from '../schema/node.ts';
import { mayBeNil } from './read-positional.ts';
import { constantBytes, type PackWriters } from './write-closures.ts';
import { writeArrayHead, writeMapHead, writePackFloat, writePackInt } from './write-number.ts';
import { writePackString } from './write-text.ts';

/** The generated writer of `node`. */
export function generatePackWriter(node: SchemaNode, closures: PackWriters): Write {
  return new PackWriterFunctions(closures).build(node) as Write;
}

class PackWriterFunctions extends NodeFunctions {
  readonly #closures: PackWriters;

  constructor(closures: PackWriters) {
    super('w, v, b, p');
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
    if (node.kind === 'union' && !this.#closures.positional) return this.#union(node);
    return undefined;
  }

  /** Statements that write the variable `x` at `p`. */
  #value(node: SchemaNode): string {
    const test = misfitTest(this.code, node, 'x');
    const refuse = test === undefined ? '' : refuseIf(this.code, test);
    switch (node.kind) {
      case 'int':
        return `${refuse} p = ${this.call(writePackInt, 'b, p, x')};`;
      case 'float':
        return `${refuse} p = ${this.call(writePackFloat, 'b, p, x')};`;
      case 'string':
        return `${refuse} p = ${this.call(writePackString, 'b, p, x')}; ${refuseIf(this.code, 'p < 0')}`;
      case 'bool':
        return `${refuse} b[p++] = x ? 0xc3 : 0xc2;`;
      case 'nullable':
        return `if (x === null) b[p++] = 0xc0; else {\n${this.#value(node.inner)}\n}`;
      default:
        return `p = ${this.functionOf(node)}(w, x, b, p);`;
    }
  }

  #map(node: ObjectNode): string[] {
    const always = node.fields.filter((field) => !field.optional).length;
    const lines = [
      refuseIf(this.code, notAnObject),
      refuseIf(this.code, 'w.depth++ >= w.maxDepth'),
      `let x, n = ${always};`,
    ];
    node.fields.forEach((field, index) => {
      if (field.optional) lines.push(`const x${index} = ${memberOf(field.key)};`, `if (x${index} !== undefined) n++;`);
    });
    lines.push(`p = ${this.call(writeMapHead, 'b, p, n')};`);
    node.fields.forEach((field, index) => lines.push(...this.#entry(field, index)));
    return [...lines, 'w.depth--;', 'return p;'];
  }

  #entry(field: FieldNode, index: number): string[] {
    const write = `${putConstant(constantBytes(field.key))}\n${this.#value(field.node)}`;
    if (field.optional) return [`x = x${index};`, `if (x !== undefined) {\n${write}\n}`];
    return [`x = ${memberOf(field.key)};`, refuseIf(this.code, 'x === undefined'), write];
  }

  #fields(node: ObjectNode): string[] {
    const lines = [refuseIf(this.code, notAnObject), refuseIf(this.code, 'w.depth++ >= w.maxDepth'), 'let x;'];
    lines.push(`p = ${this.call(writeArrayHead, `b, p, ${node.fields.length}`)};`);
    for (const field of node.fields) {
      lines.push(`x = ${memberOf(field.key)};`);
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
      `p = ${this.call(writeArrayHead, 'b, p, v.length')};`,
      'for (let i = 0; i < v.length; i++) {',
      'const x = v[i];',
      this.#value(node.item),
      '}',
      'w.depth--;',
      'return p;',
    ];
  }

  #union(node: UnionNode): string[] {
    const lines = [refuseIf(this.code, notAnObject), `switch (${memberOf(node.discriminator)}) {`];
    for (const [tag, variant] of node.variants) {
      lines.push(`case ${JSON.stringify(tag)}: return ${this.functionOf(variant)}(w, v, b, p);`);
    }
    return [...lines, `default: ${refuseIf(this.code, 'true')}`, '}'];
  }
}
