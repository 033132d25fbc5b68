// Generates the readers of containers for keys in order, with or without white space. At the first key that differs an
// object is handed over to its closure, which goes on from there; scalars always have a way to cope by themselves.
// Errors found here carry no path: the codec reads such input again with closures to learn it.

import type { MakeObject } from '../codec/object-parts.ts';
import { failDepth, failElements, type Read } from '../codec/reader.ts';
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
import type { ArrayNode, FieldNode, ObjectNode, SchemaNode, UnionNode } from '../schema/node.ts';
import { nextItem, openArray } from './read-any.ts';
import { skipSpace } from './json-text.ts';
import { ObjectReader, spacedMember } from './read-object.ts';
import type { JsonReaders } from './read-closures.ts';
import { readFloat, readInt } from './read-number.ts';
import { readString } from './read-string.ts';

const encoder = new TextEncoder();

/** The generated reader of `node`. */
export function generateJsonReader(node: SchemaNode, closures: JsonReaders): Read {
  return new ReaderFunctions(closures).build(node) as Read;
}

class ReaderFunctions extends NodeFunctions {
  readonly #closures: JsonReaders;

  constructor(closures: JsonReaders) {
    super('r, b, p');
    this.#closures = closures;
  }

  protected closure(node: SchemaNode): Read {
    return this.#closures.read(node);
  }

  protected body(node: SchemaNode): string[] | undefined {
    if (node.kind === 'object' && isGeneratable(node)) return this.#object(node);
    if (node.kind === 'array' && node.minItems === 0) return this.#array(node);
    if (node.kind === 'union' && isGeneratable(node)) return this.#union(node);
    return undefined;
  }

  /** An expression that reads the node at `p` and leaves the position in `r.pos`. */
  #value(node: SchemaNode): string {
    const otherwise = (): string => `${this.functionOf(node)}(r, b, p)`;
    switch (node.kind) {
      case 'int':
        return this.call(readInt, `r, b, p, ${node.min}, ${node.max}`);
      case 'float':
        return this.call(readFloat, `r, b, p, ${node.min}, ${node.max}`);
      case 'string': {
        const text = this.call(readString);
        const free = node.minLength === 0 && node.maxLength === 2 ** 31 - 1 && node.pattern === undefined;
        return free ? text : this.call(checkString, `r, p, ${text}, ${this.code.refer(node, 'limits')}`);
      }
      case 'bool':
        return (
          `${matchBytes(encoder.encode('true'))} ? (r.pos = p + 4, true) : ` +
          `${matchBytes(encoder.encode('false'))} ? (r.pos = p + 5, false) : ${otherwise()}`
        );
      case 'nullable':
        return `p < e && b[p] > 32 && b[p] !== 110 ? (${this.#value(node.inner)}) : ${otherwise()}`;
      default:
        return otherwise();
    }
  }

  #object(node: ObjectNode): string[] {
    const reads = node.fields.map((field) => this.functionOf(field.node));
    const make = this.code.refer((own: Read[], maker: MakeObject) => new ObjectReader(node, own, maker), 'makeMembers');
    const members = this.code.constant('members', `${make}([${reads.join(', ')}], ${this.makerOf(node)})`);
    // Nothing was read while the separator is still the opening brace: then the closure begins at the beginning.
    const leave = (index: number): string =>
      `{ if (separator === 123) break canonical; r.pos = p; return ${members}.resume(r, b, ${index}, ${valuesUpTo(node, index)}); }`;
    const lines = ['const start = p, e = r.end;', ...declareValues(node), 'let separator = 123, next;'];
    lines.push(`if (r.depth++ >= r.maxDepth) ${this.call(failDepth, 'r, p')};`, 'canonical: {');
    let required = false;
    node.fields.forEach((field, index) => {
      const separator = index === 0 ? '123' : required ? '44' : 'separator';
      lines.push(...this.#field(field, index, separator, leave(index)));
      required ||= !field.optional;
    });
    const end = leave(node.fields.length);
    const skip = `if (p < e && b[p] <= 32) p = ${this.call(skipSpace)};`;
    if (required) lines.push(skip, `if (p >= e || b[p] !== 125) ${end}`, 'r.pos = p + 1;');
    else {
      lines.push(
        'if (separator === 123) p++;',
        skip,
        `if (p >= e || b[p] !== 125 || b[start] !== 123) ${end}`,
        'r.pos = p + 1;',
      );
    }
    return [
      ...lines,
      'r.depth--;',
      ...resultOf(node, variable),
      '}',
      'r.depth--;',
      `return ${members}.read(r, b, start);`,
    ];
  }

  #field(field: FieldNode, index: number, separator: string, leave: string): string[] {
    const key = encoder.encode(`,${JSON.stringify(field.key)}:`);
    const matches = matchBytes(key, separator);
    const spaced = this.call(spacedMember, `r, b, p, ${separator}, ${this.code.refer(key, 'key')}`);
    const find = `next = ${matches} ? p + ${key.length} : ${spaced};`;
    const read = `p = next; v${index} = ${this.#value(field.node)}; p = r.pos; separator = 44;`;
    return field.optional ? [find, `if (next >= 0) { ${read} }`] : [find, `if (next < 0) ${leave}`, read];
  }

  #array(node: ArrayNode): string[] {
    return [
      `const most = Math.min(${node.maxItems}, r.maxElements), e = r.end, values = [];`,
      `p = ${this.call(openArray)};`,
      'while (p >= 0) {',
      `if (values.length >= most) ${this.call(failElements, "r, p, most, 'items'")};`,
      `values.push(${this.#value(node.item)});`,
      'p = r.pos;',
      'if (p + 1 < e && b[p] === 44 && b[p + 1] > 32 && b[p + 1] !== 93) p++;',
      `else p = ${this.call(nextItem, 'r, b')};`,
      '}',
      'return values;',
    ];
  }

  /** The discriminator as first key, or the closure. */
  #union(node: UnionNode): string[] {
    const lines = ['const e = r.end;'];
    for (const [tag, variant] of node.variants) {
      const start = encoder.encode(`{${JSON.stringify(node.discriminator)}:${JSON.stringify(tag)}`);
      lines.push(`if ${matchBytes(start)} return ${this.functionOf(variant)}(r, b, p);`);
    }
    return [...lines, `return ${this.call(this.closure(node))};`];
  }
}
