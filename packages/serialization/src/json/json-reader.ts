// The state of one JSON reading: where it is, how deep, along which path. Functions that read get it with the bytes and a
// position, return the value, and leave the position behind it in `pos`.

import { quote } from '../errors/received.ts';
import type { SerializationErrorCode } from '../errors/error-codes.ts';
import { SerializationError } from '../errors/serialization-error.ts';
import type { CodecPolicy } from '../schema/limits.ts';
import { decodeUtf8 } from '../text/text.ts';

/** Reads one value that begins at `p`, white space before it allowed. */
export type JsonRead<T = unknown> = (r: JsonReader, b: Uint8Array, p: number) => T;

export class JsonReader {
  readonly name: string;
  readonly policy: CodecPolicy;
  readonly maxDepth: number;
  readonly maxElements: number;
  readonly maxStringBytes: number;
  /** Behind the last byte that may be read. */
  end = 0;
  /** Behind the value read last. */
  pos = 0;
  /** Containers that are open. */
  depth = 0;
  /** Key or index in each open container. Only closures keep it; generated readers are run again to learn it. */
  readonly path: (string | number)[] = [];

  constructor(name: string, policy: CodecPolicy) {
    this.name = name;
    this.policy = policy;
    this.maxDepth = policy.maxDepth;
    this.maxElements = policy.maxElements;
    this.maxStringBytes = policy.maxStringBytes;
  }
}

/** Throws; the path is that of the open containers. */
export function fail(
  r: JsonReader,
  code: SerializationErrorCode,
  offset: number,
  expected: string,
  received: string,
  hint?: string,
): never {
  throw new SerializationError(
    code,
    { message: r.name, path: r.path.slice(0, r.depth), offset, expected, received },
    hint,
  );
}

/** Throws for a byte that cannot be here. */
export function failAt(r: JsonReader, b: Uint8Array, p: number, expected: string): never {
  if (p >= r.end) fail(r, 'ICHOR_SERIALIZATION_TRUNCATED', r.end, expected, 'the end of the input');
  fail(r, 'ICHOR_SERIALIZATION_SYNTAX', p, expected, describeByte(b[p] as number));
}

/** Throws for a value of another type, or for what is no value at all. */
export function failType(r: JsonReader, b: Uint8Array, p: number, expected: string): never {
  if (p >= r.end) failAt(r, b, p, expected);
  const received = describeInput(r, b, p);
  if (received === undefined) failAt(r, b, p, expected);
  fail(r, 'ICHOR_SERIALIZATION_TYPE', p, expected, received);
}

/** Throws when one more container is too many. */
export function failDepth(r: JsonReader, p: number): never {
  return fail(
    r,
    'ICHOR_SERIALIZATION_LIMIT',
    p,
    `at most ${r.maxDepth} nested arrays and objects`,
    'one more',
    'Raise limits.maxDepth if such input is legitimate.',
  );
}

export function failElements(r: JsonReader, p: number, most: number, what: string): never {
  r.depth--;
  return fail(
    r,
    'ICHOR_SERIALIZATION_LIMIT',
    p,
    `at most ${most} ${what}`,
    'more',
    'Raise the limit if such input is legitimate.',
  );
}

/** Position of the first byte from `p` on that is not white space (RFC 8259, section 2). */
export function skipSpace(r: JsonReader, b: Uint8Array, p: number): number {
  const end = r.end;
  while (p < end) {
    const c = b[p] as number;
    if (c !== 32 && c !== 10 && c !== 13 && c !== 9) break;
    p++;
  }
  return p;
}

/** What kind of value begins at `p`; undefined when none does. */
function describeInput(r: JsonReader, b: Uint8Array, p: number): string | undefined {
  const c = b[p] as number;
  if (c === 34) return `string ${quote(stringStart(r, b, p + 1))}`;
  if (c === 123) return 'an object';
  if (c === 91) return 'an array';
  if (c === 45 || (c >= 48 && c <= 57)) return `number ${numberStart(r, b, p)}`;
  for (const word of ['true', 'false', 'null']) if (startsWith(r, b, p, word)) return word;
  return undefined;
}

function describeByte(c: number): string {
  const hex = `0x${c.toString(16).padStart(2, '0')}`;
  return c > 32 && c < 127 ? `${quote(String.fromCharCode(c))} (${hex})` : `byte ${hex}`;
}

function startsWith(r: JsonReader, b: Uint8Array, p: number, word: string): boolean {
  if (p + word.length > r.end) return false;
  for (let i = 0; i < word.length; i++) if (b[p + i] !== word.charCodeAt(i)) return false;
  return true;
}

function stringStart(r: JsonReader, b: Uint8Array, p: number): string {
  let end = p;
  while (end < r.end && end < p + 48 && b[end] !== 34) end++;
  return decodeUtf8(b, p, end);
}

function numberStart(r: JsonReader, b: Uint8Array, p: number): string {
  let end = p;
  while (end < r.end && end < p + 40 && isNumberByte(b[end] as number)) end++;
  return decodeUtf8(b, p, end);
}

function isNumberByte(c: number): boolean {
  return (c >= 48 && c <= 57) || c === 43 || c === 45 || c === 46 || c === 69 || c === 101;
}
