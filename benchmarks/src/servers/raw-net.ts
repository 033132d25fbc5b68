// The floor of Node: node:net, nothing parsed, one fixed answer for each chunk that ends like a request, however many it may hold.
// No server that reads what it is sent can be faster on node:net.

import { createServer, type AddressInfo } from 'node:net';
import { backlog, type Serve } from '../server.ts';

const body = '{"sequence":2}';
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nDate: Sun, 01 Jan 2023 00:00:00 GMT\r\n\r\n${body}`,
);
const endOfRequest = '}'.charCodeAt(0);

export const serve: Serve = () => {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      if (chunk.at(-1) === endOfRequest) socket.write(answer);
    });
  });
  return new Promise((resolve) => {
    server.listen({ host: '127.0.0.1', port: 0, backlog }, () => resolve((server.address() as AddressInfo).port));
  });
};
