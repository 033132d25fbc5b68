// Lines into a writable stream (standard output, a file, a socket) without ever blocking or throwing: a bounded buffer, counted drops.
// Used by ConsoleSink. One guard per stream keeps a broken pipe from ending the process.

/** The part of a Node.js writable stream that is used. */
export interface LineStream {
  write(text: string, done?: (error?: Error | null) => void): boolean;
  on(event: 'error', listener: (error: Error) => void): unknown;
  once(event: 'drain', listener: () => void): unknown;
  readonly writableLength: number;
  readonly isTTY?: boolean;
  /** False once it was ended or destroyed. */
  readonly writable?: boolean;
}

/** The error that broke a stream; undefined while it works. Without a listener that error would end the process. */
const guards = new WeakMap<LineStream, { error: Error | undefined }>();

function guardOf(stream: LineStream): { error: Error | undefined } {
  let guard = guards.get(stream);
  if (guard === undefined) {
    const added: { error: Error | undefined } = { error: undefined };
    guard = added;
    guards.set(stream, guard);
    stream.on('error', (error) => (added.error = error));
  }
  return guard;
}

export class StreamOutput {
  readonly #stream: LineStream;
  readonly #maxBufferedBytes: number;
  readonly #dropNotice: (count: number) => string;
  readonly #guard: { readonly error: Error | undefined };
  #dropped = 0;
  #unsaid = 0;

  /**
   * @param maxBufferedBytes What the stream may hold back before lines are dropped.
   * @param dropNotice Makes the line that says how many lines are missing, written when the stream takes lines again.
   */
  constructor(stream: LineStream, maxBufferedBytes: number, dropNotice: (count: number) => string) {
    this.#stream = stream;
    this.#maxBufferedBytes = maxBufferedBytes;
    this.#dropNotice = dropNotice;
    this.#guard = guardOf(stream);
  }

  /** Lines that were dropped because the stream did not take them in time. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @throws the error of the stream once it is broken, or an error that says that it was closed. */
  writeLine(line: string): void {
    if (this.#isBroken) throw this.#guard.error ?? new Error('the stream is closed');
    if (this.#stream.writableLength > this.#maxBufferedBytes) {
      this.#dropped++;
      if (this.#unsaid++ === 0) this.#stream.once('drain', this.#sayDropped);
      return;
    }
    this.#sayDropped();
    this.#stream.write(`${line}\n`);
  }

  /** Ends when everything written is out, or the stream is broken. */
  flush(): Promise<void> {
    if (this.#isBroken) return Promise.resolve();
    return new Promise((resolve) => {
      this.#stream.write('', () => resolve());
    });
  }

  get #isBroken(): boolean {
    return this.#guard.error !== undefined || this.#stream.writable === false;
  }

  readonly #sayDropped = (): void => {
    if (this.#unsaid === 0 || this.#isBroken) return;
    const count = this.#unsaid;
    this.#unsaid = 0;
    this.#stream.write(`${this.#dropNotice(count)}\n`);
  };
}
