// The client against our own host: messages, streams both ways, slow and leaving peers, the stop of either side in the middle.

import { randomBytes, createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { json, message, stream, text, type HttpHost } from '../../src/index.ts';
import { PingMessage } from '../support/ping-message.ts';
import { withHost } from '../support/with-host.ts';
import { programWithClient } from './program.ts';
import { until } from './raw-server.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('messages', () => {
  const routes = (host: HttpHost): void => {
    host.post('/next', { body: PingMessage, response: PingMessage }, ({ body }) => ({ sequence: body.sequence + 1 }));
    host.get('/cut', () => text('{"sequence":', { contentType: 'application/json' }));
    host.get('/other', () => json({ sequence: 'one' }));
    host.get('/binary', () => message(PingMessage, { sequence: 1 }));
    host.get('/html', () => text('<p>', { contentType: 'text/html' }));
    host.get('/latin', () => text('x', { contentType: 'Application/JSON; charset=utf-8' }));
  };

  it('go both ways, in the first codec or the one that Accept asks for', async () => {
    await withHost(routes, async ({ url }) => {
      await using program = await programWithClient({ baseUrl: url });
      const answer = await program.http.post('/next', { message: [PingMessage, { sequence: 1 }] });
      expect([answer.headers['content-type'], await answer.message(PingMessage)]).toEqual([
        'application/json',
        { sequence: 2 },
      ]);
      const binary = await program.http.get('/binary', { headers: { accept: 'application/x-ping' } });
      expect([binary.headers['content-type'], await binary.message(PingMessage)]).toEqual([
        'application/x-ping',
        { sequence: 1 },
      ]);
    });
  });

  it.each([
    ['/cut', 'ICHOR_SERIALIZATION_MALFORMED'],
    ['/other', 'ICHOR_SERIALIZATION_MISMATCH'],
    ['/html', 'ICHOR_HTTP_RESPONSE_TYPE'],
    ['/none', 'ICHOR_HTTP_RESPONSE_TYPE'],
    ['/latin', 'ICHOR_SERIALIZATION_MALFORMED'],
  ])('of %s are refused with %s, and the connection is used again', async (path, code) => {
    await withHost(routes, async ({ url }) => {
      await using program = await programWithClient({ baseUrl: url, connections: 1 });
      const { http } = program;
      const read = async (): Promise<unknown> => (await http.get(path)).message(PingMessage);
      await expect(read()).rejects.toMatchObject({ code });
      const caught = await program.self.run(function* () {
        try {
          const response = yield* http.get(path);
          return yield* response.message(PingMessage);
        } catch (error) {
          return (error as { code: string }).code;
        }
      });
      expect([caught, http.outstanding]).toEqual([code, 0]);
      await expect(Promise.resolve(http.post('/next', { message: [PingMessage, {}] }))).rejects.toMatchObject({
        code: 'ICHOR_SERIALIZATION_MISMATCH',
      });
    });
  });

  it.each([
    ['json', 'ICHOR_HTTP_RESPONSE_TYPE'],
    ['text', undefined],
  ] as const)('that are not UTF-8, read as %s', async (form, code) => {
    await withHost(
      (host) => void host.get('/', () => stream([Buffer.from([0x22, 0xff, 0x22])])),
      async ({ url }) => {
        await using program = await programWithClient({ baseUrl: url });
        const answer = await program.http.get('/');
        const read = Promise.resolve<unknown>(answer[form]());
        if (code === undefined) expect(await read).toBe('"\ufffd"');
        else await expect(read).rejects.toMatchObject({ code });
      },
    );
  });
});

