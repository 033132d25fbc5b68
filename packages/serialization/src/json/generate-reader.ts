// Generates the readers of containers for canonical input: keys in order, no white space. At the first byte that differs
// an object is handed over to its closure, which goes on from there; scalars always have a way to cope by themselves.
// Errors found here carry no path: the codec reads such input again with closures to learn it.

import { Code } from '../codegen/code.ts';
import type { ArrayNode, FieldNode, ObjectNode, SchemaNode, UnionNode } from '../schema/node.ts';
import { failDepth, failElements, type JsonRead } from './json-reader.ts';
import { nextItem, openArray } from './read-any.ts';
import type { JsonReaders } from './read-closures.ts';
import { checkString, readString } from './read-string.ts';
import { readFloat, readInt } from './read-number.ts';

const encoder = new TextEncoder();

/** The generated reader of `node`. */
export function generateJsonReader(node: SchemaNode, closures: JsonReaders): JsonRead {
  const generator = new ReaderGenerator(closures);
  return generator.build(node);
}

class ReaderGenerator {
  readonly #code = new Code();
  readonly #closures: JsonReaders;
  readonly #defined = new Map<SchemaNode, string>();

  constructor(closures: JsonReaders) {
    this.#closures = closures;
  }

  build(node: SchemaNode): JsonRead {
    return this.#code.build(this.#function(node));
  }

