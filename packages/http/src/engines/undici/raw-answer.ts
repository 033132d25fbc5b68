// An answer as the transport gives it to the client.

/** An answer whose body has not been read. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  /** Bytes as they come; ends with a coded error. */
  readonly body: AsyncIterable<Uint8Array>;
  /** The whole body. */
  collect(): Promise<Uint8Array>;
  /** Reads the body away. */
  dump(): Promise<void>;
}
