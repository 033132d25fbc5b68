// How long every engine waits at most, in virtual time: for heads, bodies, handlers, and clients that do not read.

import assert from 'node:assert/strict';
import type { HttpHost } from '../../contract/http-host.ts';
import { text } from '../../contract/response.ts';
import { chunked, get, inVirtualTime, post, turns, type EngineRequirement } from './engine-case.ts';

function routes(host: HttpHost): void {
  host.get('/', () => text('root'));
  host.post('/', { body: 'text' }, (request) => text(request.body));
}

export const timeoutCases: readonly EngineRequirement[] = [
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
];
