// MessagePack of any value, by @msgpack/msgpack, with its extension types; checked by a schema where one is given.

import { Decoder, Encoder, ExtensionCodec } from '@msgpack/msgpack';
import { checkRange, checkTarget, tooLarge } from '../codec/arguments.ts';
import { fail, Reader } from '../codec/reader.ts';
import type { Serializer } from '../codec/serializer.ts';
import { writeAlone } from '../codec/output.ts';
import { Writer } from '../codec/writer.ts';
import { describeValue } from '../errors/received.ts';
import { SerializationError } from '../errors/serialization-error.ts';
import { issuePath, validateForeign } from '../schema/foreign.ts';
import { policyOf, type CodecPolicy } from '../schema/limits.ts';
import type { StandardSchema } from '../schema/standard-schema.ts';
import { bigintExtension } from '../msgpack/extension.ts';
import { bigintBytes, bigintOfBytes } from '../msgpack/bigint-bytes.ts';
import { writePackAny } from '../msgpack/write-any.ts';
import { checkPack } from './check-msgpack.ts';
import type { GeneralOptions } from './general-json.ts';

/** A user's own extension type. */
export interface Extension {
  /** From 0 to 127; 66 is taken by large integers under `bigint: 'extension'`. */
  readonly type: number;
  /** The bytes of a value of this type, undefined for all other values. Asked for objects, and for what has no form of its own. */
  encode(value: unknown): Uint8Array | undefined;
  /** The value of the bytes, which are only valid during the call. */
  decode(bytes: Uint8Array): unknown;
}

/** Options of {@link messagePackCodec}. */
export interface MessagePackOptions<T> extends GeneralOptions<T> {
  /** Extension types beside timestamps, which are always Dates. */
  readonly extensions?: readonly Extension[];
  /**
   * `'reject'`: a bigint cannot be written, an integer beyond 2^53−1 not be read. `'int64'`: bigints are 64-bit integers, and
   * every 64-bit integer is read as a bigint. `'extension'`: bigints of any size are extension 66. Default: `'reject'`.
   */
  readonly bigint?: 'reject' | 'int64' | 'extension';
}

/**
 * MessagePack without a message. Dates are timestamps, Uint8Arrays binary data.
 *
 * @example
 * ```ts
 * import { messagePackCodec } from '@ichor/serialization';
 *
 * const codec = messagePackCodec({ bigint: 'int64' });
 * console.log(codec.deserialize(codec.serialize({ at: new Date(0), id: 2n ** 60n })));
 * ```
 */
export function messagePackCodec<T = unknown>(options: MessagePackOptions<T> = {}): Serializer<T> {
  const { name = 'value', schema, extensions = [], bigint = 'reject', ...rest } = options;
  const policy = policyOf(name, rest);
  if (!['reject', 'int64', 'extension'].includes(bigint)) {
    throw wrongOption(name, 'bigint', "'reject', 'int64' or 'extension'", describeValue(bigint));
  }
  return new GeneralMessagePack<T>(name, schema, policy, extensionCodec(name, extensions, bigint), bigint);
}

function extensionCodec(name: string, extensions: readonly Extension[], bigint: string): ExtensionCodec {
  const codec = new ExtensionCodec();
  if (bigint === 'extension') {
    codec.register({
      type: bigintExtension,
      encode: (value) => (typeof value === 'bigint' ? bigintBytes(value) : null),
      decode: bigintOfBytes,
    });
  }
  for (const { type, encode, decode } of extensions) {
    if (!Number.isInteger(type) || type < 0 || type > 127 || (bigint === 'extension' && type === bigintExtension)) {
      throw wrongOption(name, 'extensions', 'free types from 0 to 127', `type ${String(type)}`);
    }
    codec.register({ type, encode: (value) => encode(value) ?? null, decode: (bytes) => decode(bytes) });
  }
  return codec;
}

class GeneralMessagePack<T> implements Serializer<T> {
  readonly contentType = 'application/msgpack';
  readonly #name: string;
  readonly #schema: StandardSchema<unknown, T> | undefined;
  readonly #policy: CodecPolicy;
  readonly #encoder: Encoder;
  readonly #decoder: Decoder;
  readonly #bigints: boolean;

