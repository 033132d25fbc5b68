// A socket as a transport. Bytes are read into one buffer that all sockets share, where Node allows it: that saves an
// allocation and several layers of streams per read, about a third of the cost of a request on a raw socket.

import net from 'node:net';
import type { PeerAddress, PeerTls } from '../../contract/request.ts';
import type { Transport, TransportSink } from '../../server/transport.ts';

/** All reads land here; what must outlive the callback is copied by whoever keeps it. */
const sharedBuffer = Buffer.allocUnsafeSlow(65_536);

/** Longer writes go out slice by slice, so that the progress of a slow client is seen. */
const sliceBytes = 65_536;

interface WithTransport extends net.Socket {
  ichorTransport?: NetTransport;
}

interface AdoptOptions extends net.SocketConstructorOpts {
  readonly handle: object;
  readonly onread: { readonly buffer: Uint8Array; readonly callback: (length: number) => boolean };
}

interface WithHandle {
  _handle: object | null;
}

export class NetTransport implements Transport {
  readonly #tls: PeerTls | undefined;
  #socket: WithTransport;
  #sink: TransportSink | undefined = undefined;
  #isDetached = false;
  #readsShared = false;
  #wantsDrained = false;
  // What waits behind a long write, in order; undefined when nothing does.
  #backlog: Uint8Array[] | undefined = undefined;
  #backlogBytes = 0;
  #isEnding = false;
  #peer: PeerAddress | undefined = undefined;

  /**
   * @param socket Paused and without listeners, as a server with `pauseOnConnect` gives it.
   * @param tls What its handshake has settled, when it is encrypted.
   */
  constructor(socket: net.Socket, tls: PeerTls | undefined) {
    this.#socket = socket;
    this.#tls = tls;
  }

  /** Begins to deliver to `sink`. */
  open(sink: TransportSink): void {
    this.#sink = sink;
    const adopted = this.#tls === undefined ? this.#adopt(this.#socket) : undefined;
    if (adopted !== undefined) {
      this.#socket = adopted;
      this.#readsShared = true;
    }
    const socket = this.#socket;
    socket.ichorTransport = this;
    socket.on('end', onEnd);
    socket.on('error', onError);
    socket.on('close', onClose);
    if (this.#readsShared) {
      socket.read(0);
    } else {
      socket.on('data', onData);
      socket.resume();
    }
  }

  // Servers cannot be told to read into a given buffer, sockets can: so the accepted handle gets a new socket that does.
  #adopt(accepted: net.Socket): net.Socket | undefined {
    const holder = accepted as unknown as WithHandle;
    const handle = holder._handle;
    if (handle === null || typeof handle !== 'object') return undefined;
    const options: AdoptOptions = {
      handle,
      allowHalfOpen: true,
      onread: { buffer: sharedBuffer, callback: (length) => this.#read(length) },
    };
    const socket = new net.Socket(options);
    holder._handle = null;
    accepted.destroy();
    return socket;
  }

  #read(length: number): boolean {
    if (this.#isDetached) return this.#socket.push(Buffer.from(sharedBuffer.subarray(0, length)));
    this.#sink?.received(sharedBuffer, 0, length);
    return true;
  }

  get peer(): PeerAddress {
    return (this.#peer ??= {
      address: this.#socket.remoteAddress ?? '',
      port: this.#socket.remotePort ?? 0,
      encrypted: this.#tls !== undefined,
      tls: this.#tls,
    });
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  get unsentBytes(): number {
    return this.#socket.writableLength + this.#backlogBytes;
  }

  writeShared(bytes: Uint8Array): boolean {
    // Encrypting ends later than the call; a copy is cheaper than other memory for each write.
    if (this.#tls !== undefined) {
      this.write(Buffer.from(bytes));
      return true;
    }
    this.write(bytes);
    return this.unsentBytes === 0;
  }

  write(bytes: Uint8Array): void {
    const socket = this.#socket;
    if (socket.destroyed) return;
    if (this.#backlog === undefined && bytes.length <= sliceBytes) {
      socket.write(bytes);
      return;
    }
    this.#backlogBytes += bytes.length;
    if (this.#backlog !== undefined) this.#backlog.push(bytes);
    else {
      this.#backlog = [bytes];
      this.#writeSlices();
    }
  }

  // Goes on as long as the system takes slices at once; otherwise the last one is waited for.
  readonly #writeSlices = (): void => {
    const socket = this.#socket;
    while (this.#backlog !== undefined && !socket.destroyed) {
      const next = this.#backlog[0];
      if (next === undefined) return this.#backlogWritten();
      const slice = next.subarray(0, sliceBytes);
      if (slice.length === next.length) this.#backlog.shift();
      else this.#backlog[0] = next.subarray(sliceBytes);
      this.#backlogBytes -= slice.length;
      socket.write(slice);
      if (socket.writableLength > 0) {
        // The callback of a write comes after all writes before it; an empty one is free.
        socket.write('', this.#writeSlices);
        return;
      }
    }
    this.#backlog = undefined;
    this.#backlogBytes = 0;
  };

  #backlogWritten(): void {
    this.#backlog = undefined;
    if (this.#wantsDrained) this.#tellWhenDrained();
    if (this.#isEnding) this.#socket.end();
  }

  notifyDrained(): void {
    if (this.#wantsDrained || this.#socket.destroyed) return;
    this.#wantsDrained = true;
    if (this.#backlog === undefined) this.#tellWhenDrained();
  }

  // Of a socket that is destroyed before, only 'close' is to be heard.
  #tellWhenDrained(): void {
    this.#socket.write('', (error) => {
      if (error === null || error === undefined) this.#drained();
    });
  }

  #drained(): void {
    this.#wantsDrained = false;
    this.#sink?.drained();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#isEnding = true;
    if (this.#backlog === undefined) this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  detach(): net.Socket {
    const socket = this.#socket;
    this.#isDetached = true;
    socket.off('end', onEnd);
    socket.off('data', onData);
    socket.off('error', onError);
    return socket;
  }

  /** The socket reported something. */
  data(bytes: Buffer): void {
    this.#sink?.received(bytes, 0, bytes.length);
  }

  ended(): void {
    this.#sink?.ended();
  }

  closed(): void {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.closed();
  }
}

// One listener of each kind for all sockets.

function onData(this: WithTransport, bytes: Buffer): void {
  this.ichorTransport?.data(bytes);
}

function onEnd(this: WithTransport): void {
  this.ichorTransport?.ended();
}

function onError(this: WithTransport): void {
  // A reset is followed by 'close', which tells the connection; there is nobody else to tell.
}

function onClose(this: WithTransport): void {
  this.ichorTransport?.closed();
}
