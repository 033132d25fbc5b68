// Options and requests that are wrong: refused with a code before anything is sent, naming the option, what was given and what is allowed.

import { describe, expect, it } from 'vitest';
import type { HttpClientOptions, RequestOptions } from '../../src/index.ts';
import { PingMessage } from '../support/ping-message.ts';
import { programWithClient, serve } from './program.ts';

const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;

describe('a client is refused', () => {
  it.each([
    [{ connections: 1.5 }, /connections.*1\.5.*whole number from 1/],
    [{ connections: Number.POSITIVE_INFINITY }, /connections.*Infinity/],
    [{ pipelining: 0 }, /pipelining.*0.*whole number/],
    [{ keepAliveMs: Number.POSITIVE_INFINITY }, /keepAliveMs.*Infinity.*finite/],
    [{ keepAliveMs: '4000' }, /keepAliveMs.*"4000"/],
    [{ timeouts: 5 }, /timeouts.*5.*an object/],
    [{ timeouts: { headersMs: Number.NaN } }, /timeouts\.headersMs.*NaN.*number from 1/],
    [{ timeouts: { readMs: 5 } }, /timeouts\.readMs.*one of connectMs, headersMs/],
    [{ retry: true }, /retry.*true.*an object/],
    [{ retry: {} }, /retry\.attempts.*undefined.*whole number from 0/],
    [{ retry: { attempts: 1, delayMs: -1 } }, /retry\.delayMs.*-1/],
    [{ retry: { attempts: 1, statuses: 503 } }, /retry\.statuses.*503.*list/],
    [{ retry: { attempts: 1, statuses: [503, '504'] } }, /retry\.statuses.*a list.*list of statuses/],
    [{ redirect: true }, /redirect.*true.*'follow'/],
    [{ maxRedirects: -1 }, /maxRedirects.*-1/],
    [{ maxResponseBytes: '1kB' }, /maxResponseBytes.*"1kB"/],
    [{ headers: 'a: b' }, /headers.*"a: b".*names and values/],
    [{ headers: { 'a\r\nb': 'c' } }, /header.*cannot be sent/],
    [{ headers: { 'transfer-encoding': 'chunked' } }, /transfer-encoding.*belongs to the connection/],
    [{ baseUrl: 'file:///etc' }, /baseUrl.*file:.*http/],
    [{ baseUrl: 'http://me:secret@example.org' }, /baseUrl.*user name.*Authorization/],
    [{ tls: 'on' }, /tls.*"on".*an object/],
  ] as unknown as [HttpClientOptions, RegExp][])('with %j, at its start and by with()', async (options, message) => {
    await expect(programWithClient(options)).rejects.toThrow(message);
    await using program = await programWithClient();
    expect(() => program.http.with(options)).toThrow(message);
  });

  it('without telling a password', async () => {
    const start = programWithClient({ baseUrl: 'http://me:secret@example.org' });
    await expect(start).rejects.not.toThrow(/secret/);
  });
});

