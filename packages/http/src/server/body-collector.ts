// Gathers a body that arrives in several pieces, for routes that want it whole. Bounded by the limit of the route, which the
// channel enforces; memory grows with what has arrived, not with what was announced.

import type { BodySink } from './channel.ts';
import type { Exchange } from './exchange.ts';

const firstBytes = 4096;

/** Receives the complete body; the bytes are only valid during the call. */
export interface BodyReader {
  bodyRead(exchange: Exchange, bytes: Uint8Array, start: number, end: number): void;
}

export class BodyCollector implements BodySink {
  readonly #reader: BodyReader;
  readonly #exchange: Exchange;
  #bytes: Buffer;
  #length = 0;

  /** @param expected Content-Length, or -1. */
  constructor(reader: BodyReader, exchange: Exchange, expected: number) {
    this.#reader = reader;
    this.#exchange = exchange;
    this.#bytes = Buffer.allocUnsafeSlow(expected >= 0 && expected < 65_536 ? expected : firstBytes);
  }

  data(bytes: Uint8Array, start: number, end: number): boolean {
    const needed = this.#length + end - start;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes.subarray(start, end), this.#length);
    this.#length = needed;
    return true;
  }

  end(trailers: string): void {
    this.#exchange.trailersText = trailers;
    this.#reader.bodyRead(this.#exchange, this.#bytes, 0, this.#length);
  }

  failed(_error: Error): void {
    this.#bytes = Buffer.alloc(0);
  }
}