  constructor(
    name: string,
    schema: StandardSchema<unknown, T> | undefined,
    policy: CodecPolicy,
    extensions: ExtensionCodec,
    bigint: 'reject' | 'int64' | 'extension',
  ) {
    this.#name = name;
    this.#schema = schema;
    this.#policy = policy;
    this.#bigints = bigint === 'int64';
    this.#encoder = new Encoder({
      extensionCodec: extensions,
      useBigInt64: this.#bigints,
      maxDepth: policy.maxDepth,
      ignoreUndefined: true,
    });
    this.#decoder = new Decoder({ extensionCodec: extensions, useBigInt64: this.#bigints });
  }

  serialize(value: T): Uint8Array {
    return this.#encode(value).slice();
  }

  serializeInto(value: T, buffer: Uint8Array, offset: number): number {
    checkTarget(this.#name, buffer, offset);
    const bytes = this.#encode(value);
    if (offset + bytes.length > buffer.length) return -1;
    buffer.set(bytes, offset);
    return offset + bytes.length;
  }

  deserialize(bytes: Uint8Array, start = 0, end: number = bytes.length): T {
    checkRange(this.#name, bytes, start, end, this.#policy.maxBytes);
    const r = this.#check(bytes, start, end);
    let value: unknown;
    try {
      // From a copy, because binary data in the value stays where it was read from, and the input may be used again.
      const own = new Uint8Array(r.pos - start);
      own.set(bytes.subarray(start, r.pos));
      value = this.#decoder.decode(own);
    } catch (cause) {
      throw this.#failed(
        'ICHOR_SERIALIZATION_INVALID',
        'extensions that can be decoded',
        `an exception: ${String(cause)}`,
        start,
        cause,
      );
    }
    return this.#schema === undefined ? (value as T) : this.#validate(this.#schema, value, start);
  }

  #check(bytes: Uint8Array, start: number, end: number): Reader {
    const r = new Reader(this.#name, this.#policy);
    r.end = end;
    checkPack(r, bytes, start, this.#bigints);
    const behind = r.pos;
    const nul = this.#policy.trailingNul && behind + 1 === end && bytes[behind] === 0;
    if (behind < end && !nul) {
      fail(r, 'ICHOR_SERIALIZATION_TRAILING', behind, 'the end of the input', `${end - behind} more bytes`);
    }
    return r;
  }

  #encode(value: T): Uint8Array {
    let bytes: Uint8Array;
    try {
      if (this.#bigints) checkBigints(value, 0, this.#policy.maxDepth);
      bytes = this.#encoder.encodeSharedRef(value);
    } catch (cause) {
      // The strict writer knows the path of what cannot be written, unless an extension or a bigint is in question.
      if (!(cause instanceof SerializationError)) writeAlone(new Writer(this.#name, this.#policy), writePackAny, value);
      const received = cause instanceof Error ? cause.message : String(cause);
      throw this.#failed('ICHOR_SERIALIZATION_TYPE', 'a value MessagePack can express', received, undefined, cause);
    }
    if (bytes.length > this.#policy.maxBytes)
      throw tooLarge(this.#name, `${bytes.length} bytes`, this.#policy.maxBytes);
    this.#check(bytes, 0, bytes.length);
    return bytes;
  }

  #validate(schema: StandardSchema<unknown, T>, value: unknown, start: number): T {
    const result = validateForeign(this.#name, schema, value);
    if (result.issues === undefined) return result.value;
    throw new SerializationError('ICHOR_SERIALIZATION_INVALID', {
      message: this.#name,
      path: issuePath(result.issues[0]),
      offset: start,
      expected: result.issues[0]?.message ?? 'a valid value',
      received: describeValue(value),
    });
  }

  #failed(
    code: 'ICHOR_SERIALIZATION_INVALID' | 'ICHOR_SERIALIZATION_TYPE',
    expected: string,
    received: string,
    offset: number | undefined,
    cause: unknown,
  ): SerializationError {
    return new SerializationError(
      code,
      { message: this.#name, path: [], offset, expected, received },
      undefined,
      cause,
    );
  }
}

/** @msgpack/msgpack would cut larger ones off to 64 bits. */
function checkBigints(value: unknown, depth: number, maxDepth: number): void {
  if (typeof value === 'bigint' && (value >= 2n ** 64n || value < -(2n ** 63n))) {
    throw new RangeError(`bigint ${value.toString().slice(0, 40)} is beyond 64 bits`);
  }
  if (typeof value !== 'object' || value === null || depth > maxDepth || ArrayBuffer.isView(value)) return;
  for (const member of Object.values(value)) checkBigints(member, depth + 1, maxDepth);
}

function wrongOption(name: string, option: string, expected: string, received: string): SerializationError {
  return new SerializationError(
    'ICHOR_SERIALIZATION_SCHEMA',
    { message: `Option ${option} of ${name}`, path: [], offset: undefined, expected, received },
    'Correct the options where the codec is made.',
  );
}