describe('expectOk', () => {
  it.each([
    ['a long body', 3_000_000, 1000],
    ['none', 0, 0],
  ])('tells the status with %s, beyond any limit', async (_what, length, told) => {
    await withHost(
      (host) => void host.get('/', () => text('x'.repeat(length), { status: 500 })),
      async ({ url }) => {
        await using program = await programWithClient({ baseUrl: url, maxResponseBytes: 10 });
        const answer = await program.http.get('/');
        await expect(Promise.resolve(answer.expectOk())).rejects.toMatchObject({
          code: 'ICHOR_HTTP_RESPONSE_STATUS',
          details: { status: 500, body: 'x'.repeat(told) },
        });
        expect((await program.http.head('/')).status).toBe(500);
        await expect(Promise.resolve((await program.http.head('/')).expectOk())).rejects.toMatchObject({
          code: 'ICHOR_HTTP_RESPONSE_STATUS',
        });
        expect(program.http.outstanding).toBe(0);
      },
    );
  });
});

describe('streams', () => {
  it('echo more than memory would like, slowly on both sides', async () => {
    const piece = randomBytes(100_000);
    const pieces = 200;
    await withHost(
      (host) => void host.post('/echo', { body: 'stream', bodyBytes: 1e9 }, ({ body }) => stream(body)),
      async ({ url }) => {
        await using program = await programWithClient({ baseUrl: url });
        async function* source(): AsyncGenerator<Uint8Array> {
          for (let i = 0; i < pieces; i++) {
            if (i % 50 === 0) await turn();
            yield piece;
          }
        }
        const answer = await program.http.post('/echo', { stream: source() });
        const hash = createHash('sha256');
        for await (const chunk of answer.body()) {
          hash.update(chunk);
          if (chunk.length % 7 === 0) await turn();
        }
        const expected = createHash('sha256');
        for (let i = 0; i < pieces; i++) expected.update(piece);
        expect(hash.digest('hex')).toBe(expected.digest('hex'));
      },
    );
  });

  it('that the client leaves early abort the request of the host', async () => {
    let aborted: unknown;
    let ended = false;
    await withHost(
      (host) =>
        void host.get('/', (request) => {
          request.signal.addEventListener('abort', () => (aborted = request.signal.reason));
          return stream(
            (async function* () {
              try {
                for (;;) {
                  yield 'tick';
                  await turn();
                }
              } finally {
                ended = true;
              }
            })(),
          );
        }),
      async ({ url }) => {
        await using program = await programWithClient({ baseUrl: url });
        for await (const chunk of (await program.http.get('/')).body()) {
          expect(Buffer.from(chunk).toString()).toContain('tick');
          break;
        }
        await until(() => ended);
        expect(aborted === undefined || (aborted as { code: string }).code === 'ICHOR_HTTP_CLIENT_GONE').toBe(true);
      },
    );
  });

  it('and answers that are under way when the host stops are ended with a code, or complete', async () => {
    await withHost(
      (host) => {
        host.get('/stream', () =>
          stream(
            (async function* () {
              yield 'a';
              await new Promise(() => undefined);
            })(),
          ),
        );
        host.get('/never', () => new Promise(() => undefined));
      },
      async ({ url, stop }) => {
        await using program = await programWithClient({ baseUrl: url });
        const streaming = await program.http.get('/stream');
        const read = Promise.resolve(streaming.text());
        const never = Promise.resolve(program.http.get('/never'));
        read.catch(() => undefined);
        never.catch(() => undefined);
        await turn();
        await stop();
        await expect(read).rejects.toMatchObject({ code: 'ICHOR_HTTP_CONNECTION_LOST' });
        const outcome = await never.then(
          (answer) => answer.status,
          (error: { code: string }) => error.code,
        );
        expect([503, 'ICHOR_HTTP_CONNECTION_LOST']).toContain(outcome);
        await expect(Promise.resolve(program.http.get('/'))).rejects.toMatchObject({
          code: 'ICHOR_HTTP_CONNECT_FAILED',
        });
        expect(program.http.outstanding).toBe(0);
      },
      { drainMs: 50 },
      { stopGraceMs: 50 },
    );
  });
});

it('a name that does not exist is a connection that cannot be made', async () => {
  await using program = await programWithClient();
  await expect(Promise.resolve(program.http.get('http://nobody.invalid/'))).rejects.toMatchObject({
    code: 'ICHOR_HTTP_CONNECT_FAILED',
    message: expect.stringContaining('nobody.invalid'),
  });
});