describe('a request is refused', () => {
  it.each([
    ['GET', '/', { timeouts: { bodyMs: -1 } }, 'CLIENT_OPTION_INVALID', /timeouts\.bodyMs.*-1/],
    ['GET', '/', { signal: {} }, 'CLIENT_OPTION_INVALID', /signal.*an object.*AbortSignal/],
    ['GET', '/', { baseUrl: 'http://x' }, 'CLIENT_OPTION_INVALID', /baseUrl.*one of headers, timeouts/],
    ['GET', '/', { query: 'a=b' }, 'CLIENT_OPTION_INVALID', /query.*"a=b".*an object/],
    ['GET', '/', { query: { a: undefined } }, 'CLIENT_OPTION_INVALID', /query\.a.*undefined.*text/],
    ['GET', '/', { query: { a: [{}] } }, 'CLIENT_OPTION_INVALID', /query\.a.*an object/],
    ['GET', '/', 'fast', 'CLIENT_OPTION_INVALID', /options.*"fast".*an object/],
    ['GET', 'http://[::1', {}, 'CLIENT_OPTION_INVALID', /url.*"http:\/\/\[::1"/],
    ['GET', 'javascript:alert(1)', {}, 'CLIENT_OPTION_INVALID', /url.*javascript.*http/],
    ['GET', 'http://me@127.0.0.1/', {}, 'CLIENT_OPTION_INVALID', /user name.*Authorization/],
    ['GET', 7, {}, 'CLIENT_OPTION_INVALID', /url.*7/],
    ['GET\r\nX: y', '/', {}, 'REQUEST_METHOD', /GET\\r\\nX/],
    ['', '/', {}, 'REQUEST_METHOD', /""/],
    ['CONNECT', '/', {}, 'REQUEST_METHOD', /CONNECT/],
    [undefined, '/', {}, 'REQUEST_METHOD', /undefined/],
    ['HEAD', '/', { json: 1 }, 'REQUEST_BODY', /HEAD request has no body/],
    ['POST', '/', { json: cyclic }, 'REQUEST_BODY', /"json".*circular/i],
    ['POST', '/', { json: () => 1 }, 'REQUEST_BODY', /"json".*function.*JSON/],
    ['POST', '/', { json: 1n }, 'REQUEST_BODY', /"json".*bigint/],
    ['POST', '/', { text: 5 }, 'REQUEST_BODY', /"text".*number.*text/],
    ['POST', '/', { bytes: 'abc' }, 'REQUEST_BODY', /"bytes".*string.*Uint8Array/],
    ['POST', '/', { form: 'a=b' }, 'REQUEST_BODY', /"form".*string/],
    ['POST', '/', { stream: 'abc' }, 'REQUEST_BODY', /"stream".*string.*iterable/],
    ['POST', '/', { message: PingMessage }, 'REQUEST_BODY', /"message".*list of a message type and a value/],
    ['GET', '/', { headers: { a: undefined } }, 'REQUEST_HEADER', /"a".*undefined/],
    ['GET', '/', { headers: { a: {} } }, 'REQUEST_HEADER', /"a"/],
    ['GET', '/', { headers: { a: 'b\nc' } }, 'REQUEST_HEADER', /"b\\nc"/],
    ['GET', '/', { headers: { a: 'b\0' } }, 'REQUEST_HEADER', /"a"/],
    ['GET', '/', { headers: { a: ['b', 'c\r\nd'] } }, 'REQUEST_HEADER', /"c\\r\\nd"/],
    ['GET', '/', { headers: { a: 'snow \u2603' } }, 'REQUEST_HEADER', /"a"/],
    ['GET', '/', { headers: { '': 'b' } }, 'REQUEST_HEADER', /""/],
    ['GET', '/', { headers: { 'a:': 'b' } }, 'REQUEST_HEADER', /"a:"/],
    ['GET', '/', { headers: [['a']] }, 'CLIENT_OPTION_INVALID', /headers.*pairs/],
    [
      'POST',
      '/',
      { headers: { 'Content-Length': '5' }, text: 'abc' },
      'REQUEST_HEADER',
      /content-length.*length of the body/,
    ],
    ['POST', '/', { headers: { 'Content-Length': '-1' }, stream: ['a'] }, 'REQUEST_HEADER', /content-length/],
    ['GET', '/', { headers: { 'Content-Length': '5' } }, 'REQUEST_HEADER', /content-length/],
    ['POST', '/', { headers: { 'Transfer-Encoding': 'chunked' }, text: 'a' }, 'REQUEST_HEADER', /connection/],
    ['GET', '/', { headers: { Upgrade: 'websocket' } }, 'REQUEST_HEADER', /connection/],
    ['GET', '/', { headers: { Connection: 'upgrade' } }, 'REQUEST_HEADER', /connection/],
    ['GET', '/', { headers: { Expect: '100-continue' } }, 'REQUEST_HEADER', /connection/],
    [
      'GET',
      '/',
      {
        headers: [
          ['Host', 'a'],
          ['host', 'b'],
        ],
      },
      'REQUEST_HEADER',
      /one Host/,
    ],
  ] as unknown as [string, string, RequestOptions, string, RegExp][])(
    '%j %j with %o: %s (HC-3)',
    async (method, url, options, code, message) => {
      let requests = 0;
      await using server = await serve((_request, response) => {
        requests++;
        response.end();
      });
      await using program = await programWithClient({ baseUrl: server.url, retry: { attempts: 2, delayMs: 0 } });
      await expect(Promise.resolve(program.http.request(method, url, options))).rejects.toMatchObject({
        code: `ICHOR_HTTP_${code}`,
        message: expect.stringMatching(message),
      });
      expect([requests, server.connections.made, program.http.outstanding]).toEqual([0, 0, 0]);
    },
  );
});

describe('a request cannot be split', () => {
  it.each([
    ['/a b\r\nX-Injected: c', '/a%20bX-Injected:%20c'],
    ['/a?b=c d\r\n\r\nGET /admin', '/a?b=c%20dGET%20/admin'],
    ['/\u00e9\u2603', '/%C3%A9%E2%98%83'],
    ['/a\\b', '/a/b'],
    ['//', '/'],
  ])('by the path %j', async (path, sent) => {
    const seen: (string | undefined)[] = [];
    await using server = await serve((request, response) => {
      seen.push(request.url, request.headers['x-injected'] as string | undefined);
      response.end();
    });
    await using program = await programWithClient({ baseUrl: server.url });
    await (await program.http.get(path === '//' ? server.url : path)).dump();
    expect(seen).toEqual([sent, undefined]);
  });

  it('by a query, whose names and values are encoded', async () => {
    let url: string | undefined;
    await using server = await serve((request, response) => {
      ({ url } = request);
      response.end();
    });
    await using program = await programWithClient({ baseUrl: server.url });
    await (await program.http.get('/', { query: { 'a&b': 'c=d\r\n #', n: 1, t: true } })).dump();
    expect(url).toBe('/?a%26b=c%3Dd%0D%0A+%23&n=1&t=true');
  });
});

it('headers may come as pairs, a Headers object or a map; repeated ones are all sent', async () => {
  const seen: unknown[] = [];
  await using server = await serve((request, response) => {
    seen.push(request.headersDistinct['x-a'], request.headers['content-length']);
    response.end();
  });
  await using program = await programWithClient({ baseUrl: server.url, headers: { 'X-A': 'default' } });
  for (const headers of [
    [
      ['x-a', '1'],
      ['X-A', '2'],
    ],
    { 'x-a': ['1', '2'] },
    new Map([['x-a', '1']]),
    new Headers({ 'x-a': '1' }),
    {},
    { 'Content-Length': 2 },
  ] as NonNullable<RequestOptions['headers']>[])
    await (await program.http.post('/', { headers, text: 'ab' })).dump();
  const [one, two, none] = [['1'], ['1', '2'], ['default']];
  expect(seen).toEqual([two, '2', two, '2', one, '2', one, '2', none, '2', none, '2']);
});
