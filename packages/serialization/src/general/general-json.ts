// JSON of any value, by JSON.parse and JSON.stringify; checked by a schema of any library where one is given.

import { checkRange, checkTarget, tooLarge } from '../codec/arguments.ts';
import { fail, Reader } from '../codec/reader.ts';
import type { Serializer } from '../codec/serializer.ts';
import { writeAlone } from '../codec/output.ts';
import { Writer } from '../codec/writer.ts';
import { describeValue } from '../errors/received.ts';
import { SerializationError } from '../errors/serialization-error.ts';
import { locate } from '../json/locate.ts';
import { skipSpace } from '../json/json-text.ts';
import { readAny } from '../json/read-any.ts';
import { writeAny } from '../json/write-any.ts';
import { issuePath, validateForeign } from '../schema/foreign.ts';
import { policyOf, type CodecOptions, type CodecPolicy } from '../schema/limits.ts';
import type { StandardSchema } from '../schema/standard-schema.ts';
import { utf8Length, writeUtf8 } from '../text/text.ts';
import { breaksLimits } from './check-json.ts';
import { checkNesting } from './nesting.ts';

/** Options of a general codec. */
export interface GeneralOptions<T> extends CodecOptions {
  /** Name for errors. Default: `value`. */
  readonly name?: string;
  /** Validates, and possibly converts, every value that is read. Must be synchronous. */
  readonly schema?: StandardSchema<unknown, T>;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * JSON without a message: what JSON.parse and JSON.stringify do, on bytes, with limits and proper errors.
 * Keys that come twice are refused unless `duplicateKeys` is `'last'`.
 *
 * @example
 * ```ts
 * import { jsonCodec } from '@ichor/serialization';
 *
 * const codec = jsonCodec();
 * console.log(codec.deserialize(codec.serialize({ a: [1, 2] }))); // { a: [ 1, 2 ] }
 * ```
 */
export function jsonCodec<T = unknown>(options: GeneralOptions<T> = {}): Serializer<T> {
  const { name = 'value', schema, ...rest } = options;
  return new GeneralJson<T>(name, schema, policyOf(name, rest));
}

class GeneralJson<T> implements Serializer<T> {
  readonly contentType = 'application/json';
  readonly #name: string;
  readonly #schema: StandardSchema<unknown, T> | undefined;
  readonly #policy: CodecPolicy;

  constructor(name: string, schema: StandardSchema<unknown, T> | undefined, policy: CodecPolicy) {
    this.#name = name;
    this.#schema = schema;
    this.#policy = policy;
  }

  serialize(value: T): Uint8Array {
    const bytes = encoder.encode(this.#text(value));
    if (bytes.length > this.#policy.maxBytes)
      throw tooLarge(this.#name, `${bytes.length} bytes`, this.#policy.maxBytes);
    return bytes;
  }

  serializeInto(value: T, buffer: Uint8Array, offset: number): number {
    checkTarget(this.#name, buffer, offset);
    const text = this.#text(value);
    const size = utf8Length(text);
    if (size > this.#policy.maxBytes) throw tooLarge(this.#name, `${size} bytes`, this.#policy.maxBytes);
    return offset + size > buffer.length ? -1 : writeUtf8(buffer, offset, text);
  }

  deserialize(bytes: Uint8Array, start = 0, end: number = bytes.length): T {
    checkRange(this.#name, bytes, start, end, this.#policy.maxBytes);
    const stop = this.#policy.trailingNul && end > start && bytes[end - 1] === 0 ? end - 1 : end;
    const value = this.#parse(bytes, start, stop);
    return this.#schema === undefined ? (value as T) : this.#validate(this.#schema, value, bytes, start, stop);
  }

  #parse(bytes: Uint8Array, start: number, end: number): unknown {
    let value: unknown;
    try {
      value = JSON.parse(decoder.decode(bytes.subarray(start, end)));
    } catch {
      return this.#readStrictly(bytes, start, end);
    }
    return breaksLimits(bytes, start, end, value, this.#policy) ? this.#readStrictly(bytes, start, end) : value;
  }

  /** Finds what is wrong. */
  #readStrictly(bytes: Uint8Array, start: number, end: number): unknown {
    const r = new Reader(this.#name, this.#policy);
    r.end = end;
    const value = readAny(r, bytes, start);
    const p = skipSpace(r, bytes, r.pos);
    if (p < end) fail(r, 'ICHOR_SERIALIZATION_TRAILING', p, 'the end of the input', `${end - p} more bytes`);
    return value;
  }

  #validate(schema: StandardSchema<unknown, T>, value: unknown, bytes: Uint8Array, start: number, end: number): T {
    const result = validateForeign(this.#name, schema, value);
    if (result.issues === undefined) return result.value;
    const path = issuePath(result.issues[0]);
    throw new SerializationError('ICHOR_SERIALIZATION_INVALID', {
      message: this.#name,
      path,
      offset: locate(new Reader(this.#name, this.#policy), bytes, start, end, path),
      expected: result.issues[0]?.message ?? 'a valid value',
      received: describeValue(valueAt(value, path)),
    });
  }

  #text(value: T): string {
    let text: string | undefined;
    let cause: unknown;
    try {
      text = JSON.stringify(value) as string | undefined;
    } catch (error) {
      cause = error;
    }
    if (text !== undefined) {
      checkNesting(this.#name, this.#policy, value, text);
      return text;
    }
    // The strict writer knows the path of what cannot be written.
    writeAlone(new Writer(this.#name, this.#policy), writeAny, value);
    const facts = { message: this.#name, path: [], offset: undefined, expected: 'a value JSON can express' };
    throw new SerializationError(
      'ICHOR_SERIALIZATION_TYPE',
      { ...facts, received: describeValue(value) },
      undefined,
      cause,
    );
  }
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<string | number, unknown>)[key];
  }
  return current;
}
