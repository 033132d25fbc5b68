// Small checks of JavaScript values that validation and both writers share.

import type { BigintNode, BytesNode, StringNode } from './node.ts';

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether `Object.prototype` has this name, so that reading it without care finds the inherited member. */
export function isInheritedName(key: string): boolean {
  return key in Object.prototype;
}

/** `value[key]`, but undefined where only `Object.prototype` has it. Getters of classes are read. */
export function ownValue(value: object, key: string): unknown {
  if (isInheritedName(key) && !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

/** Sets an own property, also for `__proto__`, where an assignment would set the prototype. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  else target[key] = value;
}

export function stringFits(node: StringNode, value: string): boolean {
  return (
    value.length >= node.minLength &&
    value.length <= node.maxLength &&
    (node.pattern === undefined || node.pattern.test(value))
  );
}

export function bytesFit(node: BytesNode, value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length >= node.minLength && value.length <= node.maxLength;
}

export function bigintFits(node: BigintNode, value: bigint): boolean {
  if (node.min !== undefined && value < node.min) return false;
  if (node.max !== undefined && value > node.max) return false;
  return node.min !== undefined && node.max !== undefined ? true : digitsFit(value, node.maxDigits);
}

function digitsFit(value: bigint, maxDigits: number): boolean {
  const bound = 10n ** BigInt(maxDigits);
  return value < bound && value > -bound;
}
