// An answer as the transport gives it to the client.

/** Is told once when an answer is over. */
export interface AnswerOwner {
  /** Its body is complete and not being streamed any more, or has failed. */
  over(): void;
}

/** An answer whose body has not been read. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  /** Nothing of it is under way any more. */
  readonly isOver: boolean;
  /** Tells `owner` when the answer is over; at once when it is. */
  ownedBy(owner: AnswerOwner): void;
  /** Bytes as they come; ends with a coded error. */
  readonly body: AsyncIterable<Uint8Array>;
  /** The whole body. */
  collect(): Promise<Uint8Array>;
  /** Reads the body away. */
  dump(): Promise<void>;
}
