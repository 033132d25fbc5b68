// Generates the readers of containers. For maps there is straight code for keys in order; at the first key that differs a
// second function goes on, which takes entries in any order, expecting the order that it saw last. What is rare or wrong is
// handed over to the map's closure. In the positional form there are no keys to differ.

import { failDepth, type Read } from '../codec/reader.ts';
import { viewedText } from '../codegen/generate-viewed-text.ts';
import { viewed, type InputAccess } from '../codegen/input-access.ts';
import { declareValues, isGeneratable, resultOf, variable } from '../codegen/node-functions.ts';
import { isLarge, ReaderFunctions } from '../codegen/reader-functions.ts';
import { fewValues } from '../codegen/value-tests.ts';
import { addItem, declareItems, finishItems } from '../codegen/short-array.ts';
import type { ArrayNode, ObjectNode, SchemaNode, UnionNode } from '../schema/node.ts';
import { skipPack } from './read-any.ts';
import { PackObjectReader } from './read-object.ts';
import { recordReader, tupleReader, type PackReaders } from './read-closures.ts';
import { packUnionReader } from './read-union.ts';
import { openPackArray, openPackMap } from './read-head.ts';
import { readPackFloat, readPackInt, readViewFloat, readViewInt } from './read-number.ts';
import { mayBeNil, openFields, positionalUnionReader } from './read-positional.ts';
import { readPackString, utf8Text } from './read-text.ts';
import { textFunctions } from '../text/ascii-text.ts';
import { constantBytes } from './write-closures.ts';

/** The generated reader of `node`. */
export function generatePackReader(node: SchemaNode, closures: PackReaders, access: InputAccess): Read {
  return new PackReaderFunctions(closures, access).build(node) as Read;
}

class PackReaderFunctions extends ReaderFunctions {
  readonly #closures: PackReaders;

  constructor(closures: PackReaders, access: InputAccess) {
    super(access);
    this.#closures = closures;
  }

  protected closure(node: SchemaNode): Read {
    return this.#closures.read(node);
  }

  protected body(node: SchemaNode): string[] | undefined {
    if (node.kind === 'object' && isGeneratable(node)) {
      return this.#closures.positional ? this.#fields(node) : this.#map(node);
    }
    if (node.kind === 'array') return this.#array(node);
    if (node.kind === 'union' && isGeneratable(node) && !this.#closures.positional) return this.#union(node);
    if (node.kind === 'union' && isGeneratable(node)) return this.#positionalUnion(node);
    if (node.kind === 'record') return this.composed([node.value], (reads) => recordReader(node, reads[0]!));
    if (node.kind === 'tuple') return this.composed(node.items, (reads) => tupleReader(node, reads));
    return undefined;
  }

  /** Statements that read the node at `p` into `target` and move `p` behind it. */
  protected value(node: SchemaNode, target: string): string[] {
    const take = (expression: string): string => `{ ${target} = ${expression}; p = r.pos; }`;
    const otherwise = `${this.functionOf(node)}(r, b, p)`;
    const first = `(c = ${this.access.byte('p')})`;
    switch (node.kind) {
      case 'int':
      case 'float': {
        const byView = this.access === viewed;
        const int = byView ? readViewInt : readPackInt;
        const float = byView ? readViewFloat : readPackFloat;
        const number = this.call(node.kind === 'int' ? int : float, `r, b, p, ${node.min}, ${node.max}`);
        const fits = node.min <= 0 && node.max >= 127;
        return fits ? [`if (p < e && ${first} < 128) { ${target} = c; p++; } else ${take(number)}`] : [take(number)];
      }
      case 'string': {
        const { byte } = this.access;
        return [
          `if (p < e && (c = ${byte('p')} ^ 0xa0) < 32 && c < e - p && c <= r.maxStringBytes) {`,
          ...this.#text(target, 1),
          `} else if (p + 1 < e && ${byte('p')} === 0xd9 && (c = ${byte('p + 1')}) < e - p - 1 && c <= r.maxStringBytes) {`,
          ...this.#text(target, 2),
          `} else ${take(this.call(readPackString))}`,
          ...this.limits(node, target),
        ];
      }
      case 'bool':
        return [
          `if (p < e && (${first} === 0xc2 || c === 0xc3)) { ${target} = c === 0xc3; p++; } else ${take(otherwise)}`,
        ];
      case 'nullable':
        return [
          `if (p < e && ${this.access.byte('p')} === 0xc0) { ${target} = null; p++; } else {`,
          ...this.value(node.inner, target),
          '}',
        ];
      case 'enum':
        return [this.#choice(node.values, target) + take(otherwise)];
      default:
        return [take(otherwise)];
    }
  }

  /** Statements that make `target` the string of `c` bytes behind a head of that size, and move `p` behind it. */
  #text(target: string, head: number): string[] {
    const range = `p + ${head}, p + ${head} + c`;
    const short =
      this.access === viewed
        ? this.call(viewedText().viewedPlain, `b, d, ${range}`)
        : this.call(textFunctions().plain, `b, ${range}`);
    const other = this.call(utf8Text, `r, b, ${range}`);
    return [`${target} = ${short};`, `if (${target} === undefined) ${target} = ${other};`, `p += ${head} + c;`];
  }

  /** Statements for the values of an enum as they are usually written, which end with `else`. */
  #choice(values: readonly (string | number)[], target: string): string {
    if (this.#closures.positional) {
      const index = `(c = ${this.access.byte('p')})`;
      const list = this.code.refer(values, 'values');
      return `if (p < e && ${index} < ${Math.min(values.length, 128)}) { ${target} = ${list}[c]; p++; } else `;
    }
    if (values.length > fewValues) return '';
    const texts = values.filter((value) => typeof value === 'string');
    const tests = texts.map((text) => {
      const bytes = constantBytes(text);
      return `if ${this.access.match(bytes)} { ${target} = ${JSON.stringify(text)}; p += ${bytes.length}; } else `;
    });
    return tests.join('');
  }

