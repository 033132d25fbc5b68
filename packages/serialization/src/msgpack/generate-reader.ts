// Generates the readers of containers for canonical input: keys in order. At the first key that differs a map is handed
// over to its closure, which goes on from there. In the positional form there are no keys to differ.

import type { MakeObject } from '../codec/object-parts.ts';
import { failDepth, type Read } from '../codec/reader.ts';
import { checkString } from '../codec/value-parts.ts';
import {
  declareValues,
  isGeneratable,
  matchBytes,
  NodeFunctions,
  resultOf,
  valuesUpTo,
  variable,
} from '../codegen/node-functions.ts';
import type { ArrayNode, ObjectNode, SchemaNode, UnionNode } from '../schema/node.ts';
import { PackObjectReader } from './read-object.ts';
import type { PackReaders } from './read-closures.ts';
import { openPackArray, openPackMap } from './read-head.ts';
import { readPackFloat, readPackInt } from './read-number.ts';
import { mayBeNil, openFields } from './read-positional.ts';
import { readPackString } from './read-text.ts';
import { constantBytes } from './write-closures.ts';

/** The generated reader of `node`. */
export function generatePackReader(node: SchemaNode, closures: PackReaders): Read {
  return new PackReaderFunctions(closures).build(node) as Read;
}

class PackReaderFunctions extends NodeFunctions {
  readonly #closures: PackReaders;

  constructor(closures: PackReaders) {
    super('r, b, p');
    this.#closures = closures;
  }

  protected closure(node: SchemaNode): Read {
    return this.#closures.read(node);
  }

  protected body(node: SchemaNode): string[] | undefined {
    if (node.kind === 'object' && isGeneratable(node)) {
      return this.#closures.positional ? this.#fields(node) : this.#map(node);
    }
    if (node.kind === 'array' && node.minItems === 0) return this.#array(node);
    if (node.kind === 'union' && isGeneratable(node) && !this.#closures.positional) return this.#union(node);
    return undefined;
  }

  /** An expression that reads the node at `p` and leaves the position in `r.pos`. */
  #value(node: SchemaNode): string {
    const otherwise = (): string => `${this.functionOf(node)}(r, b, p)`;
    switch (node.kind) {
      case 'int':
        return this.call(readPackInt, `r, b, p, ${node.min}, ${node.max}`);
      case 'float':
        return this.call(readPackFloat, `r, b, p, ${node.min}, ${node.max}`);
      case 'string': {
        const text = this.call(readPackString);
        const free = node.minLength === 0 && node.maxLength === 2 ** 31 - 1 && node.pattern === undefined;
        return free ? text : this.call(checkString, `r, p, ${text}, ${this.code.refer(node, 'limits')}`);
      }
      case 'bool':
        return `p < e && (b[p] === 0xc2 || b[p] === 0xc3) ? (r.pos = p + 1, b[p] === 0xc3) : ${otherwise()}`;
      case 'nullable':
        return `p < e && b[p] !== 0xc0 ? (${this.#value(node.inner)}) : ${otherwise()}`;
      default:
        return otherwise();
    }
  }

  #map(node: ObjectNode): string[] {
    const reads = node.fields.map((field) => this.functionOf(field.node));
    const make = this.code.refer(
      (own: Read[], maker: MakeObject) => new PackObjectReader(node, own, maker),
      'makeMembers',
    );
    const members = this.code.constant('members', `${make}([${reads.join(', ')}], ${this.makerOf(node)})`);
    const leave = (index: number): string =>
      `{ r.pos = p; return ${members}.resume(r, b, n, ${index}, ${valuesUpTo(node, index)}); }`;
    const lines = [
      'const e = r.end;',
      'let n;',
      ...declareValues(node),
      'if (p < e && (b[p] & 0xf0) === 0x80) {',
      `if (r.depth++ >= r.maxDepth) ${this.call(failDepth, 'r, p')};`,
      'n = b[p++] & 15;',
      `} else { n = ${this.call(openPackMap, 'r, b, p, r.maxElements')}; p = r.pos; }`,
    ];
    node.fields.forEach((field, index) => {
      const key = constantBytes(field.key);
      const matches = `n > 0 && ${matchBytes(key)}`;
      const read = `p += ${key.length}; v${index} = ${this.#value(field.node)}; p = r.pos; n--;`;
      if (field.optional) lines.push(`if (${matches}) { ${read} }`);
      else lines.push(`if (!(${matches})) ${leave(index)}`, read);
    });
    return [
      ...lines,
      `if (n > 0) ${leave(node.fields.length)}`,
      'r.pos = p;',
      'r.depth--;',
      ...resultOf(node, variable),
    ];
  }

  #fields(node: ObjectNode): string[] {
    const lines = ['const e = r.end;', ...declareValues(node), this.#openFields(node.fields.length)];
    node.fields.forEach((field, index) => {
      lines.push('p = r.pos;');
      const read = `v${index} = ${this.#value(field.node)};`;
      if (!field.optional) lines.push(read);
      else if (mayBeNil(field.node)) {
        lines.push('if (p < e && b[p] === 0xc0) r.pos = p + 1;', `else if (p < e && b[p] === 0x91) { p++; ${read} }`);
        lines.push(`else throw new Error('neither nil nor an array of one');`);
      } else lines.push(`if (p < e && b[p] === 0xc0) r.pos = p + 1; else ${read}`);
    });
    return [...lines, 'r.depth--;', ...resultOf(node, variable)];
  }

  /** Enters an array of so many fields: mostly its head has one byte. */
  #openFields(count: number): string {
    const open = `${this.call(openFields, `r, b, p, ${count}`)};`;
    if (count > 15) return open;
    return `if (p < e && b[p] === ${0x90 | count} && ${count} <= r.maxElements && r.depth < r.maxDepth) { r.depth++; r.pos = p + 1; } else ${open}`;
  }

  #array(node: ArrayNode): string[] {
    return [
      'const e = r.end;',
      `const length = ${this.call(openPackArray, `r, b, p, Math.min(${node.maxItems}, r.maxElements), 'items'`)};`,
      'const values = [];',
      'for (let i = 0; i < length; i++) {',
      'p = r.pos;',
      `values.push(${this.#value(node.item)});`,
      '}',
      'r.depth--;',
      'return values;',
    ];
  }

  /** The discriminator as first key of a small map, or the closure. */
  #union(node: UnionNode): string[] {
    const lines = ['const e = r.end;', 'if (p < e && (b[p] & 0xf0) === 0x80 && b[p] > 0x80) {', 'p++;'];
    const key = constantBytes(node.discriminator);
    for (const [tag, variant] of node.variants) {
      const start = Uint8Array.of(...key, ...constantBytes(tag));
      lines.push(`if ${matchBytes(start)} return ${this.functionOf(variant)}(r, b, p - 1);`);
    }
    return [...lines, 'p--;', '}', `return ${this.call(this.closure(node))};`];
  }
}
