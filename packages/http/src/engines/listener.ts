// Listens on the address of a host and hands over sockets that are ready for HTTP, encrypted where the host says so. Engines
// differ in what they do with them.

import net from 'node:net';
import { invalidOption } from '../contract/option-error.ts';
import type { HostAddress } from '../contract/http-host.ts';
import type { ResolvedHostOptions } from '../contract/host-options.ts';
import type { PeerTls } from '../contract/request.ts';
import type { HostTlsOptions } from '../contract/tls-options.ts';
import { httpError } from '../errors/catalogue.ts';
import type { ConnectionHost } from '../server/connection-host.ts';
import { removeStaleSocket } from './stale-path.ts';
import { TlsHandshakes } from './tls/tls-handshakes.ts';

/** What makes requests of the bytes of sockets. */
export interface Engine {
  /** Serves a socket: paused and without listeners, or fresh from its TLS handshake. */
  accept(socket: net.Socket, tls: PeerTls | undefined): void;
}

/** The system cuts longer paths off without a word, and listens elsewhere. */
const longestPathBytes = process.platform === 'linux' ? 107 : 103;

const busyAnswer = Buffer.from(
  'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
  'latin1',
);

export class Listener {
  readonly #host: ConnectionHost;
  readonly #engine: Engine;
  #server: net.Server | undefined = undefined;
  #handshakes: TlsHandshakes | undefined = undefined;

  constructor(host: ConnectionHost, engine: Engine) {
    this.#host = host;
    this.#engine = engine;
  }

  /** Where it listens; undefined when it does not. */
  get address(): HostAddress | undefined {
    const address = this.#server?.address();
    if (address === undefined || address === null) return undefined;
    if (typeof address === 'string') return { path: address };
    return { address: address.address, port: address.port, family: address.family === 'IPv6' ? 'IPv6' : 'IPv4' };
  }

  /**
   * Begins to listen.
   * @throws ICHOR_HTTP_ADDRESS_IN_USE, ICHOR_HTTP_LISTEN_FAILED, ICHOR_HTTP_TLS_INVALID, ICHOR_HTTP_OPTION_INVALID for a path that is too long
   */
  async listen(options: ResolvedHostOptions): Promise<void> {
    const { path } = options;
    if (path !== undefined && process.platform !== 'win32' && Buffer.byteLength(path) > longestPathBytes) {
      throw invalidOption('path', path, `at most ${longestPathBytes} bytes`);
    }
    if (options.tls !== undefined) {
      this.#handshakes = new TlsHandshakes(this.#host, options.tls, (socket, tls) => {
        this.#accept(socket, tls);
      });
    }
    const server = net.createServer({
      noDelay: options.path === undefined,
      pauseOnConnect: true,
      // A client that closes its side in the middle of a handshake has gone; see TlsHandshakes.
      allowHalfOpen: options.tls === undefined,
    });
    this.#server = server;
    server.on('connection', (socket) => {
      if (this.#handshakes === undefined) this.#accept(socket, undefined);
      else this.#handshakes.begin(socket);
    });
    try {
      await listenOn(server, options);
    } catch (error) {
      this.#server = undefined;
      throw listenFailure(options, error as NodeJS.ErrnoException);
    }
    server.on('error', () => {
      // Accepting failed for one connection (no file handles left); the next one is tried all the same.
    });
  }

  /** Takes other certificates for connections from now on. @throws ICHOR_HTTP_TLS_INVALID */
  reloadTls(options: HostTlsOptions): void {
    if (this.#handshakes === undefined) {
      throw httpError(
        'ICHOR_HTTP_TLS_INVALID',
        'This HTTP host does not speak TLS, or not any more. Give it the option tls from its start.',
        { details: { option: 'tls' } },
      );
    }
    this.#handshakes.replace(options);
  }

  /** Accepts no further connections, and gives up those in their TLS handshake. Upgraded connections are not waited for. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.close();
    this.#handshakes?.destroyAll();
    this.#handshakes = undefined;
    // The listening handle is closed at once; its last event comes with the next turn.
    await new Promise((resolve) => setImmediate(resolve));
  }

  #accept(socket: net.Socket, tls: PeerTls | undefined): void {
    if (this.#host.hasRoom && this.#server !== undefined) return this.#engine.accept(socket, tls);
    socket.on('error', () => undefined);
    socket.end(busyAnswer, () => socket.destroy());
  }
}

// A Unix socket that a program left behind when it was killed does not keep its successor from listening there.
async function listenOn(server: net.Server, options: ResolvedHostOptions): Promise<void> {
  try {
    await listening(server, options);
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (!isTaken || options.path === undefined || !(await removeStaleSocket(options.path))) throw error;
    await listening(server, options);
  }
}

function listening(server: net.Server, options: ResolvedHostOptions): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listenOptions(options), () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function listenOptions(options: ResolvedHostOptions): net.ListenOptions {
  const { backlog } = options;
  return options.path === undefined
    ? { host: options.address!, port: options.port!, backlog }
    : { path: options.path, backlog };
}

function listenFailure(options: ResolvedHostOptions, error: NodeJS.ErrnoException): Error {
  const where = options.path ?? `${options.address}:${options.port}`;
  if (error.code === 'EADDRINUSE') {
    return httpError(
      'ICHOR_HTTP_ADDRESS_IN_USE',
      `The HTTP host cannot listen on ${where}: another program or host already does. Choose another ${options.path === undefined ? 'port, or 0 for any free one' : 'path'}.`,
      { cause: error, details: { address: where } },
    );
  }
  return httpError(
    'ICHOR_HTTP_LISTEN_FAILED',
    `The HTTP host cannot listen on ${where}: ${error.message}. Check that ${options.path === undefined ? 'the address belongs to this machine' : 'its directory exists'} and that the program may use it.`,
    { cause: error, details: { address: where, systemCode: error.code } },
  );
}
