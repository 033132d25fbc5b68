// What every engine refuses, and how: one answer, a problem document, a closed connection (HT-9, RFC 9112).

import assert from 'node:assert/strict';
import type { HttpHost } from '../../contract/http-host.ts';
import { text } from '../../contract/response.ts';
import { chunked, closing, get, withEngine, type EngineRequirement } from './engine-case.ts';

let begun = 0;

function routes(host: HttpHost): void {
  host.get('/', () => {
    begun++;
    return text('root');
  });
  host.post('/echo', { body: 'text' }, (request) => {
    begun++;
    return text(request.body);
  });
}

const head = (...lines: string[]): string => `${['GET / HTTP/1.1', 'Host: a', ...lines].join('\r\n')}\r\n\r\n`;

const refusals: readonly (readonly [what: string, status: number, sent: string])[] = [
  ['white space before the colon', 400, head('X : y')],
  ['a folded field', 400, head('X: y', ' z')],
  ['a bare line feed', 400, 'GET / HTTP/1.1\nHost: a\r\n\r\n'],
  ['a bare carriage return', 400, head('X: y\rZ: a')],
  ['NUL in a field', 400, head('X: y\0')],
  ['a name that is no token', 400, head('X(y): z')],
  ['no host', 400, 'GET / HTTP/1.1\r\n\r\n'],
  ['two hosts', 400, head('Host: b')],
  ['a malformed host', 400, 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n'],
  ['two lengths', 400, `POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc`],
  ['a length that is none', 400, `POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc`],
  ['a length together with chunks', 400, chunked('/echo', '0\r\n\r\n', 'Content-Length: 3\r\n')],
  [
    'chunks that are not the last coding',
    400,
    `POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n`,
  ],
  ['an unknown coding', 501, `POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
  ['chunks in HTTP/1.0', 400, 'POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a chunk size that is none', 400, chunked('/echo', 'x\r\n')],
  ['a chunk longer than it says', 400, chunked('/echo', '1\r\nab\r\n0\r\n\r\n')],
  ['a malformed trailer', 400, chunked('/echo', '0\r\nX : y\r\n\r\n')],
  ['chunk extensions without end', 400, chunked('/echo', `1;${'a'.repeat(3000)}\r\nb\r\n0\r\n\r\n`, closing)],
  ['a target with a space', 400, 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a target of a form that the method does not take', 400, 'GET * HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['an unknown method', 501, 'FROB / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['CONNECT', 501, 'CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n'],
  ['an unknown version', 505, 'GET / HTTP/3.0\r\nHost: a\r\n\r\n'],
  ['a long target', 414, `GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
  ['a target longer than all heads', 414, `GET /${'a'.repeat(60_000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
  ['long headers', 431, head(`X: ${'a'.repeat(17_000)}`)],
  ['headers longer than all heads', 431, head(...Array.from({ length: 60 }, () => `X: ${'a'.repeat(1000)}`))],
  ['many headers', 431, head(...Array.from({ length: 101 }, (_, index) => `X-${index}: y`))],
  ['an announced body that is too long', 413, 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n'],
  ['an expectation that nobody knows', 417, head('Expect: tea')],
  ['another protocol', 400, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
];

export const refusalCases: readonly EngineRequirement[] = [
  ...refusals.map(([what, status, sent]): EngineRequirement => ({
    name: `${what} is refused with ${status}, a problem document and a closed connection`,
    run: (engine) =>
      withEngine(engine, routes, async ({ connect, log }) => {
        begun = 0;
        const client = await connect();
        client.send(sent, get('/'));
        const all = await client.rest();
        assert.deepEqual(client.statuses, [status]);
        assert.match(all, /\r\nConnection: close\r\n/);
        assert.match(all, /\r\nContent-Type: application\/problem\+json\r\n/);
        const problem = JSON.parse(all.slice(all.indexOf('\r\n\r\n') + 4)) as { status: number; detail: string };
        assert.equal(problem.status, status);
        assert.match(problem.detail, /.{15,}/);
        assert.equal(begun, 0, 'no handler runs');
        assert.deepEqual(
          log.filter(({ level }) => level === 'error'),
          [],
        );
      }),
  })),
  {
    name: 'a chunked body is refused with 413 as soon as it says that it is too long',
    run: (engine) =>
      withEngine(
        engine,
        routes,
        async ({ exchange }) => {
          const all = await exchange(chunked('/echo', '1fffff\r\n'));
          assert.match(all, /^HTTP\/1\.1 413 [^]*\r\nConnection: close\r\n/);
        },
        { timeouts: { bodyMs: 500 } },
      ),
  },
  {
    name: 'a chunked body is refused with 413 when it is too long',
    run: (engine) =>
      withEngine(
        engine,
        routes,
        async ({ exchange }) => {
          const chunks = 'a\r\n0123456789\r\n'.repeat(11);
          assert.match(await exchange(chunked('/echo', chunks)), /^HTTP\/1\.1 413 [^]*\r\nConnection: close\r\n/);
        },
        { limits: { bodyBytes: 100 } },
      ),
  },
  {
    name: 'what is malformed behind good requests is refused after their answers',
    run: (engine) =>
      withEngine(engine, routes, async ({ connect }) => {
        const client = await connect();
        client.send(get('/'), get('/'), head('X : y'), get('/'));
        await client.rest();
        assert.deepEqual(client.statuses, [200, 200, 400]);
      }),
  },
];
