// How much every engine takes on at most: connections, requests, and what waits behind them.

import assert from 'node:assert/strict';
import type { HttpHost } from '../../contract/http-host.ts';
import { empty, text } from '../../contract/response.ts';
import { get, turns, withEngine, type EngineRequirement } from './engine-case.ts';

function routes(host: HttpHost): void {
  host.get('/', () => text('root'));
  host.post('/', { body: 'text' }, (request) => text(request.body));
}

export const limitCases: readonly EngineRequirement[] = [
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
          // More than any version of Node takes out of one write before it pauses.
          const count = 60_000;
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
];
