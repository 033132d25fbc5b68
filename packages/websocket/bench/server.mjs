// A server process for the benchmarks: ours or bare ws, echo or broadcast. Sends its port, and its CPU time and memory on request.

import { createServer } from 'node:http';
import { DependencyManager, required } from '@ichor/core';
import { HttpHostService } from '@ichor/http';
import { WebSocketHost, WebSocketHostService } from '@ichor/websocket';
import { WebSocketServer } from 'ws';

const [kind, mode] = process.argv.slice(2);
let broadcast;

function measure() {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  return { cpuUs: user + system, heapBytes: heapUsed + external + arrayBuffers, rssBytes: rss };
}

process.on('message', (message) => {
  if (message === 'measure') process.send(measure());
  else if (message === 'end') process.exit(0);
  else {
    // So many broadcasts, at the pace at which the driver confirms them.
    for (let i = 0; i < message.broadcasts; i++) broadcast('twenty bytes of text');
  }
});

if (kind === 'ws') {
  const http = createServer();
  const server = new WebSocketServer({ server: http, perMessageDeflate: false });
  if (mode === 'echo')
    server.on('connection', (socket) =>
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
    );
  broadcast = (text) => {
    const bytes = Buffer.from(text);
    for (const socket of server.clients) socket.send(bytes, { binary: false });
  };
  http.listen(0, '127.0.0.1', () => process.send({ port: http.address().port }));
} else {
  class Service {
    static dependencies = { host: required(WebSocketHost) };
    constructor({ host }) {
      this.host = host;
      const endpoint = host.endpoint('/', (connection) => {
        if (mode === 'echo') connection.onMessage((message) => void connection.send(message));
      });
      broadcast = (text) => endpoint.broadcast(text);
    }
    start() {
      process.send({ port: Number(new URL(this.host.url).port) });
    }
  }
  const manager = new DependencyManager();
  manager.register(HttpHostService, { options: { address: '127.0.0.1', port: 0 } });
  manager.register(WebSocketHostService);
  manager.register(Service);
  await manager.run();
}
