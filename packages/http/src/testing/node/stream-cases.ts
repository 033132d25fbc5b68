// Bodies and answers that take their time, on every engine: backpressure both ways, clients that go away, rests that nobody reads.

import assert from 'node:assert/strict';
import { empty, json, stream, text } from '../../contract/response.ts';
import { chunked, closing, get, post, turns, withEngine, type EngineRequirement } from './engine-case.ts';

export const streamCases: readonly EngineRequirement[] = [
  {
    name: 'a client that reads slowly slows a streamed answer down, and gets all of it',
    run: async (engine) => {
      let made = 0;
      async function* pieces(): AsyncGenerator<Uint8Array> {
        for (; made < 2000; made++) {
          yield Buffer.alloc(20_000, 'x');
          await Promise.resolve();
        }
      }
      await withEngine(
        engine,
        (host) => void host.get('/', () => stream(pieces())),
        async ({ connect }) => {
          const client = await connect();
          client.socket.pause();
          client.send(get('/', closing));
          for (let last = -1; last !== made;) {
            last = made;
            await turns(200);
          }
          assert.ok(made < 1500, `the source was asked ${made} times although nobody reads`);
          client.socket.resume();
          const all = await client.rest();
          assert.equal(
            all.match(/x+/g)?.reduce((sum, part) => sum + part.length, 0),
            40_000_000,
          );
        },
      );
    },
  },
  {
    name: 'a handler that reads slowly slows an upload down, and gets all of it',
    run: async (engine) => {
      let begin = (): void => undefined;
      await withEngine(
        engine,
        (host) => {
          host.post('/', { body: 'stream', bodyBytes: 40_000_000 }, async (request) => {
            await new Promise<void>((resolve) => (begin = resolve));
            let length = 0;
            for await (const piece of request.body) length += piece.length;
            return json(length);
          });
        },
        async ({ connect }) => {
          const client = await connect();
          client.send(`POST / HTTP/1.1\r\nHost: a\r\n${closing}Content-Length: 30000000\r\n\r\n`);
          client.socket.write(Buffer.alloc(30_000_000));
          await turns(300);
          assert.ok(client.socket.writableLength > 0, 'what nobody reads stays with the client');
          begin();
          assert.match(await client.rest(), /\r\n\r\n30000000$/);
        },
      );
    },
  },
  {
    name: 'both ways stream at the same time',
    run: (engine) =>
      withEngine(
        engine,
        (host) => {
          host.post('/', { body: 'stream' }, (request) =>
            stream(
              (async function* () {
                for await (const piece of request.body) yield `<${Buffer.from(piece).toString()}>`;
              })(),
            ),
          );
        },
        async ({ connect }) => {
          const client = await connect();
          client.send(chunked('/', '', closing));
          for (const word of ['one', 'two', 'six']) {
            client.send(`3\r\n${word}\r\n`);
            await client.until(`<${word}>`);
          }
          client.send('0\r\n\r\n');
          assert.match(await client.rest(), /\r\n0\r\n\r\n$/);
        },
      ),
  },
  {
    name: 'a stream that fails breaks the connection off, so that the client knows',
    run: (engine) =>
      withEngine(
        engine,
        (host) => {
          host.get('/', () =>
            stream(
              (async function* () {
                yield 'begun';
                await turns(5);
                throw new Error('broken');
              })(),
            ),
          );
        },
        async ({ exchange, log }) => {
          const all = await exchange(get('/'));
          assert.match(all, /begun/);
          assert.doesNotMatch(all, /0\r\n\r\n$/);
          assert.equal(log.filter(({ level }) => level === 'error').length, 1);
        },
      ),
  },
  {
    name: 'a client that goes away aborts the signal of its request, and the reading of its body',
    run: async (engine) => {
      const seen: string[] = [];
      await withEngine(
        engine,
        (host) => {
          host.get('/', (request) => {
            seen.push('waits');
            return new Promise((resolve) => {
              request.signal.addEventListener('abort', () => {
                seen.push((request.signal.reason as { code: string }).code);
                resolve(empty());
              });
            });
          });
          host.post('/', { body: 'stream' }, async (request) => {
            try {
              for await (const piece of request.body) seen.push(`${piece.length} bytes`);
            } catch (error) {
              seen.push((error as { code: string }).code);
            }
            return empty();
          });
        },
        async ({ connect }) => {
          const upload = await connect();
          upload.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc');
          while (seen.length < 1) await turns(1);
          upload.socket.destroy();
          while (seen.length < 2) await turns(1);
          const waiting = await connect();
          waiting.send(get('/'));
          while (seen.length < 3) await turns(1);
          waiting.socket.destroy();
          while (seen.length < 4) await turns(1);
          assert.deepEqual(seen, ['3 bytes', 'ICHOR_HTTP_BODY_ABORTED', 'waits', 'ICHOR_HTTP_CLIENT_GONE']);
        },
      );
    },
  },
  {
    name: 'a client that closes its sending side counts as gone, unless half-open connections are allowed',
    run: async (engine) => {
      for (const allowHalfOpen of [false, true]) {
        let isAborted = false;
        let release = (): void => undefined;
        let hasBegun = false;
        await withEngine(
          engine,
          (host) => {
            host.get('/', async (request) => {
              request.signal.addEventListener('abort', () => (isAborted = true));
              hasBegun = true;
              await new Promise<void>((resolve) => (release = resolve));
              return text('done');
            });
          },
          async ({ connect }) => {
            const client = await connect();
            client.send(get('/'));
            client.socket.end();
            while (!hasBegun) await turns(1);
            await turns(50);
            assert.equal(isAborted, !allowHalfOpen);
            release();
            assert.match(await client.rest(), /done$/);
          },
          { allowHalfOpen },
        );
      }
    },
  },
  {
    name: 'a short rest of a body that nobody reads is dropped, and the connection kept',
    run: (engine) =>
      withEngine(
        engine,
        (host) => {
          host.post('/early', { body: 'stream' }, () => text('enough'));
          host.get('/', () => text('root'));
        },
        async ({ connect }) => {
          const client = await connect();
          client.send('POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc');
          await client.until('enough');
          client.send('defghij', get('/'));
          await client.until('root');
          client.send(post('/none', 'x'.repeat(1000)), chunked('/', '3\r\nabc\r\n0\r\n\r\n'), get('/', closing));
          await client.rest();
          assert.deepEqual(client.statuses, [200, 200, 404, 405, 200]);
        },
      ),
  },
  {
    name: 'a long rest of a body is not read: the answer arrives all the same, then the connection closes',
    run: (engine) =>
      withEngine(
        engine,
        (host) => void host.post('/early', { body: 'stream', bodyBytes: 1e9 }, () => text('enough')),
        async ({ connect }) => {
          const client = await connect();
          client.send('POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n');
          client.socket.write(Buffer.alloc(900_000));
          assert.match(await client.rest(), /\r\nConnection: close\r\n[^]*enough$/);
        },
      ),
  },
];
