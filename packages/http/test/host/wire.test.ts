// What goes in and what comes out, as bytes: a table of requests over real sockets and the answers that they must get.

import { describe, expect, it } from 'vitest';
import { bytes, empty, HttpError, json, redirect, sse, stream, text, type HttpHost } from '../../src/index.ts';
import { sendRaw } from '../support/raw-client.ts';
import { withHost } from '../support/with-host.ts';

const secret = 'select * from secrets';

const routes = (host: HttpHost): void => {
  host.get('/', () => text('root'));
  host.post('/', { body: 'text' }, ({ body }) => text(body));
  host.put('/put', { body: 'none' }, () => text('put'));
  host.get('/host', ({ host: name }) => text(String(name)));
  host.get('/a%2Fb', () => text('encoded slash'));
  host.get('/p/:x', ({ params }) => json(params));
  host.get('/w/*r', ({ params }) => json(params));
  host.get('/q', ({ query }) => json(query));
  host.get('/204', () => empty(204));
  host.get('/stream', () => stream(['a', 'b'], { trailers: () => ({ 'X-Sum': '2' }) }));
  host.get('/sse', () => sse(['x']));
  host.get('/to', ({ query }) => redirect(String(query['location'])));
  host.get('/trailer/:name', ({ params }) => stream(['x'], { trailers: () => ({ [params.name]: 'y' }) }));
  host.get('/trailer-value', () => stream(['x'], { trailers: () => ({ 'X-A': 'y\r\nX-B: z' }) }));
  host.get('/status/:status', ({ params }) => text('x', { status: Number(params.status) }));
  host.get('/redirect-status', () => redirect('/', 200 as 301));
  host.get('/redirect-nothing', () => redirect(undefined as never));
  host.get('/header/:name', ({ params }) => text('x', { headers: { [params.name]: 'y' } }));
  host.get('/header-value', ({ query }) => text('x', { headers: { 'X-A': String(query['value']) } }));
  host.get('/type', () => bytes(Uint8Array.of(1), { contentType: 'a/b\r\nX-B: c' }));
  host.get('/error', () => {
    throw Object.assign(new Error(secret), { status: 404, headers: { 'X-Secret': secret } });
  });
  host.get('/error-cause', () => {
    throw new HttpError(409, 'Taken.', { cause: new Error(secret), extensions: { by: 'kim' } });
  });
  host.get('/error-headers', () => {
    throw new HttpError(409, 'Taken.', { headers: { 'X-A': 'y\r\nX-B: z' } });
  });
  host.get('/error-nothing', () => {
    // eslint-disable-next-line typescript/only-throw-error -- what programs do
    throw null;
  });
  host.get('/undefined', () => undefined as never);
};

const get = (target: string, fields = '', method = 'GET', version = '1.1'): string =>
  `${method} ${target} HTTP/${version}\r\nHost: a\r\nConnection: close\r\n${fields}\r\n`;
