// The interface of every codec of this package. Structurally the MessageCodec contract of @ichor/core.

/** Turns values of `T` into bytes of one content type and back. Stateless to its users: one may serve the whole process. */
export interface Serializer<T> {
  /** Media type without parameters, such as `application/json`. */
  readonly contentType: string;
  /**
   * The bytes of `value`. Nobody else writes to them; small results share a larger block of memory, as Node's buffers do.
   * @throws SerializationError when the value does not fit the message.
   */
  serialize(value: T): Uint8Array;
  /**
   * Writes the bytes of `value` into `buffer` from `offset` on, and nothing behind them. Compiled codecs allocate nothing for
   * a buffer that they have written to before.
   * @returns the offset behind the last byte, or −1 when they do not fit (then `buffer` from `offset` on is undefined).
   * @throws SerializationError when the value does not fit the message.
   */
  serializeInto(value: T, buffer: Uint8Array, offset: number): number;
  /**
   * Reads one value from `bytes[start..end)`, by default all of it. Keeps no reference to `bytes`.
   * @throws SerializationError with the path and the offset of what is wrong; never returns a partial value.
   */
  deserialize(bytes: Uint8Array, start?: number, end?: number): T;
}
