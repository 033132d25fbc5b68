// What JSON.parse does not check: nesting, lengths, keys that come twice, and numbers beyond doubles. One pass over the bytes, one over the value.

import type { CodecPolicy } from '../schema/limits.ts';

/** Whether a text that JSON.parse accepted may break a limit. Then the strict reader says where. */
export function breaksLimits(b: Uint8Array, start: number, end: number, value: unknown, policy: CodecPolicy): boolean {
  const { maxDepth, maxStringBytes } = policy;
  let depth = 0;
  let members = 0;
  let p = start;
  while (p < end) {
    const c = b[p++]!;
    if (c === 34) {
      const from = p;
      while (b[p] !== 34) p += b[p] === 92 ? 2 : 1;
      if (p - from > maxStringBytes) return true;
      p++;
    } else if (c === 58) members++;
    else if (c === 123 || c === 91) {
      if (++depth > maxDepth) return true;
    } else if (c === 125 || c === 93) depth--;
  }
  const counted = countMembers(value, policy.maxElements);
  return counted < 0 || (counted !== members && policy.duplicateKeys === 'reject');
}

/**
 * Keys of all objects in the value: fewer than in the text when some came twice. −1 when a container or a number is too
 * large: JSON.parse makes Infinity of 1e400.
 */
function countMembers(value: unknown, most: number): number {
  if (typeof value !== 'object' || value === null) return isInfinite(value) ? -1 : 0;
  let count = 0;
  if (Array.isArray(value)) {
    if (value.length > most) return -1;
    for (const item of value) {
      if (typeof item !== 'object' || item === null) {
        if (isInfinite(item)) return -1;
        continue;
      }
      const inner = countMembers(item, most);
      if (inner < 0) return -1;
      count += inner;
    }
    return count;
  }
  let own = 0;
  for (const key in value) {
    own++;
    const member = (value as Record<string, unknown>)[key];
    if (typeof member !== 'object' || member === null) {
      if (isInfinite(member)) return -1;
      continue;
    }
    const inner = countMembers(member, most);
    if (inner < 0) return -1;
    count += inner;
  }
  return own > most ? -1 : count + own;
}

function isInfinite(value: unknown): boolean {
  return value === Infinity || value === -Infinity;
}
