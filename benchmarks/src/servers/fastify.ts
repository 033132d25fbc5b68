// Fastify with schemas for the body and the answer, which it compiles, and without its logger.

import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { backlog, type Serve } from '../server.ts';

const sequence = { type: 'integer', minimum: 0 };
const message = { type: 'object', required: ['sequence'], properties: { sequence } };

export const serve: Serve = async () => {
  const app = fastify({ logger: false });
  app.post<{ Body: { sequence: number } }>(
    '/ping',
    { schema: { body: message, response: { 200: message } } },
    (request, reply) => {
      void reply.send({ sequence: request.body.sequence });
    },
  );
  await app.listen({ host: '127.0.0.1', port: 0, backlog });
  return (app.server.address() as AddressInfo).port;
};
