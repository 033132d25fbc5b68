// Our host against the ws client, on real sockets.

import { many } from '@ichor/core';
import { pause } from '@ichor/coroutines';
import { text } from '@ichor/http';
import { describe, expect, it } from 'vitest';
import { WebSocketConnection, type CloseInfo, type Endpoint, type EndpointOptions } from '../src/index.ts';
import { until, withHost, type Running } from './support/with-host.ts';
import { WsClient } from './support/ws-client.ts';

function echo(options: EndpointOptions, use: (running: Running) => Promise<void>): Promise<void> {
  return withHost(
    ({ host }) =>
      void host.endpoint('/echo', options, (connection) => {
        connection.onMessage((message) => void connection.send(message));
      }),
    use,
  );
}

describe('an endpoint', () => {
  it('echoes text and binary messages in order, also fragmented ones (WS-5, WS-6, WS-10)', async () => {
    await echo({}, async ({ url }) => {
      const client = await WsClient.connect(`${url}/echo`);
      client.socket.send('héllo');
      client.socket.send(new Uint8Array([0, 255]));
      client.socket.send('frag', { fin: false });
      client.socket.send('ments', { fin: true });
      client.socket.send('');
      expect(await client.texts(4)).toEqual(['héllo', Buffer.from([0, 255]).toString(), 'fragments', '']);
      expect(client.messages.map(({ isBinary }) => isBinary)).toEqual([false, true, false, false]);
      client.socket.close();
      await client.closed;
    });
  });

  it('keeps messages that come before there is a handler', async () => {
    let go: (() => void) | undefined;
    await withHost(
      ({ host }) =>
        void host.endpoint('/late', (connection) => {
          go = () => void connection.onMessage((message) => void connection.send(`got ${message.text}`));
        }),
      async ({ url }) => {
        const client = await WsClient.connect(`${url}/late`);
        client.socket.send('a');
        client.socket.send('b');
        (await until(() => go))();
        client.socket.send('c');
        expect(await client.texts(3)).toEqual(['got a', 'got b', 'got c']);
      },
    );
  });

  it('gives messages to async iteration and to coroutines, which end with the connection', async () => {
    const seen: string[] = [];
    await withHost(
      ({ host }) => {
        host.endpoint('/async', async (connection) => {
          for await (const message of connection.messages()) connection.send(message.text.toUpperCase());
          seen.push('async ended');
        });
        host.endpoint('/coroutine', function* (connection) {
          const stream = connection.messages();
          for (let next = yield* stream.next(); next.done !== true; next = yield* stream.next())
            connection.send(next.value.text.toUpperCase());
          seen.push(`coroutine ended ${(yield* connection.whenClosed()).code}`);
        });
      },
      async ({ url }) => {
        for (const path of ['/async', '/coroutine']) {
          const client = await WsClient.connect(url + path);
          client.socket.send('a');
          client.socket.send('b');
          expect(await client.texts(2)).toEqual(['A', 'B']);
          client.socket.close(4001, 'done');
          await client.closed;
        }
        await until(() => seen.length === 2);
        expect(seen).toEqual(['async ended', 'coroutine ended 4001']);
      },
    );
  });

  it('tells how a connection was closed, and by whom', async () => {
    const infos: CloseInfo[] = [];
    await withHost(
      ({ host }) =>
        void host.endpoint('/', (connection) => {
          connection.onClose((info) => void infos.push(info));
          connection.onMessage(({ text: code }) => connection.close(Number(code), 'as asked'));
        }),
      async ({ url }) => {
        const one = await WsClient.connect(url);
        one.socket.send('4321');
        expect(await one.closed).toEqual({ code: 4321, reason: 'as asked' });
        const two = await WsClient.connect(url);
        two.socket.close(3000, 'bye');
        await two.closed;
        const three = await WsClient.connect(url);
        three.socket.terminate();
        await until(() => infos.length === 3);
        expect(infos).toEqual([
          { code: 4321, reason: 'as asked', wasClean: true, by: 'us' },
          { code: 3000, reason: 'bye', wasClean: true, by: 'peer' },
          { code: 1006, reason: '', wasClean: false, by: 'lost' },
        ]);
      },
    );
  });

  it('closes with 1011 and logs when a handler fails, whatever kind of function it is', async () => {
    await withHost(
      ({ host }) => {
        host.endpoint('/open', () => {
          throw new Error('no');
        });
        host.endpoint('/message', (connection) => void connection.onMessage(() => Promise.reject(new Error('no'))));
        host.endpoint('/coroutine', (connection) => {
          // oxlint-disable-next-line require-yield
          connection.onMessage(function* () {
            throw new Error('no');
          });
        });
      },
      async ({ url, log, manager, owner }) => {
        for (const path of ['/open', '/message', '/coroutine']) {
          const client = await WsClient.connect(url + path);
          client.socket.send('x');
          expect(await client.closed).toEqual({ code: 1011, reason: 'internal error' });
        }
        const failures = log.filter(({ level }) => level === 'error');
        expect(failures.map(({ fields }) => (fields!['error'] as Error).message)).toEqual(['no', 'no', 'no']);
        expect(manager.inspect().services.find(({ id }) => id === owner)?.state).toBe('active');
      },
    );
  });

  it('shares address and routes with HTTP, and answers a path without endpoint 404', async () => {
    await withHost(
      ({ host, http }) => {
        http.get('/both', () => text('http'));
        host.endpoint('/both', (connection) => void connection.send('ws'));
      },
      async ({ url }) => {
        expect(await (await fetch(`${url.replace('ws', 'http')}/both`)).text()).toBe('http');
        const client = await WsClient.connect(`${url}/both`);
        expect(await client.texts(1)).toEqual(['ws']);
        await expect(WsClient.connect(`${url}/none`)).rejects.toMatchObject({ status: 404 });
      },
    );
  });
});

