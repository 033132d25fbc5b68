// How every engine stops: what was accepted is answered, what does not end is cut off within the bound.

import assert from 'node:assert/strict';
import type { HttpHost } from '../../contract/http-host.ts';
import { sse, stream, text } from '../../contract/response.ts';
import { get, turns, withEngine, type EngineRequirement } from './engine-case.ts';

function routes(host: HttpHost): void {
  host.get('/', () => text('root'));
  host.post('/', { body: 'text' }, (request) => text(request.body));
}

export const stopCases: readonly EngineRequirement[] = [
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
