// Who is let in, and what the others are told: handshakes, hooks, limits, and clients that change their mind meanwhile.

import net from 'node:net';
import { HttpError, text, type UpgradeRequest } from '@ichor/http';
import { describe, expect, it } from 'vitest';
import type { Endpoint, EndpointOptions, WebSocketConnection } from '../src/index.ts';
import { frame, RawPeer } from './support/raw-peer.ts';
import { until, withHost, type Running } from './support/with-host.ts';
import { WsClient } from './support/ws-client.ts';

interface Door extends Running {
  readonly opened: WebSocketConnection[];
  readonly endpoint: Endpoint;
}

function withDoor(options: EndpointOptions, use: (door: Door) => Promise<void>, limit?: number): Promise<void> {
  const opened: WebSocketConnection[] = [];
  let endpoint: Endpoint;
  return withHost(
    ({ host }) => {
      endpoint = host.endpoint('/', { closeTimeoutMs: 100, ...options }, (connection) => {
        opened.push(connection);
        connection.onMessage((message) => void connection.send(message));
      });
    },
    (running) => use({ ...running, opened, endpoint }),
    limit === undefined ? {} : { maxConnections: limit },
  );
}

const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
const version = 'Sec-WebSocket-Version: 13\r\n';

describe('a handshake', () => {
  it.each<[string, string, number]>([
    ['two keys', version + key + key, 400],
    ['a key of other than 16 bytes', `${version}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n`, 400],
    ['several versions', `Sec-WebSocket-Version: 13, 8\r\n${key}`, 426],
    ['two versions', `${version}Sec-WebSocket-Version: 8\r\n${key}`, 426],
    ['an old version', `Sec-WebSocket-Version: 8\r\n${key}`, 426],
    ['no version', key, 426],
    ['all it needs', version + key, 101],
  ])('with %s', async (_what, fields, status) => {
    await withDoor({}, async ({ port, host }) => {
      const peer = await RawPeer.connect(port, '/', '', undefined, fields);
      expect(peer.status).toBe(status);
      // RFC 6455 section 4.4, RFC 9110 section 15.5.22.
      if (status === 426) expect(peer.head).toMatch(/Upgrade: websocket\r\n[^]*Sec-WebSocket-Version: 13\r\n/);
      // WS-4
      if (status === 101) expect(peer.head).toMatch(/\r\nServer: ichor\r\n/);
      expect(host.size).toBe(status === 101 ? 1 : 0);
      peer.socket.destroy();
    });
  });

  it('is asked for with 426 where a plain request comes to an endpoint, and another method is told GET', async () => {
    await withDoor({}, async ({ url }) => {
      const http = url.replace('ws', 'http');
      const plain = await fetch(http);
      expect([plain.status, plain.headers.get('upgrade')]).toEqual([426, 'websocket']);
      const posted = await fetch(http, { method: 'POST', body: 'x' });
      expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET']);
    });
  });

  it('may have frames right behind it, however many, also while somebody thinks about it', async () => {
    const gates: (() => void)[] = [];
    const authorise = (): Promise<boolean> => new Promise((resolve) => gates.push(() => resolve(true)));
    await withDoor({ authorise }, async ({ port }) => {
      const payload = 'x'.repeat(1000);
      const early = Buffer.concat(Array.from({ length: 400 }, (_, i) => frame(1, `${i} ${payload}`)));
      const connecting = RawPeer.connect(port, '/', '', early);
      await until(() => gates.length === 1);
      await new Promise((resolve) => setTimeout(resolve, 30));
      gates[0]!();
      const peer = await connecting;
      const frames = await peer.frameCount(400);
      expect(frames.map((one) => Number.parseInt(String(one.payload), 10))).toEqual(
        Array.from({ length: 400 }, (_, i) => i),
      );
      peer.socket.destroy();
    });
  });
});

