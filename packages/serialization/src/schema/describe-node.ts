// What a node expects, in the words of error messages.

import type { BigintNode, IntNode, SchemaNode, StringNode } from './node.ts';

/** Such as "an integer from 0 to 100". */
export function describeNode(node: SchemaNode): string {
  switch (node.kind) {
    case 'bool':
      return 'true or false';
    case 'int':
      return describeInt(node);
    case 'bigint':
      return describeBigint(node);
    case 'float':
      return node.min === -Number.MAX_VALUE && node.max === Number.MAX_VALUE
        ? 'a finite number'
        : `a number from ${node.min} to ${node.max}`;
    case 'string':
      return describeString(node);
    case 'bytes':
      return node.minLength === 0 ? 'bytes' : `at least ${node.minLength} bytes`;
    case 'date':
      return 'a valid date';
    case 'literal':
      return JSON.stringify(node.value);
    case 'enum': {
      const shown = node.values.slice(0, 12).map((value) => JSON.stringify(value));
      return `one of ${shown.join(', ')}${node.values.length > 12 ? ', …' : ''}`;
    }
    case 'nullable':
      return `${describeNode(node.inner)} or null`;
    case 'array':
      return 'an array';
    case 'tuple':
      return `an array of ${node.items.length}`;
    case 'record':
    case 'object':
    case 'union':
      return 'an object';
    case 'lazy':
      return describeNode(node.get());
    default:
      return 'a value JSON can express';
  }
}

export function describeInt(node: IntNode): string {
  return `an integer from ${node.min} to ${node.max}`;
}

export function describeBigint(node: BigintNode): string {
  if (node.min !== undefined && node.max !== undefined) return `an integer from ${node.min} to ${node.max}`;
  if (node.min !== undefined) return `an integer from ${node.min}`;
  if (node.max !== undefined) return `an integer up to ${node.max}`;
  return `an integer of at most ${node.maxDigits} digits`;
}

export function describeString(node: StringNode): string {
  const parts: string[] = [];
  if (node.minLength > 0) parts.push(`at least ${node.minLength} characters`);
  if (node.maxLength < 2 ** 31 - 1) parts.push(`at most ${node.maxLength} characters`);
  if (node.pattern !== undefined) parts.push(`matching ${node.pattern}`);
  return parts.length === 0 ? 'a string' : `a string of ${parts.join(', ')}`;
}
