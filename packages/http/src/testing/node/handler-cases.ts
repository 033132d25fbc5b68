// What handlers get and may give, on every engine: bodies and answers of all kinds, and failures.

import assert from 'node:assert/strict';
import type { StandardSchema } from '@ichor/core';
import { HttpError } from '../../contract/http-error.ts';
import { bytes, empty, json, redirect, sse, stream, text } from '../../contract/response.ts';
import { chunked, closing, get, post, withEngine, type EngineRequirement } from './engine-case.ts';

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
];
