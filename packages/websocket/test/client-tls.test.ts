// The tls options of our client, against a ws server on node:https that shows what it got.

import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { IchorError } from '@ichor/core';
import type { ClientTlsOptions } from '../src/index.ts';
import { resolveConnect } from '../src/options/client-options.ts';
import { selfSignedCertificate } from './support/certificate.ts';
import { withHost } from './support/with-host.ts';

/** What the server says of the connection, or the code and message of the failure. */
type Connect = (tls: ClientTlsOptions | undefined, url?: string) => Promise<string>;

async function withServer(options: ServerOptions, use: (connect: Connect) => Promise<void>): Promise<void> {
  const https = createServer(options);
  const server = new WebSocketServer({ server: https });
  server.on('connection', (socket, request) => {
    const tls = request.socket as TLSSocket;
    socket.send(`${tls.getProtocol()} ${tls.authorized} ${tls.servername || 'no name'}`);
  });
  https.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
  const { port } = https.address() as AddressInfo;
  await withHost(
    () => undefined,
    async ({ client }) => {
      await use(async (tls, url = 'wss://localhost') => {
        try {
          const connection = await client.connect(`${url}:${port}`, tls === undefined ? {} : { tls });
          const { text } = (await connection.messages().next()).value!;
          connection.close();
          await connection.whenClosed();
          return text;
        } catch (error) {
          return `${(error as IchorError).code} ${(error as Error).message}`;
        }
      });
    },
  );
  await new Promise((resolve) => https.close(resolve));
}

describe('tls options of connect()', () => {
  it('trust who they say and check the name, unless told not to', async () => {
    const { cert, key } = await selfSignedCertificate();
    const other = await selfSignedCertificate();
    await withServer({ cert, key }, async (connect) => {
      expect(await connect({ ca: cert })).toBe('TLSv1.3 false localhost');
      expect(await connect({ ca: [Buffer.from(cert)] }, 'https://localhost')).toBe('TLSv1.3 false localhost');
      expect(await connect(undefined)).toMatch(/^ICHOR_WEBSOCKET_CONNECT_FAILED .*self-signed/);
      expect(await connect({ ca: other.cert })).toMatch(/^ICHOR_WEBSOCKET_CONNECT_FAILED /);
      // The certificate names localhost.
      expect(await connect({ ca: cert }, 'wss://127.0.0.1')).toMatch(/^ICHOR_WEBSOCKET_CONNECT_FAILED .*127\.0\.0\.1/);
      expect(await connect({ ca: cert, serverName: 'localhost' }, 'wss://127.0.0.1')).toMatch(/ localhost$/);
      expect(await connect({ ca: cert, serverName: 'example.org' })).toMatch(/^ICHOR_WEBSOCKET_CONNECT_FAILED /);
      expect(await connect({ verify: false }, 'wss://127.0.0.1')).toBe('TLSv1.3 false no name');
    });
  });

  it('show a certificate of the client, with an encrypted key too', async () => {
    const { cert, key } = await selfSignedCertificate();
    const mine = await selfSignedCertificate('open sesame');
    const options = { cert, key, ca: mine.cert, requestCert: true, rejectUnauthorized: true };
    await withServer(options, async (connect) => {
      const { cert: myCert, key: myKey } = mine;
      const shown = { ca: cert, cert: myCert, key: myKey };
      expect(await connect({ ...shown, passphrase: 'open sesame' })).toBe('TLSv1.3 true localhost');
      expect(await connect({ ...shown, passphrase: 'wrong' })).toMatch(/^ICHOR_WEBSOCKET_CONNECT_FAILED .*tls options/);
      expect(await connect({ ca: cert })).toMatch(/^ICHOR_WEBSOCKET_CONNECT_FAILED /);
    });
  });

  it('insist on a version', async () => {
    const { cert, key } = await selfSignedCertificate();
    await withServer({ cert, key, maxVersion: 'TLSv1.2' }, async (connect) => {
      expect(await connect({ ca: cert })).toMatch(/^TLSv1.2 /);
      expect(await connect({ ca: cert, minVersion: 'TLSv1.3' })).toMatch(/^ICHOR_WEBSOCKET_CONNECT_FAILED /);
    });
  });

  it.each<[string, object]>([
    ['tls.ca', { ca: 5 }],
    ['tls.ca', { ca: ['pem', null] }],
    ['tls.cert', { cert: {}, key: 'pem' }],
    ['tls.key', { cert: 'pem', key: true }],
    ['tls', { cert: 'pem' }],
    ['tls', { key: 'pem' }],
    ['tls.passphrase', { passphrase: 5 }],
    ['tls.serverName', { serverName: '' }],
    ['tls.verify', { verify: 'no' }],
    ['tls.minVersion', { minVersion: 'SSLv3' }],
    ['tls.cipher', { cipher: 'x' }],
  ])('refuse a wrong %s: %j', (option, tls) => {
    try {
      resolveConnect({ tls });
      expect.unreachable();
    } catch (error) {
      expect(IchorError.is(error, 'ICHOR_WEBSOCKET_OPTION_INVALID') && error.details?.['option']).toBe(option);
      expect((error as Error).message).toMatch(/received .*; allowed: /);
    }
  });
});