describe('admission', () => {
  it('chooses the first sub-protocol of the client that it knows, and refuses those that offer only others', async () => {
    await echo({ protocols: ['json', 'msgpack'] }, async ({ url }) => {
      expect((await WsClient.connect(`${url}/echo`, ['cbor', 'msgpack', 'json'])).socket.protocol).toBe('msgpack');
      expect((await WsClient.connect(`${url}/echo`)).socket.protocol).toBe('');
      await expect(WsClient.connect(`${url}/echo`, ['cbor'])).rejects.toMatchObject({ status: 400 });
    });
    await echo({ protocols: ['json'], requireProtocol: true }, async ({ url }) => {
      await expect(WsClient.connect(`${url}/echo`)).rejects.toMatchObject({ status: 400 });
    });
  });

  it('lets only known origins in, and clients that are no browsers', async () => {
    await echo({ origins: ['https://Example.org'] }, async ({ url }) => {
      await WsClient.connect(`${url}/echo`, [], { origin: 'https://example.org' });
      await WsClient.connect(`${url}/echo`);
      await expect(WsClient.connect(`${url}/echo`, [], { origin: 'https://evil.org' })).rejects.toMatchObject({
        status: 403,
      });
    });
  });

  it('asks the authorise hook: plain, async or coroutine, with a verdict, a response or a failure', async () => {
    await withHost(
      ({ host }) => {
        host.endpoint('/plain', { authorise: ({ query }) => query['key'] === 'right' }, (c) => void c.send('in'));
        host.endpoint('/async', { authorise: async () => text('who?', { status: 401 }) }, (c) => void c.send('in'));
        host.endpoint(
          '/coroutine',
          {
            *authorise(request) {
              yield* pause();
              return request.query['key'] === 'right';
            },
          },
          (c) => void c.send('in'),
        );
        host.endpoint('/throws', { authorise: () => Promise.reject(new Error('secret')) }, (c) => void c.send('in'));
      },
      async ({ url }) => {
        await expect(WsClient.connect(`${url}/plain`)).rejects.toMatchObject({ status: 403 });
        expect(await (await WsClient.connect(`${url}/plain?key=right`)).texts(1)).toEqual(['in']);
        await expect(WsClient.connect(`${url}/async`)).rejects.toMatchObject({ status: 401 });
        await expect(WsClient.connect(`${url}/coroutine`)).rejects.toMatchObject({ status: 403 });
        expect(await (await WsClient.connect(`${url}/coroutine?key=right`)).texts(1)).toEqual(['in']);
        await expect(WsClient.connect(`${url}/throws`)).rejects.toMatchObject({ status: 500 });
      },
    );
  });

  it('limits connections per endpoint and host, counting those that are being authorised, with 503', async () => {
    const gates: (() => void)[] = [];
    await withHost(
      ({ host }) => {
        host.endpoint('/one', { maxConnections: 1 }, () => undefined);
        host.endpoint(
          '/two',
          { authorise: () => new Promise<boolean>((resolve) => gates.push(() => resolve(true))) },
          () => undefined,
        );
      },
      async ({ url, host }) => {
        const first = await WsClient.connect(`${url}/one`);
        await expect(WsClient.connect(`${url}/one`)).rejects.toMatchObject({ status: 503 });
        const second = WsClient.connect(`${url}/two`);
        await until(() => gates.length === 1);
        await expect(WsClient.connect(`${url}/two`)).rejects.toMatchObject({ status: 503 });
        gates[0]!();
        await second;
        first.socket.close();
        await until(() => host.size === 1);
        await WsClient.connect(`${url}/one`);
      },
      { maxConnections: 2 },
    );
  });

  it('refuses handshakes that are not those of RFC 6455', async () => {
    await echo({}, async ({ url }) => {
      const http = url.replace('ws', 'http');
      const { request } = await import('node:http');
      const status = (headers: Record<string, string>): Promise<number | undefined> =>
        new Promise((resolve, reject) => {
          const sent = request(`${http}/echo`, {
            headers: { connection: 'Upgrade', upgrade: 'websocket', ...headers },
          });
          sent.on('response', (response) => resolve(response.resume().statusCode));
          sent.on('upgrade', (response, socket) => {
            socket.destroy();
            resolve(response.statusCode);
          });
          sent.on('error', reject);
          sent.end();
        });
      const key = 'dGhlIHNhbXBsZSBub25jZQ==';
      expect(await status({ 'sec-websocket-version': '13', 'sec-websocket-key': key })).toBe(101);
      expect(await status({ 'sec-websocket-version': '8', 'sec-websocket-key': key })).toBe(426);
      expect(await status({ 'sec-websocket-version': '13', 'sec-websocket-key': 'short' })).toBe(400);
      expect(await status({ 'sec-websocket-version': '13' })).toBe(400);
    });
  });
});

