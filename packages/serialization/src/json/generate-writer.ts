// Generates the writers of containers: keys are written as constants, values by calls that V8 can inline.
// What does not fit the schema throws; the codec writes such a value again with closures, whose error says where it is.

import { Code } from '../codegen/code.ts';
import type { FieldNode, ObjectNode, SchemaNode, UnionNode } from '../schema/node.ts';
import { isInheritedName } from '../schema/value-checks.ts';
import { enter, type JsonWrite } from './json-writer.ts';
import type { JsonWriters } from './write-closures.ts';
import { writeInt, writeNumber } from './write-number.ts';
import { writeString } from './write-string.ts';

const encoder = new TextEncoder();

/** Thrown by generated code; never leaves the codec. */
export const misfit = new Error('The value does not fit its schema.');

function throwMisfit(): never {
  throw misfit;
}

/** The generated writer of `node`. */
export function generateJsonWriter(node: SchemaNode, closures: JsonWriters): JsonWrite {
  return new WriterGenerator(closures).build(node);
}

class WriterGenerator {
  readonly #code = new Code();
  readonly #closures: JsonWriters;
  readonly #defined = new Map<SchemaNode, string>();

  constructor(closures: JsonWriters) {
    this.#closures = closures;
  }

  build(node: SchemaNode): JsonWrite {
    return this.#code.build(this.#function(node));
  }

  /** Name of a function `(w, v, b, p)` that writes the node. */
  #function(node: SchemaNode): string {
    const known = this.#defined.get(node);
    if (known !== undefined) return known;
    if (node.kind === 'lazy') return this.#function(node.get());
    const name = this.#code.unique(`write_${node.kind}`);
    this.#defined.set(node, name);
    if (node.kind === 'object' && node.unknownKeys !== 'keep') this.#object(name, node);
    else if (node.kind === 'array') this.#array(name, node);
    else if (node.kind === 'union') this.#union(name, node);
    else
      this.#code.define(name, 'w, v, b, p', [
        `return ${this.#code.refer(this.#closures.write(node), 'write')}(w, v, b, p);`,
      ]);
    return name;
  }

  /** Statements that write the variable `v` at `p`. */
  #value(node: SchemaNode, v: string): string {
    const misfits = this.#code.refer(throwMisfit, 'misfit');
    switch (node.kind) {
      case 'int':
        return (
          `if (typeof ${v} !== 'number' || !(${v} >= ${node.min} && ${v} <= ${node.max}) || Math.floor(${v}) !== ${v}) ${misfits}();\n` +
          `p = ${this.#code.refer(writeInt, 'writeInt')}(b, p, ${v});`
        );
      case 'float':
        return (
          `if (typeof ${v} !== 'number' || !(${v} >= ${node.min} && ${v} <= ${node.max})) ${misfits}();\n` +
          `p = ${this.#code.refer(writeNumber, 'writeNumber')}(b, p, ${v});`
        );
      case 'string': {
        const limits = [
          `typeof ${v} !== 'string'`,
          node.minLength > 0 ? `${v}.length < ${node.minLength}` : '',
          node.maxLength < 2 ** 31 - 1 ? `${v}.length > ${node.maxLength}` : '',
          node.pattern === undefined ? '' : `!${this.#code.refer(node.pattern, 'pattern')}.test(${v})`,
        ].filter((test) => test !== '');
        return `if (${limits.join(' || ')}) ${misfits}();\np = ${this.#code.refer(writeString, 'writeString')}(b, p, ${v});`;
      }
      case 'bool':
        return `if (${v} === true) { ${put('true')} } else if (${v} === false) { ${put('false')} } else ${misfits}();`;
      case 'nullable':
        return `if (${v} === null) { ${put('null')} } else {\n${this.#value(node.inner, v)}\n}`;
      default:
        return `p = ${this.#function(node)}(w, ${v}, b, p);`;
    }
  }

  #object(name: string, node: ObjectNode): void {
    const lines = [
      `if (typeof v !== 'object' || v === null || Array.isArray(v)) ${this.#code.refer(throwMisfit, 'misfit')}();`,
      `${this.#code.refer(enter, 'enter')}(w);`,
      'let separator = 123, x;',
    ];
    let required = false;
    node.fields.forEach((field, index) => {
      lines.push(...this.#field(field, index === 0 ? '123' : required ? '44' : 'separator'));
      required ||= !mayBeAbsent(field);
    });
    lines.push('w.depth--;');
    if (!required) lines.push('if (separator === 123) b[p++] = 123;');
    lines.push('b[p] = 125;', 'return p + 1;');
    this.#code.define(name, 'w, v, b, p', lines);
  }

  #field(field: FieldNode, separator: string): string[] {
    const key = JSON.stringify(field.key);
    const own = isInheritedName(field.key) ? `Object.hasOwn(v, ${key}) ? v[${key}] : undefined` : `v[${key}]`;
    const write = `${put(`,${key}:`, separator)}\n${this.#value(field.node, 'x')}`;
    if (mayBeAbsent(field)) return [`x = ${own};`, `if (x !== undefined) {\n${write}\nseparator = 44;\n}`];
    return [
      `x = ${own};`,
      `if (x === undefined) ${this.#code.refer(throwMisfit, 'misfit')}();`,
      write,
      'separator = 44;',
    ];
  }

  #array(name: string, node: SchemaNode & { kind: 'array' }): void {
    const misfits = this.#code.refer(throwMisfit, 'misfit');
    this.#code.define(name, 'w, v, b, p', [
      `if (!Array.isArray(v) || v.length < ${node.minItems} || v.length > ${node.maxItems}) ${misfits}();`,
      `${this.#code.refer(enter, 'enter')}(w);`,
      'b[p++] = 91;',
      'for (let i = 0; i < v.length; i++) {',
      'if (i > 0) b[p++] = 44;',
      'const x = v[i];',
      this.#value(node.item, 'x'),
      '}',
      'w.depth--;',
      'b[p] = 93;',
      'return p + 1;',
    ]);
  }

  #union(name: string, node: UnionNode): void {
    const key = JSON.stringify(node.discriminator);
    const misfits = this.#code.refer(throwMisfit, 'misfit');
    const lines = [
      `if (typeof v !== 'object' || v === null || !Object.hasOwn(v, ${key}) && ${isInheritedName(node.discriminator)}) ${misfits}();`,
      `switch (v[${key}]) {`,
    ];
    for (const [tag, variant] of node.variants) {
      lines.push(`case ${JSON.stringify(tag)}: return ${this.#function(variant)}(w, v, b, p);`);
    }
    lines.push(`default: ${misfits}();`, '}');
    this.#code.define(name, 'w, v, b, p', lines);
  }
}

/** Whether the writer leaves the key out for undefined. A foreign schema may allow that. */
function mayBeAbsent(field: FieldNode): boolean {
  return field.optional || field.node.kind === 'foreign';
}

/** Statements that write constant text at `p`. */
function put(text: string, first?: string): string {
  const bytes = encoder.encode(text);
  const stores = Array.from(bytes, (byte, index) => {
    const place = index === 0 ? 'p' : `p + ${index}`;
    return `b[${place}] = ${index === 0 && first !== undefined ? first : byte};`;
  });
  return `${stores.join(' ')} p += ${bytes.length};`;
}
