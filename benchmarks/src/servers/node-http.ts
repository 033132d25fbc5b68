// node:http with nothing above it: the body collected, parsed, answered with a known length.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { backlog, type Serve } from '../server.ts';

export const serve: Serve = () => {
  const server = createServer({ noDelay: true }, (request, response) => {
    if (request.method !== 'POST' || request.url !== '/ping') {
      response.writeHead(404).end();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { sequence } = JSON.parse(Buffer.concat(chunks).toString()) as { sequence: number };
      const body = JSON.stringify({ sequence });
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
      response.end(body);
    });
  });
  return new Promise((resolve) => {
    server.listen({ host: '127.0.0.1', port: 0, backlog }, () => resolve((server.address() as AddressInfo).port));
  });
};
