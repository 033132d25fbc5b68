// Tells on standard output where the program listens, once its routes are up.

import { defineService, required } from '@ichor/core';
import { HttpHost } from '@ichor/http';
import { PongService } from './pong-service.ts';

export const Announcement = defineService({
  name: 'Announcement',
  dependencies: { host: required(HttpHost), pong: required(PongService) },
  setup({ host }) {
    const body = `{"sequence": 2}`;
    console.log(`started! ${host.url}`);
    console.log(`curl -d '${body}' -H 'Content-Type: application/json' ${host.url}/ping`);
  },
});
