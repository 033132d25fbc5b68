// Generates functions that check a value and make a copy of it which JSON.stringify turns into exactly the text of the
// message: only known keys, in their order, scalars as they are written. For large documents that is faster than writing
// byte by byte. The copy is what was checked: a getter is read once. What does not fit throws, as in generated writers;
// the codec then writes the value in the other way.

import { checkBigint, checkBytes, checkDate } from '../codec/write-parts.ts';
import type { Writer } from '../codec/writer.ts';
import { NodeFunctions } from '../codegen/node-functions.ts';
import { memberOf, misfitTest, notAnObject, refuseIf } from '../codegen/value-tests.ts';
import { describeNode } from '../schema/describe-node.ts';
import {
  resolveLazy,
  type ArrayNode,
  type FieldNode,
  type ObjectNode,
  type RecordNode,
  type SchemaNode,
  type TupleNode,
  type UnionNode,
} from '../schema/node.ts';
import { encodeBase64 } from '../text/text.ts';

/** Checks a value and returns what JSON.stringify writes for it. */
export type Project = (w: Writer, v: unknown) => unknown;

/** The projection of `node`, or undefined where JSON.stringify cannot write all of its values as the codec does. */
export function generateProjection(node: SchemaNode): Project | undefined {
  return isProjectable(node, new Set()) ? (new Projections('w, v').build(node) as Project) : undefined;
}

function isProjectable(schema: SchemaNode, seen: Set<SchemaNode>): boolean {
  const node = resolveLazy(schema);
  if (seen.has(node)) return true;
  seen.add(node);
  const all = (nodes: Iterable<SchemaNode>): boolean => Array.from(nodes).every((each) => isProjectable(each, seen));
  switch (node.kind) {
    // Their values may have anything inside, with conversions of their own.
    case 'unknown':
    case 'foreign':
      return false;
    case 'bigint':
      return node.json === 'string';
    case 'bytes':
      return encodeBase64 !== undefined;
    case 'nullable':
      return all([node.inner]);
    case 'array':
      return all([node.item]);
    case 'tuple':
      return all(node.items);
    case 'record':
      return all([node.value]);
    case 'union':
      return all(node.variants.values());
    case 'object':
      return node.unknownKeys !== 'keep' && keepsOrder(node.fields) && all(node.fields.map((field) => field.node));
    default:
      return true;
  }
}

/** Objects list keys such as `1` before all others, whatever came first. */
function keepsOrder(fields: readonly FieldNode[]): boolean {
  const listed = Object.keys(Object.fromEntries(fields.map(({ key }) => [key, true])));
  return fields.every(({ key }, index) => listed[index] === key);
}

/** Up to so many values of an enum are compared one by one. */
const fewValues = 8;

/** Whether the projection of a value is the value. */
function isCopied({ kind }: SchemaNode): boolean {
  return kind === 'int' || kind === 'float' || kind === 'string' || kind === 'bool';
}

class Projections extends NodeFunctions {
  protected closure(node: SchemaNode): Project {
    switch (node.kind) {
      case 'bigint':
        return (w, v) => String(checkBigint(w, node, v));
      case 'bytes':
        return (w, v) => encodeBase64!(checkBytes(w, node, v));
      case 'date':
        return (w, v) => checkDate(w, v).toISOString();
      default:
        throw new TypeError(`${describeNode(node)} has no projection.`);
    }
  }

