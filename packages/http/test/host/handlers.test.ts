// Bodies, answers and failures of handlers, through inject() and over real sockets.

import type { StandardSchema } from '@ichor/core';
import { describe, expect, it } from 'vitest';
import {
  bytes,
  empty,
  HttpError,
  json,
  message,
  redirect,
  sse,
  stream,
  text,
  type HttpHost,
  type InjectOptions,
} from '../../src/index.ts';
import { PingMessage } from '../support/ping-message.ts';
import { RawClient, sendRaw } from '../support/raw-client.ts';
import { withHost } from '../support/with-host.ts';

const Order: StandardSchema<unknown, { readonly amount: number }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate(value) {
      const amount = Number((value as { amount?: unknown } | null)?.amount);
      if (Number.isNaN(amount)) return { issues: [{ message: 'must be a number', path: ['amount'] }] };
      return { value: { amount } };
    },
  },
};

const AsyncOrder: typeof Order = {
  '~standard': {
    ...Order['~standard'],
    validate: async (value) => {
      await Promise.resolve();
      return Order['~standard'].validate(value);
    },
  },
};

async function ask(setup: (host: HttpHost) => void, ...requests: (InjectOptions | string)[]) {
  return withHost(setup, async ({ host, log }) => {
    const responses = [];
    for (const request of requests) responses.push(await host.inject(request));
    return { responses, log };
  });
}

