// Middleware of hosts and routes: order, answers, failures, ownership, what it sees of bodies, streams and refusals.

import type { Socket } from 'node:net';
import { DependencyManager, required, type Injected } from '@ichor/core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  defineMiddleware,
  empty,
  HttpError,
  HttpHost,
  json,
  stream,
  text,
  type AnyMiddleware,
  type Middleware,
  type Next,
  type RequestOutcome,
} from '../../src/index.ts';
import { RawClient, sendRaw } from '../support/raw-client.ts';
import { withHost, type RunningHost } from '../support/with-host.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** What hangs until the request is given up. */
const untilAborted = (request: { readonly signal: AbortSignal }): Promise<undefined> =>
  new Promise((resolve) => {
    request.signal.addEventListener('abort', () => resolve(undefined));
  });
const get = (target: string, fields = ''): string => `GET ${target} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;

/** Notes when its hooks run. */
function noting(name: string, notes: string[]): Middleware {
  return {
    name,
    before: () => void notes.push(`${name} before`),
    around: async (_request, next) => {
      notes.push(`${name} in`);
      const response = await next();
      notes.push(`${name} out`);
      return response;
    },
    after: (_request, response) => {
      notes.push(`${name} after ${response.status}`);
      return response.withAddedHeaders({ 'X-Through': name });
    },
    finished: (_request, outcome) => void notes.push(`${name} finished ${outcome.status}`),
  };
}

describe('the order', () => {
  it('is by `order`, then registration: hosts outside, routes inside, each from the outermost in and back', async () => {
    const notes: string[] = [];
    await withHost(
      (host) => {
        host.use(noting('second', notes));
        host.use(noting('first', notes), { order: 1 });
        host.use(noting('third', notes));
        host.get('/', { middleware: [noting('fourth', notes), noting('fifth', notes)] }, () => {
          notes.push('handler');
          return text('x');
        });
      },
      async ({ host }) => {
        const response = await host.inject('/');
        expect(response.headers['x-through']).toBe('fifth, fourth, third, second, first');
        await turn();
      },
    );
    const names = ['first', 'second', 'third', 'fourth', 'fifth'];
    expect(notes).toEqual([
      ...names.flatMap((name) => [`${name} before`, `${name} in`]),
      'handler',
      ...names.toReversed().flatMap((name) => [`${name} out`, `${name} after 200`]),
      ...names.map((name) => `${name} finished 200`),
    ]);
  });

  it('runs a middleware once that stands in the host and in the route', async () => {
    const notes: string[] = [];
    const both = noting('both', notes);
    await withHost(
      (host) => {
        host.use(both);
        host.get('/', { middleware: [both, both] }, () => empty());
      },
      async ({ host }) => {
        await host.inject('/');
        expect(notes.filter((note) => note === 'both before')).toHaveLength(1);
      },
    );
  });

  it('lets plain functions, async functions and coroutines be mixed', async () => {
    const notes: string[] = [];
    await withHost(
      (host) => {
        host.use(function* (_request, next) {
          notes.push('coroutine in');
          const response = yield* next();
          notes.push(`coroutine out ${response.status}`);
          return response;
        });
        host.use((_request, next) => next());
        host.use({
          *before() {
            notes.push('before');
          },
          after: async (_request, response) => (await turn(), response.withHeaders({ 'X-A': 'b' })),
        });
        host.get('/', function* () {
          notes.push('handler');
          return text('x');
        });
      },
      async ({ host }) => {
        const response = await host.inject('/');
        expect([response.status, response.text(), response.headers['x-a']]).toEqual([200, 'x', 'b']);
        expect(notes).toEqual(['coroutine in', 'before', 'handler', 'coroutine out 200']);
      },
    );
  });
});

describe('a middleware', () => {
  it('that answers in `before` ends the way in: only the layers around it see the answer', async () => {
    const notes: string[] = [];
    await withHost(
      (host) => {
        host.use(noting('outer', notes));
        host.use({
          before: () => text('early', { status: 401 }),
          around: () => void notes.push('own around'),
          after: () => void notes.push('own after'),
        });
        host.use(noting('inner', notes));
        host.get('/', () => (notes.push('handler'), empty()));
      },
      async ({ host }) => {
        const response = await host.inject('/');
        expect([response.status, response.text(), response.headers['x-through']]).toEqual([401, 'early', 'outer']);
        await turn();
        expect(notes).toEqual([
          'outer before',
          'outer in',
          'outer out',
          'outer after 401',
          'outer finished 401',
          'inner finished 401',
        ]);
      },
    );
  });

  it('sees failures from inside and can map them', async () => {
    const seen: unknown[] = [];
    await withHost(
      (host) => {
        host.use(async (_request, next) => {
          try {
            return await next();
          } catch (error) {
            seen.push(error);
            if (error instanceof RangeError) throw new HttpError(422, 'out of range', { cause: error });
            throw error;
          }
        });
        host.get('/http', () => {
          throw new HttpError(409, 'taken');
        });
        host.get('/plain', () => {
          throw new RangeError('secret');
        });
        host.get('/other', () => Promise.reject(new Error('secret')));
        host.get('/wrong', () => 5 as never);
      },
      async ({ host, log }) => {
        const problems: unknown[] = [];
        for (const path of ['/http', '/plain', '/other', '/wrong', '/missing']) {
          problems.push((await host.inject(path)).json());
        }
        expect(problems.map((problem) => (problem as { status: number }).status)).toEqual([409, 422, 500, 500, 404]);
        expect(JSON.stringify(problems)).not.toContain('secret');
        expect(seen.map((error) => (error as Error).message.slice(0, 6))).toEqual([
          'taken',
          'secret',
          'secret',
          'The ha',
          'There ',
        ]);
        // What became an HttpError is no failure of the server.
        expect(log.filter(({ level }) => level === 'error').map(({ fields }) => fields?.['path'])).toEqual([
          '/other',
          '/wrong',
        ]);
      },
    );
  });

  it('decorates or replaces in `after`, failures too, which are logged all the same', async () => {
    const failures: unknown[] = [];
    await withHost(
      (host) => {
        host.use({
          after: (request, response, failure) => {
            failures.push(failure);
            if (request.path === '/replace') return text('replaced', { status: 202 });
            return response.withHeaders({ 'X-Frame': 'none', 'x-old': 'new' });
          },
        });
        host.get('/', () => text('fine', { headers: { 'X-Old': 'old' } }));
        host.get('/replace', () => text('fine'));
        host.get('/fails', () => {
          throw new Error('secret');
        });
      },
      async ({ host, log }) => {
        const fine = await host.inject('/');
        expect([fine.text(), fine.headers['x-frame'], fine.headers['x-old']]).toEqual(['fine', 'none', 'new']);
        const replaced = await host.inject('/replace');
        expect([replaced.status, replaced.text()]).toEqual([202, 'replaced']);
        const failed = await host.inject('/fails');
        expect([failed.status, failed.headers['x-frame']]).toEqual([500, 'none']);
        const { requestId } = failed.json() as { requestId: string };
        expect(log.find(({ level }) => level === 'error')?.fields).toMatchObject({
          request: requestId,
          path: '/fails',
        });
        const missing = await host.inject({ target: '/none' });
        expect([missing.status, missing.headers['x-frame'], missing.headers['content-type']]).toEqual([
          404,
          'none',
          'application/problem+json',
        ]);
        expect(failures.map((failure) => failure instanceof Error)).toEqual([false, false, true, true]);
      },
    );
  });

  it('sees what no route answers: 404, 405 with Allow, OPTIONS, malformed paths', async () => {
    await withHost(
      (host) => {
        host.use({
          after: (_request, response, failure) =>
            response.withHeaders({ 'X-Seen': failure === undefined ? 'answer' : 'failure' }),
        });
        host.post('/a/:b', () => empty());
      },
      async ({ host }) => {
        const seen = [];
        for (const [method, target] of [
          ['GET', '/x'],
          ['GET', '/a/b'],
          ['OPTIONS', '/a/b'],
          ['OPTIONS', '*'],
          ['POST', '/a/%ff'],
        ] as const) {
          const { status, headers } = await host.inject({ method, target });
          seen.push([status, headers['allow'], headers['x-seen']]);
        }
        expect(seen).toEqual([
          [404, undefined, 'failure'],
          [405, 'POST, OPTIONS', 'failure'],
          [204, 'POST, OPTIONS', 'answer'],
          [204, undefined, 'answer'],
          [400, undefined, 'failure'],
        ]);
      },
    );
  });

  it('that misuses next() or its result fails with a code, and the request with 500', async () => {
    const cases: [string, AnyMiddleware][] = [
      ['ICHOR_HTTP_MIDDLEWARE_NEXT', async (_request, next) => (await next(), next())],
      ['ICHOR_HTTP_MIDDLEWARE_ANSWER', () => undefined],
      ['ICHOR_HTTP_MIDDLEWARE_ANSWER', { around: async () => 'text' as never }],
      ['ICHOR_HTTP_MIDDLEWARE_ANSWER', { before: () => ({ status: 200 }) as never }],
      ['ICHOR_HTTP_MIDDLEWARE_ANSWER', { after: () => null as never }],
    ];
    for (const [code, middleware] of cases) {
      await withHost(
        (host) => {
          host.use(middleware);
          host.get('/', () => text('x'));
        },
        async ({ host, log }) => {
          expect((await host.inject('/')).status).toBe(500);
          const logged = log.find(({ level }) => level === 'error');
          expect((logged?.fields?.['error'] as { code: string } | undefined)?.code).toBe(code);
        },
      );
    }
  });

  it('that returns nothing after next() leaves the answer, or the failure, as it came', async () => {
    await withHost(
      (host) => {
        host.use(async (_request, next) => {
          await Promise.resolve(next()).catch(() => undefined);
        });
        host.use((_request, next) => void next());
        host.get('/', () => turn().then(() => text('x')));
        host.get('/fails', () => Promise.reject(new HttpError(418)));
      },
      async ({ host }) => {
        expect((await host.inject('/')).text()).toBe('x');
        expect((await host.inject('/fails')).status).toBe(418);
      },
    );
  });

  it('may answer without waiting for what it began', async () => {
    let finish = (): void => undefined;
    await withHost(
      (host) => {
        host.use(async (_request, next) => {
          void next();
          return text('impatient', { status: 202 });
        });
        host.get('/', async () => {
          await new Promise<void>((resolve) => (finish = resolve));
          return text('late');
        });
      },
      async ({ host, log }) => {
        expect((await host.inject('/')).text()).toBe('impatient');
        await turn();
        finish();
        await turn();
        expect(log.filter(({ level }) => level === 'error')).toEqual([]);
      },
    );
  });

  it('is refused with the option named when it is malformed', async () => {
    await withHost(
      (host) => {
        expect(() => host.use(undefined as never)).toThrow(/middleware was given undefined. Allowed: a function/);
        expect(() => host.use({})).toThrow(/at least one of before, around, after, finished/);
        expect(() => host.use({ before: 1 } as never)).toThrow(/middleware.before was given 1/);
        expect(() => host.use(() => empty(), { order: Number.NaN })).toThrow(/order was given NaN/);
        expect(() => host.get('/', { middleware: 1 as never }, () => empty())).toThrow(/middleware was given 1/);
        expect(() => host.get('/', { middleware: [{}] }, () => empty())).toThrow(/middleware was given "{}"/);
      },
      async ({ host }) => expect((await host.inject('/')).status).toBe(404),
    );
  });
});

describe('locals', () => {
  it('pass from middleware to handlers, typed by the list of the route', async () => {
    const authenticate = defineMiddleware<{ user: { name: string } }>({
      before: (request) => {
        request.locals.user = { name: 'kim' };
      },
    });
    const tenant = defineMiddleware<{ tenant: number }>({ before: (request) => void (request.locals.tenant = 7) });
    await withHost(
      (host) => {
        host.post(
          '/:id',
          { middleware: [authenticate, tenant, (_request, next: Next) => next()], body: 'text' },
          (request) => {
            expectTypeOf(request.locals.user.name).toBeString();
            expectTypeOf(request.locals.tenant).toBeNumber();
            expectTypeOf(request.body).toBeString();
            expectTypeOf(request.params.id).toBeString();
            return json([request.locals.user.name, request.locals.tenant, request.params.id, request.body]);
          },
        );
        host.get('/plain', (request) => {
          expectTypeOf(request.locals).toEqualTypeOf<object>();
          return json([Object.keys(request.locals), Object.getPrototypeOf(request.locals)]);
        });
      },
      async ({ host }) => {
        expect((await host.inject({ method: 'POST', target: '/a', body: 'b' })).json()).toEqual(['kim', 7, 'a', 'b']);
        expect((await host.inject('/plain')).json()).toEqual([[], null]);
      },
    );
  });
});

describe('bodies', () => {
  it('are read behind middleware: what it refuses is neither asked for nor read', async () => {
    let runs = 0;
    await withHost(
      (host) => {
        host.use({
          before: (request) => (request.headers.has('authorization') ? undefined : text('who?', { status: 401 })),
        });
        host.post('/', { body: 'text' }, (request) => (runs++, text(request.body)));
      },
      async ({ port }) => {
        const post = (fields: string): string =>
          `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n${fields}\r\n`;
        expect(await sendRaw(port, post(''))).toMatch(/^HTTP\/1.1 401 [^]*Connection: close\r\n[^]*who\?$/);
        expect(runs).toBe(0);
        const client = await RawClient.connect(port);
        client.send(post('Authorization: x\r\n'));
        await client.until('100 Continue\r\n\r\n');
        client.send('hello');
        await client.until('\r\n\r\nhello');
        // A body that is sent at once is read past, and the connection goes on.
        client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nworld');
        client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n');
        client.send(`POST / HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\nContent-Length: 3\r\n\r\nend`);
        await client.until('\r\n\r\nend');
        expect(client.statuses).toEqual(['100', '200', '401', '401', '200']);
        client.socket.destroy();
      },
    );
  });

  it('arrive whole however late middleware goes on, in any pieces, pipelined', async () => {
    await withHost(
      (host) => {
        host.use(async (_request, next) => (await turn(), await turn(), next()));
        host.post('/', { body: 'text', bodyBytes: 500_000 }, (request) =>
          text(`${request.body.length}:${request.body.at(-1)}`),
        );
        host.post('/stream', { body: 'stream', bodyBytes: 500_000 }, async (request) =>
          text(`${(await request.body.bytes()).length}`),
        );
      },
      async ({ port }) => {
        const client = await RawClient.connect(port);
        const body = 'x'.repeat(300_000);
        const requests = [
          'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc',
          'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\n\r\n',
          `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
          `POST /stream HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        ];
        client.send(requests.join(''));
        await client.until('HTTP/1.1 200', 4);
        await client.until('\r\n\r\n300000', 1);
        expect(client.received.match(/\r\n\r\n\d+:?\w?/g)).toEqual([
          '\r\n\r\n3:c',
          '\r\n\r\n3:f',
          '\r\n\r\n300000:x',
          '\r\n\r\n300000',
        ]);
        const small = await RawClient.connect(port);
        for (const character of requests[1]!) {
          small.send(character);
          await turn();
        }
        await small.until('3:f');
        // The whole request and the end of the sending side in one packet: the answer still comes.
        const half = await RawClient.connect(port, { allowHalfOpen: true });
        half.socket.end(requests[0]!, 'latin1');
        await half.until('3:c');
        client.socket.destroy();
        small.socket.destroy();
        half.socket.destroy();
      },
    );
  });

  it('that are refused are failures that middleware sees', async () => {
    const seen: number[] = [];
    await withHost(
      (host) => {
        host.use(async (_request, next) => {
          try {
            return await next();
          } catch (error) {
            seen.push((error as HttpError).status);
            await turn();
            throw error;
          }
        });
        host.post('/', { body: 'json', bodyBytes: 10 }, () => empty());
      },
      async ({ host, port }) => {
        const post = (body: string, fields: string): Promise<string> =>
          sendRaw(port, `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${fields}\r\n${body}`);
        expect(await post('{', 'Content-Length: 1\r\n')).toMatch(/^HTTP\/1.1 400/);
        expect(await post('', 'Content-Length: 11\r\n')).toMatch(/^HTTP\/1.1 413/);
        expect(await post('b\r\n12345678901\r\n0\r\n\r\n', 'Transfer-Encoding: chunked\r\n')).toMatch(/^HTTP\/1.1 413/);
        expect(await post('zz\r\n', 'Transfer-Encoding: chunked\r\n')).toMatch(/^HTTP\/1.1 400/);
        expect(
          (await host.inject({ method: 'POST', body: 'x', headers: { 'Content-Type': 'text/html' } })).status,
        ).toBe(415);
        expect(seen).toEqual([400, 413, 413, 400, 415]);
      },
    );
  });
});

describe('the end of a request', () => {
  const outcomes = (done: (outcome: RequestOutcome, path: string) => void): Middleware => ({
    finished: (request, outcome) => done(outcome, request.path),
  });

  it('is told with status, bytes and failure, once per request', async () => {
    const told: [string, number | undefined, number, boolean, unknown][] = [];
    await withHost(
      (host) => {
        host.use(
          outcomes(
            ({ status, bodyBytes, aborted, failure }, path) =>
              void told.push([path, status, bodyBytes, aborted, failure instanceof Error]),
          ),
        );
        host.get('/text', () => text('12345'));
        host.get('/stream', () => stream(['123', '4567']));
        host.get('/long', () => text('x'.repeat(100_000)));
        host.get('/fails', () => {
          throw new Error('x');
        });
      },
      async ({ host }) => {
        await host.inject('/text');
        await host.inject({ method: 'HEAD', target: '/text' });
        await host.inject('/stream');
        await host.inject('/long');
        await host.inject('/none');
        await host.inject('/fails');
        await turn();
      },
    );
    expect(
      told.map(([path, status, bytes, aborted]) => [path, status, status! < 400 ? bytes : bytes > 50, aborted]),
    ).toEqual([
      ['/text', 200, 5, false],
      ['/text', 200, 0, false],
      ['/stream', 200, 7, false],
      ['/long', 200, 100_000, false],
      ['/none', 404, true, false],
      ['/fails', 500, true, false],
    ]);
    expect(told.map(([, , , , failed]) => failed)).toEqual([false, false, false, false, true, true]);
  });

  it('is `aborted` when the client leaves before the answer, in a stream, or before the system could send all of it', async () => {
    const told: RequestOutcome[] = [];
    let started = 0;
    await withHost(
      (host) => {
        host.use(outcomes((outcome) => void told.push(outcome)));
        host.get('/hangs', (request) => (started++, untilAborted(request) as Promise<never>));
        host.get('/endless', () =>
          stream(
            (async function* () {
              for (;;) yield 'x'.repeat(1000);
            })(),
          ),
        );
        host.get('/long', () => text('x'.repeat(50_000_000)));
      },
      async ({ port }) => {
        const leave = async (target: string, until: (client: RawClient) => Promise<unknown>): Promise<void> => {
          const before = told.length;
          const client = await RawClient.connect(port);
          client.send(get(target));
          await until(client);
          client.socket.resetAndDestroy();
          while (told.length === before) await turn();
        };
        await leave('/hangs', async () => {
          while (started === 0) await turn();
        });
        await leave('/endless', (client) => client.until('xxx'));
        await leave('/long', async (client) => {
          await client.until('xxx');
          client.socket.pause();
        });
      },
    );
    expect(told.map(({ status, aborted }) => [status, aborted])).toEqual([
      [undefined, true],
      [200, true],
      [200, true],
    ]);
    expect(told[1]?.bodyBytes).toBeGreaterThan(0);
  });

  it('is told after a handler that ran out of time, whose 503 middleware sees', async () => {
    const told: RequestOutcome[] = [];
    await withHost(
      (host) => {
        host.use({
          ...outcomes((outcome) => void told.push(outcome)),
          after: (_request, response) => response.withHeaders({ 'X-Seen': 'yes' }),
        });
        host.get('/', { handlerTimeoutMs: 10 }, (request) => untilAborted(request) as Promise<never>);
      },
      async ({ port }) => {
        expect(await sendRaw(port, get('/'))).toMatch(/^HTTP\/1.1 503 [^]*X-Seen: yes/);
        await turn();
        expect(told.map(({ status }) => status)).toEqual([503]);
      },
    );
  });

  it('comes also for middleware that hangs: 503 after the time of the handler', async () => {
    await withHost(
      (host) => {
        host.use(
          {
            before: (request) => (request.path === '/in' ? untilAborted(request) : undefined),
            after: (request) => (request.path === '/out' ? untilAborted(request) : undefined),
          },
          {},
        );
        for (const path of ['/in', '/out']) host.post(path, { handlerTimeoutMs: 10 }, () => text('x'));
      },
      async ({ port }) => {
        const post = (path: string): string => `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab`;
        const [inwards, outwards] = await Promise.all([sendRaw(port, post('/in')), sendRaw(port, post('/out'))]);
        expect(inwards).toMatch(/^HTTP\/1.1 503/);
        expect(outwards).toMatch(/^HTTP\/1.1 503/);
      },
    );
  });
});

describe('ownership', () => {
  async function withExtra(
    middleware: AnyMiddleware,
    use: (running: RunningHost, remove: () => Promise<void>) => Promise<void>,
    setup: (host: HttpHost) => void,
  ): Promise<void> {
    class Extra {
      static readonly dependencies = { host: required(HttpHost) };
      constructor({ host }: Injected<typeof Extra.dependencies>) {
        host.use(middleware);
      }
    }
    await withHost(setup, async (running) => {
      const extra = running.manager.register(Extra, { stopGraceMs: 10 });
      while (extra.state !== 'active') await turn();
      await use(running, async () => running.manager.removeService(extra.id));
    });
  }

  it('ends with the service: later requests do not see it, earlier ones that depend on it are answered 503', async () => {
    const notes: string[] = [];
    let isEntered = false;
    await withExtra(
      {
        around: async (request, next) => {
          notes.push(request.path);
          const response = await next();
          isEntered = true;
          if (request.path === '/held') await new Promise<never>(() => undefined);
          return response;
        },
      },
      async ({ host, port }, remove) => {
        expect((await host.inject('/')).status).toBe(200);
        const client = await RawClient.connect(port);
        isEntered = false;
        client.send(get('/held'));
        while (!isEntered) await turn();
        await remove();
        await client.until('503');
        expect((await host.inject('/')).status).toBe(200);
        expect(notes).toEqual(['/', '/held']);
        client.socket.destroy();
      },
      (host) => {
        host.get('/', () => text('x'));
        host.get('/held', () => text('x'));
      },
    );
  });

  it('ends `after` with its service, and does not let a request pass a `before` that is gone', async () => {
    let release = (): void => undefined;
    let entered = false;
    const notes: string[] = [];
    class Late {
      static readonly dependencies = { host: required(HttpHost) };
      constructor({ host }: Injected<typeof Late.dependencies>) {
        host.use({
          name: 'late',
          before: () => void notes.push('late before'),
          after: () => void notes.push('late after'),
        });
      }
    }
    await withHost(
      (host) => {
        host.use(
          {
            before: async (request) => {
              if (request.path !== '/first') return;
              entered = true;
              await new Promise<void>((resolve) => (release = resolve));
            },
          },
          { order: 1 },
        );
        host.get('/first', () => text('x'));
        host.get('/second', async () => {
          entered = true;
          await new Promise<void>((resolve) => (release = resolve));
          return text('second');
        });
      },
      async ({ manager, host }) => {
        for (const [path, status] of [
          ['/first', 503],
          ['/second', 200],
        ] as const) {
          const late = manager.register(Late);
          while (late.state !== 'active') await turn();
          entered = false;
          const answer = host.inject(path);
          while (!entered) await turn();
          await manager.removeService(late.id);
          release();
          expect((await answer).status).toBe(status);
        }
        expect(notes).toEqual(['late before']);
      },
    );
  });

  it('can be given up by hand, which leaves requests in flight alone', async () => {
    let release = (): void => undefined;
    let used: Disposable | undefined;
    await withHost(
      (host) => {
        used = host.use(async (_request, next) => (await next()).withHeaders({ 'X-Used': 'yes' }));
        host.get('/', async () => {
          await new Promise<void>((resolve) => (release = resolve));
          return text('x');
        });
        host.get('/quick', () => text('x'));
      },
      async ({ host }) => {
        const answer = host.inject('/');
        await turn();
        await turn();
        used?.[Symbol.dispose]();
        used?.[Symbol.dispose]();
        release();
        expect((await answer).headers['x-used']).toBe('yes');
        expect((await host.inject('/quick')).headers['x-used']).toBeUndefined();
      },
    );
  });

  it('leaves nothing behind: no running code, no in-flight requests', async () => {
    await withHost(
      (host) => {
        host.use((_request, next) => next());
        host.use(function* (_request, next) {
          return yield* next();
        });
        host.get('/', () => text('x'));
      },
      async ({ host, manager }) => {
        const before = manager.services.resources();
        await Promise.all(Array.from({ length: 200 }, () => host.inject('/')));
        await turn();
        expect(manager.services.resources()).toEqual(before);
      },
    );
  });
});

describe('upgrades', () => {
  it('pass through middleware, which may refuse them; a taken connection has the status 101', async () => {
    const told: (number | undefined)[] = [];
    const notes: string[] = [];
    await withHost(
      (host) => {
        host.use({
          before: (request) => (request.headers.has('cookie') ? undefined : text('no', { status: 401 })),
          around: async (_request, next) => {
            const response = await next();
            notes.push(`out ${response.status}`);
            return response;
          },
          finished: (_request, { status }) => void told.push(status),
        });
        host.upgrade('/up', { protocol: 'echo' }, async (request) => {
          const { socket } = request.takeOver() as { socket: Socket; head: Uint8Array };
          socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello');
          socket.end();
        });
      },
      async ({ port }) => {
        const up = (fields: string): string => get('/up', `Connection: Upgrade\r\nUpgrade: echo\r\n${fields}`);
        const client = await RawClient.connect(port);
        client.send(up(''));
        await client.until('401');
        client.send(up('Cookie: a=b\r\n'));
        await client.until('hello');
        client.socket.destroy();
        await turn();
        expect(told).toEqual([401, 101]);
        expect(notes).toEqual(['out 101']);
      },
    );
  });
});

it('a host without middleware pushes one event per request, with middleware two', async () => {
  const types: string[] = [];
  const run = (withMiddleware: boolean): Promise<void> =>
    withHost(
      (host, self) => {
        if (withMiddleware) host.use((_request, next) => next());
        self.intercept('all', { before: (event) => void types.push(event.type.name) });
        host.get('/', () => text('x'));
      },
      async ({ host }) => {
        types.length = 0;
        await host.inject('/');
        expect(types.filter((name) => name.startsWith('Http'))).toEqual(
          withMiddleware ? ['HttpMiddleware', 'HttpRequest'] : ['HttpRequest'],
        );
      },
    );
  await run(false);
  await run(true);
  expect(DependencyManager).toBeDefined();
});
