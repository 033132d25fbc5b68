// A request body that its handler reads while it arrives. Holds at most about `highWaterBytes`; beyond, the client has to wait.

import type { BodyStream } from '../contract/request.ts';
import { HttpError } from '../contract/http-error.ts';
import { httpError } from '../errors/catalogue.ts';
import { copyOf } from '../parser/copy-of.ts';
import type { BodySink, Channel } from './channel.ts';
import type { Exchange } from './exchange.ts';

const highWaterBytes = 65_536;
/** A body in tiny chunks would need many times its size in memory. */
const highWaterPieces = 1024;

export class IncomingBody implements BodyStream, BodySink {
  readonly #channel: Channel<Exchange>;
  readonly #exchange: Exchange;
  readonly #limit: number;
  #pieces: Uint8Array[] = [];
  #heldBytes = 0;
  #isWaiting = false;
  #isEnded = false;
  #isUsed = false;
  #error: Error | undefined = undefined;
  #wake: (() => void) | undefined = undefined;

  constructor(channel: Channel<Exchange>, exchange: Exchange, limit: number) {
    this.#channel = channel;
    this.#exchange = exchange;
    this.#limit = limit;
  }

  data(bytes: Uint8Array, start: number, end: number): boolean {
    this.#pieces.push(copyOf(bytes, start, end));
    this.#heldBytes += end - start;
    this.#wakeReader();
    this.#isWaiting = this.#isFull;
    return !this.#isWaiting;
  }

  end(trailers: string): void {
    this.#exchange.trailersText = trailers;
    this.#isEnded = true;
    this.#wakeReader();
  }

  failed(error: Error): void {
    this.#error = error;
    this.#pieces = [];
    this.#heldBytes = 0;
    this.#wakeReader();
  }

  /** Can be called once. @throws ICHOR_HTTP_BODY_USED */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    if (this.#isUsed) {
      throw httpError(
        'ICHOR_HTTP_BODY_USED',
        `The body of request ${this.#exchange.id} is read a second time. Keep what the first reading gave.`,
      );
    }
    this.#isUsed = true;
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        this.#heldBytes -= piece.length;
        if (this.#isWaiting && !this.#isFull) {
          this.#isWaiting = false;
          this.#channel.continueBody();
        }
        yield piece;
      } else if (this.#error !== undefined) {
        throw this.#error;
      } else if (this.#isEnded) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  async bytes(maxBytes: number = this.#limit): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const piece of this) {
      length += piece.length;
      if (length > maxBytes) throw new HttpError(413, `The body is longer than ${maxBytes} bytes.`);
      pieces.push(piece);
    }
    return Buffer.concat(pieces, length);
  }

  get #isFull(): boolean {
    return this.#heldBytes >= highWaterBytes || this.#pieces.length >= highWaterPieces;
  }

  #wakeReader(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