describe('request bodies', () => {
  it('are read as the route says', async () => {
    const { responses } = await ask(
      (host) => {
        host.post('/bytes', (request) => json([...request.body]));
        host.post('/text', { body: 'text' }, (request) => text(request.body));
        host.post('/json', { body: 'json' }, (request) => json({ got: request.body }));
        host.post('/form', { body: 'form' }, (request) => json(request.body));
        host.post('/schema', { body: Order }, (request) => json(request.body.amount));
        host.post('/async', { body: AsyncOrder }, (request) => json(request.body.amount));
        host.post('/stream', { body: 'stream' }, async (request) => bytes(await request.body.bytes()));
      },
      { method: 'POST', target: '/bytes', body: Uint8Array.of(1, 2, 255) },
      { method: 'POST', target: '/bytes' },
      { method: 'POST', target: '/text', body: 'h\u00e9llo' },
      { method: 'POST', target: '/json', body: { a: [1] } },
      {
        method: 'POST',
        target: '/form',
        body: 'a=1&b=%20x&b=y',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
      },
      { method: 'POST', target: '/schema', body: { amount: '3' } },
      { method: 'POST', target: '/async', body: { amount: '4' } },
      { method: 'POST', target: '/stream', body: 'streamed' },
    );
    expect(responses.map((response) => response.status)).toEqual(Array(8).fill(200));
    expect(responses.map((response) => response.text())).toEqual([
      '[1,2,255]',
      '[]',
      'h\u00e9llo',
      '{"got":{"a":[1]}}',
      '{"a":"1","b":[" x","y"]}',
      '3',
      '4',
      'streamed',
    ]);
  });

  it('that are wrong are refused with a problem document that says what is wrong', async () => {
    const { responses, log } = await ask(
      (host) => {
        host.post('/message', { body: PingMessage }, () => empty());
        host.post('/json', { body: 'json' }, () => empty());
        host.post('/text', { body: 'text' }, () => empty());
        host.post('/schema', { body: AsyncOrder }, () => empty());
        host.post('/none', { body: 'none' }, () => empty());
        host.post('/small', { bodyBytes: 3 }, () => empty());
      },
      { method: 'POST', target: '/message', body: '{"sequence": ' },
      { method: 'POST', target: '/message', body: { other: 1 } },
      { method: 'POST', target: '/message', body: 'x', headers: { 'Content-Type': 'text/plain' } },
      { method: 'POST', target: '/json', body: '{' },
      { method: 'POST', target: '/json', body: '' },
      { method: 'POST', target: '/json', body: '{}', headers: { 'Content-Type': 'application/jsonx' } },
      { method: 'POST', target: '/text', body: Uint8Array.of(0xff) },
      { method: 'POST', target: '/schema', body: { amount: 'x' } },
      { method: 'POST', target: '/none', body: 'x' },
      { method: 'POST', target: '/small', body: 'abcd' },
    );
    expect(responses.map((response) => response.status)).toEqual([400, 400, 415, 400, 400, 415, 400, 400, 413, 413]);
    for (const response of responses) {
      expect(response.headers['content-type']).toBe('application/problem+json');
      expect(response.json()).toMatchObject({
        type: 'about:blank',
        status: response.status,
        title: expect.any(String),
      });
    }
    expect(responses[1]?.json()).toMatchObject({
      detail: 'sequence must be a number: received undefined.',
      code: 'ICHOR_SERIALIZATION_MISMATCH',
      path: 'sequence',
    });
    expect(responses[2]?.headers['accept']).toBe('application/json, application/x-ping');
    expect(responses[7]?.json()).toMatchObject({
      in: 'body',
      detail: 'The body is not valid: amount: must be a number',
      issues: [{ path: 'amount', message: 'must be a number' }],
    });
    expect(log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('and query and parameters are checked and converted by schemas', async () => {
    const { responses } = await ask(
      (host) => {
        host.get('/query', { query: Order }, (request) => json(request.query.amount + 1));
        host.get('/params/:amount', { params: Order, query: AsyncOrder }, (request) =>
          json(request.params.amount + request.query.amount),
        );
        host.get('/plain/:a/*rest', (request) => json({ ...request.params, ...request.query }));
      },
      '/query?amount=4',
      '/query',
      '/params/2?amount=3',
      '/params/x?amount=3',
      '/plain/b%20c/d/e?f=g',
    );
    expect(responses.map((response) => [response.status, response.json()])).toMatchObject([
      [200, 5],
      [400, { in: 'query' }],
      [200, 5],
      [400, { in: 'path' }],
      [200, { a: 'b c', rest: 'd/e', f: 'g' }],
    ]);
  });
});

describe('answers', () => {
  it('are messages in the encoding the client asks for', async () => {
    const setup = (host: HttpHost): void => {
      host.post('/message', { body: PingMessage }, (request) => message(PingMessage, request.body));
      host.post('/json', { body: PingMessage }, (request) => json(PingMessage, request.body, { status: 201 }));
      host.get('/value', { response: PingMessage }, () => ({ sequence: 9 }));
    };
    const packed = {
      method: 'POST',
      body: Uint8Array.of(0, 0, 0, 7),
      headers: { 'Content-Type': 'application/x-ping' },
    };
    const { responses } = await ask(
      setup,
      { ...packed, target: '/message' },
      {
        ...packed,
        target: '/message',
        headers: [
          ['Content-Type', 'application/x-ping'],
          ['Accept', 'application/json'],
        ],
      },
      { ...packed, target: '/json' },
      '/value',
      { target: '/value', headers: { Accept: 'text/html, application/*;q=0.5' } },
      { target: '/value', headers: { Accept: 'text/html' } },
      { target: '/value', headers: { Accept: ['text/html', 'application/x-ping'] } },
      { target: '/value', headers: { Accept: ['application/x-ping', 'text/html', 'text/plain'] } },
    );
    expect(responses.map((response) => [response.status, response.headers['content-type']])).toEqual([
      [200, 'application/x-ping'],
      [200, 'application/json'],
      [201, 'application/json'],
      [200, 'application/json'],
      [200, 'application/json'],
      [406, 'application/problem+json'],
      [200, 'application/x-ping'],
      [200, 'application/x-ping'],
    ]);
    expect([...responses[0]!.body]).toEqual([0, 0, 0, 7]);
    expect(responses[3]?.json()).toEqual({ sequence: 9 });
  });

  it('are text, bytes, redirects, streams and server-sent events', async () => {
    const { responses } = await ask(
      (host) => {
        host.get('/text', () =>
          text('\u20ac', { contentType: 'text/html; charset=utf-8', headers: { 'X-A': ['1', '2'] } }),
        );
        host.get('/bytes', () => bytes(Uint8Array.of(1, 2), { status: 206 }));
        host.get('/large', () => bytes(new Uint8Array(1_000_000).fill(7)));
        host.get('/redirect', () => redirect('/caf\u00e9', 307));
        host.get('/stream', () => stream(['\u20ac', Uint8Array.of(65), '']));
        host.get('/sse', () => sse([{ event: 'a', id: '1', retryMs: 5, data: 'x\ny' }, 'plain', { data: { z: 1 } }]));
        host.get('/coroutine', function* () {
          yield* [];
          return text('from a coroutine');
        });
      },
      '/text',
      '/bytes',
      '/large',
      '/redirect',
      '/stream',
      '/sse',
      '/coroutine',
    );
    const [plain, binary, large, moved, streamed, events, coroutine] = responses;
    expect(plain?.text()).toBe('\u20ac');
    expect(plain?.headers).toMatchObject({ 'x-a': '1, 2', 'content-length': '3' });
    expect(binary?.status).toBe(206);
    expect(large?.body.length).toBe(1_000_000);
    expect(moved?.headers['location']).toBe('/caf%C3%A9');
    expect(streamed?.text()).toBe('\u20acA');
    expect(events?.headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    expect(events?.text()).toBe('event: a\nid: 1\nretry: 5\ndata: x\ndata: y\n\ndata: plain\n\ndata: {"z":1}\n\n');
    expect(coroutine?.text()).toBe('from a coroutine');
  });

  it('are produced only as fast as the client takes them', async () => {
    let produced = 0;
    let isClosed = false;
    await withHost(
      (host) => {
        host.get('/endless', () => {
          async function* source() {
            try {
              for (;;) {
                produced++;
                yield new Uint8Array(65_536);
              }
            } finally {
              isClosed = true;
            }
          }
          return stream(source());
        });
      },
      async ({ port }) => {
        const client = await RawClient.connect(port);
        client.socket.pause();
        client.send('GET /endless HTTP/1.1\r\nHost: a\r\n\r\n');
        // Until no more is produced for two hundred turns of the event loop. Socket buffers of both sides hold some megabytes; an
        // endless source without backpressure makes thousands of pieces.
        for (let before = -1; before < produced || produced === 0;) {
          before = produced;
          for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
          expect(produced).toBeLessThan(400);
        }
        client.socket.destroy();
        while (!isClosed) await new Promise((resolve) => setImmediate(resolve));
      },
    );
  });

  it('cannot be split by headers, content types, locations or event fields', async () => {
    const { responses, log } = await ask(
      (host) => {
        host.get('/value', () => text('', { headers: { 'X-A': 'b\r\nSet-Cookie: c' } }));
        host.get('/name', () => text('', { headers: { 'X-A\r\nB': 'c' } }));
        host.get('/type', () => text('', { contentType: 'text/plain\r\nX: y' }));
        host.get('/location', () => redirect('/\r\nX: y'));
        host.get('/length', () => text('', { headers: { 'content-length': '5' } }));
        host.get('/unicode', () => text('', { headers: { 'X-A': '\u2028' } }));
        host.get('/number', () => text('', { headers: { 'X-A': 5 } }));
      },
      '/value',
      '/name',
      '/type',
      '/location',
      '/length',
      '/unicode',
      '/number',
    );
    expect(responses.map((response) => response.status)).toEqual([500, 500, 500, 500, 500, 500, 200]);
    for (const response of responses) expect(response.headers).not.toHaveProperty('set-cookie');
    const codes = log.flatMap(({ fields }) => (fields?.['error'] as { code?: string } | undefined)?.code ?? []);
    expect(codes).toEqual(Array(6).fill('ICHOR_HTTP_HEADER_INVALID'));
  });
});

describe('failures', () => {
  it('of a handler become problem documents; only HttpError says more than 500, and the log has the request id', async () => {
    const setup = (host: HttpHost): void => {
      host.get('/error', () => {
        throw new HttpError(409, 'Already shipped.', {
          type: 'https://example.org/shipped',
          title: 'Shipped',
          extensions: { order: 7 },
          headers: { 'X-Order': '7' },
          cause: new Error('secret'),
        });
      });
      host.get('/throw', () => {
        throw new Error('secret');
      });
      host.get('/reject', () => Promise.reject(new TypeError('secret')));
      host.get('/undefined', (() => undefined) as never);
      host.get('/object', (() => ({ a: 1 })) as never);
    };
    const { responses, log } = await ask(setup, '/error', '/throw', '/reject', '/undefined', '/object');
    expect(responses.map((response) => response.status)).toEqual([409, 500, 500, 500, 500]);
    expect(responses[0]?.json()).toEqual({
      order: 7,
      type: 'https://example.org/shipped',
      title: 'Shipped',
      status: 409,
      detail: 'Already shipped.',
    });
    expect(responses[0]?.headers['x-order']).toBe('7');
    const errors = log.filter(({ level }) => level === 'error');
    expect(errors).toHaveLength(4);
    responses.slice(1).forEach((response, index) => {
      expect(response.text()).not.toMatch(/secret|stack|ICHOR/);
      expect(errors[index]?.fields?.['request']).toBe((response.json() as { requestId: string }).requestId);
    });
  });

  it('of a matcher, a codec or a schema of the program are its own: 500, logged, nothing told', async () => {
    const broken = (): never => {
      throw new RangeError('secret');
    };
    const codec = { ...PingMessage.codecs[0], deserialize: broken };
    const { responses, log } = await ask(
      (host) => {
        host.get({ matches: (target) => target === '/matcher' && broken(), routeParams: () => [] }, () => empty());
        host.post('/codec', { body: { ...PingMessage, codecs: [codec] } }, () => empty());
        host.get('/schema', { query: { '~standard': { version: 1, vendor: 'test', validate: broken } } }, () =>
          empty(),
        );
        host.get('/encode', () => json(PingMessage, { sequence: 'x' as unknown as number }));
      },
      '/matcher',
      { method: 'POST', target: '/codec', body: { sequence: 1 } },
      '/schema',
      '/encode',
    );
    expect(responses.map((response) => response.status)).toEqual([500, 500, 500, 500]);
    for (const response of responses) expect(response.text()).not.toMatch(/secret|sequence/);
    expect(log.filter(({ level }) => level === 'error')).toHaveLength(4);
  });

  it('of a stream break the connection off and are logged', async () => {
    await withHost(
      (host) => {
        host.get('/broken', () =>
          stream(
            (function* () {
              yield 'begin';
              throw new Error('no more');
            })(),
          ),
        );
        host.get('/short', () => stream(['a'], { lengthBytes: 2 }));
        host.get('/long', () => stream(['abc'], { lengthBytes: 2 }));
      },
      async ({ port, log }) => {
        for (const path of ['/broken', '/short', '/long']) {
          const client = await RawClient.connect(port);
          client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
          await client.closed;
          expect(client.received).not.toMatch(/0\r\n\r\n$/);
        }
        expect(log.filter(({ level }) => level === 'error')).toHaveLength(3);
      },
    );
  });

  it('to find a route: 404, 405 with Allow, OPTIONS from the routes, 400 for a malformed path', async () => {
    const { responses } = await ask(
      (host) => {
        host.get('/a', () => text('a'));
        host.put('/a', () => text('a'));
        host.get('/b/:c', () => text('b'));
        host.route(['LOCK', 'UNLOCK'], '/lock', {}, (request) => text(request.method));
      },
      '/none',
      { method: 'POST', target: '/a' },
      { method: 'OPTIONS', target: '/a' },
      { method: 'OPTIONS', target: '/none' },
      '/b/%ff',
      { method: 'UNLOCK', target: '/lock' },
    );
    expect(responses.map((response) => [response.status, response.headers['allow']])).toEqual([
      [404, undefined],
      [405, 'GET, HEAD, PUT, OPTIONS'],
      [204, 'GET, HEAD, PUT, OPTIONS'],
      [404, undefined],
      [400, undefined],
      [200, undefined],
    ]);
  });
});

describe('what a request carries', () => {
  it('is the peer, the headers in any case and as sent, and the captures', async () => {
    await withHost(
      (host) => {
        host.get(/\/r\/(\w+)(-\w+)?/, (request) =>
          json({
            peer: request.peer,
            accept: request.headers.get('ACCEPT'),
            list: request.headers.getAll('x-a'),
            joined: request.headers.get('X-A'),
            has: [request.headers.has('x-A'), request.headers.has('x-b')],
            raw: request.headers.raw,
            captures: request.captures,
            target: request.target,
            version: request.httpVersion,
          }),
        );
      },
      async ({ port }) => {
        const received = await sendRaw(port, 'GET /r/one?x HTTP/1.0\r\naCCept:  a/b \r\nX-A: 1\r\nx-a: 2\r\n\r\n');
        expect(JSON.parse(received.split('\r\n\r\n')[1]!)).toMatchObject({
          peer: { address: '127.0.0.1', port: expect.any(Number), encrypted: false },
          accept: 'a/b',
          list: ['1', '2'],
          joined: '1, 2',
          has: [true, false],
          raw: [
            ['aCCept', 'a/b'],
            ['X-A', '1'],
            ['x-a', '2'],
          ],
          captures: ['one'],
          target: '/r/one?x',
          version: '1.0',
        });
      },
    );
  });

  it('is a signal that aborts when the client goes away, and only then', async () => {
    const seen: string[] = [];
    await withHost(
      (host) => {
        host.get('/wait', async (request) => {
          seen.push('started');
          await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
          seen.push((request.signal.reason as { code: string }).code);
          return empty();
        });
        host.get('/quick', (request) => text(String(request.signal.aborted)));
      },
      async ({ port }) => {
        const client = await RawClient.connect(port);
        client.send('GET /quick HTTP/1.1\r\nHost: a\r\n\r\nGET /wait HTTP/1.1\r\nHost: a\r\n\r\n');
        await client.until('false');
        while (seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
        client.socket.destroy();
        while (seen.length === 1) await new Promise((resolve) => setImmediate(resolve));
        expect(seen).toEqual(['started', 'ICHOR_HTTP_CLIENT_GONE']);
      },
    );
  });
});
