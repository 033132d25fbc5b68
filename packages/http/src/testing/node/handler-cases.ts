// What handlers get and may give, on every engine: bodies and answers of all kinds, streams, failures, aborts.

import assert from 'node:assert/strict';
import type { StandardSchema } from '@ichor/core';
import { HttpError } from '../../contract/http-error.ts';
import { bytes, empty, json, redirect, sse, stream, text } from '../../contract/response.ts';
import { chunked, closing, get, post, turns, withEngine, type EngineRequirement } from './engine-case.ts';

const Amount: StandardSchema<unknown, { readonly amount: number }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: async (value) => {
      await Promise.resolve();
      const amount = Number((value as { amount?: unknown } | null)?.amount);
      if (Number.isNaN(amount)) return { issues: [{ message: 'must be a number', path: ['amount'] }] };
      return { value: { amount } };
    },
  },
};

const typed = (path: string, body: string, type: string): string =>
  post(path, body, `Content-Type: ${type}\r\n${closing}`);

export const handlerCases: readonly EngineRequirement[] = [
  {
    name: 'bodies are read as the route says, with a length and in chunks',
    run: (engine) =>
      withEngine(
        engine,
        (host) => {
          host.post('/bytes', (request) => json([...request.body]));
          host.post('/text', { body: 'text' }, (request) => text(request.body));
          host.post('/json', { body: 'json' }, (request) => json({ got: request.body }));
          host.post('/form', { body: 'form' }, (request) => json(request.body));
          host.post('/schema', { body: Amount }, (request) => json(request.body.amount));
          host.post('/none', { body: 'none' }, () => text('none'));
        },
        async ({ exchange }) => {
          assert.match(await exchange(typed('/bytes', '\x01\xff', 'application/octet-stream')), /\[1,255\]$/);
          assert.match(await exchange(typed('/bytes', '', 'application/octet-stream')), /\[\]$/);
          assert.match(await exchange(chunked('/text', '2\r\nh\xc3\r\n1\r\n\xa9\r\n0\r\n\r\n', closing)), /h\xc3\xa9$/);
          assert.match(await exchange(typed('/json', '{"a":[1]}', 'application/json')), /\{"got":\{"a":\[1\]\}\}$/);
          const form = typed('/form', 'a=1&b=%20x&b=y', 'application/x-www-form-urlencoded');
          assert.match(await exchange(form), /\{"a":"1","b":\[" x","y"\]\}$/);
          assert.match(await exchange(typed('/schema', '{"amount":"3"}', 'application/json')), /\r\n\r\n3$/);
          assert.match(
            await exchange(typed('/schema', '{"amount":"x"}', 'application/json')),
            /^HTTP\/1\.1 400 [^]*amount/,
          );
          assert.match(await exchange(typed('/json', '{', 'application/json')), /^HTTP\/1\.1 400 /);
          assert.match(await exchange(typed('/json', '{}', 'text/plain')), /^HTTP\/1\.1 415 /);
          assert.match(await exchange(typed('/none', 'x', 'text/plain')), /^HTTP\/1\.1 413 /);
          assert.match(await exchange(`POST /none HTTP/1.1\r\nHost: a\r\n${closing}\r\n`), /none$/);
        },
      ),
  },
  {
    name: 'answers of all kinds arrive with their headers and statuses',
    run: (engine) =>
      withEngine(
        engine,
        (host) => {
          host.get('/json', () => json({ a: 'é' }, { headers: { 'X-A': '1', 'Set-Cookie': ['a=1', 'b=2'] } }));
          host.get('/bytes', () => bytes(Uint8Array.of(0, 255), { contentType: 'image/x' }));
          host.get('/large', () => text('x'.repeat(3_000_000)));
          host.get('/redirect', () => redirect('/json'));
          host.get('/events', () => sse([{ event: 'tick', data: { n: 1 } }, 'two']));
          host.get('/teapot', () => text('short', { status: 418 }));
          host.get('/unmodified', () => empty(304, { headers: { ETag: '"1"' } }));
        },
        async ({ exchange }) => {
          const first = await exchange(get('/json', closing));
          assert.match(first, /\r\nX-A: 1\r\n/);
          assert.match(first, /\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n/);
          assert.match(first, /\r\nContent-Length: 10\r\n[^]*\{"a":"\xc3\xa9"\}$/);
          assert.match(await exchange(get('/bytes', closing)), /Content-Type: image\/x\r\n[^]*\r\n\r\n\0\xff$/);
          assert.match(await exchange(get('/large', closing)), /\r\n\r\nx{3000000}$/);
          assert.match(await exchange(get('/redirect', closing)), /^HTTP\/1\.1 303 [^]*\r\nLocation: \/json\r\n/);
          assert.match(await exchange(get('/events', closing)), /event: tick\ndata: \{"n":1\}\n\n[^]*data: two\n\n/);
          assert.match(await exchange(get('/teapot', closing)), /^HTTP\/1\.1 418 [^]*short$/);
          assert.match(
            await exchange(get('/unmodified', closing)),
            /^HTTP\/1\.1 304 [^]*\r\nETag: "1"\r\n[^]*\r\n\r\n$/,
          );
        },
        { server: 'suite' },
      ),
  },
  {
    name: 'the Server header is sent when the host has one',
    run: (engine) =>
      withEngine(
        engine,
        (host) => void host.get('/', () => text('root')),
        async ({ exchange }) => assert.match(await exchange(get('/', closing)), /\r\nServer: suite\/1\r\n/),
        { server: 'suite/1' },
      ),
  },
  {
    name: 'a handler that fails is answered 500 without a word of why, and one with an HttpError as it says',
    run: (engine) =>
      withEngine(
        engine,
        (host) => {
          host.get('/throws', () => {
            throw new Error('secret');
          });
          host.get('/rejects', () => Promise.reject(new Error('secret')));
          host.get('/nothing', () => undefined as never);
          host.get('/says', () => {
            throw new HttpError(409, 'Taken.', { headers: { 'X-Why': 'because' } });
          });
        },
        async ({ connect, log }) => {
          const client = await connect();
          client.send(get('/throws'), get('/rejects'), get('/nothing'), get('/says', closing));
          const all = await client.rest();
          assert.deepEqual(client.statuses, [500, 500, 500, 409]);
          assert.doesNotMatch(all, /secret/);
          assert.match(all, /\r\nX-Why: because\r\n[^]*Taken\./);
          assert.equal(log.filter(({ level }) => level === 'error').length, 3);
        },
      ),
  },
  {
    name: 'headers that would split an answer, or that the host sends itself, are answered 500 instead',
    run: (engine) =>
      withEngine(
        engine,
        (host) => {
          const names = ['X\r\nY', 'X Y', '', 'Content-Length', 'transfer-encoding', 'Connection', 'Date'];
          names.forEach((name, index) => host.get(`/name/${index}`, () => text('x', { headers: { [name]: '1' } })));
          const values = ['a\r\nSet-Cookie: b=c', 'a\0', 'a\n', '\u20ac', ' a'];
          values.forEach((value, index) => host.get(`/value/${index}`, () => text('x', { headers: { 'X-A': value } })));
          host.get('/type', () => bytes(new Uint8Array(1), { contentType: 'a/b\r\nX: y' }));
          host.get('/stream', () => stream(['x'], { headers: { 'X-A': 'a\r\nb' } }));
        },
        async ({ connect }) => {
          const client = await connect();
          for (let index = 0; index < 7; index++) client.send(get(`/name/${index}`));
          for (let index = 0; index < 5; index++) client.send(get(`/value/${index}`));
          client.send(get('/type'), get('/stream', closing));
          const all = await client.rest();
          assert.deepEqual(client.statuses, Array<number>(14).fill(500));
          assert.doesNotMatch(all, /Set-Cookie/);
        },
      ),
  },
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
