// Generates the readers of containers. First comes straight code for keys in order and no white space; at the first key
// that differs a second function goes on, which takes members in any order, expecting the order that it saw last. What is
// rare or wrong is handed over to the object's closure; scalars always have a way to cope by themselves.
// Errors found here carry no path: the codec reads such input again with closures to learn it.

import { failDepth, failElements, type Read } from '../codec/reader.ts';
import { viewedText } from '../codegen/generate-viewed-text.ts';
import { viewed, type InputAccess } from '../codegen/input-access.ts';
import { declareValues, isGeneratable, resultOf, variable } from '../codegen/node-functions.ts';
import { isLarge, ReaderFunctions } from '../codegen/reader-functions.ts';
import { fewValues } from '../codegen/value-tests.ts';
import { addItem, declareItems, finishItems } from '../codegen/short-array.ts';
import type { ArrayNode, ObjectNode, SchemaNode, UnionNode } from '../schema/node.ts';
import { textFunctions } from '../text/ascii-text.ts';
import { nextItem, openArray, skipAny } from './read-any.ts';
import { skipSpace, skipViewSpace } from './json-text.ts';
import { ObjectReader } from './read-object.ts';
import { recordReader, tupleReader, type JsonReaders } from './read-closures.ts';
import { unionReader } from './read-union.ts';
import { readFloat, readInt } from './read-number.ts';
import { readOtherString, readString } from './read-string.ts';
import { readViewInt } from './read-view-number.ts';

const encoder = new TextEncoder();

/** The generated reader of `node`. */
export function generateJsonReader(node: SchemaNode, closures: JsonReaders, access: InputAccess): Read {
  return new JsonReaderFunctions(closures, access).build(node) as Read;
}

class JsonReaderFunctions extends ReaderFunctions {
  readonly #closures: JsonReaders;

  constructor(closures: JsonReaders, access: InputAccess) {
    super(access);
    this.#closures = closures;
  }

  protected closure(node: SchemaNode): Read {
    return this.#closures.read(node);
  }

  protected body(node: SchemaNode): string[] | undefined {
    if (node.kind === 'object' && isGeneratable(node)) return this.#object(node);
    if (node.kind === 'array') return this.#array(node);
    if (node.kind === 'union' && isGeneratable(node)) return this.#union(node);
    if (node.kind === 'record') return this.composed([node.value], (reads) => recordReader(node, reads[0]!));
    if (node.kind === 'tuple') return this.composed(node.items, (reads) => tupleReader(node, reads));
    return undefined;
  }

  /** Statements that read the node at `p` into `target` and move `p` behind it. */
  protected value(node: SchemaNode, target: string): string[] {
    const take = (expression: string): string => `{ ${target} = ${expression}; p = r.pos; }`;
    const otherwise = `${this.functionOf(node)}(r, b, p)`;
    const byView = this.access === viewed;
    switch (node.kind) {
      case 'int':
        return [take(this.call(byView ? readViewInt : readInt, `r, b, p, ${node.min}, ${node.max}`))];
      case 'float':
        return [take(this.call(readFloat, `r, b, p, ${node.min}, ${node.max}`))];
      case 'string': {
        const short = byView
          ? this.call(viewedText().viewedQuoted, 'r, b, d, p, e')
          : this.call(textFunctions().quoted, 'r, b, p, e');
        return [
          `if (p < e && ${this.access.byte('p')} === 34) {`,
          `${target} = ${short};`,
          `if (${target} === undefined || ${target}.length > r.maxStringBytes) ${target} = ${this.call(readOtherString, `r, b, p, ${target}`)};`,
          `p = r.pos; } else ${take(this.call(readString))}`,
          ...this.limits(node, target),
        ];
      }
      case 'bool':
        return [this.#words([true, false], target) + take(otherwise)];
      case 'enum':
        return [this.#words(node.values, target) + take(otherwise)];
      case 'nullable':
        return [
          `if (p < e && (c = ${this.access.byte('p')}) > 32 && c !== 110) {`,
          ...this.value(node.inner, target),
          `} else ${this.#words([null], target)} ${take(otherwise)}`,
        ];
      default:
        return [take(otherwise)];
    }
  }

  /** Statements for some constants of which each ends with its text, that end with `else`. */
  #words(values: readonly (string | number | boolean | null)[], target: string): string {
    if (values.length > fewValues) return '';
    const tests = values
      .filter((value) => typeof value !== 'number')
      .map((value) => {
        const text = JSON.stringify(value);
        const bytes = encoder.encode(text);
        return `if ${this.access.match(bytes)} { ${target} = ${text}; p += ${bytes.length}; } else `;
      });
    return tests.join('');
  }

  #object(node: ObjectNode): string[] {
    const { declare, byte } = this.access;
    const members = this.membersOf(node, (reads, make) => new ObjectReader(node, reads, make));
    const values = node.fields.map((_, index) => variable(index)).join(', ');
    const lines: string[] = [];
    let required = false;
    const leave = (index: number): string => {
      return `{ last = ${required ? index - 1 : `separator === 123 ? -1 : ${index - 1}`}; break usual; }`;
    };
    node.fields.forEach((field, index) => {
      const separator = index === 0 ? '123' : required ? '44' : 'separator';
      lines.push(...this.#field(node, index, separator, leave(index)));
      required ||= !field.optional;
    });
    const end = leave(node.fields.length);
    // Nothing was read yet: what is left of the usual ways is an empty object.
    if (!required)
      lines.push(`if (separator === 123) { if ${this.access.match(encoder.encode('{}'))} p++; else ${end} }`);
    lines.push(`if (p >= e || ${byte('p')} !== 125) ${end}`);
    return [
      declare,
      'let c, last, separator = 123;',
      ...declareValues(node),
      `if (r.depth++ >= r.maxDepth) ${this.call(failDepth, 'r, p')};`,
      'usual: {',
      ...lines,
      'r.pos = p + 1;',
      'r.depth--;',
      ...resultOf(node, variable),
      '}',
      isLarge(node)
        ? `return ${members}.resume(r, b, p, last + 1, [${values}], 0);`
        : `return ${this.#anyOrder(node, members)}(r, b, p, last, ${values});`,
    ];
  }

  #field(node: ObjectNode, index: number, separator: string, leave: string): string[] {
    const field = node.fields[index]!;
    const key = encoder.encode(`,${JSON.stringify(field.key)}:`);
    const first = separator === 'separator' ? separator : undefined;
    if (first === undefined) key[0] = Number(separator);
    const matches = this.access.match(key, first);
    const read = [`p += ${key.length};`, ...this.fieldValue(node, index), 'separator = 44;'];
    return field.optional ? [`if ${matches} {`, ...read, '}'] : [`if (!${matches}) ${leave}`, ...read];
  }

