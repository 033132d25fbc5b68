// The port between connections and whatever carries their bytes: sockets of an engine, or memory for inject().

import type { PeerAddress } from '../contract/request.ts';

/** One established byte connection. Made by an engine, used by its `Connection`. */
export interface Transport {
  readonly peer: PeerAddress;
  /** Whether writing still makes sense: not destroyed, not closed. */
  readonly isOpen: boolean;
  /** Bytes given to `write` that the system has not taken yet. */
  readonly unsentBytes: number;
  /** Sends bytes, whose memory is left alone from then on. */
  write(bytes: Uint8Array): void;
  /** Sends bytes out of memory that is used again: returns whether that is possible at once. */
  writeShared(bytes: Uint8Array): boolean;
  /** Calls `Connection.drained` once `unsentBytes` has become 0. */
  notifyDrained(): void;
  /** Stops or continues delivery to `Connection.received`. */
  pause(): void;
  resume(): void;
  /** Closes the sending side after everything written. */
  end(): void;
  /** Closes at once, dropping what was not sent. */
  destroy(): void;
  /** Turns the connection into a duplex stream for an upgrade; its bytes do not reach the `Connection` any more. */
  detach(): unknown;
}

/** What an engine calls: the receiving side of a transport. */
export interface TransportSink {
  /** Bytes arrived: `bytes[start..end)` are only valid during the call. */
  received(bytes: Uint8Array, start: number, end: number): void;
  /** The peer closed its sending side. */
  ended(): void;
  /** Everything written was taken. */
  drained(): void;
  /** The connection is gone. Called exactly once, last. */
  closed(): void;
}
