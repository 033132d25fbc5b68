// What is in the box: request ids, the access log, health and readiness.

import {
  DependencyManager,
  required,
  token,
  type Injected,
  type LogFields,
  type Logger,
  type LogLevel,
} from '@ichor/core';
import { VirtualClock } from '@ichor/core/testing';
import { describe, expect, it } from 'vitest';
import {
  accessLog,
  empty,
  HealthService,
  HttpHost,
  HttpHostService,
  json,
  requestId,
  stream,
  text,
  type HealthOptions,
} from '../../src/index.ts';
import { RawClient } from '../support/raw-client.ts';
import { withHost } from '../support/with-host.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('requestId', () => {
  it('names requests in answers, failures, problem documents and the log', async () => {
    let count = 0;
    await withHost(
      (host) => {
        host.use(requestId({ generate: () => `id-${++count}` }), { order: 0 });
        host.get('/', (request) => json(request.id));
        host.get('/fails', () => {
          throw new Error('x');
        });
      },
      async ({ host, log }) => {
        const fine = await host.inject('/');
        expect([fine.headers['x-request-id'], fine.json()]).toEqual(['id-1', 'id-1']);
        const failed = await host.inject('/fails');
        expect(failed.headers['x-request-id']).toBe('id-2');
        expect(failed.json()).toMatchObject({ requestId: 'id-2' });
        expect(log.find(({ level }) => level === 'error')?.fields).toMatchObject({ request: 'id-2' });
        expect((await host.inject('/none')).headers['x-request-id']).toBe('id-3');
      },
    );
  });

  it('takes over ids by policy, and only such that cannot hurt', async () => {
    await withHost(
      (host) => {
        host.use(requestId({ header: 'Trace', accept: (request) => request.headers.has('via') }));
        host.get('/', (request) => json(request.id));
      },
      async ({ host }) => {
        const idFor = async (headers: [string, string][]): Promise<string> => {
          const response = await host.inject({ headers });
          expect(response.headers['trace']).toBe(response.json());
          return response.json() as string;
        };
        const via: [string, string] = ['Via', 'proxy'];
        expect(await idFor([['Trace', 'abc-1.2:3'], via])).toBe('abc-1.2:3');
        expect(await idFor([['Trace', 'x'.repeat(128)], via])).toBe('x'.repeat(128));
        const own = /^[a-z0-9]+-[a-z0-9]+$/;
        expect(await idFor([['Trace', 'given']])).toMatch(own);
        for (const bad of ['x'.repeat(129), 'a b', 'a"b', 'a,b', '<x>', '\u00e9', '']) {
          expect(await idFor([['Trace', bad], via])).toMatch(own);
        }
        expect(await idFor([['Trace', 'one'], ['Trace', 'two'], via])).toMatch(own);
      },
    );
    expect(() => requestId({ header: 'a b' })).toThrow(/header was given "a b"/);
    expect(() => requestId({ accept: 1 as never })).toThrow(/accept was given 1/);
    expect(() => requestId({ generate: 'x' as never })).toThrow(/generate was given "x"/);
  });
});

