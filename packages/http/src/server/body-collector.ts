// Gathers a body that arrives in several pieces, for routes that want it whole. Bounded by the limit of the route, which the
// channel enforces; memory grows with what has arrived, not with what was announced.

import type { BodySink } from './channel.ts';
import type { Exchange } from './exchange.ts';
import type { RequestPipeline } from './request-pipeline.ts';

const firstBytes = 4096;

export class BodyCollector implements BodySink {
  readonly #pipeline: RequestPipeline;
  readonly #exchange: Exchange;
  #bytes: Buffer;
  #length = 0;

  /** @param expected Content-Length, or -1. */
  constructor(pipeline: RequestPipeline, exchange: Exchange, expected: number) {
    this.#pipeline = pipeline;
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
    this.#pipeline.bodyRead(this.#exchange, this.#bytes, 0, this.#length);
  }

  failed(_error: Error): void {
    this.#bytes = Buffer.alloc(0);
  }
}