const post = (fields: string, body = '', version = '1.1'): string => get('/', fields, 'POST', version) + body;
const withHostHeader = (host: string): string => `GET /host HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;

const failed =
  /^HTTP\/1\.1 500 .*\r\n(?:(?!X-).*\r\n)*\r\n\{.*"The server failed to answer this request\.","requestId":"[^"]+"\}$/;

const cases: Record<string, readonly (readonly [sent: string, received: RegExp])[]> = {
  'HTTP/1.0': [
    ['GET / HTTP/1.0\r\n\r\n', /^HTTP\/1\.1 200 [^]*Connection: close[^]*root$/],
    [
      `GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n`,
      /^HTTP\/1\.1 200 [^]*Connection: keep-alive[^]*rootHTTP\/1\.1 200 [^]*Connection: close[^]*root$/,
    ],
    ['GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n', /^(?![^]*chunked)[^]*Connection: close[^]*\r\n\r\nab$/],
    [post('Expect: 100-continue\r\nContent-Length: 3\r\n', 'abc', '1.0'), /^HTTP\/1\.1 200 [^]*abc$/],
    ['POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', /^HTTP\/1\.1 400 /],
  ],
  'HEAD (RFC 9110 section 9.3.2)': [
    [get('/', '', 'HEAD'), /^HTTP\/1\.1 200 [^]*Content-Length: 4\r\n\r\n$/],
    [get('/stream', '', 'HEAD'), /^HTTP\/1\.1 200 [^]*Transfer-Encoding: chunked\r\n\r\n$/],
    [get('/sse', '', 'HEAD'), /^HTTP\/1\.1 200 [^]*text\/event-stream[^]*\r\n\r\n$/],
    [get('/204', '', 'HEAD'), /^HTTP\/1\.1 204 (?![^]*Content-Length)[^]*\r\n\r\n$/],
    [get('/error-cause', '', 'HEAD'), /^HTTP\/1\.1 409 [^]*problem\+json[^]*\r\n\r\n$/],
    [get('/nowhere', '', 'HEAD'), /^HTTP\/1\.1 404 [^]*\r\n\r\n$/],
    [get('/put', '', 'HEAD'), /^HTTP\/1\.1 405 .*\r\nAllow: PUT, OPTIONS\r\n[^]*\r\n\r\n$/],
  ],
  'expectations (RFC 9110 section 10.1.1)': [
    [post('Expect: tea\r\n'), /^HTTP\/1\.1 417 [^]*Connection: close/],
    [post('Expect: 100-continue, tea\r\n'), /^HTTP\/1\.1 417 /],
    [post('Expect: 100-CONTINUE\r\nContent-Length: 3\r\n', 'abc'), /^HTTP\/1\.1 200 [^]*abc$/],
    [get('/', 'Expect: 100-continue\r\n'), /^HTTP\/1\.1 200 /],
    [get('/nowhere', 'Expect: 100-continue\r\nContent-Length: 3\r\n', 'POST'), /^HTTP\/1\.1 404 [^]*Connection: close/],
  ],
  'targets (RFC 9112 section 3.2)': [
    ['GET http://other:81/host HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', /other:81$/],
    ['GET http://other/host HTTP/1.1\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['GET http://other/host HTTP/1.1\r\nHost: a b\r\n\r\n', /^HTTP\/1\.1 400 /],
    [get('http://user@other/host'), /^HTTP\/1\.1 400 /],
    [get('ftp://other/host'), /^HTTP\/1\.1 400 /],
    [get('*', '', 'OPTIONS'), /^HTTP\/1\.1 204 /],
    [get('http://a', '', 'OPTIONS'), /^HTTP\/1\.1 204 /],
    [get('*'), /^HTTP\/1\.1 400 /],
    ['CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n', /^HTTP\/1\.1 501 [^]*Connection: close/],
    [get('/#fragment'), /^HTTP\/1\.1 400 /],
  ],
  'Host (RFC 9112 section 3.2)': [
    ...['', 'a', 'a:', 'a:80', '[::1]:80', 'a_b', '%41'].map(
      (host) =>
        [withHostHeader(host), new RegExp(`^HTTP/1\\.1 200 [^]*\r\n\r\n${host.replace(/[[\]]/g, '\\$&')}$`)] as const,
    ),
    ...['a b', 'a/b', 'a@b', 'a:80:80', 'a:65536', 'a:b', '[::1', ':80', 'a%zz', '\xe4'].map(
      (host) => [withHostHeader(host), /^HTTP\/1\.1 400 /] as const,
    ),
  ],
  paths: [
    [get('/a%2Fb'), /encoded slash$/],
    [get('/a%2fb'), /encoded slash$/],
    [get('/a/b'), /^HTTP\/1\.1 404 /],
    [get('/p/%2F'), /\{"x":"\/"\}$/],
    [get('/%70/x'), /\{"x":"x"\}$/],
    [get('/p/a+b'), /\{"x":"a\+b"\}$/],
    [get('/p/%25'), /\{"x":"%"\}$/],
    [get('/p/..'), /\{"x":"\.\."\}$/],
    [get('/w/%2e%2e/x'), /\{"r":"\.\.\/x"\}$/],
    [get('/p/'), /^HTTP\/1\.1 404 /],
    [get('//'), /^HTTP\/1\.1 404 /],
    [get('/p/%FF'), /^HTTP\/1\.1 400 /],
    [get('/p/%C0%AF'), /^HTTP\/1\.1 400 /],
    [get('/p/%ED%A0%80'), /^HTTP\/1\.1 400 /],
    [get('/p/%'), /^HTTP\/1\.1 400 /],
    [get('/p/%zz'), /^HTTP\/1\.1 400 /],
    [get('/q?a=1&a=2&__proto__=3&b'), /\{"a":\["1","2"\],"__proto__":"3","b":""\}$/],
    [get('/q??a=b?'), /\{"\?a":"b\?"\}$/],
  ],
  'methods (HT-10)': [
    [get('/put'), /^HTTP\/1\.1 405 .*\r\nAllow: PUT, OPTIONS\r\n/],
    [get('/', '', 'TRACE'), /^HTTP\/1\.1 405 .*\r\nAllow: GET, HEAD, POST, OPTIONS\r\n/],
    [get('/', '', 'OPTIONS'), /^HTTP\/1\.1 204 .*\r\nAllow: GET, HEAD, POST, OPTIONS\r\n/],
    [get('/nowhere', '', 'OPTIONS'), /^HTTP\/1\.1 404 /],
    [get('/', '', 'get'), /^HTTP\/1\.1 501 /],
  ],
  'what a handler sends, none of which can split an answer (HT-12)': [
    [get('/to?location=/x%20y%22%3C'), /\r\nLocation: \/x%20y%22%3C\r\n/],
    [get('/to?location=%5C%5Cother'), /\r\nLocation: %5C%5Cother\r\n/],
    [get('/to?location=/%E2%82%AC'), /\r\nLocation: \/%E2%82%AC\r\n/],
    [get('/to?location=/%0d%0aX-B:c'), failed],
    [get('/redirect-status'), failed],
    [get('/redirect-nothing'), failed],
    [get('/header/X-A%0d%0aX-B'), failed],
    [get('/header/X%20A'), failed],
    [get('/header/Content-Length'), failed],
    [get('/header/Transfer-Encoding'), failed],
    [get('/header/Connection'), failed],
    [get('/header-value?value=a%0aX-B:c'), failed],
    [get('/header-value?value=a%00'), failed],
    [get('/header-value?value=%E2%82%AC'), failed],
    [get('/type'), failed],
    [get('/status/304'), failed],
    [get('/status/199'), failed],
    [get('/status/600'), failed],
    [get('/status/NaN'), failed],
    [get('/stream'), /\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\nX-Sum: 2\r\n\r\n$/],
    // The status has gone by then, so the only way left is to break off.
    [get('/trailer-value'), /\r\n\r\n1\r\nx\r\n$/],
    [get('/trailer/Content-Type'), /\r\n\r\n1\r\nx\r\n$/],
    [get('/trailer/set-cookie'), /\r\n\r\n1\r\nx\r\n$/],
    [get('/trailer/X-Fine'), /\r\n\r\n1\r\nx\r\n0\r\nX-Fine: y\r\n\r\n$/],
  ],
  'failures, of which nothing leaks (HT-18)': [
    [get('/error'), failed],
    [get('/error-headers'), failed],
    [get('/error-nothing'), failed],
    [get('/undefined'), failed],
    [
      get('/error-cause'),
      /^HTTP\/1\.1 409 [^]*\{"by":"kim","type":"about:blank","title":"Conflict","status":409,"detail":"Taken\."\}$/,
    ],
  ],
};

describe('over the wire', () => {
  for (const [what, table] of Object.entries(cases)) {
    it(`${what}: each request has its answer`, async () => {
      await withHost(routes, async ({ port }) => {
        for (const [sent, received] of table) {
          const answer = await sendRaw(port, sent);
          expect(answer, sent).toMatch(received);
          expect(answer).not.toContain(secret);
        }
      });
    });
  }
});

describe('route options', () => {
  it.each([
    ['priority', { priority: -1 }],
    ['priority', { priority: '5' }],
    ['body', { body: 'xml' }],
    ['body', { body: 5 }],
    ['response', { response: {} }],
    ['query', { query: {} }],
    ['params', { params: 'x' }],
    ['bodyBytes', { bodyBytes: -1 }],
    ['bodyBytes', { bodyBytes: '5' }],
    ['bodyBytes', { bodyBytes: Number.NaN }],
    ['handlerTimeoutMs', { handlerTimeoutMs: 0 }],
    ['handlerTimeoutMs', { handlerTimeoutMs: '5' }],
    ['middleware', { middleware: 'x' }],
    ['unknown', { unknown: 1 }],
  ])('that are wrong are refused by name: %s in %o', async (name, options) => {
    await withHost(
      () => undefined,
      ({ host }) => {
        expect(() => host.get('/', options as never, () => empty())).toThrow(
          expect.objectContaining({
            code: 'ICHOR_HTTP_OPTION_INVALID',
            message: expect.stringMatching(new RegExp(`${name} .*Allowed: `)) as string,
          }),
        );
        // Nothing was registered.
        host.get('/', () => empty());
      },
    );
  });
});
