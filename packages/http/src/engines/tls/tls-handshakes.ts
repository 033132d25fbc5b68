// Turns accepted sockets into encrypted ones. Handshakes cost much and are begun by anybody, so their number and time are
// bounded: what is too much waits for its turn, what takes too long is destroyed.

import type { Socket } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import type { ScheduledCall } from '@ichor/core';
import type { ResolvedHostOptions } from '../../contract/host-options.ts';
import type { PeerTls } from '../../contract/request.ts';
import type { HostTlsOptions } from '../../contract/tls-options.ts';
import type { ConnectionHost } from '../../server/connection-host.ts';
import { peerTls } from './peer-tls.ts';
import { secureContexts } from './secure-contexts.ts';

const sweepMs = 500;

/** A socket that TLS makes of another one. Node does not say publicly which one that was. */
interface WrappingSocket extends TLSSocket {
  readonly _parent?: Socket;
}

export class TlsHandshakes {
  readonly #host: ConnectionHost;
  readonly #options: ResolvedHostOptions;
  readonly #secured: (socket: TLSSocket, tls: PeerTls) => void;
  #outdated: readonly string[] = [];
  #server: tls.Server;
  /** Accepted sockets by the time at which their handshake must be over. The first ones are in a handshake, the rest waits. */
  readonly #pending = new Map<Socket, number>();
  readonly #waiting = new Set<Socket>();
  #sweep: ScheduledCall | undefined = undefined;

  /**
   * @param secured Receives sockets whose handshake is complete, without listeners.
   * @throws ICHOR_HTTP_TLS_INVALID
   */
  constructor(host: ConnectionHost, options: HostTlsOptions, secured: (socket: TLSSocket, peer: PeerTls) => void) {
    this.#host = host;
    this.#options = host.options;
    this.#secured = secured;
    this.#server = this.#serverFor(options);
  }

  /** Sockets accepted and not yet encrypted. */
  get size(): number {
    return this.#pending.size;
  }

  /** Takes other certificates for handshakes from now on; those that have begun go on with the old ones. @throws as the constructor */
  replace(options: HostTlsOptions): void {
    this.#server = this.#serverFor(options);
    this.warn();
  }

  /** Logs which certificates are out of date; they are used all the same. */
  warn(): void {
    for (const what of this.#outdated) this.#host.log.warn('A certificate of the HTTP host is out of date', { what });
  }

  begin(socket: Socket): void {
    const { clock } = this.#host;
    const isFull = this.#pending.size - this.#waiting.size >= this.#options.limits.handshakes;
    this.#pending.set(socket, clock.now() + this.#options.timeouts.handshakeMs);
    socket.on('close', this.#onClose(socket));
    socket.on('error', ignore);
    if (isFull) this.#waiting.add(socket);
    else this.#server.emit('connection', socket);
    this.#sweep ??= clock.schedule(this.#runSweep, sweepMs, { keepAlive: false });
  }

  /** Destroys what is not encrypted yet. */
  destroyAll(): void {
    this.#sweep?.cancel();
    this.#sweep = undefined;
    const pending = [...this.#pending.keys()];
    this.#pending.clear();
    this.#waiting.clear();
    for (const socket of pending) socket.destroy();
  }

  #onClose(socket: Socket): () => void {
    return () => {
      this.#done(socket);
    };
  }

  #done(socket: Socket): void {
    if (!this.#pending.delete(socket)) return;
    this.#waiting.delete(socket);
    const [next] = this.#waiting;
    if (next !== undefined && this.#pending.size - this.#waiting.size < this.#options.limits.handshakes) {
      this.#waiting.delete(next);
      this.#server.emit('connection', next);
    }
    if (this.#pending.size > 0) return;
    this.#sweep?.cancel();
    this.#sweep = undefined;
  }

  readonly #runSweep = (): void => {
    const { clock } = this.#host;
    this.#sweep = clock.schedule(this.#runSweep, sweepMs, { keepAlive: false });
    const now = clock.now();
    // Deadlines are in the order of arrival.
    for (const [socket, deadline] of this.#pending) {
      if (deadline > now) break;
      this.#done(socket);
      socket.destroy();
    }
  };

  #serverFor(options: HostTlsOptions): tls.Server {
    const contexts = secureContexts(options, this.#host.clock.wallTime());
    for (const what of contexts.outdated)
      this.#host.log.warn('A certificate of the HTTP host is out of date', { what });
    const asksClients = options.requestCert === true;
    const server = tls.createServer({
      ...contexts.serverOptions,
      // Bounds what the sweep cannot see.
      handshakeTimeout: Math.min(this.#options.timeouts.handshakeMs + 2 * sweepMs, 0x7fff_ffff),
      ALPNProtocols: ['http/1.1'],
      requestCert: asksClients,
      rejectUnauthorized: options.rejectUnauthorized ?? true,
      SNICallback: (name, done) => {
        const context = contexts.find(name);
        if (context === undefined) done(new Error(`There is no certificate for ${JSON.stringify(name)}.`));
        else done(null, context);
      },
    });
    server.on('secureConnection', (socket: WrappingSocket) => {
      // Without the link nobody can be told apart any more: then Node's own time-out has to do.
      if (socket._parent === undefined) this.#pending.clear();
      else this.#done(socket._parent);
      socket.allowHalfOpen = true;
      this.#secured(socket, peerTls(socket, asksClients));
    });
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      this.#host.log.debug('A TLS handshake failed', { code: error.code, reason: error.message });
      socket.destroy();
    });
    return server;
  }
}

function ignore(): void {
  // A reset is followed by 'close'.
}
