// A running program with one HTTP client, and servers made of node:http, for the tests of the client.

import { DependencyManager, required, type Injected, type ManagerOptions, type ServiceContext } from '@ichor/core';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpClient, HttpClientService, type HttpClientOptions } from '../../src/index.ts';

/** A service that does nothing but hold its client. */
class Holder {
  static readonly dependencies = { http: required(HttpClient) };
  static last: Holder | undefined;
  readonly http: HttpClient;
  readonly self: ServiceContext;

  constructor(deps: Injected<typeof Holder.dependencies>, self: ServiceContext) {
    this.http = deps.http;
    this.self = self;
    Holder.last = this;
  }
}

export interface Program extends AsyncDisposable {
  readonly manager: DependencyManager;
  readonly http: HttpClient;
  readonly self: ServiceContext;
  readonly holderId: number;
  /** Of the service that provides the client. */
  readonly serviceId: number;
}

export async function programWithClient(
  options: HttpClientOptions = {},
  managerOptions: ManagerOptions = {},
): Promise<Program> {
  const manager = new DependencyManager({ stopGraceMs: 50, ...managerOptions });
  const serviceId = manager.register(HttpClientService, { options }).id;
  const holderId = manager.register(Holder).id;
  const ended = manager.run();
  await manager.started();
  const holder = Holder.last as Holder;
  return {
    manager,
    http: holder.http,
    self: holder.self,
    holderId,
    serviceId,
    async [Symbol.asyncDispose]() {
      await manager.quit();
      await ended;
    },
  };
}

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  /** Connections made so far, and open now. */
  readonly connections: { made: number; open: number };
  readonly server: http.Server;
}

export async function serve(
  handler: (request: http.IncomingMessage, response: http.ServerResponse) => unknown,
): Promise<TestServer> {
  const server = http.createServer((request, response) => {
    void handler(request, response);
  });
  const connections = { made: 0, open: 0 };
  server.on('connection', (socket) => {
    connections.made++;
    connections.open++;
    socket.on('close', () => connections.open--);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections,
    server,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export async function bodyOf(request: http.IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
