// The sending side of one connection: gathers what is to be sent in a turn into one write, and knows what the client has not taken.

import type { ConnectionEnvironment } from './connection-environment.ts';
import type { OutputBuffer } from './output-buffer.ts';
import { plainHeadRoomBytes } from './response-encoder.ts';
import type { Transport } from './transport.ts';

const streamHighWaterBytes = 65_536;
/** Pieces up to this length are copied behind what was gathered; longer ones are written as they are. */
const copiedBytes = 8192;

export class ConnectionOutput {
  readonly #host: ConnectionEnvironment;
  readonly #transport: Transport;
  #buffer: OutputBuffer | undefined = undefined;
  #drainWaiters: ((isTaken: boolean) => void)[] | undefined = undefined;
  #unsentBefore = 0;
  #stalledSince = 0;

  constructor(host: ConnectionEnvironment, transport: Transport) {
    this.#host = host;
    this.#transport = transport;
  }

  /** The buffer of this turn with at least `room` bytes free. */
  withRoom(room: number): OutputBuffer {
    let buffer = this.#buffer;
    if (buffer !== undefined && buffer.room < room) {
      this.#write(buffer);
      buffer = this.#buffer;
    }
    if (buffer === undefined) {
      buffer = this.#buffer = this.#host.output.take();
      this.#host.willFlush(this);
    }
    return buffer;
  }

  /** Sends text of one byte per character, shorter than a kilobyte or with room made by the caller. */
  appendLatin1(text: string, room: number = plainHeadRoomBytes): void {
    this.withRoom(room).appendLatin1(text);
  }

  /** Sends bytes; long ones are not copied and must be left alone. */
  append(bytes: Uint8Array): void {
    if (bytes.length > copiedBytes) return this.writeApart(bytes);
    const buffer = this.withRoom(bytes.length);
    buffer.bytes.set(bytes, buffer.length);
    buffer.length += bytes.length;
  }

  /** Sends what was gathered, then `bytes` without copying them. */
  writeApart(bytes: Uint8Array): void {
    if (this.#buffer !== undefined) this.#write(this.#buffer);
    if (bytes.length > 0) this.#transport.write(bytes);
  }

  /** Sends what was gathered in this turn. Called by the host. */
  flush(): void {
    const buffer = this.#buffer;
    if (buffer === undefined) return;
    this.#buffer = undefined;
    if (buffer.length === 0 || this.#transport.writeShared(buffer.view())) this.#host.output.giveBack(buffer);
    if (this.isBlocked) this.#transport.notifyDrained();
  }

  // Memory that the system has not taken yet belongs to it; another buffer is used then.
  #write(buffer: OutputBuffer): void {
    if (buffer.length > 0 && !this.#transport.writeShared(buffer.view())) this.#buffer = undefined;
    else buffer.length = 0;
  }

  /** The client does not take its answers: no further request is begun until it does. */
  get isBlocked(): boolean {
    return this.#transport.unsentBytes > this.#host.options.limits.unsentBytes;
  }

  /** The client has not taken everything yet. */
  get hasUnsent(): boolean {
    return this.#transport.unsentBytes > 0;
  }

  /** Whether a stream may go on without waiting for the client. */
  get takesMore(): boolean {
    return this.#transport.isOpen && this.#transport.unsentBytes < streamHighWaterBytes;
  }

  /** Resolves when the system has taken everything: true; or when the client is gone before: false. */
  whenDrained(): Promise<boolean> {
    if (this.#transport.isOpen && this.#transport.unsentBytes === 0) return Promise.resolve(true);
    this.#transport.notifyDrained();
    return new Promise((resolve) => {
      (this.#drainWaiters ??= []).push(resolve);
    });
  }

  /** @param isTaken Everything was taken; otherwise the connection is gone. */
  drained(isTaken: boolean): void {
    const waiters = this.#drainWaiters;
    this.#drainWaiters = undefined;
    if (waiters !== undefined) for (const waiter of waiters) waiter(isTaken);
  }

  /** Whether the client has taken nothing for longer than `writeMs`. Called by the sweep. */
  isStalled(now: number): boolean {
    const unsent = this.#transport.unsentBytes;
    if (unsent === 0 || unsent !== this.#unsentBefore) {
      this.#unsentBefore = unsent;
      this.#stalledSince = now;
      return false;
    }
    return now - this.#stalledSince > this.#host.options.timeouts.writeMs;
  }
}
