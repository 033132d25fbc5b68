// Bytes and dates, which JSON text carries as strings.

import { quote } from '../errors/received.ts';
import type { BytesNode } from '../schema/node.ts';
import { fail, type Read } from '../codec/reader.ts';
import { failType, skipSpace } from './json-text.ts';
import { decodeBase64 } from '../text/base64.ts';
import { parseDate } from '../text/rfc3339.ts';
import { readString } from './read-string.ts';

/** Reader of base64 (RFC 4648, section 4): padded, canonical, without white space. */
export function bytesReader(node: BytesNode): Read<Uint8Array> {
  return (r, b, p) => {
    p = skipSpace(r, b, p);
    if (p >= r.end || b[p] !== 34) failType(r, b, p, 'bytes as a base64 string');
    const text = readString(r, b, p);
    const bytes = decodeBase64(text);
    if (bytes === undefined)
      fail(r, 'ICHOR_SERIALIZATION_VALUE', p, 'bytes as canonical base64', `string ${quote(text)}`);
    if (bytes.length < node.minLength || bytes.length > node.maxLength) {
      fail(r, 'ICHOR_SERIALIZATION_LIMIT', p, `${node.minLength} to ${node.maxLength} bytes`, `${bytes.length} bytes`);
    }
    return bytes;
  };
}

/** Reader of RFC 3339 date-times, such as `2026-02-03T04:05:06.789Z`. */
export function dateReader(): Read<Date> {
  return (r, b, p) => {
    p = skipSpace(r, b, p);
    if (p >= r.end || b[p] !== 34) failType(r, b, p, 'a date as RFC 3339 text');
    const text = readString(r, b, p);
    const time = parseDate(text);
    if (Number.isNaN(time)) fail(r, 'ICHOR_SERIALIZATION_VALUE', p, 'a date as RFC 3339 text', `string ${quote(text)}`);
    return new Date(time);
  };
}
