// Tests in generated code. They only say no; the closure that runs then says why.

import { throwOverflow } from '../codec/writer.ts';
import type { Code } from './code.ts';
import { isInheritedName } from '../schema/value-checks.ts';
import type { SchemaNode } from '../schema/node.ts';

/** Thrown by generated code; never leaves the codec. */
const misfit = new Error('The value does not fit its schema.');

function throwMisfit(): never {
  throw misfit;
}

/** A statement that throws when the condition holds. */
export function refuseIf(code: Code, condition: string): string {
  return `if (${condition}) ${code.refer(throwMisfit, 'refuse')}();`;
}

/** A statement that makes sure of room for so many bytes at `p`. */
export function reserve(code: Code, size: number): string {
  return size === 0 ? '' : `if (p + ${size} > b.length) ${code.refer(throwOverflow, 'overflow')}();`;
}

/** A condition that holds when the variable does not fit the scalar; undefined for nodes that are no plain scalars. */
export function misfitTest(code: Code, node: SchemaNode, v: string): string | undefined {
  switch (node.kind) {
    case 'int':
      return `typeof ${v} !== 'number' || !(${v} >= ${node.min} && ${v} <= ${node.max}) || Math.floor(${v}) !== ${v}`;
    case 'float':
      return `typeof ${v} !== 'number' || !(${v} >= ${node.min} && ${v} <= ${node.max})`;
    case 'bool':
      return `typeof ${v} !== 'boolean'`;
    case 'string': {
      const tests = [`typeof ${v} !== 'string'`];
      if (node.minLength > 0) tests.push(`${v}.length < ${node.minLength}`);
      if (node.maxLength < 2 ** 31 - 1) tests.push(`${v}.length > ${node.maxLength}`);
      if (node.pattern !== undefined) tests.push(`!${code.refer(node.pattern, 'pattern')}.test(${v})`);
      return tests.join(' || ');
    }
    default:
      return undefined;
  }
}

/** Up to so many constants are compared one by one. */
export const fewValues = 8;

/** A condition that holds when `v` is no object that is not an array. */
export const notAnObject = "typeof v !== 'object' || v === null || Array.isArray(v)";

/** An expression for `v[key]` that does not find what every object inherits. */
export function memberOf(key: string): string {
  const name = JSON.stringify(key);
  return isInheritedName(key) ? `Object.hasOwn(v, ${name}) ? v[${name}] : undefined` : `v[${name}]`;
}
