// Our client against a ws server, on real sockets.

import { createServer as createTlsServer } from 'node:https';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import type { ConnectionState, WebSocketConnection } from '../src/index.ts';
import { selfSignedCertificate } from './support/certificate.ts';
import { PingMessage } from './support/ping-message.ts';
import { until, withHost } from './support/with-host.ts';

async function withServer(
  use: (server: WebSocketServer, url: string, port: number) => Promise<void>,
  onConnection: (socket: WebSocket) => void = (socket) =>
    socket.on('message', (data, binary) => socket.send(data, { binary })),
  options: ServerOptions = {},
): Promise<void> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...options });
  server.on('connection', onConnection);
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await use(server, `ws://127.0.0.1:${port}/path?query`, port);
  } finally {
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  }
}

const nothing = (): void => undefined;

describe('a client', () => {
  it('connects with sub-protocol, headers and path, echoes, and closes with its service', async () => {
    const seen: unknown[] = [];
    await withServer(
      async (server, url) => {
        server.on('connection', (_socket, request) =>
          seen.push(request.url, request.headers['authorization'], request.headers['user-agent']),
        );
        await withHost(nothing, async ({ client, manager, stop }) => {
          const connection = await client.connect(url, {
            protocols: ['four', 'json'],
            headers: { Authorization: 'me' },
          });
          expect([connection.side, connection.state, connection.protocol, connection.path]).toEqual([
            'client',
            'open',
            'four',
            '/path',
          ]);
          const pings = connection.channel(PingMessage);
          const stream = pings.messages();
          expect(pings.send({ sequence: 77 })).toBe('sent');
          expect(await stream.next()).toEqual({ done: false, value: { sequence: 77 } });
          const service = manager.inspect().services.find(({ name }) => name === 'WebSocketConnection')!;
          expect(service.properties).toMatchObject({ side: 'client', path: '/path', protocol: 'four' });
          const closed = new Promise((resolve) => [...server.clients][0]!.on('close', resolve));
          await stop();
          expect(await closed).toBe(1000);
          expect(connection.closeInfo).toMatchObject({ code: 1000, by: 'us', wasClean: true });
        });
      },
      undefined,
      { handleProtocols: (offered) => [...offered][0]! },
    );
    // WS-4
    expect(seen).toEqual(['/path?query', 'me', 'ichor']);
  });

  it('says why it could not connect: refused, no server, time-out, aborted, stopped', async () => {
    const silent: Server = createServer((socket) => socket.resume().on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    await withHost(nothing, async ({ client, url, stop }) => {
      const failure = (connecting: PromiseLike<unknown>): Promise<unknown> =>
        Promise.resolve(connecting).then(
          () => 'connected',
          (error: { code: unknown }) => error.code,
        );
      const refused = client.connect(`${url}/none`);
      await expect(Promise.resolve(refused)).rejects.toMatchObject({
        code: 'ICHOR_WEBSOCKET_REFUSED',
        details: { status: 404 },
      });
      expect(await failure(client.connect('ws://127.0.0.1:1'))).toBe('ICHOR_WEBSOCKET_CONNECT_FAILED');
      const address = `ws://127.0.0.1:${port}`;
      expect(await failure(client.connect(address, { connectTimeoutMs: 50 }))).toBe('ICHOR_WEBSOCKET_CONNECT_TIMEOUT');
      const abort = new AbortController();
      const aborted = failure(client.connect(address, { signal: abort.signal }));
      abort.abort();
      expect(await aborted).toBe('ICHOR_WEBSOCKET_CONNECT_ABORTED');
      const stopped = failure(client.connect(address));
      await stop();
      expect(await stopped).toBe('ICHOR_WEBSOCKET_CONNECT_ABORTED');
      expect(() => client.connect(address)).toThrow(/used WebSocketClientService/);
    });
    await new Promise((resolve) => silent.close(resolve));
  });

  it('connects again with what was queued meanwhile, as the same connection', async () => {
    let port = 0;
    const states: ConnectionState[] = [];
    const received: string[] = [];
    await withHost(nothing, async ({ client, manager }) => {
      let connection: WebSocketConnection | undefined;
      await withServer(async (server, url, serverPort) => {
        port = serverPort;
        connection = await client.connect(url, { reconnect: { delayMs: 20, jitter: 0, factor: 1 } });
        connection.onState((state) => void states.push(state));
        connection.onMessage(({ text }) => void received.push(text));
        connection.send('one');
        await until(() => received.length === 1);
        for (const socket of server.clients) socket.terminate();
        await until(() => connection!.state === 'connecting');
        for (const socket of server.clients) socket.terminate();
      });
      await until(() => connection!.state === 'connecting');
      expect(connection!.send('two')).toBe('queued');
      expect(connection!.send('three')).toBe('queued');
      expect(manager.inspect().services.some(({ name }) => name === 'WebSocketConnection')).toBe(true);
      await withServer(
        async () => {
          await until(() => received.length === 3);
          expect(received).toEqual(['one', 'two', 'three']);
          connection!.close();
          expect(await connection!.whenClosed()).toMatchObject({ code: 1000, by: 'us' });
        },
        undefined,
        { port },
      );
      expect(states[0]).toBe('connecting');
      expect(states.at(-1)).toBe('closed');
      await until(() => !manager.inspect().services.some(({ name }) => name === 'WebSocketConnection'));
    });
  });

  it('gives up after its attempts, and does not try when the server closed for good', async () => {
    await withHost(nothing, async ({ client }) => {
      let lost: WebSocketConnection | undefined;
      await withServer(async (server, url) => {
        lost = await client.connect(url, {
          reconnect: { delayMs: 1, attempts: 3, jitter: 0 },
          whileOffline: 'refuse',
        });
        const done = await client.connect(url, { reconnect: true });
        [...server.clients][1]!.close(1000, 'done');
        expect(await done.whenClosed()).toEqual({ code: 1000, reason: 'done', wasClean: true, by: 'peer' });
        server.close();
        [...server.clients][0]!.close(1012);
        await until(() => lost!.state !== 'open');
        expect(['full', 'closed']).toContain(lost.send('x'));
      });
      expect(await lost!.whenClosed()).toMatchObject({ code: 1006, by: 'lost' });
    });
  });

  it('speaks TLS with authorities of its own', async () => {
    const { key, cert } = await selfSignedCertificate();
    const https = createTlsServer({ key, cert });
    const server = new WebSocketServer({ server: https });
    server.on('connection', (socket) => socket.on('message', (data) => socket.send(String(data))));
    await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
    const url = `wss://127.0.0.1:${(https.address() as AddressInfo).port}`;
    await withHost(nothing, async ({ client }) => {
      await expect(Promise.resolve(client.connect(url))).rejects.toMatchObject({
        code: 'ICHOR_WEBSOCKET_CONNECT_FAILED',
      });
      const connection = await client.connect(url, { tls: { ca: cert, serverName: 'localhost' } });
      connection.send('secret');
      expect((await connection.messages().next()).value!.text).toBe('secret');
    });
    await new Promise((resolve) => https.close(resolve));
  });

  it('compresses when both sides agree', async () => {
    await withServer(
      async (server, url) => {
        await withHost(nothing, async ({ client }) => {
          const connection = await client.connect(url, { compression: { thresholdBytes: 10 } });
          expect([...server.clients][0]!.extensions).toContain('permessage-deflate');
          const long = 'abc'.repeat(10_000);
          connection.send(long);
          expect((await connection.messages().next()).value!.text).toBe(long);
        });
      },
      undefined,
      { perMessageDeflate: true },
    );
  });
});
