// The frame of all generators: one function per container node, recursion included, closures for everything else.

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
