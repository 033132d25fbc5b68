// The receiving side of one connection: hands bytes to its owner piece by piece, keeps what cannot be used yet, and stops reading
// while the peer has sent more than may be held.

import { InputQueue } from './input-queue.ts';
import type { Transport } from './transport.ts';

/** Who uses the bytes. */
export interface InputUser {
  /**
   * Uses one head or one piece of a body of `bytes[at..end)` and sets `ConnectionInput.at` behind it.
   * @returns false when nothing can be used now.
   */
  step(bytes: Uint8Array, at: number, end: number): boolean;
}

export class ConnectionInput {
  readonly #transport: Transport;
  readonly #user: InputUser;
  #waiting: InputQueue | undefined = undefined;
  #isPumping = false;
  #isReadPaused = false;
  #isClosed = false;

  /** The bytes being worked on: what lies behind the head of a request while it is admitted and runs. */
  bytes: Uint8Array | undefined = undefined;
  /** Offset of the first byte of `bytes` that was not used. */
  at = 0;
  end = 0;

  constructor(transport: Transport, user: InputUser) {
    this.#transport = transport;
    this.#user = user;
  }

  /** Bytes wait that came while nothing could be used. */
  get hasWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  get isPumping(): boolean {
    return this.#isPumping;
  }

  /** Takes what has arrived. @returns whether bytes had been waiting before. */
  received(bytes: Uint8Array, start: number, end: number): boolean {
    const waiting = this.#waiting;
    if (waiting !== undefined) {
      waiting.append(bytes, start, end);
      return true;
    }
    const rest = this.#pump(bytes, start, end);
    if (rest < end && !this.#isClosed) (this.#waiting = new InputQueue()).append(bytes, rest, end);
    return false;
  }

  /** Works on what waits. @returns false when nothing waits, or it is being worked on already. */
  pumpWaiting(): boolean {
    const waiting = this.#waiting;
    if (waiting === undefined || this.#isPumping) return false;
    waiting.consumed(this.#pump(waiting.bytes, waiting.start, waiting.end));
    if (waiting.isEmpty || this.#isClosed) this.#waiting = undefined;
    return true;
  }

  // Returns the offset of the first byte that was not used.
  #pump(bytes: Uint8Array, start: number, end: number): number {
    this.#isPumping = true;
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    while (this.at < end && this.#user.step(bytes, this.at, end));
    this.#isPumping = false;
    this.bytes = undefined;
    return this.at;
  }

  /** Reads on, or stops while so many bytes wait. */
  throttle(waitingBytes: number): void {
    if (!this.#isClosed) this.#pauseReading(this.#waiting !== undefined && this.#waiting.length >= waitingBytes);
  }

  #pauseReading(pause: boolean): void {
    if (pause === this.#isReadPaused) return;
    this.#isReadPaused = pause;
    if (pause) this.#transport.pause();
    else this.#transport.resume();
  }

  /** Drops what has not been used: nothing will be any more. What still arrives is read, and not kept. */
  close(): void {
    this.#isClosed = true;
    this.#waiting = undefined;
    this.at = this.end;
    this.#pauseReading(false);
  }

  /** A copy of what has not been used, for whoever takes the connection over. Then as `close`. */
  takeRest(): Uint8Array {
    const { bytes, at, end } = this;
    const waiting = this.#waiting;
    let rest = new Uint8Array(0);
    if (bytes !== undefined) rest = Uint8Array.from(bytes.subarray(at, end));
    else if (waiting !== undefined) rest = Uint8Array.from(waiting.bytes.subarray(waiting.start, waiting.end));
    this.close();
    return rest;
  }
}
