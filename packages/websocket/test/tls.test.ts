// WebSocket connections through an HTTP host that speaks TLS, with both engines of that host.

import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { selfSignedCertificate } from './support/certificate.ts';
import { until, withHost } from './support/with-host.ts';

/** What a bare client needs to trust the host's certificate, which names localhost and no address. */
const trusting = (ca: string): WebSocket.ClientOptions => {
  const options = { ca, servername: 'localhost' };
  return options;
};

describe.each(['net', 'node-http'] as const)('wss over the engine %s', (engine) => {
  it('echoes small and large messages between our host and our client, and the ws client', async () => {
    const { cert, key } = await selfSignedCertificate();
    const large = randomBytes(300_000).toString('hex');
    await withHost(
      ({ host }) => {
        host.endpoint('/echo', (connection) => {
          connection.onMessage((message) => void connection.send(message));
        });
      },
      async ({ url, client }) => {
        expect(url).toMatch(/^wss:/);
        const connection = await client.connect(`${url}/echo`, { tls: { ca: cert, serverName: 'localhost' } });
        const messages = connection.messages();
        for (const sent of ['small', large, '']) {
          connection.send(sent);
          expect((await messages.next()).value!.text).toBe(sent);
        }
        connection.close();
        const plain = new WebSocket(`${url}/echo`, [], trusting(cert));
        const received: string[] = [];
        plain.on('message', (data) => received.push(String(data)));
        await new Promise((resolve) => plain.once('open', resolve));
        for (let count = 0; count < 500; count++) plain.send(`message ${count}`);
        await until(() => received.length === 500);
        expect(received).toEqual(Array.from({ length: 500 }, (_, count) => `message ${count}`));
        const closed = new Promise((resolve) => plain.once('close', resolve));
        plain.close(1000);
        expect(await closed).toBe(1000);
        await expect(Promise.resolve(client.connect(`${url}/echo`))).rejects.toMatchObject({
          code: 'ICHOR_WEBSOCKET_CONNECT_FAILED',
        });
      },
      {},
      { engine, tls: { cert, key } },
    );
  });

  it('says goodbye when the program stops, and leaves no socket open', async () => {
    const { cert, key } = await selfSignedCertificate();
    await withHost(
      ({ host }) => void host.endpoint('/quiet', () => undefined),
      async ({ url, stop }) => {
        const sockets = Array.from({ length: 5 }, () => new WebSocket(`${url}/quiet`, [], trusting(cert)));
        await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('open', resolve))));
        const codes = Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
        await stop();
        expect(await codes).toEqual(Array(5).fill(1001));
      },
      {},
      { engine, tls: { cert, key } },
    );
  });
});
