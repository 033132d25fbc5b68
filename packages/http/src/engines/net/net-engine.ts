// The engine on plain sockets: listens, makes a connection of each accepted socket, refuses what is too much.

import net from 'node:net';
import type { HostAddress } from '../../contract/http-host.ts';
import type { ResolvedHostOptions } from '../../contract/host-options.ts';
import { httpError } from '../../errors/catalogue.ts';
import type { Connection } from '../../server/connection.ts';
import type { ConnectionHost } from '../../server/connection-host.ts';
import { NetTransport } from './net-transport.ts';

/** Makes the listening server and tells which of its events brings a usable socket: the seam for TLS. */
export interface ServerFactory {
  readonly encrypted: boolean;
  readonly connectionEvent: 'connection' | 'secureConnection';
  create(options: net.ServerOpts): net.Server;
}

/** Plain TCP and Unix sockets. */
const plainServer: ServerFactory = {
  encrypted: false,
  connectionEvent: 'connection',
  create: (options) => net.createServer(options),
};

const busyAnswer = Buffer.from(
  'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
  'latin1',
);

export class NetEngine {
  readonly #host: ConnectionHost;
  readonly #factory: ServerFactory;
  #server: net.Server | undefined = undefined;
  #closed: Promise<void> = Promise.resolve();

  constructor(host: ConnectionHost, factory: ServerFactory = plainServer) {
    this.#host = host;
    this.#factory = factory;
  }

  /** Where it listens; undefined when it does not. */
  get address(): HostAddress | undefined {
    const address = this.#server?.address();
    if (address === undefined || address === null) return undefined;
    if (typeof address === 'string') return { path: address };
    return { address: address.address, port: address.port, family: address.family === 'IPv6' ? 'IPv6' : 'IPv4' };
  }

  /** Begins to listen. @throws ICHOR_HTTP_ADDRESS_IN_USE, ICHOR_HTTP_LISTEN_FAILED */
  async listen(options: ResolvedHostOptions): Promise<void> {
    const server = this.#factory.create({
      noDelay: options.path === undefined,
      pauseOnConnect: !this.#factory.encrypted,
      allowHalfOpen: true,
    });
    this.#server = server;
    server.on(this.#factory.connectionEvent, (socket: net.Socket) => {
      this.#accept(socket);
    });
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(listenOptions(options), () => {
          server.off('error', reject);
          resolve();
        });
      });
    } catch (error) {
      this.#server = undefined;
      throw listenFailure(options, error as NodeJS.ErrnoException);
    }
    server.on('error', () => {
      // Accepting failed for one connection (no file handles left); the next one is tried all the same.
    });
    this.#closed = new Promise((resolve) => {
      server.once('close', resolve);
    });
  }

  /** Accepts no further connections. */
  close(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  /** Resolves when nothing of the listening socket is left. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  #accept(socket: net.Socket): void {
    const host = this.#host;
    if (!host.hasRoom) {
      socket.on('error', () => undefined);
      socket.end(busyAnswer, () => socket.destroy());
      return;
    }
    const transport = new NetTransport(socket, this.#factory.encrypted);
    const connection: Connection = host.add(transport);
    transport.open(connection);
  }
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
      `The HTTP host cannot listen on ${where}: another program or host already does. Choose another port, or 0 for any free one.`,
      { cause: error, details: { address: where } },
    );
  }
  return httpError(
    'ICHOR_HTTP_LISTEN_FAILED',
    `The HTTP host cannot listen on ${where}: ${error.message}. Check that the address belongs to this machine and that the program may use it.`,
    { cause: error, details: { address: where, systemCode: error.code } },
  );
}
