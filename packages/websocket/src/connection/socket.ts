// The port to the WebSocket protocol: node/ws-socket.ts implements it, tests replace it where time or failure must be controlled.

/** An open socket that speaks WebSocket. */
export interface Socket {
  readonly protocol: string;
  /** Neither side has begun to close it. */
  readonly isOpen: boolean;
  /** Bytes given to it and not yet to the operating system. */
  readonly bufferedBytes: number;
  /** Sends one message; `flushed` is called when its bytes have left, with a failure when they never will; leaving it out is cheaper. */
  send(data: string | Uint8Array, isBinary: boolean, flushed: ((failure?: unknown) => void) | undefined): void;
  ping(): void;
  /** Begins or answers the closing handshake. */
  close(code: number, reason: string): void;
  /** Cuts the connection. `closed` follows. */
  terminate(): void;
  pause(): void;
  resume(): void;
}

/** What a socket tells. */
export interface SocketListener {
  /** A whole message; the bytes are the listener's. */
  received(bytes: Uint8Array, isBinary: boolean): void;
  /** The peer answered a ping. */
  ponged(): void;
  /** The peer violated the protocol; a close frame with `code` has been sent. */
  violated(code: number, reason: string): void;
  /** The socket is closed. Once, last. 1006 without a close frame from the peer. */
  closed(code: number, reason: string): void;
}
