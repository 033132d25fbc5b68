// Generates the writers of containers: keys are written as constants, values by calls that V8 can inline.
// What does not fit the schema throws; the codec writes such a value again with closures, whose error says where it is.

import type { Write } from '../codec/writer.ts';
import { NodeFunctions, putConstant } from '../codegen/node-functions.ts';
import { memberOf, misfitTest, notAnObject, refuseIf } from '../codegen/value-tests.ts';
import type { ArrayNode, FieldNode, ObjectNode, SchemaNode, UnionNode } from '../schema/node.ts';
import type { JsonWriters } from './write-closures.ts';
import { writeInt, writeNumber } from './write-number.ts';
import { writeString } from './write-string.ts';

const encoder = new TextEncoder();

/** The generated writer of `node`. */
export function generateJsonWriter(node: SchemaNode, closures: JsonWriters): Write {
  return new WriterFunctions(closures).build(node) as Write;
}

class WriterFunctions extends NodeFunctions {
  readonly #closures: JsonWriters;

  constructor(closures: JsonWriters) {
    super('w, v, b, p');
    this.#closures = closures;
  }

  protected closure(node: SchemaNode): Write {
    return this.#closures.write(node);
  }

  protected body(node: SchemaNode): string[] | undefined {
    if (node.kind === 'object' && node.unknownKeys !== 'keep') return this.#object(node);
    if (node.kind === 'array') return this.#array(node);
    if (node.kind === 'union') return this.#union(node);
    return undefined;
  }

  /** Statements that write the variable `x` at `p`. */
  #value(node: SchemaNode): string {
    const test = misfitTest(this.code, node, 'x');
    const refuse = test === undefined ? '' : refuseIf(this.code, test);
    switch (node.kind) {
      case 'int':
        return `${refuse} p = ${this.call(writeInt, 'b, p, x')};`;
      case 'float':
        return `${refuse} p = ${this.call(writeNumber, 'b, p, x')};`;
      case 'string':
        return `${refuse} p = ${this.call(writeString, 'b, p, x')};`;
      case 'bool':
        return `${refuse} if (x) { ${put('true')} } else { ${put('false')} }`;
      case 'nullable':
        return `if (x === null) { ${put('null')} } else {\n${this.#value(node.inner)}\n}`;
      default:
        return `p = ${this.functionOf(node)}(w, x, b, p);`;
    }
  }

  #object(node: ObjectNode): string[] {
    const lines = [
      refuseIf(this.code, notAnObject),
      refuseIf(this.code, 'w.depth++ >= w.maxDepth'),
      'let separator = 123, x;',
    ];
    let required = false;
    node.fields.forEach((field, index) => {
      lines.push(...this.#field(field, index === 0 ? '123' : required ? '44' : 'separator'));
      required ||= !mayBeAbsent(field);
    });
    if (!required) lines.push('if (separator === 123) b[p++] = 123;');
    return [...lines, 'w.depth--;', 'b[p] = 125;', 'return p + 1;'];
  }

  #field(field: FieldNode, separator: string): string[] {
    const write = `${putConstant(encoder.encode(`,${JSON.stringify(field.key)}:`), separator)}\n${this.#value(field.node)}`;
    const member = `x = ${memberOf(field.key)};`;
    if (mayBeAbsent(field)) return [member, `if (x !== undefined) {\n${write}\nseparator = 44;\n}`];
    return [member, refuseIf(this.code, 'x === undefined'), write, 'separator = 44;'];
  }

  #array(node: ArrayNode): string[] {
    return [
      refuseIf(this.code, `!Array.isArray(v) || v.length < ${node.minItems} || v.length > ${node.maxItems}`),
      refuseIf(this.code, 'w.depth++ >= w.maxDepth'),
      'b[p++] = 91;',
      'for (let i = 0; i < v.length; i++) {',
      'if (i > 0) b[p++] = 44;',
      'const x = v[i];',
      this.#value(node.item),
      '}',
      'w.depth--;',
      'b[p] = 93;',
      'return p + 1;',
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

/** Whether the writer leaves the key out for undefined. A foreign schema may allow that. */
function mayBeAbsent(field: FieldNode): boolean {
  return field.optional || field.node.kind === 'foreign';
}

function put(text: string): string {
  return putConstant(encoder.encode(text));
}
