// The bounds of every engine: limits, time-outs in virtual time, and the stop.

import assert from 'node:assert/strict';
import type { HttpHost } from '../../contract/http-host.ts';
import { empty, sse, stream, text } from '../../contract/response.ts';
import { chunked, get, inVirtualTime, post, turns, withEngine, type EngineRequirement } from './engine-case.ts';

function routes(host: HttpHost): void {
  host.get('/', () => text('root'));
  host.post('/', { body: 'text' }, (request) => text(request.body));
}

export const boundCases: readonly EngineRequirement[] = [
  {
    name: 'connections beyond the limit are answered 503 and closed; others take their place',
    run: (engine) =>
      withEngine(
        engine,
        routes,
        async ({ connect }) => {
          const first = await connect();
          first.send(get('/'));
          await first.until('root');
          assert.match(await (await connect()).rest(), /^HTTP\/1\.1 503 [^]*\r\nRetry-After: 1\r\n/);
          first.socket.destroy();
          await turns(50);
          const third = await connect();
          third.send(get('/'));
          await third.until('root');
        },
        { limits: { connections: 1 } },
      ),
  },
  {
    name: 'a connection closes with the last request it may have',
    run: (engine) =>
      withEngine(
        engine,
        routes,
        async ({ connect }) => {
          const client = await connect();
          client.send(get('/').repeat(5));
          const all = await client.rest();
          assert.deepEqual(client.statuses, [200, 200, 200]);
          assert.equal(all.match(/Connection: close/g)?.length, 1);
        },
        { limits: { requestsPerConnection: 3 } },
      ),
  },
  {
    name: 'requests beyond those that may be in flight are answered 503 while the others go on',
    run: async (engine) => {
      const waiting: (() => void)[] = [];
      await withEngine(
        engine,
        (host) => {
          host.get('/wait', async () => {
            await new Promise<void>((resolve) => waiting.push(resolve));
            return empty();
          });
        },
        async ({ connect }) => {
          const first = await connect();
          first.send(get('/wait'));
          while (waiting.length < 1) await turns(1);
          const second = await connect();
          second.send(get('/wait'));
          assert.match(await second.until('503'), /\r\nRetry-After: 1\r\n/);
          waiting[0]!();
          await first.until('204');
        },
        { limits: { requestsInFlight: 1 } },
      );
    },
  },
  {
    name: 'a flood of pipelined requests behind a slow one is held back, and none is lost',
    run: async (engine) => {
      let open = (): void => undefined;
      const gate = new Promise<void>((resolve) => (open = resolve));
      await withEngine(
        engine,
        (host) => {
          routes(host);
          host.get('/gate', () => gate.then(() => text('open')));
        },
        async ({ connect }) => {
          const client = await connect();
          const count = 20_000;
          client.send(get('/gate'), get('/').repeat(count));
          client.socket.write(Buffer.alloc(20_000_000, get(`/${'x'.repeat(4000)}`)));
          try {
            await turns(200);
            assert.ok(client.socket.writableLength > 0, 'what is not read stays with the client');
          } finally {
            open();
          }
          await client.until('root', count);
          assert.deepEqual(new Set(client.statuses.slice(0, count + 1)), new Set([200]));
        },
      );
    },
  },
  {
    name: 'headers that come too slowly are answered 408',
    run: (engine) =>
      inVirtualTime(engine, routes, async ({ connect, pass }) => {
        const client = await connect();
        client.send('GET / HTTP/1.1\r\nHost: a\r\n');
        for (let second = 0; second < 9; second++) {
          client.send(`X-${second}: y\r\n`);
          await pass(1000);
        }
        assert.equal(client.received, '');
        await pass(3000);
        assert.match(await client.rest(), /^HTTP\/1\.1 408 [^]*\r\nConnection: close\r\n/);
      }),
  },
  {
    name: 'a body that pauses too long, or comes too slowly, is answered 408',
    run: (engine) =>
      inVirtualTime(engine, routes, async ({ connect, pass }) => {
        const pausing = await connect();
        pausing.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc');
        await pass(4000);
        assert.equal(pausing.received, '');
        await pass(13_000);
        assert.match(await pausing.rest(), /^HTTP\/1\.1 408 /);
        const dripping = await connect();
        dripping.send(chunked('/', ''));
        for (let second = 0; second < 7; second++) {
          dripping.send('1\r\nx\r\n');
          await pass(1000);
        }
        assert.match(await dripping.rest(), /^HTTP\/1\.1 408 /);
      }),
  },
  {
    name: 'silent connections are closed without a word: new ones early, kept ones after the idle time',
    run: (engine) =>
      inVirtualTime(
        engine,
        routes,
        async ({ connect, pass }) => {
          const silent = await connect();
          const kept = await connect();
          kept.send(get('/'));
          await kept.until('root');
          await pass(11_000);
          assert.equal(await silent.rest(), '');
          kept.send(post('/', 'still'));
          await kept.until('still');
          await pass(19_000);
          assert.equal(kept.socket.readableEnded, false);
          await pass(2000);
          await kept.rest();
          assert.deepEqual(kept.statuses, [200, 200]);
        },
        { timeouts: { idleMs: 20_000 } },
      ),
  },
  {
    name: 'a client that does not take its answer is cut off',
    run: (engine) =>
      inVirtualTime(
        engine,
        (host) => void host.get('/', () => text('x'.repeat(20_000_000))),
        async ({ connect, pass }) => {
          const client = await connect();
          client.socket.pause();
          client.send(get('/'));
          await pass(35_000);
          client.socket.resume();
          await client.ended;
          assert.ok(client.received.length < 20_000_000);
        },
      ),
  },
  {
    name: 'a handler that takes too long is answered for with 503, and its late result ignored',
    run: async (engine) => {
      const reasons: string[] = [];
      let finish = (): void => undefined;
      await inVirtualTime(
        engine,
        (host) => {
          host.get('/', { handlerTimeoutMs: 2000 }, async (request) => {
            request.signal.addEventListener('abort', () =>
              reasons.push((request.signal.reason as { code: string }).code),
            );
            await new Promise<void>((resolve) => (finish = resolve));
            return text('late');
          });
        },
        async ({ connect, pass, log }) => {
          const client = await connect();
          client.send(get('/'));
          await pass(3500);
          assert.match(await client.rest(), /^HTTP\/1\.1 503 [^]*\r\nRetry-After: 1\r\n/);
          finish();
          await turns();
          assert.doesNotMatch(client.received, /late/);
          assert.deepEqual(reasons, ['ICHOR_HTTP_HANDLER_TIMEOUT']);
          assert.equal(log.filter(({ level }) => level === 'warn').length, 1);
        },
      );
    },
  },
  {
    name: 'at the stop idle connections close at once, and what is in flight is answered with Connection: close',
    run: async (engine) => {
      let finish = (): void => undefined;
      await withEngine(
        engine,
        (host) => {
          routes(host);
          host.get('/slow', () => new Promise<void>((resolve) => (finish = resolve)).then(() => text('finished')));
        },
        async ({ connect, stop }) => {
          const idle = await connect();
          idle.send(get('/'));
          await idle.until('root');
          const fresh = await connect();
          const busy = await connect();
          busy.send(get('/slow'));
          await turns(50);
          const stopped = stop();
          await idle.rest();
          await fresh.rest();
          await assert.rejects(connect(), /ECONNREFUSED/);
          finish();
          assert.match(await busy.rest(), /\r\nConnection: close\r\n[^]*finished$/);
          await stopped;
        },
      );
    },
  },
  {
    name: 'at the stop no accepted request is lost, however many clients go on asking',
    run: async (engine) => {
      let begun = 0;
      await withEngine(
        engine,
        (host) => {
          host.get('/', async () => {
            begun++;
            await turns(1);
            return text('ok');
          });
        },
        async ({ connect, stop }) => {
          const clients = await Promise.all(Array.from({ length: 30 }, connect));
          const loops = clients.map(async (client) => {
            for (let round = 1; ; round++) {
              client.send(get('/'));
              try {
                await client.until('ok', round);
              } catch {
                return;
              }
            }
          });
          while (begun < 300) await turns(1);
          await stop();
          await Promise.all(loops);
          const answered = clients.reduce((sum, { received }) => sum + received.split('\r\n\r\nok').length - 1, 0);
          assert.equal(answered, begun);
        },
      );
    },
  },
  {
    name: 'at the stop endless streams end in order, and their sources are closed',
    run: async (engine) => {
      let isClosed = false;
      async function* ticks(): AsyncGenerator<string> {
        try {
          for (let tick = 0; ; tick++) {
            yield `tick ${tick}`;
            await turns(3);
          }
        } finally {
          isClosed = true;
        }
      }
      await withEngine(
        engine,
        (host) => void host.get('/', () => sse(ticks())),
        async ({ connect, stop }) => {
          const client = await connect();
          client.send(get('/'));
          await client.until('data: tick 2\n\n');
          await stop();
          assert.match(await client.rest(), /0\r\n\r\n$/);
          while (!isClosed) await turns(1);
        },
      );
    },
  },
  {
    name: 'at the stop a part of another stream does not look like the whole',
    run: async (engine) => {
      async function* beginning(): AsyncGenerator<string> {
        yield 'beginning';
        await new Promise(() => undefined);
      }
      await withEngine(
        engine,
        (host) => void host.get('/', () => stream(beginning())),
        async ({ connect, stop }) => {
          const client = await connect();
          client.send(get('/'));
          await client.until('beginning');
          await stop();
          await client.ended;
          assert.match(client.received, /beginning\r\n$/);
        },
      );
    },
  },
  {
    name: 'at the stop what does not end is destroyed within the bound',
    run: async (engine) => {
      await withEngine(
        engine,
        (host) => {
          host.get('/', () => text('x'.repeat(20_000_000)));
        },
        async ({ connect, stop }) => {
          const client = await connect();
          client.socket.pause();
          client.send(get('/'));
          await turns(50);
          await stop();
          client.socket.resume();
          await client.ended;
          assert.ok(client.received.length < 20_000_000);
        },
        { drainMs: 100 },
      );
    },
  },
];