  #map(node: ObjectNode): string[] {
    const members = this.membersOf(node, (reads, make) => new PackObjectReader(node, reads, make));
    const values = node.fields.map((_, index) => variable(index)).join(', ');
    const leave = (index: number): string => `{ last = ${index - 1}; break usual; }`;
    const lines = [
      this.access.declare,
      'let c, n, last;',
      ...declareValues(node),
      `if (p < e && ((c = ${this.access.byte('p')}) & 0xf0) === 0x80 && (c & 15) <= r.maxElements) {`,
      `if (r.depth++ >= r.maxDepth) ${this.call(failDepth, 'r, p')};`,
      'n = c & 15;',
      'p++;',
      `} else { n = ${this.call(openPackMap, 'r, b, p, r.maxElements')}; p = r.pos; }`,
    ];
    return [
      ...lines,
      'usual: {',
      ...node.fields.flatMap((_, index) => this.#entry(node, index, leave(index))),
      `if (n > 0) ${leave(node.fields.length)}`,
      'r.pos = p;',
      'r.depth--;',
      ...resultOf(node, variable),
      '}',
      'r.pos = p;',
      isLarge(node)
        ? `return ${members}.resume(r, b, n, last + 1, [${values}]);`
        : `return ${this.#anyOrder(node, members)}(r, b, p, n, last, ${values});`,
    ];
  }

