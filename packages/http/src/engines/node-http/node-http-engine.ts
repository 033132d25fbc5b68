// The engine on node:http: Node cuts bytes into messages and writes answers, everything between is the pipeline of the host.
// A fall-back, and a second opinion for tests; what it cannot meet is in src/testing/node-http-unmet.ts.

import http from 'node:http';
import type { Socket } from 'node:net';
import type { PeerTls } from '../../contract/request.ts';
import type { ConnectionHost } from '../../server/connection-host.ts';
import type { Engine } from '../listener.ts';
import { NodeHttpConnection } from './node-http-connection.ts';

interface ServedSocket extends Socket {
  ichorConnection?: NodeHttpConnection;
}

export class NodeHttpEngine implements Engine {
  readonly #host: ConnectionHost;
  readonly #server: http.Server;

  constructor(host: ConnectionHost) {
    this.#host = host;
    const { requestLineBytes, headerBytes } = host.options.limits;
    // Time-outs are those of the host, on its clock; limits of single parts are checked by our own parser.
    const server = http.createServer({
      maxHeaderSize: requestLineBytes + headerBytes,
      requireHostHeader: false,
      insecureHTTPParser: false,
      headersTimeout: 0,
      requestTimeout: 0,
      keepAliveTimeout: 0,
    });
    server.maxHeadersCount = 0;
    // Answers are sent to clients that have closed their side; whether they count as gone is up to the host.
    (server as unknown as { httpAllowHalfOpen: boolean }).httpAllowHalfOpen = true;
    const onRequest = (request: http.IncomingMessage, response: http.ServerResponse): void => {
      connectionOf(request.socket)?.request(request, response, undefined);
    };
    server.on('request', onRequest);
    server.on('checkContinue', onRequest);
    server.on('checkExpectation', onRequest);
    const onTakeover = (request: http.IncomingMessage, _socket: unknown, head: Buffer): void => {
      connectionOf(request.socket)?.request(request, new http.ServerResponse(request), head);
    };
    server.on('upgrade', onTakeover);
    server.on('connect', onTakeover);
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      const connection = connectionOf(socket as Socket);
      if (connection === undefined) socket.destroy();
      else connection.refused(error);
    });
    this.#server = server;
  }

  accept(socket: Socket, tls: PeerTls | undefined): void {
    const connection = new NodeHttpConnection(this.#host, socket, tls);
    (socket as ServedSocket).ichorConnection = connection;
    this.#host.adopt(connection);
    this.#server.emit('connection', socket);
    socket.resume();
  }
}

function connectionOf(socket: Socket): NodeHttpConnection | undefined {
  return (socket as ServedSocket).ichorConnection;
}
