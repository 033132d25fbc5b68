// How packages exchange messages without knowing each other: http and websocket use this, @ichor/serialization implements it.

import type { StandardSchema } from './standard-schema.ts';

/** Turns values of `T` into bytes of one content type and back. */
export interface MessageCodec<T> {
  /** Media type without parameters, such as `application/json`. */
  readonly contentType: string;
  /** The bytes of `value`, in a buffer of their own. @throws an IchorError when the value does not fit the message. */
  serialize(value: T): Uint8Array;
  /**
   * Writes the bytes of `value` into `buffer` from `offset` on, without allocating.
   * @returns the offset behind the last byte, or -1 when they do not fit (then the rest of `buffer` is undefined).
   */
  serializeInto(value: T, buffer: Uint8Array, offset: number): number;
  /**
   * Reads one value from `bytes[start..end)`. Keeps no reference to `bytes`.
   * @throws an IchorError (`ICHOR_SERIALIZATION_…`) with `details.path` and `details.offset`; never returns a partial value.
   */
  deserialize(bytes: Uint8Array, start?: number, end?: number): T;
}

/** A message with its codecs, in order of preference: the first one is used when the peer does not choose. */
export interface MessageType<T> extends StandardSchema<unknown, T> {
  readonly name: string;
  readonly codecs: readonly [MessageCodec<T>, ...MessageCodec<T>[]];
}