describe('accessLog', () => {
  function recorder(): { log: Logger; lines: [LogLevel, string, LogFields | undefined][] } {
    const lines: [LogLevel, string, LogFields | undefined][] = [];
    const at = (level: LogLevel) => (message: string, fields?: LogFields) => void lines.push([level, message, fields]);
    const log: Logger = {
      level: 'trace',
      isEnabled: (level) => level !== 'trace',
      trace: at('trace'),
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
    };
    return { log, lines };
  }

  it('writes one line per answered request, with bytes, status, route and the time of the clock', async () => {
    const { log, lines } = recorder();
    const clock = new VirtualClock();
    let release = (): void => undefined;
    await withHost(
      (host) => {
        host.use(accessLog(log, { fields: (request) => ({ agent: request.headers.get('user-agent') }) }));
        host.get('/users/:id', async (request) => {
          await new Promise<void>((resolve) => (release = resolve));
          return text(request.params.id);
        });
        host.get('/fails', () => {
          throw new Error('x');
        });
        host.get('/stream', () => stream(['ab', 'c']));
      },
      async ({ port }) => {
        const client = await RawClient.connect(port);
        client.send('GET /users/kim?token=secret HTTP/1.1\r\nHost: a\r\nUser-Agent: test\r\n\r\n');
        for (let index = 0; index < 20; index++) await turn();
        clock.advance(250);
        release();
        await client.until('kim');
        client.send(
          'GET /fails HTTP/1.1\r\nHost: a\r\n\r\nGET /stream HTTP/1.1\r\nHost: a\r\n\r\nGET /none HTTP/1.1\r\nHost: a\r\n\r\nCONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n',
        );
        await client.closed;
        await turn();
      },
      {},
      { clock },
    );
    expect(lines.map(([level, message]) => [level, message])).toEqual([
      ['info', 'GET /users/kim 200'],
      ['error', 'GET /fails 500'],
      ['info', 'GET /stream 200'],
      ['info', 'GET /none 404'],
      ['error', 'CONNECT  501'],
    ]);
    const [, , fields] = lines[0]!;
    expect(fields).toEqual({
      request: expect.stringMatching(/-/),
      method: 'GET',
      path: '/users/kim',
      route: '/users/:id',
      status: 200,
      bytes: 3,
      durationMs: 250,
      peer: '127.0.0.1',
      agent: 'test',
    });
    expect(lines[2]?.[2]).toMatchObject({ bytes: 3, route: '/stream' });
    expect(lines[3]?.[2]).toMatchObject({ route: undefined });
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it('says that the client left, lets levels be chosen, and survives a failing function', async () => {
    const { log, lines } = recorder();
    await withHost(
      (host) => {
        host.use(
          accessLog(log, {
            level: (request, { aborted }) => (aborted ? 'warn' : request.path === '/quiet' ? undefined : 'trace'),
          }),
        );
        host.use(
          accessLog(log, {
            level: () => 'info',
            fields: () => {
              throw new Error('broken');
            },
          }),
        );
        host.get(
          '/hangs',
          (request) =>
            new Promise<never>((_resolve, reject) =>
              request.signal.addEventListener('abort', () => reject(new Error('gone'))),
            ),
        );
        host.get('/quiet', () => empty());
      },
      async ({ host, port, log: hostLog }) => {
        await host.inject('/quiet');
        await host.inject('/trace');
        const client = await RawClient.connect(port);
        client.send('GET /hangs HTTP/1.1\r\nHost: a\r\n\r\n');
        for (let index = 0; index < 20; index++) await turn();
        client.socket.destroy();
        while (lines.length === 0) await turn();
        expect(lines).toHaveLength(1);
        expect(lines[0]).toMatchObject(['warn', expect.stringContaining('GET /hangs'), { aborted: true }]);
        expect(hostLog.filter(({ message }) => message.startsWith('A middleware failed after'))).toHaveLength(3);
      },
    );
    expect(() => accessLog(undefined as never)).toThrow(/log was given undefined/);
    expect(() => accessLog(log, { level: 'info' as never })).toThrow(/level was given "info"/);
    expect(() => accessLog(log, { fields: 'x' as never })).toThrow(/fields was given "x"/);
  });
});

describe('HealthService', () => {
  interface Store {
    readonly isStore: true;
  }
  const Store = token<Store>('Store');
  class StoreService {
    static readonly dependencies = {};
    static readonly provides = [Store];
    readonly isStore = true;
  }
  class Shop {
    static readonly dependencies = { store: required(Store) };
  }

  async function withHealth(
    options: HealthOptions | undefined,
    use: (
      ask: (path: string) => Promise<{ status: number; body: unknown; headers: Readonly<Record<string, string>> }>,
      manager: DependencyManager,
    ) => Promise<void>,
  ): Promise<void> {
    const manager = new DependencyManager();
    manager.register(HttpHostService, { options: { address: '127.0.0.1', port: 0 } });
    const health = manager.register(HealthService, options === undefined ? {} : { options });
    let host!: HttpHost;
    class Asker {
      static readonly dependencies = { host: required(HttpHost) };
      constructor(deps: Injected<typeof Asker.dependencies>) {
        host = deps.host;
      }
    }
    const asker = manager.register(Asker);
    const run = manager.run();
    run.catch(() => undefined);
    while (asker.state !== 'active' || health.state !== 'active') await turn();
    await use(async (path) => {
      const { status, headers, json: body } = await host.inject(path);
      return { status, headers, body: body() };
    }, manager);
    await manager.quit();
    await run;
  }

  it('answers that the program lives, and that it is ready when all services are active; never cached', async () => {
    await withHealth(undefined, async (ask, manager) => {
      expect(await ask('/health')).toMatchObject({
        status: 200,
        body: { status: 'alive' },
        headers: { 'cache-control': 'no-store' },
      });
      expect(await ask('/ready')).toMatchObject({
        status: 200,
        body: { status: 'ready' },
        headers: { 'cache-control': 'no-store' },
      });
      const shop = manager.register(Shop);
      await turn();
      const unready = await ask('/ready');
      expect(unready).toMatchObject({
        status: 503,
        headers: { 'cache-control': 'no-store', 'retry-after': '1' },
        body: {
          status: 'not ready',
          services: [
            {
              service: `Shop (${shop.id})`,
              state: 'installed',
              because: `Shop (${shop.id}) waits for Store, which nobody provides`,
            },
          ],
        },
      });
      expect((await ask('/health')).status).toBe(200);
      const store = manager.register(StoreService);
      while (shop.state !== 'active') await turn();
      expect((await ask('/ready')).status).toBe(200);
      await manager.removeService(store.id);
      expect((await ask('/ready')).status).toBe(503);
    });
  });

  it('can ask for some services only, by name and token, and keep details to itself', async () => {
    await withHealth(
      { services: [Store, 'Shop'], livePath: '/alive', readyPath: '/is/ready', details: true, priority: 5 },
      async (ask, manager) => {
        expect((await ask('/alive')).status).toBe(200);
        expect((await ask('/ready').catch(() => undefined))?.status ?? 404).toBe(404);
        expect((await ask('/is/ready')).body).toEqual({
          status: 'not ready',
          services: [
            { service: 'Store', because: 'Nobody provides Store.' },
            { service: 'Shop', because: 'No service is called Shop.' },
          ],
        });
        manager.register(StoreService);
        const shop = manager.register(Shop);
        class Other {
          static readonly dependencies = { other: required(token<object>('Other')) };
        }
        manager.register(Other);
        while (shop.state !== 'active') await turn();
        expect((await ask('/is/ready')).status).toBe(200);
      },
    );
    await withHealth({ services: ['Missing'], details: false }, async (ask) => {
      expect(await ask('/ready')).toMatchObject({ status: 503, body: { status: 'not ready' } });
      expect(JSON.stringify((await ask('/ready')).body)).not.toContain('Missing');
    });
  });

  it('is not ready while the program quits', async () => {
    const bodies: unknown[] = [];
    await withHealth(undefined, async (ask, manager) => {
      class Last {
        static readonly dependencies = { host: required(HttpHost) };
        async quiescing(): Promise<void> {
          bodies.push(await ask('/ready'));
        }
      }
      const last = manager.register(Last);
      while (last.state !== 'active') await turn();
    });
    expect(bodies).toMatchObject([{ status: 503, body: { status: 'stopping' } }]);
  });

  it('refuses options that are not allowed', () => {
    const register = (options: unknown) => () =>
      new DependencyManager().register(HealthService, { options: options as HealthOptions });
    expect(register({ path: '/x' })).toThrow(/path was given "\/x"/);
    expect(register({ livePath: 'x' })).toThrow(/livePath was given "x"/);
    expect(register({ services: [] })).toThrow(/services was given/);
    expect(register({ services: [1] })).toThrow(/services was given/);
    expect(register({ details: 1 })).toThrow(/details was given 1/);
    expect(register(5)).toThrow(/options was given 5/);
  });
});
