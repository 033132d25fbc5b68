// A socket that a test moves by hand, where the order of events must be controlled.

import type { Socket, SocketListener } from '../../src/connection/socket.ts';

export class FakeSocket implements Socket {
  readonly protocol = '';
  isOpen = true;
  bufferedBytes = 0;
  isPaused = false;
  readonly log: string[] = [];
  readonly #listener: SocketListener;
  readonly #flushes: (() => void)[] = [];
  #isClosed = false;

  constructor(listener: SocketListener) {
    this.#listener = listener;
  }

  send(data: string | Uint8Array, _isBinary: boolean, flushed: (() => void) | undefined): void {
    this.log.push(`send ${String(data)}`);
    this.bufferedBytes += data.length;
    if (flushed !== undefined) this.#flushes.push(flushed);
  }

  /** Everything has left. */
  flush(): void {
    this.bufferedBytes = 0;
    for (const flushed of this.#flushes.splice(0)) flushed();
  }

  ping(): void {
    this.log.push('ping');
  }

  close(code: number, reason: string): void {
    this.isOpen = false;
    this.log.push(`close ${code} ${reason}`.trim());
  }

  /** The peer closes, or answers our close frame. */
  peerCloses(code: number): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.isOpen = false;
    this.#listener.closed(code, '');
  }

  terminate(): void {
    this.log.push('terminate');
    this.peerCloses(1006);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }
}
