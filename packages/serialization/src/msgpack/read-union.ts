// Discriminated unions of MessagePack: the discriminator is usually the first key; otherwise the map is passed over once
// to find it.

import { failMissing } from '../codec/object-parts.ts';
import { fail, type Read, type Reader } from '../codec/reader.ts';
import { quote } from '../errors/received.ts';
import type { UnionNode } from '../schema/node.ts';
import { describeTags } from '../schema/validate.ts';
import { skipPack } from './read-any.ts';
import { failPack, openPackMap, stringLength } from './read-head.ts';
import { readPackString } from './read-text.ts';

/** Reader of a union; `variants` are the readers of the objects by tag. */
export function packUnionReader(node: UnionNode, variants: ReadonlyMap<string, Read>): Read {
  const expected = describeTags(node);
  return (r, b, p) => {
    const tag = findTag(r, b, p, node.discriminator, expected);
    const variant = variants.get(tag);
    if (variant === undefined) fail(r, 'ICHOR_SERIALIZATION_VALUE', r.pos, expected, `string ${quote(tag)}`);
    r.depth--;
    return variant(r, b, p);
  };
}

/** The discriminator of the map at `p`. Leaves the map entered, with the position of the discriminator's value in `pos`. */
function findTag(r: Reader, b: Uint8Array, p: number, discriminator: string, expected: string): string {
  const count = openPackMap(r, b, p, r.maxElements);
  for (let i = 0; i < count; i++) {
    const keyAt = r.pos;
    let key: string | undefined;
    if (stringLength(r, b, keyAt) >= 0) key = readPackString(r, b, keyAt);
    else skipPack(r, b, keyAt);
    r.path[r.depth - 1] = key ?? '*';
    if (key !== discriminator) {
      skipPack(r, b, r.pos);
      continue;
    }
    const at = r.pos;
    if (stringLength(r, b, at) < 0) failPack(r, b, at, expected);
    const tag = readPackString(r, b, at);
    r.pos = at;
    return tag;
  }
  r.depth--;
  return failMissing(r, r.pos, discriminator);
}
