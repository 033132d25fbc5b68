// What JSON.stringify does not check: how deep a value is nested.

import { enter, Writer } from '../codec/writer.ts';
import type { CodecPolicy } from '../schema/limits.ts';

/**
 * Throws when the text that JSON.stringify made of a value is nested deeper than the policy allows.
 *
 * The value is looked at, which is several times faster than looking at the text; the text decides where conversions by
 * `toJSON` make it something else.
 */
export function checkNesting(name: string, policy: CodecPolicy, value: unknown, text: string): void {
  const { maxDepth } = policy;
  // Every level takes two characters.
  if (text.length < 2 * (maxDepth + 1) || isWithin(value, maxDepth) || depthOf(text) <= maxDepth) return;
  const w = new Writer(name, policy);
  enterAll(w, value);
  // Only conversions nest it too deep. Their places have no path in the value.
  for (;;) enter(w);
}

/** Whether a value has at most `left` levels, for certain. */
function isWithin(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function' && typeof value !== 'bigint';
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (typeof toJSON === 'function') return toJSON === Date.prototype.toJSON;
  if (left === 0) return false;
  if (Array.isArray(value)) {
    // Not `every`: holes are null in JSON, and a callback would cost more than the rest.
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index];
      if (isLeaf(item) || isWithin(item, left - 1)) continue;
      return false;
    }
    return true;
  }
  for (const key in value) {
    const member = (value as Record<string, unknown>)[key];
    if (isLeaf(member) || isWithin(member, left - 1)) continue;
    return false;
  }
  return true;
}

function isLeaf(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Levels of nesting in JSON text. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let p = 0; p < text.length; p++) {
    const c = text.charCodeAt(p);
    if (c === 34) {
      p++;
      while (text.charCodeAt(p) !== 34) p += text.charCodeAt(p) === 92 ? 2 : 1;
    } else if (c === 123 || c === 91) {
      if (++depth > deepest) deepest = depth;
    } else if (c === 125 || c === 93) depth--;
  }
  return deepest;
}

/** Enters every container of a value, which throws at the first that is too deep. */
function enterAll(w: Writer, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  enter(w);
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  for (const key of keys) {
    w.path[w.depth - 1] = key;
    enterAll(w, (value as Record<string | number, unknown>)[key]);
  }
  w.depth--;
}
