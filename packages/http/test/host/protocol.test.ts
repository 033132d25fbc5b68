// The protocol on real sockets: keep-alive, pipelining, chunks, HTTP/1.0, HEAD, expectations, targets, refusals.

import { describe, expect, it } from 'vitest';
import { empty, json, stream, text, type HttpHost } from '../../src/index.ts';
import { RawClient, sendRaw } from '../support/raw-client.ts';
import { withHost } from '../support/with-host.ts';

const get = (path: string, fields = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
const post = (path: string, body: string, fields = ''): string =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`;

function routes(host: HttpHost): void {
  host.get('/', () => text('root'));
  host.get('/empty', () => empty());
  host.get('/nothing', () => empty(200));
  host.post('/echo', { body: 'text' }, (request) => text(request.body));
  host.get('/stream', () => stream(['ab', 'cde'], { trailers: () => ({ 'X-Sum': '5' }) }));
  host.get('/sized', () => stream(['ab', 'cde'], { lengthBytes: 5 }));
  host.post('/upload', { body: 'stream' }, async (request) => {
    let length = 0;
    for await (const piece of request.body) length += piece.length;
    return json({ length, trailer: request.trailers.get('x-trailer') });
  });
  host.get('/host', (request) => text(`${request.host} ${request.path}`));
}

describe('the protocol', () => {
  it('keeps a connection alive and says so only where it must', async () => {
    await withHost(routes, async ({ port }) => {
      const client = await RawClient.connect(port);
      client.send(get('/'));
      expect(await client.until('root')).toMatch(
        /^HTTP\/1\.1 200 OK\r\nContent-Type: text\/plain; charset=utf-8\r\nDate: [A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\r\nContent-Length: 4\r\n\r\nroot$/,
      );
      client.send(get('/empty'));
      expect(await client.until('204')).toMatch(/HTTP\/1\.1 204 No Content\r\nDate: [^\r]+\r\n\r\n$/);
      client.send(get('/nothing'));
      await client.until('Content-Length: 0\r\n\r\n');
      client.send(get('/', 'Connection: close\r\n'));
      await client.closed;
      expect(client.received).toMatch(/Connection: close\r\n[^]*root$/);
      expect(client.statuses).toEqual(['200', '204', '200', '200']);
    });
  });

  it('answers pipelined requests strictly in order, one at a time, also when handlers wait (HT-5, HT-15)', async () => {
    const started: string[] = [];
    await withHost(
      (host) => {
        host.get('/:ms/:name', async (request) => {
          started.push(`+${request.params.name}`);
          await new Promise((resolve) => setTimeout(resolve, Number(request.params.ms)));
          started.push(`-${request.params.name}`);
          return text(request.params.name);
        });
        host.get('/now/:name', (request) => text(request.params.name));
      },
      async ({ port }) => {
        const client = await RawClient.connect(port);
        client.send(get('/30/a') + get('/now/b') + get('/10/c') + get('/0/d'));
        await client.until('\r\n\r\nd');
        expect(client.received.match(/\r\n\r\n[a-d]/g)?.map((match) => match.slice(4))).toEqual(['a', 'b', 'c', 'd']);
        expect(started).toEqual(['+a', '-a', '+c', '-c', '+d', '-d']);
        client.socket.destroy();
      },
    );
  });

  it('answers everything that was pipelined before the client closed its side', async () => {
    await withHost(routes, async ({ port }) => {
      const received = await sendRaw(port, get('/').repeat(20), { end: true });
      expect(received.match(/root/g)).toHaveLength(20);
    });
  });

  it('closes behind the last answer when the client closed its side while requests were in flight', async () => {
    let release = (): void => undefined;
    await withHost(
      (host) => {
        host.get('/wait', () => new Promise<void>((resolve) => (release = resolve)).then(() => text('waited')));
        host.get('/', () => text('root'));
      },
      async ({ port }) => {
        const client = await RawClient.connect(port, { allowHalfOpen: true });
        client.send(get('/wait') + get('/').repeat(3));
        client.socket.end();
        for (let index = 0; index < 20; index++) await new Promise((resolve) => setImmediate(resolve));
        release();
        await client.ended;
        expect(client.statuses).toEqual(['200', '200', '200', '200']);
        client.socket.destroy();
      },
    );
  });

  it('answers hundreds of pipelined requests in few writes', async () => {
    await withHost(routes, async ({ port }) => {
      const client = await RawClient.connect(port);
      client.send(post('/echo', 'x'.repeat(10)).repeat(500));
      await client.until('xxxxxxxxxx', 500);
      expect(client.statuses).toHaveLength(500);
      client.socket.destroy();
    });
  });

  it('reads chunked bodies with extensions and trailers, whole and as a stream', async () => {
    await withHost(routes, async ({ port }) => {
      const client = await RawClient.connect(port);
      const chunks = '3;a=b\r\nabc\r\n4\r\ndefg\r\n0\r\nX-Trailer: t\r\n\r\n';
      client.send(`POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`);
      await client.until('abcdefg');
      client.send(`POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`);
      await client.until('{"length":7,"trailer":"t"}');
      expect(client.statuses).toEqual(['200', '200']);
      client.socket.destroy();
    });
  });

  it('sends streams chunked with trailers, sized when the length is known, closed by HTTP/1.0', async () => {
    await withHost(routes, async ({ port }) => {
      const chunked = await sendRaw(port, get('/stream', 'Connection: close\r\n'));
      expect(chunked).toMatch(/Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\nX-Sum: 5\r\n\r\n$/);
      const sized = await sendRaw(port, get('/sized', 'Connection: close\r\n'));
      expect(sized).toMatch(/Content-Length: 5\r\n\r\nabcde$/);
      const old = await sendRaw(port, 'GET /stream HTTP/1.0\r\n\r\n');
      expect(old).toMatch(/\r\nConnection: close\r\n[^]*\r\n\r\nabcde$/);
      expect(old).not.toMatch(/chunked/);
    });
  });

  it('closes after an HTTP/1.0 request unless it asks to keep the connection', async () => {
    await withHost(routes, async ({ port }) => {
      expect(await sendRaw(port, 'GET / HTTP/1.0\r\n\r\n')).toMatch(/Connection: close\r\n[^]*root$/);
      const client = await RawClient.connect(port);
      client.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
      expect(await client.until('root')).toMatch(/Connection: keep-alive\r\n/);
      client.send('GET / HTTP/1.0\r\n\r\n');
      await client.closed;
      expect(client.statuses).toEqual(['200', '200']);
    });
  });

  it('answers HEAD like GET without the body, for whole and streamed answers', async () => {
    await withHost(routes, async ({ port }) => {
      const client = await RawClient.connect(port);
      client.send('HEAD / HTTP/1.1\r\nHost: a\r\n\r\nHEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n');
      await client.until('chunked\r\n\r\n');
      client.send(get('/empty'));
      await client.until('204');
      expect(client.received).toMatch(
        /Content-Length: 4\r\n\r\nHTTP\/1\.1 200 OK\r\n[^]*chunked\r\n\r\nHTTP\/1\.1 204/,
      );
      client.socket.destroy();
    });
  });

  it('asks for the body only when the request can be served (Expect: 100-continue)', async () => {
    await withHost(routes, async ({ port }) => {
      const client = await RawClient.connect(port);
      client.send('POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n');
      expect(await client.until('\r\n\r\n')).toBe('HTTP/1.1 100 Continue\r\n\r\n');
      client.send('abc');
      await client.until('\r\n\r\nabc');
      client.send('POST /none HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n');
      await client.closed;
      expect(client.statuses).toEqual(['100', '200', '404']);
    });
  });

  it('takes the host from an absolute target and answers OPTIONS * (RFC 9112 section 3.2)', async () => {
    await withHost(routes, async ({ port }) => {
      const client = await RawClient.connect(port);
      client.send('GET http://b.example:81/host?x HTTP/1.1\r\nHost: a\r\n\r\n');
      await client.until('b.example:81 /host');
      client.send('OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n');
      await client.until('204 No Content');
      client.send('GET * HTTP/1.1\r\nHost: a\r\n\r\n');
      await client.closed;
      expect(client.statuses).toEqual(['200', '204', '400']);
    });
  });

  it.each([
    ['bad request', '400', 'GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n'],
    ['smuggling', '400', 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['unknown method', '501', 'FROB / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['CONNECT', '501', 'CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n'],
    ['version', '505', 'GET / HTTP/3.0\r\nHost: a\r\n\r\n'],
    ['long target', '414', `GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
    ['long headers', '431', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(17_000)}\r\n\r\n`],
    ['malformed chunk', '400', 'POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n'],
    ['announced body too long', '413', 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n'],
    ['chunked body too long', '413', 'POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1fffff\r\n'],
    ['expectation', '417', 'GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n'],
  ])('refuses a %s with %s, a problem document, and a closed connection (HT-9)', async (_name, status, request) => {
    await withHost(routes, async ({ port }) => {
      const received = await sendRaw(port, request + get('/'));
      expect(received.match(/HTTP\/1\.1 (\d{3})/g)).toEqual([`HTTP/1.1 ${status}`]);
      expect(received).toMatch(/\r\nConnection: close\r\n/);
      expect(received).toMatch(/\r\nContent-Type: application\/problem\+json\r\n/);
      const problem = JSON.parse(received.slice(received.indexOf('\r\n\r\n') + 4)) as {
        status: number;
        detail: string;
      };
      expect(problem.status).toBe(Number(status));
      expect(problem.detail).toMatch(/.{20,}/);
    });
  });

  it('keeps the connection after 404 and 405, reading the rest of a short body first', async () => {
    await withHost(routes, async ({ port }) => {
      const client = await RawClient.connect(port);
      client.send(post('/none', 'x'.repeat(1000)));
      await client.until('404');
      client.send('DELETE / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
      expect(await client.until('405')).toMatch(/\r\nAllow: GET, HEAD, OPTIONS\r\n/);
      client.send('0\r\n\r\n');
      client.send(get('/'));
      await client.until('root');
      client.socket.destroy();
    });
  });

  it('is not confused by requests that arrive byte by byte', async () => {
    await withHost(routes, async ({ port }) => {
      const client = await RawClient.connect(port);
      client.socket.setNoDelay(true);
      for (const byte of `\r\n${post('/echo', 'hello')}${get('/')}`) {
        client.send(byte);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await client.until('root');
      expect(client.statuses).toEqual(['200', '200']);
      client.socket.destroy();
    });
  });
});
