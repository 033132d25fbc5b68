// Every rival server. Each is loaded in the process that runs it only.

import type { Serve } from './server.ts';

export const servers: Readonly<Record<string, () => Promise<{ readonly serve: Serve }>>> = {
  'raw node:net': () => import('./servers/raw-net.ts'),
  'node:http': () => import('./servers/node-http.ts'),
  Fastify: () => import('./servers/fastify.ts'),
  Hono: () => import('./servers/hono.ts'),
  Express: () => import('./servers/express.ts'),
  ws: () => import('./servers/ws.ts'),
};
