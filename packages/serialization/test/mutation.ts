// Damage to encoded values.

import fc from 'fast-check';

/** One change of some bytes. */
export const mutation = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), at: fc.nat(), to: fc.nat(255) }),
  fc.record({ kind: fc.constant('insert' as const), at: fc.nat(), to: fc.nat(255) }),
  fc.record({ kind: fc.constant('remove' as const), at: fc.nat(), to: fc.nat(4) }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), to: fc.nat() }),
  fc.record({ kind: fc.constant('repeat' as const), at: fc.nat(), to: fc.nat(20) }),
);

/** The bytes after all changes. */
export function mutate(bytes: Uint8Array, changes: readonly { kind: string; at: number; to: number }[]): Uint8Array {
  let list = [...bytes];
  for (const { kind, at, to } of changes) {
    const index = list.length === 0 ? 0 : at % list.length;
    if (kind === 'set') list[index] = to;
    else if (kind === 'insert') list.splice(index, 0, to);
    else if (kind === 'remove') list.splice(index, to);
    else if (kind === 'cut') list = list.slice(0, index);
    else list.splice(index, 0, ...list.slice(index, index + to));
  }
  return Uint8Array.from(list);
}