  /**
   * Defines the function that goes on with an object behind its field `last`, or begins it when that is −1, and returns its
   * name. The values of the fields are its other parameters.
   */
  #anyOrder(node: ObjectNode, members: string): string {
    const { declare, byte } = this.access;
    // By the field before it, the index of the field that came next in the object before.
    const order = this.code.constant('order', `[${[...node.fields.keys(), 0].join(', ')}]`);
    const space = this.#space();
    const cases = node.fields.flatMap((field, index) => {
      const key = encoder.encode(`${JSON.stringify(field.key)}:`);
      return [
        `case ${index}:`,
        `if (!known) { if (!${this.access.match(key)}) break; p += ${key.length}; if (p < e && ${byte('p')} === 32) p++; ${space} }`,
        `if (${variable(index)} !== undefined) break usual;`,
        ...this.fieldValue(node, index),
        `last = ${index};`,
        'continue members;',
      ];
    });
    const strip = [
      `if (++unknown > r.maxElements) ${this.call(failElements, "r, p, r.maxElements, 'keys'")};`,
      `${this.call(skipAny)};`,
      'p = r.pos;',
      'continue members;',
    ];
    const missing = node.fields.flatMap((field, index) => (field.optional ? [] : [`${variable(index)} === undefined`]));
    const name = this.code.unique('any');
    const values = node.fields.map((_, index) => variable(index));
    this.code.define(name, ['r, b, p, last', ...values].join(', '), [
      declare,
      'let c, k, known, from, unknown = 0, separator = last < 0 ? 123 : 44;',
      'usual: {',
      'members: for (;;) {',
      space,
      'from = p;',
      `if (p >= e || (c = ${byte('p')}) !== separator) { if (p < e && c === 125 && separator === 44) break; break usual; }`,
      'p++;',
      space,
      `if (separator === 123) { separator = 44; if (p < e && ${byte('p')} === 125) break; }`,
      `k = ${order}[last + 1];`,
      'known = false;',
      'for (;;) {',
      'switch (k) {',
      ...cases,
      '}',
      `k = ${members}.find(r, b, p);`,
      'p = r.pos;',
      'if (k < 0) {',
      ...(node.unknownKeys === 'strip' ? strip : ['break usual;']),
      '}',
      `${order}[last + 1] = k;`,
      'known = true;',
      '}',
      '}',
      ...(missing.length > 0 ? [`if (${missing.join(' || ')}) break usual;`] : []),
      'r.pos = p + 1;',
      'r.depth--;',
      ...resultOf(node, variable),
      '}',
      `return ${members}.resume(r, b, from, last + 1, [${values.join(', ')}], unknown);`,
    ]);
    return name;
  }

  /** A statement that passes over white space at `p`. */
  #space(): string {
    const skip = this.call(this.access === viewed ? skipViewSpace : skipSpace);
    return `if (p < e && ${this.access.byte('p')} <= 32) p = ${skip};`;
  }

  /** The body that finds the discriminator wherever it is. */
  #anywhere(node: UnionNode): string[] {
    const tags = [...node.variants.keys()];
    return this.composed([...node.variants.values()], (reads) => {
      return unionReader(node, new Map(tags.map((tag, index) => [tag, reads[index]!])));
    });
  }

  #array(node: ArrayNode): string[] {
    const { declare, byte } = this.access;
    return [
      declare,
      `const most = Math.min(${node.maxItems}, r.maxElements);`,
      declareItems,
      'let c, value, n = 0;',
      `p = ${this.call(openArray)};`,
      'while (p >= 0) {',
      `if (n >= most) ${this.call(failElements, "r, p, most, 'items'")};`,
      ...this.value(node.item, 'value'),
      addItem('n'),
      'n++;',
      this.#space(),
      `if (p < e && ${byte('p')} === 44) { p++; ${this.#space()} } else { r.pos = p; p = ${this.call(nextItem, 'r, b')}; }`,
      '}',
      finishItems('n'),
      ...(node.minItems > 0 ? [`if (n < ${node.minItems}) throw new Error('too few items');`] : []),
      'return values;',
    ];
  }

  /** The discriminator as first key, or the closure. */
  #union(node: UnionNode): string[] {
    const lines = [this.access.declare];
    for (const [tag, variant] of node.variants) {
      const start = encoder.encode(`{${JSON.stringify(node.discriminator)}:${JSON.stringify(tag)}`);
      lines.push(`if ${this.access.match(start)} return ${this.functionOf(variant)}(r, b, p);`);
    }
    return [...lines, ...this.#anywhere(node)];
  }
}
