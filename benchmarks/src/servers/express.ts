// Express with its own body parser, and without what its guide for production tells to switch off. NODE_ENV is `production`.

import type { AddressInfo } from 'node:net';
import express, { type Request, type Response } from 'express';
import { createServer } from 'node:http';
import { backlog, type Serve } from '../server.ts';

export const serve: Serve = () => {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.post('/ping', express.json(), (request: Request, response: Response) => {
    response.json({ sequence: (request.body as { sequence: number }).sequence });
  });
  const server = createServer(app as unknown as Parameters<typeof createServer>[1]);
  return new Promise((resolve) => {
    server.listen({ host: '127.0.0.1', port: 0, backlog }, () => resolve((server.address() as AddressInfo).port));
  });
};
