import { describe, expect, it } from 'vitest';
import { json } from '../../src/index.ts';
import { PingMessage } from '../support/ping-message.ts';
import { withHost } from '../support/with-host.ts';

describe('a host', () => {
  it('answers a message with a message over a real socket', async () => {
    await withHost(
      (host) => {
        host.post('/ping', { body: PingMessage }, (request) => json(PingMessage, { sequence: request.body.sequence }));
      },
      async ({ url, host }) => {
        const response = await fetch(`${url}/ping`, {
          method: 'POST',
          body: '{"sequence": 2}',
          headers: { 'Content-Type': 'application/json' },
        });
        expect(response.status).toBe(200);
        expect(await response.json()).toEqual({ sequence: 2 });
        const injected = await host.inject({ method: 'POST', target: '/ping', body: { sequence: 3 } });
        expect(injected.json()).toEqual({ sequence: 3 });
      },
    );
  });
});
