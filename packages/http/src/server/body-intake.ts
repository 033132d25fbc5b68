// Reads the body of one request out of the bytes of its connection, and hands it to a sink or drops it.

import { ChunkedDecoder, type ChunkLimits } from '../parser/chunked-decoder.ts';
import type { ParseFailure } from '../parser/parse-failure.ts';
import type { BodySink } from './channel.ts';

/** A slow body is not judged before so much time has passed. */
const graceMs = 5000;
/** How much earlier than it had to a body may have come: more does not let the rest of it, or its trailers, come the more slowly. */
const creditMs = 30_000;

export class BodyIntake {
  readonly #decoder: ChunkedDecoder | undefined;
  #remaining: number;
  #received = 0;
  #since: number;
  #isPaused = false;
  /** Bytes read in all, with the framing of chunks. */
  consumed = 0;

  /** @param length Content-Length, or -1 for chunks. @param maxBytes Longest chunked body. @param now Coarse time. */
  constructor(length: number, maxBytes: number, limits: ChunkLimits, now: number) {
    this.#remaining = Math.max(0, length);
    this.#decoder = length === -1 ? new ChunkedDecoder(limits, maxBytes) : undefined;
    this.#since = now;
  }

  get isDone(): boolean {
    return this.#decoder === undefined ? this.#remaining === 0 : this.#decoder.isDone;
  }

  get failure(): ParseFailure | undefined {
    return this.#decoder?.failure;
  }

  get trailers(): string {
    return this.#decoder?.trailers ?? '';
  }

  /** Bytes that are still to come; 0 when that is not known. */
  get remaining(): number {
    return this.#remaining;
  }

  /** The sink takes no more for now. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /**
   * Reads one piece of `bytes[start..end)`; without a sink it is dropped.
   * @returns the offset behind what was read.
   */
  read(bytes: Uint8Array, start: number, end: number, sink: BodySink | undefined): number {
    let dataStart = start;
    let dataEnd = start + Math.min(this.#remaining, end - start);
    let at = dataEnd;
    if (this.#decoder === undefined) {
      this.#remaining -= at - start;
    } else {
      at = this.#decoder.decode(bytes, start, end);
      ({ dataStart, dataEnd } = this.#decoder);
    }
    this.consumed += at - start;
    if (dataEnd > dataStart && this.failure === undefined) {
      this.#received += dataEnd - dataStart;
      if (sink?.data(bytes, dataStart, dataEnd) === false) this.#isPaused = true;
    }
    return at;
  }

  /** Goes on after a pause; the rate is measured anew. */
  resume(now: number): void {
    this.#isPaused = false;
    this.#received = 0;
    this.#since = now;
  }

  /** Whether the body comes more slowly than `bytesPerSecond`. Called by the sweep, twice a second. */
  isSlowerThan(bytesPerSecond: number, now: number): boolean {
    const elapsed = now - this.#since;
    this.#received = Math.min(this.#received, (bytesPerSecond * (elapsed + creditMs)) / 1000);
    return !this.#isPaused && elapsed > graceMs && this.#received * 1000 < bytesPerSecond * elapsed;
  }
}
