// The frame of all four generators: one function per container node, recursion included, closures for everything else.

import type { ObjectNode, SchemaNode, UnionNode } from '../schema/node.ts';
import { Code } from './code.ts';

export abstract class NodeFunctions {
  protected readonly code = new Code();
  readonly #defined = new Map<SchemaNode, string>();
  readonly #parameters: string;

  /** @param parameters Of every function, which are also those of the closures. */
  constructor(parameters: string) {
    this.#parameters = parameters;
  }

  /** Makes the function of `node`. */
  build(node: SchemaNode): unknown {
    return this.code.build(this.functionOf(node));
  }

  /** Name of the function of a node. */
  protected functionOf(node: SchemaNode): string {
    const known = this.#defined.get(node);
    if (known !== undefined) return known;
    if (node.kind === 'lazy') return this.functionOf(node.get());
    const name = this.code.unique(node.kind === 'object' && node.name !== undefined ? node.name : node.kind);
    // Known before its body is made: a recursive node refers to itself.
    this.#defined.set(node, name);
    const body = this.body(node);
    this.code.define(name, this.#parameters, body ?? [`return ${this.call(this.closure(node))};`]);
    return name;
  }

  /** A call of a function of ours, by default with the parameters of the function it stands in. */
  protected call(target: unknown, parameters: string = this.#parameters, hint = 'call'): string {
    const name = typeof target === 'function' && target.name !== '' ? target.name : hint;
    return `${this.code.refer(target, name)}(${parameters})`;
  }

  /** Name of a function that makes an object of the array of its values, of which the required ones are there. */
  protected makerOf(node: ObjectNode): string {
    const name = this.code.unique('make');
    this.code.define(
      name,
      'values',
      resultOf(node, (index) => `values[${index}]`),
    );
    return name;
  }

  /** The body, or undefined to leave the node to its closure. */
  protected abstract body(node: SchemaNode): string[] | undefined;
  protected abstract closure(node: SchemaNode): unknown;
}

/**
 * Statements that return the object made of its values: a literal of the fields that are always there, then assignments of
 * the others.
 *
 * @param value Expression for the value of the field of that index.
 */
export function resultOf(node: ObjectNode, value: (index: number) => string): string[] {
  const always: string[] = [];
  const sometimes: string[] = [];
  node.fields.forEach(({ key, optional }, index) => {
    const name = JSON.stringify(key);
    if (optional) sometimes.push(`if (${value(index)} !== undefined) object[${name}] = ${value(index)};`);
    else always.push(`${name}: ${value(index)}`);
  });
  const object = `{ ${always.join(', ')} }`;
  return sometimes.length === 0 ? [`return ${object};`] : [`const object = ${object};`, ...sometimes, 'return object;'];
}

/** The value variable of the field of that index. */
export const variable = (index: number): string => `v${index}`;

/** Declares the value variables of an object. */
export function declareValues(node: ObjectNode): string[] {
  return node.fields.length === 0 ? [] : [`let ${node.fields.map((_, index) => variable(index)).join(', ')};`];
}

/** Whether generated code can make the object: what a schema of another library does about absent keys, closures know. */
export function isGeneratable(node: ObjectNode | UnionNode): boolean {
  if (node.kind === 'union') return Array.from(node.variants.values()).every(isGeneratable);
  return node.fields.every((field) => field.node.kind !== 'foreign');
}

/** A condition: these bytes are at `p`, within the input. @param first Replaces the first byte. */
export function matchBytes(bytes: Uint8Array, first?: string): string {
  const tests = Array.from(bytes, (byte, index) => {
    return `b[p${index === 0 ? '' : ` + ${index}`}] === ${index === 0 && first !== undefined ? first : byte}`;
  });
  return `(p + ${bytes.length} <= e && ${tests.join(' && ')})`;
}

/**
 * Statements that write these bytes at `p` of the memory `b` and its view `d`, and move it, by as few stores as possible: the last one may write
 * some bytes once more, or some behind them.
 *
 * @param behind How many bytes behind them may be anything, because they are written next.
 * @param first Replaces the first byte.
 */
export function putConstant(bytes: Uint8Array, behind: number, first?: string): string {
  if (first !== undefined) return `b[p++] = ${first}; ${putConstant(bytes.subarray(1), behind)}`;
  const { length } = bytes;
  const padded = new Uint8Array(length + behind);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  const stores: string[] = [];
  for (let at = 0; at < length;) {
    const rest = length - at;
    // One store for all that is left, else the largest.
    const possible = storeSizes.filter((size) => size <= padded.length);
    const size = possible.find((each) => each >= rest) ?? possible.at(-1)!;
    const start = Math.min(at, padded.length - size);
    stores.push(store(view, start, size));
    at = start + size;
  }
  return `${stores.join(' ')} p += ${length};`;
}

const storeSizes = [1, 2, 4, 8];

function store(view: DataView, at: number, size: number): string {
  if (size === 1) return `b[p + ${at}] = ${view.getUint8(at)};`;
  if (size === 2) return `d.setInt16(p + ${at}, ${view.getInt16(at)});`;
  if (size === 4) return `d.setInt32(p + ${at}, ${view.getInt32(at)});`;
  const value = view.getFloat64(at);
  // The text of a double tells its bits, but for zeros and what is no number. Eight bytes of ASCII are neither.
  if (value !== 0 && Number.isFinite(value)) return `d.setFloat64(p + ${at}, ${value});`;
  return `${store(view, at, 4)} ${store(view, at + 4, 4)}`;
}
