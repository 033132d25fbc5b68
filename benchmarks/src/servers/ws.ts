// Bare ws without compression: /echo sends every message back, /broadcast sends it to everybody there.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { backlog, type Serve } from '../server.ts';

export const serve: Serve = () => {
  const options = { noServer: true, perMessageDeflate: false, clientTracking: true };
  const echo = new WebSocketServer(options);
  const broadcast = new WebSocketServer(options);
  echo.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  broadcast.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => {
      for (const receiver of broadcast.clients) receiver.send(data, { binary: isBinary });
    });
  });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    const endpoint = request.url === '/broadcast' ? broadcast : echo;
    endpoint.handleUpgrade(request, socket, head, (connection) => endpoint.emit('connection', connection, request));
  });
  return new Promise((resolve) => {
    server.listen({ host: '127.0.0.1', port: 0, backlog }, () => resolve((server.address() as AddressInfo).port));
  });
};
