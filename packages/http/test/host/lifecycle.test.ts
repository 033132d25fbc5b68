// Hosts and routes come and go: ownership, listening, draining, upgrades.

import { mkdtempSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DependencyManager, required, type Injected, type ServiceContext } from '@ichor/core';
import { describe, expect, it } from 'vitest';
import { empty, HttpHost, HttpHostService, sse, text, type UpgradeRequest } from '../../src/index.ts';
import { RawClient, sendRaw } from '../support/raw-client.ts';
import { withHost } from '../support/with-host.ts';

const get = (target: string, fields = ''): string => `GET ${target} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('routes', () => {
  it('belong to the service that registered them and go with it', async () => {
    class Extra {
      static readonly dependencies = { host: required(HttpHost) };
      constructor({ host }: Injected<typeof Extra.dependencies>) {
        host.get('/extra', () => text('extra'));
      }
    }
    await withHost(
      (host) => void host.get('/own', () => text('own')),
      async ({ manager, host }) => {
        const status = async (target: string): Promise<number> => (await host.inject(target)).status;
        expect(await status('/extra')).toBe(404);
        const extra = manager.register(Extra);
        while (extra.state !== 'active') await turn();
        expect(await status('/extra')).toBe(200);
        await manager.removeService(extra.id);
        expect(await status('/extra')).toBe(404);
        expect(await status('/own')).toBe(200);
      },
    );
  });

  it('can be disposed by hand, which leaves requests in flight alone (HT-16)', async () => {
    let finish = (): void => undefined;
    let route: Disposable | undefined;
    await withHost(
      (host) => {
        route = host.get('/slow', async () => {
          await new Promise<void>((resolve) => (finish = resolve));
          return text('done');
        });
      },
      async ({ port, host }) => {
        const client = await RawClient.connect(port);
        client.send(get('/slow'));
        for (let index = 0; index < 10; index++) await turn();
        route?.[Symbol.dispose]();
        route?.[Symbol.dispose]();
        expect((await host.inject('/slow')).status).toBe(404);
        finish();
        await client.until('done');
        client.socket.destroy();
      },
    );
  });

  it('that conflict are refused, naming both owners', async () => {
    await withHost(
      (host) => {
        host.get('/a/:b', () => empty());
        expect(() => host.get('/a/:c', () => empty())).toThrow(
          /Routes \(\d+\) cannot register GET \/a\/:c: Routes \(\d+\)/,
        );
        expect(() => host.get('/x', { priority: -1 }, () => empty())).toThrow(/priority was given -1/);
        expect(() => host.get('/x', { body: 'xml' as 'text' }, () => empty())).toThrow(/body was given "xml"/);
        expect(() => host.get('/x', {}, undefined as never)).toThrow(/handler was given undefined/);
      },
      ({ host }) => {
        expect(host.address).toBeDefined();
      },
    );
  });

  it('run in the order of their priorities when requests wait together', async () => {
    const order: string[] = [];
    await withHost(
      (host) => {
        host.get('/low', { priority: 2000 }, () => (order.push('low'), empty()));
        host.get('/high', { priority: 10 }, () => (order.push('high'), empty()));
      },
      async ({ host, manager }) => {
        // Both are pushed before the loop turns.
        const { Queue } = await import('@ichor/core');
        expect(Queue).toBeDefined();
        await new Promise<void>((resolve) => {
          manager.queue.post(async () => {
            const both = Promise.all([host.inject('/low'), host.inject('/high')]);
            await both;
            resolve();
          });
        });
        expect(order).toEqual(['high', 'low']);
      },
    );
  });
});

describe('a host', () => {
  it('fails to start with a coded error when its port is taken', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as net.AddressInfo;
    const manager = new DependencyManager();
    manager.register(HttpHostService, { options: { address: '127.0.0.1', port } });
    const failure = await manager.run().then(
      () => undefined,
      (error: unknown) => error,
    );
    const codes: unknown[] = [];
    for (let error = failure; error !== undefined; error = (error as Error).cause) {
      codes.push((error as { code?: string }).code);
    }
    expect(codes).toContain('ICHOR_HTTP_ADDRESS_IN_USE');
    other.close();
  });

  it('stands beside others in one program', async () => {
    await withHost(
      (host) => void host.get('/', () => text('first')),
      async ({ port }) => {
        await withHost(
          (host) => void host.get('/', () => text('second')),
          async (second) => {
            expect(await sendRaw(port, get('/', 'Connection: close\r\n'))).toMatch(/first$/);
            expect(await sendRaw(second.port, get('/', 'Connection: close\r\n'))).toMatch(/second$/);
          },
        );
      },
    );
  });

  it('listens on a Unix path', async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'ichor-http-')), 'socket');
    await withHost(
      (host) => void host.get('/', (request) => text(`unix${request.peer.address}`)),
      async ({ host }) => {
        expect(host.address).toEqual({ path: file });
        const client = await RawClient.connect(0, { path: file, host: undefined, port: undefined });
        client.send(get('/'));
        await client.until('unix');
        client.socket.destroy();
      },
      { path: file },
    );
  });

  it('drains at stop: idle connections close at once, requests in flight are answered with Connection: close', async () => {
    let finish = (): void => undefined;
    await withHost(
      (host) => {
        host.get('/slow', async () => {
          await new Promise<void>((resolve) => (finish = resolve));
          return text('finished');
        });
        host.get('/', () => text('root'));
      },
      async ({ port, stop }) => {
        const idle = await RawClient.connect(port);
        idle.send(get('/'));
        await idle.until('root');
        const busy = await RawClient.connect(port);
        busy.send(get('/slow'));
        for (let index = 0; index < 10; index++) await turn();
        const stopped = stop();
        await idle.closed;
        await expect(RawClient.connect(port)).rejects.toThrow(/ECONNREFUSED/);
        finish();
        await busy.closed;
        expect(busy.received).toMatch(/Connection: close\r\n[^]*finished$/);
        await stopped;
      },
    );
  });

  it('loses no accepted request when it stops under load', async () => {
    let answered = 0;
    let begun = 0;
    let refused = 0;
    await withHost(
      (host) => {
        host.get('/work', async () => {
          begun++;
          await turn();
          return text('ok');
        });
      },
      async ({ port, stop }) => {
        const clients = await Promise.all(Array.from({ length: 50 }, () => RawClient.connect(port)));
        const loops = clients.map(async (client) => {
          for (let round = 1; !client.socket.destroyed; round++) {
            client.send(get('/work'));
            try {
              await client.until('HTTP/1.1', round);
            } catch {
              break;
            }
            if (client.received.includes('Connection: close')) break;
          }
          await client.closed;
          answered += client.received.match(/\r\n\r\nok/g)?.length ?? 0;
          refused += client.received.match(/HTTP\/1\.1 503/g)?.length ?? 0;
        });
        while (begun < 500) await turn();
        await stop();
        await Promise.all(loops);
        expect(answered + refused).toBeGreaterThanOrEqual(begun);
        expect(answered).toBe(begun);
      },
    );
  });

  it('ends endless streams when their service stops', async () => {
    let isClosed = false;
    async function* ticks() {
      try {
        for (let tick = 0; ; tick++) {
          yield `tick ${tick}`;
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      } finally {
        isClosed = true;
      }
    }
    await withHost(
      (host) => void host.get('/events', () => sse(ticks())),
      async ({ port, stop }) => {
        const client = await RawClient.connect(port);
        client.send(get('/events'));
        await client.until('data: tick 2\n\n');
        await stop();
        await client.closed;
        expect(client.received).toMatch(/0\r\n\r\n$/);
        while (!isClosed) await turn();
      },
    );
  });

  it('destroys what does not end within the bound', async () => {
    await withHost(
      (host) => void host.get('/stuck', () => new Promise<never>(() => undefined)),
      async ({ port, stop }) => {
        const client = await RawClient.connect(port);
        client.send(get('/stuck'));
        for (let index = 0; index < 10; index++) await turn();
        await expect(stop()).rejects.toThrow(/did not stop in time/);
        await client.closed;
        expect(client.statuses).toEqual(['503']);
      },
      { drainMs: 100 },
      { stopGraceMs: 50 },
    );
  });

  it('answers requests of a stopping service 503 and never hangs', async () => {
    let self: ServiceContext | undefined;
    await withHost(
      (host, context) => {
        self = context;
        host.get('/wait', { handlerTimeoutMs: 60_000 }, () => new Promise<never>(() => undefined));
      },
      async ({ port }) => {
        const client = await RawClient.connect(port);
        client.send(get('/wait'));
        for (let index = 0; index < 10; index++) await turn();
        self?.stop();
        expect(await client.until('503')).toMatch(/Retry-After: 1\r\n/);
        client.socket.destroy();
      },
      {},
      { stopGraceMs: 20 },
    );
  });
});

describe('upgrades', () => {
  it('hand the socket over with what was sent behind the request', async () => {
    const requests: UpgradeRequest[] = [];
    await withHost(
      (host) => {
        host.upgrade('/chat/:room', { protocol: 'Echo' }, (request) => {
          requests.push(request);
          if (request.params.room === 'closed') return empty(204);
          const { socket, head } = request.takeOver();
          const duplex = socket as net.Socket;
          duplex.on('error', () => undefined);
          duplex.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n');
          duplex.write(`head:${Buffer.from(head).toString()};`);
          duplex.on('data', (bytes: Buffer) => duplex.write(`echo:${bytes.toString()};`));
          duplex.on('end', () => duplex.end());
          return undefined;
        });
        host.get('/chat/:room', () => text('plain'));
      },
      async ({ port }) => {
        const upgrade = 'Connection: keep-alive, Upgrade\r\nUpgrade: h2c, echo\r\n';
        const client = await RawClient.connect(port);
        client.send(`${get('/chat/a', upgrade)}early`);
        await client.until('head:early;');
        client.send('one');
        await client.until('echo:one;');
        client.socket.end();
        await client.closed;
        const other = await RawClient.connect(port);
        other.send(get('/chat/closed', upgrade));
        await other.until('204');
        other.send(get('/chat/a', 'Upgrade: echo\r\n'));
        await other.until('plain');
        other.socket.destroy();
        expect(() => requests[0]?.takeOver()).toThrow(expect.objectContaining({ code: 'ICHOR_HTTP_UPGRADE_INVALID' }));
        expect(() => requests[1]?.takeOver()).toThrow(/answered or taken over already/);
      },
    );
  });
});

describe('a path that only upgrades', () => {
  it('answers 426 with the protocols to requests that do not upgrade, and 405 to other methods', async () => {
    let upgrades: Disposable[] = [];
    await withHost(
      (host) => {
        upgrades = ['echo', 'chat'].map((protocol) => host.upgrade('/up/:room', { protocol }, () => empty(204)));
        host.post('/up/both', () => text('posted'));
      },
      async ({ port, url }) => {
        const answer = await fetch(`${url}/up/a`);
        expect([answer.status, answer.headers.get('upgrade'), answer.headers.get('content-type')]).toEqual([
          426,
          'echo, chat',
          'application/problem+json',
        ]);
        expect(((await answer.json()) as { detail: string }).detail).toMatch(/upgrade to echo, chat/);
        const head = await fetch(`${url}/up/a`, { method: 'HEAD' });
        expect([head.status, await head.text()]).toEqual([426, '']);
        const posted = await fetch(`${url}/up/a`, { method: 'POST' });
        expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET']);
        const both = await fetch(`${url}/up/both`, { method: 'PUT' });
        expect([both.status, both.headers.get('allow')]).toEqual([405, 'GET, POST, OPTIONS']);
        const client = await RawClient.connect(port);
        client.send(get('/up/a', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'));
        // RFC 9110 section 7.8: who sends Upgrade names it in Connection too.
        await client.until('Connection: Upgrade\r\n');
        client.send(get('/up/a', 'Connection: Upgrade\r\nUpgrade: echo\r\n').replace('HTTP/1.1', 'HTTP/1.0'));
        await client.until('Connection: close\r\n');
        expect(client.received.match(/ 426 /g)).toHaveLength(2);
        await client.closed;
        for (const upgrade of upgrades) upgrade[Symbol.dispose]();
        expect((await fetch(`${url}/up/a`)).status).toBe(404);
      },
    );
  });
});

describe('a view', () => {
  it('fails with a coded error that names both sides after its consumer has stopped', async () => {
    const kept: HttpHost[] = [];
    await withHost(
      (host) => void kept.push(host),
      async ({ stop }) => {
        await stop();
        expect(() => kept[0]?.get('/late', () => empty())).toThrow(
          expect.objectContaining({
            code: 'ICHOR_SERVICE_GONE',
            message: expect.stringMatching(/Routes.*HttpHostService/),
          }),
        );
      },
    );
  });
});