  #entry(node: ObjectNode, index: number, leave: string): string[] {
    const field = node.fields[index]!;
    const key = constantBytes(field.key);
    const matches = `n > 0 && ${this.access.match(key)}`;
    const read = [`p += ${key.length};`, ...this.fieldValue(node, index), 'n--;'];
    return field.optional ? [`if (${matches}) {`, ...read, '}'] : [`if (!(${matches})) ${leave}`, ...read];
  }

  /**
   * Defines the function that goes on with a map, of which `n` entries are left, behind its field `last`, or −1 at its
   * beginning, and returns its name. The values of the fields are its other parameters.
   */
  #anyOrder(node: ObjectNode, members: string): string {
    // By the field before it, the index of the field that came next in the map before.
    const order = this.code.constant('order', `[${[...node.fields.keys(), 0].join(', ')}]`);
    const cases = node.fields.flatMap((field, index) => {
      const key = constantBytes(field.key);
      return [
        `case ${index}:`,
        `if (!known) { if (!${this.access.match(key)}) break; p += ${key.length}; }`,
        `if (${variable(index)} !== undefined) break usual;`,
        ...this.fieldValue(node, index),
        `last = ${index};`,
        'continue members;',
      ];
    });
    const strip = `{ ${this.call(skipPack)}; ${this.call(skipPack, 'r, b, r.pos')}; p = r.pos; continue members; }`;
    const missing = node.fields.flatMap((field, index) => (field.optional ? [] : [`${variable(index)} === undefined`]));
    const name = this.code.unique('any');
    const values = node.fields.map((_, index) => variable(index));
    this.code.define(name, ['r, b, p, n, last', ...values].join(', '), [
      this.access.declare,
      'let c, k, known, from = p;',
      'usual: {',
      'members: for (; n > 0; n--) {',
      'from = p;',
      `k = ${order}[last + 1];`,
      'known = false;',
      'for (;;) {',
      'switch (k) {',
      ...cases,
      '}',
      `k = ${members}.find(r, b, p);`,
      `if (k < 0) ${node.unknownKeys === 'strip' ? strip : 'break usual;'}`,
      'p = r.pos;',
      `${order}[last + 1] = k;`,
      'known = true;',
      '}',
      '}',
      ...(missing.length > 0 ? ['from = p;', `if (${missing.join(' || ')}) break usual;`] : []),
      'r.pos = p;',
      'r.depth--;',
      ...resultOf(node, variable),
      '}',
      'r.pos = from;',
      `return ${members}.resume(r, b, n, last + 1, [${values.join(', ')}]);`,
    ]);
    return name;
  }

  #fields(node: ObjectNode): string[] {
    return [
      this.access.declare,
      'let c;',
      ...declareValues(node),
      ...this.#openFields(node.fields.length),
      ...this.#fieldsFrom(node, 0),
    ];
  }

  /** Statements that read the fields from that index on, leave their array, and return the object. */
  #fieldsFrom(node: ObjectNode, from: number): string[] {
    const { byte } = this.access;
    const lines = node.fields.slice(from).flatMap((field, index) => {
      const read = this.fieldValue(node, from + index);
      if (!field.optional) return read;
      const absent = `if (p < e && ${byte('p')} === 0xc0) p++;`;
      if (!mayBeNil(field.node)) return [`${absent} else {`, ...read, '}'];
      return [
        absent,
        `else if (p < e && ${byte('p')} === 0x91) { p++;`,
        ...read,
        `} else throw new Error('neither nil nor an array of one');`,
      ];
    });
    return [...lines, 'r.pos = p;', 'r.depth--;', ...resultOf(node, variable)];
  }

  /** Enters an array of so many fields: mostly its head has one byte. */
  #openFields(count: number): string[] {
    const open = `{ ${this.call(openFields, `r, b, p, ${count}`)}; p = r.pos; }`;
    if (count > 15) return [open];
    const usual = `p < e && ${this.access.byte('p')} === ${0x90 | count} && ${count} <= r.maxElements && r.depth < r.maxDepth`;
    return [`if (${usual}) { r.depth++; p++; } else ${open}`];
  }

  /** The body that finds the discriminator wherever it is. */
  #anywhere(node: UnionNode): string[] {
    const tags = [...node.variants.keys()];
    return this.composed([...node.variants.values()], (reads) => {
      return packUnionReader(node, new Map(tags.map((tag, index) => [tag, reads[index]!])));
    });
  }

  #array(node: ArrayNode): string[] {
    return [
      this.access.declare,
      'let c, value;',
      `const length = ${this.call(openPackArray, `r, b, p, Math.min(${node.maxItems}, r.maxElements), 'items'`)};`,
      'p = r.pos;',
      declareItems,
      'for (let i = 0; i < length; i++) {',
      ...this.value(node.item, 'value'),
      addItem('i'),
      '}',
      finishItems('length'),
      ...(node.minItems > 0 ? [`if (length < ${node.minItems}) throw new Error('too few items');`] : []),
      'r.pos = p;',
      'r.depth--;',
      'return values;',
    ];
  }

  /** The discriminator as first key of a small map, or the closure. */
  #union(node: UnionNode): string[] {
    const { declare, byte, match } = this.access;
    const lines = [declare, `if (p < e && (${byte('p')} & 0xf0) === 0x80 && ${byte('p')} > 0x80) {`, 'p++;'];
    const key = constantBytes(node.discriminator);
    for (const [tag, variant] of node.variants) {
      const start = Uint8Array.of(...key, ...constantBytes(tag));
      lines.push(`if ${match(start)} return ${this.functionOf(variant)}(r, b, p - 1);`);
    }
    return [...lines, 'p--;', '}', ...this.#anywhere(node)];
  }

  /** Small arrays that begin with a small index, or the closure. */
  #positionalUnion(node: UnionNode): string[] {
    const { declare, match } = this.access;
    const variants = [...node.variants];
    const usual = variants.flatMap(([tag, variant], index) => {
      const count = variant.fields.length;
      if (count > 15 || index > 127) return [];
      const name = this.code.unique('variant');
      const values = [declare, 'let c;', ...declareValues(variant), `v0 = ${JSON.stringify(tag)};`];
      this.code.define(name, 'r, b, p', [...values, ...this.#fieldsFrom(variant, 1)]);
      const open = `${count} <= r.maxElements && r.depth < r.maxDepth`;
      return `if (${match(Uint8Array.of(0x90 | count, index))} && ${open}) { r.depth++; return ${name}(r, b, p + 2); }`;
    });
    const parts = variants.flatMap(([, { fields }]) => fields.map((field) => field.node));
    const closure = this.composed(parts, (reads) => {
      const rest = reads[Symbol.iterator]();
      const byVariant = new Map(variants.map(([, variant]) => [variant, variant.fields.map(() => rest.next().value!)]));
      return positionalUnionReader(node, (variant) => byVariant.get(variant)!);
    });
    return [declare, ...usual, ...closure];
  }
}