  protected body(node: SchemaNode): string[] | undefined {
    switch (node.kind) {
      case 'object':
        return this.#object(node);
      case 'array':
        return this.#array(node);
      case 'tuple':
        return this.#tuple(node);
      case 'record':
        return this.#record(node);
      case 'union':
        return this.#union(node);
      case 'bigint':
      case 'bytes':
      case 'date':
        return undefined;
      default:
        return [...this.#value(node, 'v'), 'return v;'];
    }
  }

  /** Statements that check the variable `x` and replace it by its projection. */
  #value(node: SchemaNode, x: string): string[] {
    const test = misfitTest(this.code, node, x);
    switch (node.kind) {
      case 'float':
        // JSON.stringify drops the sign of −0.
        return [this.#refuse(`${test} || ${x} === 0 && 1 / ${x} < 0`)];
      case 'int':
      case 'string':
      case 'bool':
        return [this.#refuse(test!)];
      case 'literal':
        return [this.#refuse(`${x} !== ${JSON.stringify(node.value)}`)];
      case 'enum': {
        const others =
          node.values.length <= fewValues
            ? node.values.map((value) => `${x} !== ${JSON.stringify(value)}`).join(' && ')
            : `!${this.code.refer(new Set<unknown>(node.values), 'values')}.has(${x})`;
        return [this.#refuse(others)];
      }
      case 'nullable':
        return [`if (${x} !== null) {`, ...this.#value(node.inner, x), '}'];
      default:
        return [`${x} = ${this.functionOf(node)}(w, ${x});`];
    }
  }

  #object(node: ObjectNode): string[] {
    const lines = [this.#refuse(notAnObject), ...this.#enter()];
    node.fields.forEach((field, index) => {
      const x = `v${index}`;
      const value = this.#value(field.node, x);
      lines.push(`let ${x} = ${memberOf(field.key)};`);
      // JSON.stringify leaves out what is undefined.
      lines.push(...(field.optional ? [`if (${x} !== undefined) {`, ...value, '}'] : value));
    });
    const members = node.fields.map(({ key }, index) => `${JSON.stringify(key)}: v${index}`);
    return [...lines, 'w.depth--;', `return { ${members.join(', ')} };`];
  }

  #array(node: ArrayNode): string[] {
    const { item, minItems, maxItems } = node;
    // Items that stay as they are can be copied all at once. A class of arrays may have its own idea of slice.
    const copied = isCopied(item);
    return [
      this.#refuse(`!Array.isArray(v) || v.length < ${minItems} || v.length > ${maxItems}`),
      ...this.#enter(),
      `const list = ${copied ? 'v.constructor === Array ? v.slice() : Array.from(v)' : 'new Array(v.length)'};`,
      'for (let i = 0; i < list.length; i++) {',
      `let x = ${copied ? 'list' : 'v'}[i];`,
      ...this.#value(item, 'x'),
      ...(copied ? [] : ['list[i] = x;']),
      '}',
      'w.depth--;',
      'return list;',
    ];
  }

  #tuple(node: TupleNode): string[] {
    const lines = [this.#refuse(`!Array.isArray(v) || v.length !== ${node.items.length}`), ...this.#enter()];
    node.items.forEach((item, index) => {
      lines.push(`let x${index} = v[${index}];`, ...this.#value(item, `x${index}`));
    });
    return [...lines, 'w.depth--;', `return [${node.items.map((_, index) => `x${index}`).join(', ')}];`];
  }

  #record(node: RecordNode): string[] {
    return [
      this.#refuse(notAnObject),
      ...this.#enter(),
      'const record = {};',
      'let count = 0;',
      'for (const key of Object.keys(v)) {',
      'let x = v[key];',
      'if (x === undefined) continue;',
      // An assignment would set the prototype.
      this.#refuse(`++count > ${node.maxEntries} || key === '__proto__'`),
      ...this.#value(node.value, 'x'),
      'record[key] = x;',
      '}',
      'w.depth--;',
      'return record;',
    ];
  }

  #union(node: UnionNode): string[] {
    const lines = [this.#refuse(notAnObject), `switch (${memberOf(node.discriminator)}) {`];
    for (const [tag, variant] of node.variants) {
      lines.push(`case ${JSON.stringify(tag)}: return ${this.functionOf(variant)}(w, v);`);
    }
    return [...lines, `default: ${this.#refuse('true')}`, '}'];
  }

  #enter(): string[] {
    return [this.#refuse('w.depth++ >= w.maxDepth')];
  }

  #refuse(condition: string): string {
    return refuseIf(this.code, condition);
  }
}