describe('a hook', () => {
  it.each<[string, EndpointOptions]>([
    ['authorise gives nothing', { authorise: (() => undefined) as never }],
    ['authorise promises nothing', { authorise: (() => Promise.resolve()) as never }],
    ['authorise gives an object', { authorise: (() => ({ user: 'me' })) as never }],
    ['authorise gives a number', { authorise: (() => 1) as never }],
    ['origins is async', { origins: (async () => false) as never }],
    ['origins gives nothing', { origins: (() => undefined) as never }],
  ])('that gives no verdict lets nobody in and is logged: %s', async (_how, options) => {
    await withDoor(options, async ({ url, log, opened }) => {
      await expect(WsClient.connect(url, [], { origin: 'https://a' })).rejects.toMatchObject({ status: 500 });
      expect(opened).toEqual([]);
      const failure = log.find(({ level }) => level === 'error');
      expect(failure!.fields!['error']).toMatchObject({ code: 'ICHOR_WEBSOCKET_VERDICT_INVALID' });
    });
  });

  it('that fails is answered as the failure of a route', async () => {
    const failures: Record<string, () => never | Promise<never>> = {
      '?how=http': () => {
        throw new HttpError(401, 'Who are you?', { headers: { 'WWW-Authenticate': 'Basic realm="a"' } });
      },
      '?how=later': () => Promise.reject(new HttpError(429)),
      '?how=other': () => {
        throw new Error('a secret');
      },
    };
    const authorise = ({ target }: UpgradeRequest): Promise<never> | never => failures[target.slice(1)]!();
    await withDoor({ authorise }, async ({ url, log }) => {
      await expect(WsClient.connect(`${url}/?how=http`)).rejects.toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Basic realm="a"' },
      });
      await expect(WsClient.connect(`${url}/?how=later`)).rejects.toMatchObject({ status: 429 });
      expect(log.filter(({ level }) => level === 'error')).toEqual([]);
      await expect(WsClient.connect(`${url}/?how=other`)).rejects.toMatchObject({ status: 500 });
      expect(log.filter(({ level }) => level === 'error')).toHaveLength(1);
    });
  });

  it('that is slow holds a place as long as its client waits, and its late verdict opens nothing', async () => {
    const asked: { readonly request: UpgradeRequest; decide(verdict: boolean): void }[] = [];
    const authorise = (request: UpgradeRequest): Promise<boolean> =>
      new Promise((resolve) => asked.push({ request, decide: resolve }));
    await withDoor({ authorise, maxConnections: 1 }, async ({ url, opened, endpoint, port, log }) => {
      const leaving = net.connect(port, '127.0.0.1');
      leaving.write(`GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${version}${key}\r\n`);
      await until(() => asked.length === 1);
      await expect(WsClient.connect(url)).rejects.toMatchObject({ status: 503 });
      const first = asked[0]!;
      leaving.destroy();
      await until(() => first.request.signal.aborted);
      const staying = WsClient.connect(url);
      await until(() => asked.length === 2);
      first.decide(true);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect([opened.length, endpoint.size]).toEqual([0, 0]);
      asked[1]!.decide(true);
      await staying;
      await until(() => opened.length === 1);
      expect(log.filter(({ level }) => level === 'error')).toEqual([]);
    });
  });

  it('still at work when the endpoint goes, or the service, or the program, lets nobody in', async () => {
    for (const how of ['endpoint', 'service', 'program'] as const) {
      const gates: (() => void)[] = [];
      const authorise = (): Promise<boolean> => new Promise((resolve) => gates.push(() => resolve(true)));
      await withDoor({ authorise }, async ({ url, endpoint, manager, owner, stop, opened, host, self }) => {
        const client = WsClient.connect(url);
        const refusal = client.then(
          () => 101,
          (error: { status: number }) => error.status,
        );
        await until(() => gates.length === 1);
        if (how === 'endpoint') endpoint[Symbol.dispose]();
        const ending = how === 'service' ? manager.stopService(owner) : how === 'program' ? stop() : undefined;
        if (ending !== undefined) await until(() => self.signal.aborted);
        gates[0]!();
        expect(await refusal).toBe(how === 'endpoint' ? 404 : 503);
        await ending;
        expect(opened).toEqual([]);
        if (how === 'endpoint') expect(host.size).toBe(0);
      });
    }
  });

  it('sees path, parameters, query, headers and peer', async () => {
    const seen: unknown[] = [];
    await withHost(
      ({ host }) =>
        void host.endpoint(
          '/rooms/:id',
          {
            authorise: ({ path, params, query, headers, peer }) => {
              seen.push(path, { ...params }, query['token'], headers.get('x-a'), peer.address);
              return text('no', { status: 402 });
            },
          },
          () => undefined,
        ),
      async ({ url }) => {
        const connecting = WsClient.connect(`${url}/rooms/a%20b?token=t`, [], { headers: { 'X-A': '1' } });
        await expect(connecting).rejects.toMatchObject({ status: 402 });
        expect(seen).toEqual(['/rooms/a%20b', { id: 'a b' }, 't', '1', '127.0.0.1']);
      },
    );
  });
});
