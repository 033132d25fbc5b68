// The engine of this package: makes a connection of each socket, whose bytes our own parser reads.

import type { Socket } from 'node:net';
import type { PeerTls } from '../../contract/request.ts';
import type { ConnectionHost } from '../../server/connection-host.ts';
import type { Engine } from '../listener.ts';
import { NetTransport } from './net-transport.ts';

export class NetEngine implements Engine {
  readonly #host: ConnectionHost;

  constructor(host: ConnectionHost) {
    this.#host = host;
  }

  accept(socket: Socket, tls: PeerTls | undefined): void {
    const transport = new NetTransport(socket, tls);
    transport.open(this.#host.add(transport));
  }
}
