// Handlers written against the Web standards, mounted on a host; with Hono as a real application.

import net from 'node:net';
import { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { stream as honoStream, streamSSE } from 'hono/streaming';
import { describe, expect, it } from 'vitest';
import { defineMiddleware, HttpError, text, type FetchContext, type FetchHandler } from '../../src/index.ts';
import { RawClient, sendRaw } from '../support/raw-client.ts';
import { withHost } from '../support/with-host.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const raw = (line: string, fields = '', body = ''): string =>
  `${line} HTTP/1.1\r\nHost: example.org:81\r\nConnection: close\r\n${fields}\r\n${body}`;

describe('a mounted handler', () => {
  it('gets a standard Request: absolute URL, fields with duplicates, method, body', async () => {
    const seen: unknown[] = [];
    const handler: FetchHandler = async (request, { request: native }) => {
      seen.push([
        request.method,
        request.url,
        request.headers.get('x-a'),
        request.headers.get('cookie'),
        await request.text(),
        native.peer.address,
      ]);
      return new Response(null, { status: 204 });
    };
    await withHost(
      (host) => {
        host.mount('/api', handler);
        host.mount('/whole/', handler, { stripPrefix: false });
        host.get('/api/own', () => text('own'));
      },
      async ({ port }) => {
        await sendRaw(port, raw('GET /api/a%20b/?q=1&q=%32', 'X-A: 1\r\nx-a: 2\r\nCookie: a=b\r\n'));
        await sendRaw(port, raw('POST /api', 'Content-Length: 4\r\n', 'body'));
        await sendRaw(port, raw('PATCH /whole/x', 'Transfer-Encoding: chunked\r\n', '2\r\nab\r\n1\r\nc\r\n0\r\n\r\n'));
        await sendRaw(port, raw('PUT http://other.example/%61pi/z', 'Content-Length: 0\r\n'));
        await sendRaw(port, raw('GET /api//evil.example/x'));
        await sendRaw(port, raw('GET /api/x', 'Content-Length: 3\r\n', 'abc'));
        await sendRaw(port, 'GET /api/old HTTP/1.0\r\n\r\n');
        expect(await sendRaw(port, raw('GET /api/own'))).toMatch(/own$/);
        expect(await sendRaw(port, raw('TRACE /api/x'))).toMatch(/^HTTP\/1.1 405/);
      },
    );
    expect(seen).toEqual([
      ['GET', 'http://example.org:81/a%20b/?q=1&q=%32', '1, 2', 'a=b', '', '127.0.0.1'],
      ['POST', 'http://example.org:81/', null, null, 'body', '127.0.0.1'],
      ['PATCH', 'http://example.org:81/whole/x', null, null, 'abc', '127.0.0.1'],
      ['PUT', 'http://other.example/z', null, null, '', '127.0.0.1'],
      ['GET', 'http://example.org:81//evil.example/x', null, null, '', '127.0.0.1'],
      ['GET', 'http://example.org:81/x', null, null, '', '127.0.0.1'],
      ['GET', 'http://localhost/old', null, null, '', '127.0.0.1'],
    ]);
  });

  it('answers with status, fields, several cookies, and any kind of body', async () => {
    const answers: Record<string, () => Response> = {
      '/text': () => new Response('text', { status: 201, headers: { 'X-A': 'b' } }),
      '/cookies': () =>
        new Response('c', {
          headers: [
            ['Set-Cookie', 'a=1'],
            ['Set-Cookie', 'b=2; Path=/'],
          ],
        }),
      '/own': () =>
        new Response('own', {
          headers: { Connection: 'upgrade', Date: 'x', 'Keep-Alive': 'x', 'Transfer-Encoding': 'x', Upgrade: 'x' },
        }),
      '/length': () => new Response('12345', { headers: { 'Content-Length': '5' } }),
      '/empty': () => new Response(null, { headers: { 'Content-Type': 'text/x' } }),
      '/304': () => new Response(null, { status: 304, headers: { ETag: '"x"' } }),
      '/205': () => new Response(null, { status: 205 }),
      '/redirect': () => Response.redirect('http://a.example/', 307),
      '/json': () => Response.json({ a: 1 }),
      '/error': () => Response.error(),
      '/nothing': () => undefined as never,
    };
    await withHost(
      (host) => void host.mount('/', { fetch: (request) => answers[new URL(request.url).pathname]!() }),
      async ({ host, log, port }) => {
        const cookies = await sendRaw(port, raw('GET /cookies'));
        expect(cookies.match(/set-cookie: .*/gi)).toEqual(
          ['set-cookie: a=1\r', 'set-cookie: b=2; Path=/\r'].map((line) => line.replace('\r', '')),
        );
        const get = (target: string) => host.inject(target);
        expect(await get('/text')).toMatchObject({
          status: 201,
          headers: { 'x-a': 'b', 'content-type': 'text/plain;charset=UTF-8' },
        });
        const own = await get('/own');
        expect(own.headers).toMatchObject({ connection: 'close', 'transfer-encoding': 'chunked' });
        expect(own.text()).toBe('own');
        const length = await get('/length');
        expect([length.headers['content-length'], length.text()]).toEqual(['5', '12345']);
        expect((await host.inject({ method: 'HEAD', target: '/length' })).headers['content-length']).toBe('5');
        expect(await get('/empty')).toMatchObject({
          status: 200,
          headers: { 'content-length': '0', 'content-type': 'text/x' },
        });
        const notModified = await get('/304');
        expect([notModified.status, notModified.headers['etag'], notModified.headers['content-length']]).toEqual([
          304,
          '"x"',
          undefined,
        ]);
        expect((await get('/205')).headers['content-length']).toBe('0');
        expect((await get('/redirect')).headers['location']).toBe('http://a.example/');
        expect((await get('/json')).json()).toEqual({ a: 1 });
        expect((await get('/error')).status).toBe(500);
        expect((await get('/nothing')).status).toBe(500);
        const errors = log
          .filter(({ level }) => level === 'error')
          .map(({ fields }) => (fields?.['error'] as { code: string } | undefined)?.code);
        expect(errors).toEqual(['ICHOR_HTTP_RESPONSE_INVALID', 'ICHOR_HTTP_RESPONSE_INVALID']);
      },
    );
  });

  it('that answers twice with one Response is told to make new ones, instead of sending an empty body', async () => {
    const seen: string[] = [];
    const kept = new Response('kept');
    const cloned = new Response('cloned');
    const read = new Response('read');
    await read.text();
    await withHost(
      (host) => {
        host.mount('/kept', () => kept);
        host.mount('/cloned', () => cloned.clone());
        host.mount('/read', () => read);
      },
      async ({ host, log }) => {
        const get = async (path: string): Promise<string> => {
          const { status } = await host.inject(path);
          return `${path} ${status}`;
        };
        for (const path of ['/kept', '/kept', '/cloned', '/cloned', '/read']) seen.push(await get(path));
        const messages = log.filter(({ level }) => level === 'error').map(({ fields }) => String(fields?.['error']));
        expect(messages).toHaveLength(2);
        expect(messages[0]).toMatch(/whose body was read before\. Return a new Response/);
      },
    );
    expect(seen).toEqual(['/kept 200', '/kept 500', '/cloned 200', '/cloned 200', '/read 500']);
  });

  it('that throws is answered 500, or as its HttpError says; nothing leaks', async () => {
    await withHost(
      (host) => {
        host.mount('/throws', () => {
          throw new Error('secret');
        });
        host.mount('/http', async () => {
          throw new HttpError(402, 'pay');
        });
      },
      async ({ host, log }) => {
        const failed = await host.inject('/throws');
        expect([failed.status, failed.text().includes('secret')]).toEqual([500, false]);
        expect((await host.inject('/http/x')).status).toBe(402);
        expect(log.filter(({ level }) => level === 'error')).toHaveLength(1);
      },
    );
  });

  it('reads bodies with backpressure: what it does not take, the client cannot send', async () => {
    let release = (): void => undefined;
    let total = 0;
    await withHost(
      (host) =>
        void host.mount(
          '/',
          async (request) => {
            await new Promise<void>((resolve) => (release = resolve));
            for await (const piece of request.body!) total += piece.length;
            return new Response(String(total));
          },
          { bodyBytes: 100_000_000 },
        ),
      async ({ port }) => {
        const client = await RawClient.connect(port);
        const size = 40_000_000;
        client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`);
        client.socket.write(Buffer.alloc(size));
        for (let index = 0, before = -1; index < 50; index++) {
          await new Promise((resolve) => setTimeout(resolve, 2));
          if (client.socket.bytesWritten === before) break;
          before = client.socket.bytesWritten;
        }
        // Most of it is still with the client: in its process, not taken by the system.
        expect(client.socket.writableLength).toBeGreaterThan(size / 2);
        release();
        await client.until(`\r\n${size}\r\n`);
        client.socket.destroy();
      },
    );
  });

  it('keeps to the limit of bodies, announced and chunked', async () => {
    const failures: unknown[] = [];
    await withHost(
      (host) =>
        void host.mount(
          '/',
          async (request) => {
            try {
              return new Response(await request.text());
            } catch (error) {
              failures.push(error);
              throw error;
            }
          },
          { bodyBytes: 5 },
        ),
      async ({ port }) => {
        expect(await sendRaw(port, raw('POST /', 'Content-Length: 5\r\n', 'abcde'))).toMatch(/200[^]*abcde/);
        expect(await sendRaw(port, raw('POST /', 'Content-Length: 6\r\n', 'abcdef'))).toMatch(/^HTTP\/1.1 413/);
        expect(
          await sendRaw(port, raw('POST /', 'Transfer-Encoding: chunked\r\n', '3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n')),
        ).toMatch(/^HTTP\/1.1 413/);
        while (failures.length === 0) await turn();
        expect(failures).toHaveLength(1);
      },
    );
  });

  it('is told by the signal, and its stream is cancelled, when the client leaves', async () => {
    const notes: string[] = [];
    await withHost(
      (host) => {
        host.mount('/waits', (request) => {
          notes.push('waits');
          return new Promise((_resolve, reject) => {
            request.signal.addEventListener('abort', () => {
              notes.push('aborted');
              reject(request.signal.reason as Error);
            });
          });
        });
        host.mount('/streams', () => {
          const body = new ReadableStream<Uint8Array>({
            pull: async (controller) => {
              await turn();
              controller.enqueue(Buffer.from('piece'));
            },
            cancel: () => void notes.push('cancelled'),
          });
          return new Response(body);
        });
      },
      async ({ port }) => {
        const waiting = await RawClient.connect(port);
        waiting.send('GET /waits HTTP/1.1\r\nHost: a\r\n\r\n');
        while (!notes.includes('waits')) await turn();
        waiting.socket.destroy();
        while (!notes.includes('aborted')) await turn();
        expect(notes).toEqual(['waits', 'aborted']);
        const streaming = await RawClient.connect(port);
        streaming.send('GET /streams HTTP/1.1\r\nHost: a\r\n\r\n');
        await streaming.until('piece', 3);
        streaming.socket.destroy();
        while (!notes.includes('cancelled')) await turn();
        // A body that HEAD leaves out is cancelled as well.
        notes.length = 0;
        await sendRaw(port, raw('HEAD /streams'));
        while (!notes.includes('cancelled')) await turn();
      },
    );
  });

  it('is asked for no more of its stream than the client takes', async () => {
    let made = 0;
    await withHost(
      (host) =>
        void host.mount('/', () => {
          const piece = Buffer.alloc(65_536);
          return new Response(
            new ReadableStream({
              pull: (controller) => {
                made += piece.length;
                if (made > 64_000_000) controller.close();
                else controller.enqueue(piece);
              },
            }),
          );
        }),
      async ({ port }) => {
        const socket = net.connect(port, '127.0.0.1').pause();
        socket.write(raw('GET /'));
        for (let before = -1; made !== before || made === 0;) {
          before = made;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        expect(made).toBeLessThan(32_000_000);
        let received = 0;
        for await (const bytes of socket) received += (bytes as Buffer).length;
        expect(received).toBeGreaterThan(63_000_000);
        expect(made).toBeGreaterThan(64_000_000);
      },
    );
  });

  it('belongs to the service that mounted it, can be unmounted, and is refused when malformed', async () => {
    let mounted: Disposable | undefined;
    await withHost(
      (host) => {
        mounted = host.mount('/a', () => new Response('a'));
        expect(() => host.mount('/a', () => new Response('b'))).toThrow(/cannot register .* \/a/);
        expect(() => host.mount('/a/:b', () => new Response('b'))).toThrow(/prefix was given "\/a\/:b"/);
        expect(() => host.mount('b', () => new Response('b'))).toThrow(/prefix was given "b"/);
        expect(() => host.mount('/b', {} as never)).toThrow(/application was given/);
        expect(() => host.mount('/b', () => new Response('b'), { stripPrefix: 1 as never })).toThrow(
          /stripPrefix was given 1/,
        );
        host.get('/c/*', () => text('c'));
        // A conflict undoes what was mounted before it.
        expect(() => host.mount('/c', () => new Response('b'))).toThrow(/cannot register/);
      },
      async ({ host }) => {
        expect((await host.inject('/a/x')).text()).toBe('a');
        expect((await host.inject('/c')).status).toBe(404);
        mounted?.[Symbol.dispose]();
        expect((await host.inject('/a')).status).toBe(404);
      },
    );
  });
});

describe('Hono', () => {
  interface Env {
    Bindings: FetchContext;
  }
  const user = defineMiddleware<{ user: string }>({ before: (request) => void (request.locals.user = 'kim') });

  function application(notes: string[]): Hono<Env> {
    const app = new Hono<Env>();
    app.use('*', async (c, next) => {
      await next();
      c.header('X-Hono', 'yes');
    });
    app.get('/users/:id', (c) =>
      c.json({ id: c.req.param('id'), q: c.req.query('q'), user: (c.env.request.locals as { user: string }).user }),
    );
    app.post('/json', async (c) => c.json(await c.req.json(), 201));
    app.post('/form', async (c) => c.json(await c.req.parseBody()));
    app.get('/cookie', (c) => {
      setCookie(c, 'seen', getCookie(c, 'seen') === 'yes' ? 'again' : 'yes', { httpOnly: true });
      setCookie(c, 'other', '1');
      return c.text('cookies');
    });
    app.get('/stream', (c) =>
      honoStream(c, async (out) => {
        for (let index = 0; index < 5; index++) {
          await out.write(`line ${index}\n`);
          await out.sleep(1);
        }
      }),
    );
    app.get('/events', (c) =>
      streamSSE(c, async (out) => {
        out.onAbort(() => void notes.push('aborted'));
        for (let index = 0; !out.aborted; index++) {
          await out.writeSSE({ data: `tick ${index}`, event: 'tick', id: String(index) });
          await out.sleep(1);
        }
      }),
    );
    app.get('/fails', () => {
      throw new Error('secret');
    });
    return app;
  }

  it('routes, parses, sets cookies, streams and sends events over real sockets', async () => {
    const notes: string[] = [];
    await withHost(
      (host) => void host.mount('/hono', application(notes), { middleware: [user] }),
      async ({ port, url }) => {
        const found = await fetch(`${url}/hono/users/42?q=x`);
        expect([found.headers.get('x-hono'), await found.json()]).toEqual(['yes', { id: '42', q: 'x', user: 'kim' }]);
        const posted = await fetch(`${url}/hono/json`, { method: 'POST', body: '{"a":[1]}' });
        expect([posted.status, await posted.json()]).toEqual([201, { a: [1] }]);
        const form = new FormData();
        form.set('name', 'Ada');
        form.set('file', new File(['content'], 'a.txt'));
        const sent = await fetch(`${url}/hono/form`, { method: 'POST', body: form });
        expect(await sent.json()).toMatchObject({ name: 'Ada' });
        const cookies = await fetch(`${url}/hono/cookie`, { headers: { Cookie: 'seen=yes' } });
        expect(cookies.headers.getSetCookie()).toEqual(['seen=again; Path=/; HttpOnly', 'other=1; Path=/']);
        expect(await (await fetch(`${url}/hono/stream`)).text()).toBe('line 0\nline 1\nline 2\nline 3\nline 4\n');
        expect((await fetch(`${url}/hono/nothing`)).status).toBe(404);
        expect((await fetch(`${url}/hono/fails`)).status).toBe(500);
        expect((await fetch(`${url}/hono/users/1`, { method: 'HEAD' })).status).toBe(200);
        const client = await RawClient.connect(port);
        client.send('GET /hono/events HTTP/1.1\r\nHost: a\r\n\r\n');
        await client.until('data: tick 3\n');
        expect(client.received).toMatch(/content-type: text\/event-stream/i);
        client.socket.destroy();
        while (!notes.includes('aborted')) await turn();
      },
    );
  });
});