  /** Name of a function `(r, b, p)` that reads the node. */
  #function(node: SchemaNode): string {
    const known = this.#defined.get(node);
    if (known !== undefined) return known;
    switch (node.kind) {
      case 'lazy':
        return this.#function(node.get());
      case 'object':
        return this.#define(node, `read_${node.name ?? 'object'}`, (name) => this.#object(name, node));
      case 'array':
        return this.#define(node, 'read_array', (name) => this.#array(name, node));
      case 'union':
        return this.#define(node, 'read_union', (name) => this.#union(name, node));
      default: {
        const name = this.#code.refer(this.#closures.read(node), `read_${node.kind}`);
        this.#defined.set(node, name);
        return name;
      }
    }
  }

  #define(node: SchemaNode, hint: string, body: (name: string) => void): string {
    const name = this.#code.unique(hint);
    // Known before its body is made: a recursive node refers to itself.
    this.#defined.set(node, name);
    body(name);
    return name;
  }

  /** An expression that reads the node at `p` and leaves the position in `r.pos`. */
  #value(node: SchemaNode): string {
    switch (node.kind) {
      case 'int':
        return `${this.#code.refer(readInt, 'readInt')}(r, b, p, ${node.min}, ${node.max})`;
      case 'float':
        return `${this.#code.refer(readFloat, 'readFloat')}(r, b, p, ${node.min}, ${node.max})`;
      case 'string': {
        const text = `${this.#code.refer(readString, 'readString')}(r, b, p)`;
        const free = node.minLength === 0 && node.maxLength === 2 ** 31 - 1 && node.pattern === undefined;
        return free
          ? text
          : `${this.#code.refer(checkString, 'checkString')}(r, b, p, ${text}, ${this.#code.refer(node, 'limits')})`;
      }
      case 'bool': {
        const otherwise = `${this.#function(node)}(r, b, p)`;
        return `${this.#match('true', 'p')} ? (r.pos = p + 4, true) : ${this.#match('false', 'p')} ? (r.pos = p + 5, false) : ${otherwise}`;
      }
      case 'nullable': {
        const inner = this.#value(node.inner);
        return `p < e && b[p] > 32 && b[p] !== 110 ? (${inner}) : ${this.#function(node)}(r, b, p)`;
      }
      default:
        return `${this.#function(node)}(r, b, p)`;
    }
  }

  /** A condition: these characters are at that position. */
  #match(text: string, at: string, first?: string): string {
    const bytes = encoder.encode(text);
    const tests = Array.from(bytes, (byte, index) => {
      const place = index === 0 ? at : `${at} + ${index}`;
      return `b[${place}] === ${index === 0 && first !== undefined ? first : byte}`;
    });
    return `(${at} + ${bytes.length} <= e && ${tests.join(' && ')})`;
  }

  #object(name: string, node: ObjectNode): void {
    const { fields } = node;
    const members = this.#code.refer(this.#closures.object(node), 'members');
    const values = fields.map((_, index) => `v${index}`);
    const lines = [
      'let p0 = p, e = r.end;',
      `if (r.depth >= r.maxDepth) ${this.#code.refer(failDepth, 'failDepth')}(r, p);`,
    ];
    if (values.length > 0) lines.push(`let ${values.join(', ')};`);
    lines.push('let separator = 123;', 'r.depth++;', 'canonical: {');
    let required = false;
    fields.forEach((field, index) => {
      lines.push(...this.#field(field, index, index === 0 ? '123' : required ? '44' : 'separator', members, values));
      required ||= !field.optional;
    });
    const close = required
      ? 'p < e && b[p] === 125'
      : `${this.#match('{}', 'p', 'separator')} || (separator === 44 && p < e && b[p] === 125)`;
    lines.push(`if (!(${close})) ${this.#leave(fields.length, members, values)}`);
    lines.push(required ? 'r.pos = p + 1;' : 'r.pos = separator === 123 ? p + 2 : p + 1;', 'r.depth--;');
    lines.push(...this.#result(fields), '}');
    lines.push('r.depth--;', `return ${members}.read(r, b, p0);`);
    this.#code.define(name, 'r, b, p', lines);
  }

  #field(field: FieldNode, index: number, first: string, members: string, values: readonly string[]): string[] {
    const key = `,${JSON.stringify(field.key)}:`;
    const matches = this.#match(key, 'p', first);
    const read = `p += ${encoder.encode(key).length}; v${index} = ${this.#value(field.node)}; p = r.pos;`;
    if (field.optional) return [`if ${matches} { ${read} separator = 44; }`];
    return [`if (!${matches}) ${this.#leave(index, members, values)}`, read, 'separator = 44;'];
  }

  /** Hands over to the closure: to its start while nothing was read, else behind what was read. */
  #leave(index: number, members: string, values: readonly string[]): string {
    if (index === 0) return 'break canonical;';
    const read = values.slice(0, index).join(', ');
    return `{ if (separator === 123) break canonical; r.pos = p; return ${members}.resume(r, b, ${index}, [${read}]); }`;
  }

  #result(fields: readonly FieldNode[]): string[] {
    const literal = fields
      .map((field, index) => (field.optional ? '' : `${JSON.stringify(field.key)}: v${index}`))
      .filter((member) => member !== '');
    const object = `{ ${literal.join(', ')} }`;
    if (literal.length === fields.length) return [`return ${object};`];
    const rest = fields.map((field, index) =>
      field.optional ? `if (v${index} !== undefined) object[${JSON.stringify(field.key)}] = v${index};` : '',
    );
    return [`const object = ${object};`, ...rest.filter((line) => line !== ''), 'return object;'];
  }

  #array(name: string, node: ArrayNode): void {
    if (node.minItems > 0) {
      this.#code.define(name, 'r, b, p', [`return ${this.#code.refer(this.#closures.read(node), 'array')}(r, b, p);`]);
      return;
    }
    this.#code.define(name, 'r, b, p', [
      `const most = Math.min(${node.maxItems}, r.maxElements), e = r.end;`,
      'const values = [];',
      `p = ${this.#code.refer(openArray, 'openArray')}(r, b, p);`,
      'while (p >= 0) {',
      `if (values.length >= most) ${this.#code.refer(failElements, 'failElements')}(r, p, most, 'items');`,
      `values.push(${this.#value(node.item)});`,
      'p = r.pos;',
      `if (p + 1 < e && b[p] === 44 && b[p + 1] > 32 && b[p + 1] !== 93) p++;`,
      `else p = ${this.#code.refer(nextItem, 'nextItem')}(r, b);`,
      '}',
      'return values;',
    ]);
  }

  /** The discriminator as first key, or the closure. */
  #union(name: string, node: UnionNode): void {
    const lines = ['const e = r.end;'];
    for (const [tag, variant] of node.variants) {
      const start = `{${JSON.stringify(node.discriminator)}:${JSON.stringify(tag)}`;
      lines.push(`if ${this.#match(start, 'p')} return ${this.#function(variant)}(r, b, p);`);
    }
    lines.push(`return ${this.#code.refer(this.#closures.read(node), 'union')}(r, b, p);`);
    this.#code.define(name, 'r, b, p', lines);
  }
}
