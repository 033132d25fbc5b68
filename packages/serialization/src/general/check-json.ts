// What JSON.parse does not check: nesting, lengths, and keys that come twice. One pass over the bytes, one over the value.

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

/** Keys of all objects in the value: fewer than in the text when some came twice. −1 when a container is too large. */
function countMembers(value: unknown, most: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    if (value.length > most) return -1;
    for (const item of value) {
      if (typeof item !== 'object' || item === null) continue;
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
    if (typeof member !== 'object' || member === null) continue;
    const inner = countMembers(member, most);
    if (inner < 0) return -1;
    count += inner;
  }
  return own > most ? -1 : count + own;
}