describe('a connection as a service', () => {
  it('is seen by consumers as it comes and goes, with properties, and their handlers go with them', async () => {
    const log: string[] = [];
    class Watcher {
      static readonly dependencies = { connections: many(WebSocketConnection) };
      added(_name: string, connection: WebSocketConnection): void {
        log.push(`added ${connection.path} ${connection.protocol}`);
        connection.onMessage((message) => void log.push(`watched ${message.text}`));
      }
      removed(_name: string, connection: WebSocketConnection): void {
        log.push(`removed ${connection.path}`);
      }
    }
    await withHost(
      ({ host }) =>
        void host.endpoint('/rooms/:id', { protocols: ['json'] }, (connection) => {
          connection.onMessage((message) => void connection.send(message));
        }),
      async ({ url, manager }) => {
        const handle = manager.register(Watcher);
        await manager.whenActive(handle.id);
        const client = await WsClient.connect(`${url}/rooms/7`, ['json']);
        await until(() => log.length === 1);
        const service = manager.inspect().services.find(({ name }) => name === 'WebSocketConnection')!;
        expect(service.properties).toMatchObject({ path: '/rooms/7', protocol: 'json', side: 'server' });
        client.socket.send('a');
        await client.texts(1);
        await until(() => log.length === 2);
        handle.stop();
        await until(() => handle.state === 'installed');
        client.socket.send('b');
        await client.texts(2);
        client.socket.close();
        await client.closed;
        await until(() => !manager.inspect().services.some(({ name }) => name === 'WebSocketConnection'));
        expect(log).toEqual(['added /rooms/7 json', 'watched a', 'removed /rooms/7']);
      },
    );
  });

  it('is closed with 1001 by stop(), after what was sent before', async () => {
    await withHost(
      ({ host }) => void host.endpoint('/', (connection) => void connection.send('hello')),
      async ({ url, manager }) => {
        const client = await WsClient.connect(url);
        await client.texts(1);
        const service = manager.inspect().services.find(({ name }) => name === 'WebSocketConnection')!;
        await manager.stopService(service.id);
        expect(await client.closed).toEqual({ code: 1001, reason: 'going away' });
        await until(() => !manager.inspect().services.some(({ name }) => name === 'WebSocketConnection'));
      },
    );
  });

  it('goes with the service that made the endpoint; the path is then free for another', async () => {
    await withHost(
      ({ host }) => void host.endpoint('/', () => undefined),
      async ({ url, manager, owner }) => {
        const clients = await Promise.all([1, 2, 3].map(() => WsClient.connect(url)));
        await manager.stopService(owner);
        expect((await Promise.all(clients.map(({ closed }) => closed))).map(({ code }) => code)).toEqual([
          1001, 1001, 1001,
        ]);
        await expect(WsClient.connect(url)).rejects.toMatchObject({ status: 404 });
      },
    );
  });
});

describe('shutting down', () => {
  it('sends 1001 to all, and cuts those that do not answer within the bound, all at once', async () => {
    let endpoint: Endpoint | undefined;
    await withHost(
      ({ host }) => {
        endpoint = host.endpoint('/', { closeTimeoutMs: 300 }, (connection) => connection.messages()[Symbol.dispose]());
      },
      async ({ url, stop }) => {
        const clients = await Promise.all(Array.from({ length: 20 }, () => WsClient.connect(url)));
        // These read nothing any more, so they never answer the close frame.
        const deaf = clients.slice(10);
        for (const { socket } of deaf) socket.pause();
        await until(() => endpoint!.size === 20);
        const begin = performance.now();
        await stop();
        const took = performance.now() - begin;
        expect(took).toBeGreaterThan(290);
        // One after the other it would be three seconds and more.
        expect(took).toBeLessThan(2500);
        for (const { closed } of clients.slice(0, 10)) expect(await closed).toMatchObject({ code: 1001 });
        for (const { socket } of deaf) socket.terminate();
      },
    );
  });

  it('lets handlers end that wait for messages', async () => {
    const ended: string[] = [];
    await withHost(
      ({ host }) =>
        void host.endpoint('/', async (connection) => {
          for await (const message of connection.messages()) ended.push(message.text);
          ended.push('end');
        }),
      async ({ url, stop }) => {
        const client = await WsClient.connect(url);
        client.socket.send('a');
        await until(() => ended.length === 1);
        await stop();
        expect(ended).toEqual(['a', 'end']);
        expect(await client.closed).toMatchObject({ code: 1001 });
      },
    );
  });
});
