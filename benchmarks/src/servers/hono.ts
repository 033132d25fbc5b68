// Hono on @hono/node-server.

import type { AddressInfo } from 'node:net';
import { serve as listen } from '@hono/node-server';
import { Hono } from 'hono';
import type { Serve } from '../server.ts';

export const serve: Serve = () => {
  const app = new Hono();
  app.post('/ping', async (context) => {
    const { sequence } = await context.req.json<{ sequence: number }>();
    return context.json({ sequence });
  });
  return new Promise((resolve) => {
    listen({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, (info: AddressInfo) => resolve(info.port));
  });
};
