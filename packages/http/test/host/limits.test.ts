// Slow clients, silent clients, floods and overload, in virtual time where time matters: everything is bounded and answered.

import { describe, expect, it } from 'vitest';
import { empty, text, type HttpHost, type HttpHostOptions } from '../../src/index.ts';
import { RawClient } from '../support/raw-client.ts';
import { inVirtualTime, turn } from '../support/virtual-time.ts';
import { withHost } from '../support/with-host.ts';

const routes = (host: HttpHost): void => {
  host.get('/', () => text('root'));
  host.post('/', { body: 'text' }, (request) => text(request.body));
};

describe('slow clients', () => {
  it('that send their headers byte by byte get 408 in time (slowloris)', async () => {
    await inVirtualTime(routes, async ({ port, pass }) => {
      const client = await RawClient.connect(port);
      client.send('GET / HTTP/1.1\r\nHost: a\r\n');
      for (let second = 0; second < 9; second++) {
        client.send(`X-${second}: y\r\n`);
        await pass(1000);
      }
      expect(client.received).toBe('');
      await pass(3000);
      await client.closed;
      expect(client.statuses).toEqual(['408']);
    });
  });

  it('that pause in their body get 408', async () => {
    await inVirtualTime(routes, async ({ port, pass }) => {
      const client = await RawClient.connect(port);
      client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc');
      await pass(4000);
      expect(client.received).toBe('');
      await pass(13_000);
      await client.closed;
      expect(client.statuses).toEqual(['408']);
    });
  });

  it('that drip their body below the minimum rate get 408, however regular they are', async () => {
    await inVirtualTime(routes, async ({ port, pass }) => {
      const client = await RawClient.connect(port);
      client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
      for (let second = 0; second < 7; second++) {
        client.send('1\r\nx\r\n');
        await pass(1000);
      }
      await client.closed;
      expect(client.statuses).toEqual(['408']);
    });
  });

  it('that send nothing are closed: new ones after the header time-out, kept-alive ones after the idle time-out', async () => {
    await inVirtualTime(
      routes,
      async ({ port, pass }) => {
        const silent = await RawClient.connect(port);
        const idle = await RawClient.connect(port);
        idle.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
        await idle.until('root');
        await pass(11_000);
        await silent.closed;
        expect(silent.received).toBe('');
        expect(idle.socket.closed).toBe(false);
        await pass(10_000);
        await idle.closed;
        expect(idle.statuses).toEqual(['200']);
      },
      { timeouts: { idleMs: 20_000 } },
    );
  });

  it('that do not take their answer are cut off', async () => {
    await inVirtualTime(
      (host) => {
        host.get('/large', () => text('x'.repeat(20_000_000)));
        host.get('/many', () => text('x'.repeat(100_000)));
      },
      async ({ port, pass }) => {
        const one = await RawClient.connect(port);
        one.socket.pause();
        one.send('GET /large HTTP/1.1\r\nHost: a\r\n\r\n');
        const other = await RawClient.connect(port);
        other.socket.pause();
        other.send('GET /many HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(300));
        await pass(35_000);
        one.socket.resume();
        other.socket.resume();
        await Promise.all([one.closed, other.closed]);
        expect(one.received.length).toBeLessThan(20_000_000);
        expect(other.statuses.length).toBeLessThan(300);
      },
    );
  });
});

describe('handlers that take too long', () => {
  it('are answered 503, their signal aborts, and their late result is ignored', async () => {
    const reasons: unknown[] = [];
    let finish = (): void => undefined;
    await inVirtualTime(
      (host) => {
        host.get('/slow', { handlerTimeoutMs: 2000 }, async (request) => {
          request.signal.addEventListener('abort', () =>
            reasons.push((request.signal.reason as { code: string }).code),
          );
          await new Promise<void>((resolve) => (finish = resolve));
          return text('late');
        });
      },
      async ({ port, pass, log }) => {
        const client = await RawClient.connect(port);
        client.send('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
        await pass(3500);
        await client.closed;
        expect(client.statuses).toEqual(['503']);
        expect(client.received).toMatch(/Retry-After: 1\r\n/);
        expect(reasons).toEqual(['ICHOR_HTTP_HANDLER_TIMEOUT']);
        finish();
        await turn();
        expect(log.filter(({ level }) => level === 'warn')).toHaveLength(1);
      },
    );
  });
});

describe('limits', () => {
  it('on connections answer 503 and close', async () => {
    await withHost(
      routes,
      async ({ port }) => {
        const first = await RawClient.connect(port);
        first.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
        await first.until('root');
        const second = await RawClient.connect(port);
        await second.closed;
        expect(second.received).toMatch(/^HTTP\/1\.1 503 [^]*Retry-After: 1\r\n/);
        first.socket.destroy();
        await first.closed;
        await turn();
        const third = await RawClient.connect(port);
        third.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
        await third.until('root');
        third.socket.destroy();
      },
      { limits: { connections: 1 } },
    );
  });

  it('on requests per connection close it with the last answer', async () => {
    await withHost(
      routes,
      async ({ port }) => {
        const client = await RawClient.connect(port);
        client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(5));
        await client.closed;
        expect(client.statuses).toEqual(['200', '200', '200']);
        expect(client.received.match(/Connection: close/g)).toHaveLength(1);
      },
      { limits: { requestsPerConnection: 3 } },
    );
  });

  it('on requests in flight answer 503 with Retry-After while the others go on', async () => {
    const waiting: (() => void)[] = [];
    await withHost(
      (host) => {
        host.get('/wait', async () => {
          await new Promise<void>((resolve) => waiting.push(resolve));
          return empty();
        });
      },
      async ({ port }) => {
        const clients = await Promise.all([1, 2, 3].map(() => RawClient.connect(port)));
        for (const client of clients) {
          client.send('GET /wait HTTP/1.1\r\nHost: a\r\n\r\n');
          for (let index = 0; index < 5; index++) await turn();
        }
        await clients[2]!.until('503');
        expect(clients[2]!.received).toMatch(/Retry-After: 1\r\n/);
        for (const resolve of waiting) resolve();
        await clients[0]!.until('204');
        await clients[1]!.until('204');
        for (const client of clients) client.socket.destroy();
      },
      { limits: { requestsInFlight: 2 } },
    );
  });

  it('on what is read ahead stop a flood of pipelined requests without losing one', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    await withHost(
      (host) => {
        host.get('/gate', () => gate.then(() => text('open')));
        host.get('/', () => text('root'));
      },
      async ({ port }) => {
        const client = await RawClient.connect(port);
        const count = 40_000;
        client.send('GET /gate HTTP/1.1\r\nHost: a\r\n\r\n');
        client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(count));
        for (let index = 0; index < 50; index++) await turn();
        release();
        await client.until('root', count);
        expect(client.statuses).toHaveLength(count + 1);
        client.socket.destroy();
      },
    );
  });

  it.each([
    [{ port: 0 }, 'address'],
    [{ address: '127.0.0.1' }, 'port'],
    [{ address: '127.0.0.1', port: 70_000 }, 'port was given 70000'],
    [{ address: '127.0.0.1', port: 0, path: '/tmp/x' }, 'path'],
    [{ address: '127.0.0.1', port: 0, backlog: 0 }, 'backlog was given 0'],
    [{ address: '127.0.0.1', port: 0, adress: 'x' } as HttpHostOptions, 'adress'],
    [{ address: '127.0.0.1', port: 0, limits: { bodyBytes: -1 } }, 'limits.bodyBytes was given -1'],
    [{ address: '127.0.0.1', port: 0, limits: { headerCount: Number.POSITIVE_INFINITY } }, 'limits.headerCount'],
    [{ address: '127.0.0.1', port: 0, limits: { bodybytes: 1 } as never }, 'limits.bodybytes'],
    [{ address: '127.0.0.1', port: 0, timeouts: { idleMs: 0 } }, 'timeouts.idleMs was given 0'],
    [{ address: '127.0.0.1', port: 0, server: 'a\r\nb' }, 'server'],
    [{ address: '127.0.0.1', port: 0, drainMs: Number.NaN }, 'drainMs was given NaN'],
  ])('that are wrong are refused at registration: %j', async (options, named) => {
    const { DependencyManager } = await import('@ichor/core');
    const { HttpHostService } = await import('../../src/index.ts');
    expect(() => new DependencyManager().register(HttpHostService, { options })).toThrow(named);
  });
});
