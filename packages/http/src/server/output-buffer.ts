// Memory for answers: each connection that answers in a turn borrows one buffer, which comes back when the system took the bytes.

const bufferBytes = 16_384;
const keptBuffers = 1024;

/** Bytes to be sent by one connection in this turn. */
export class OutputBuffer {
  readonly bytes: Buffer = Buffer.allocUnsafeSlow(bufferBytes);
  length = 0;
  #view: Uint8Array = this.bytes;

  /** The bytes written so far. The same view is returned again while the length is the same. */
  view(): Uint8Array {
    if (this.#view.length !== this.length) this.#view = this.bytes.subarray(0, this.length);
    return this.#view;
  }

  /** Bytes that still fit. */
  get room(): number {
    return bufferBytes - this.length;
  }

  /** Appends text of one byte per character; the caller has made sure that it fits. */
  appendLatin1(text: string): void {
    this.length += this.bytes.write(text, this.length, 'latin1');
  }
}

/** Buffers that nobody uses, most recently used last. */
export class OutputPool {
  readonly #free: OutputBuffer[] = [];

  take(): OutputBuffer {
    return this.#free.pop() ?? new OutputBuffer();
  }

  /** @param buffer nobody refers to its memory any more. */
  giveBack(buffer: OutputBuffer): void {
    buffer.length = 0;
    if (this.#free.length < keptBuffers) this.#free.push(buffer);
  }
}
