// Discriminated unions of JSON text: the discriminator is usually the first key; otherwise the object is passed over once
// to find it.

import { failMissing } from '../codec/object-parts.ts';
import { quote } from '../errors/received.ts';
import type { UnionNode } from '../schema/node.ts';
import { describeTags } from '../schema/validate.ts';
import { fail, type Read, type Reader } from '../codec/reader.ts';
import { failType, skipSpace } from './json-text.ts';
import { nextKey, openObject, passColon, skipAny } from './read-any.ts';
import { readKeyText, readString } from './read-string.ts';

/** Reader of a union; `variants` are the readers of the objects by tag. */
export function unionReader(node: UnionNode, variants: ReadonlyMap<string, Read>): Read {
  const expected = describeTags(node);
  return (r, b, p) => {
    p = skipSpace(r, b, p);
    const tag = findTag(r, b, p, node.discriminator, expected);
    const offset = skipSpace(r, b, r.pos);
    const variant = variants.get(tag);
    if (variant === undefined) fail(r, 'ICHOR_SERIALIZATION_VALUE', offset, expected, `string ${quote(tag)}`);
    r.depth--;
    return variant(r, b, p);
  };
}

/** The discriminator of the object at `p`. Leaves the object entered, with the position of the discriminator's value in `pos`. */
function findTag(r: Reader, b: Uint8Array, p: number, discriminator: string, expected: string): string {
  for (let next = openObject(r, b, p); next >= 0; next = nextKey(r, b)) {
    const key = readKeyText(r, b, next);
    r.path[r.depth - 1] = key;
    const at = passColon(r, b);
    if (key !== discriminator) {
      skipAny(r, b, at);
      continue;
    }
    if (at >= r.end || b[at] !== 34) failType(r, b, at, expected);
    const tag = readString(r, b, at);
    r.pos = at;
    return tag;
  }
  return failMissing(r, r.pos - 1, discriminator);
}
