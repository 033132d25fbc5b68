// Checks JavaScript values against a node and copies what fits: the Standard Schema face of schemas and messages.
// Finds every problem, up to a limit, where codecs stop at the first.

import { describeValue } from '../errors/received.ts';
import { describeNode } from './describe-node.ts';
import { validateForeign } from './foreign.ts';
import { resolveLazy, type ObjectNode, type SchemaNode, type UnionNode } from './node.ts';
import { defaultLimits } from './limits.ts';
import { bigintFits, bytesFit, isPlainObject, ownValue, setOwn, stringFits } from './value-checks.ts';
import type { SchemaIssue, SchemaResult, StandardSchema } from './standard-schema.ts';

const mostIssues = 100;

interface Check {
  readonly issues: SchemaIssue[];
  readonly path: (string | number)[];
}

/** The `~standard` property of a schema with this node. The output is a copy that holds only what the schema describes. */
export function standardFace<T>(node: SchemaNode): StandardSchema<unknown, T>['~standard'] {
  return { version: 1, vendor: 'ichor', validate: (value) => validateNode<T>(node, value) };
}

/** Checks `value`; every issue has the path to what is wrong. */
export function validateNode<T>(node: SchemaNode, value: unknown): SchemaResult<T> {
  const check: Check = { issues: [], path: [] };
  const output = visit(node, value, check);
  return check.issues.length > 0 ? { issues: check.issues } : { value: output as T };
}

function visit(node: SchemaNode, value: unknown, check: Check): unknown {
  if (check.path.length > defaultLimits.maxDepth)
    return refuse(check, `at most ${defaultLimits.maxDepth} levels`, 'more');
  switch (node.kind) {
    case 'bool':
      return typeof value === 'boolean' ? value : refuse(check, describeNode(node), value);
    case 'int':
      return Number.isSafeInteger(value) && (value as number) >= node.min && (value as number) <= node.max
        ? (value as number) + 0
        : refuse(check, describeNode(node), value);
    case 'float':
      return typeof value === 'number' && value >= node.min && value <= node.max
        ? value
        : refuse(check, describeNode(node), value);
    case 'bigint':
      return typeof value === 'bigint' && bigintFits(node, value) ? value : refuse(check, describeNode(node), value);
    case 'string':
      return typeof value === 'string' && stringFits(node, value) ? value : refuse(check, describeNode(node), value);
    case 'bytes':
      return bytesFit(node, value) ? value : refuse(check, describeNode(node), value);
    case 'date':
      return value instanceof Date && !Number.isNaN(value.getTime()) ? value : refuse(check, describeNode(node), value);
    case 'literal':
      return value === node.value ? value : refuse(check, describeNode(node), value);
    case 'enum':
      return node.values.includes(value as string) ? value : refuse(check, describeNode(node), value);
    case 'nullable':
      return value === null ? null : visit(node.inner, value, check);
    case 'lazy':
      return visit(resolveLazy(node), value, check);
    case 'array':
      if (!Array.isArray(value)) return refuse(check, 'an array', value);
      if (value.length < node.minItems || value.length > node.maxItems) {
        return refuse(check, `an array of ${node.minItems} to ${node.maxItems}`, value);
      }
      return Array.from(value as unknown[], (item, index) => inside(node.item, item, index, check));
    case 'tuple':
      if (!Array.isArray(value) || value.length !== node.items.length) return refuse(check, describeNode(node), value);
      return node.items.map((item, index) => inside(item, value[index], index, check));
    case 'record':
      return visitRecord(node.value, node.maxEntries, value, check);
    case 'object':
      return visitObject(node, value, check);
    case 'union':
      return visitUnion(node, value, check);
    case 'unknown':
      return visitUnknown(value, check);
    default:
      return visitForeign(node.schema, value, check);
  }
}

function inside(node: SchemaNode, value: unknown, key: string | number, check: Check): unknown {
  check.path.push(key);
  const output = visit(node, value, check);
  check.path.pop();
  return output;
}

function visitObject(node: ObjectNode, value: unknown, check: Check): unknown {
  if (!isPlainObject(value)) return refuse(check, 'an object', value);
  const output: Record<string, unknown> = {};
  for (const field of node.fields) {
    const member = ownValue(value, field.key);
    if (member === undefined && field.optional) continue;
    const result = inside(field.node, member, field.key, check);
    if (result !== undefined) setOwn(output, field.key, result);
  }
  if (node.unknownKeys === 'strip') return output;
  for (const key of Object.keys(value)) {
    if (node.fields.some((field) => field.key === key)) continue;
    if (node.unknownKeys === 'keep') setOwn(output, key, value[key]);
    else insideRefuse(check, key, 'no such key', value[key]);
  }
  return output;
}

function visitUnion(node: UnionNode, value: unknown, check: Check): unknown {
  if (!isPlainObject(value)) return refuse(check, 'an object', value);
  const tag = ownValue(value, node.discriminator);
  const variant = typeof tag === 'string' ? node.variants.get(tag) : undefined;
  if (variant !== undefined) return visitObject(variant, value, check);
  return insideRefuse(check, node.discriminator, describeTags(node), tag);
}

/** The tags of a union as an expectation. */
export function describeTags(node: UnionNode): string {
  return describeNode({ kind: 'enum', values: [...node.variants.keys()] });
}

function visitRecord(valueNode: SchemaNode, maxEntries: number, value: unknown, check: Check): unknown {
  if (!isPlainObject(value)) return refuse(check, 'an object', value);
  const keys = Object.keys(value);
  if (keys.length > maxEntries) return refuse(check, `at most ${maxEntries} entries`, `${keys.length} entries`);
  const output: Record<string, unknown> = {};
  for (const key of keys) setOwn(output, key, inside(valueNode, value[key], key, check));
  return output;
}

function visitUnknown(value: unknown, check: Check): unknown {
  const expected = 'a value JSON can express';
  if (check.path.length > defaultLimits.maxDepth)
    return refuse(check, `at most ${defaultLimits.maxDepth} levels`, 'more');
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : refuse(check, expected, value);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) inside({ kind: 'unknown' }, value[index], index, check);
    return value;
  }
  if (!isPlainObject(value)) return refuse(check, expected, value);
  for (const key of Object.keys(value)) {
    if (value[key] !== undefined) inside({ kind: 'unknown' }, value[key], key, check);
  }
  return value;
}

function visitForeign(schema: StandardSchema, value: unknown, check: Check): unknown {
  const result = validateForeign('The schema of a message', schema, value);
  if (result.issues === undefined) return result.value;
  for (const issue of result.issues)
    add(check, { message: issue.message, path: [...check.path, ...(issue.path ?? [])] });
  return undefined;
}

function insideRefuse(check: Check, key: string, expected: string, received: unknown): undefined {
  check.path.push(key);
  refuse(check, expected, received);
  check.path.pop();
  return undefined;
}

function refuse(check: Check, expected: string, received: unknown): undefined {
  const text = typeof received === 'string' && expected.startsWith('at most') ? received : describeValue(received);
  add(check, { message: `Expected ${expected}, received ${text}.`, path: [...check.path] });
  return undefined;
}

function add(check: Check, issue: SchemaIssue): void {
  if (check.issues.length < mostIssues) check.issues.push(issue);
}
