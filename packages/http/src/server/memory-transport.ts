// A transport without a socket: collects what a connection sends. Carries inject().

import type { PeerAddress } from '../contract/request.ts';
import type { Transport, TransportSink } from './transport.ts';

const nobody: PeerAddress = { address: '', port: 0, encrypted: false };

export class MemoryTransport implements Transport {
  readonly peer = nobody;
  readonly unsentBytes = 0;
  readonly #written: (bytes: Uint8Array) => void;
  readonly #ended: () => void;
  #sink: TransportSink | undefined = undefined;
  #isClosed = false;

  /** @param written Receives what is sent; the bytes are only valid during the call. @param ended Nothing more will be sent. */
  constructor(written: (bytes: Uint8Array) => void, ended: () => void) {
    this.#written = written;
    this.#ended = ended;
  }

  /** Delivers `bytes` as if the peer had sent them. */
  open(sink: TransportSink, bytes: Uint8Array): void {
    this.#sink = sink;
    sink.received(bytes, 0, bytes.length);
  }

  get isOpen(): boolean {
    return !this.#isClosed;
  }

  write(bytes: Uint8Array): void {
    this.#written(bytes);
  }

  writeShared(bytes: Uint8Array): boolean {
    this.#written(bytes);
    return true;
  }

  notifyDrained(): void {
    queueMicrotask(() => this.#sink?.drained());
  }

  pause(): void {
    // Everything was delivered at once already.
  }

  resume(): void {
    // As above.
  }

  end(): void {
    this.destroy();
  }

  destroy(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#sink?.closed();
    this.#ended();
  }

  detach(): unknown {
    this.#ended();
    return undefined;
  }
}
