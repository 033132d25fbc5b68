// The client against a Hono application that is mounted on both engines of our host: streams, failures and aborts pass through all.

import { Hono } from 'hono';
import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { withHost } from '../support/with-host.ts';
import { programWithClient } from './program.ts';
import { until } from './raw-server.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe.each(['net', 'node-http'] as const)('an application mounted on the engine %s', (engine) => {
  const mounted = async (app: Hono, use: (url: string) => Promise<void>): Promise<void> => {
    await withHost(
      (host) => void host.mount('/app', app, { bodyBytes: 1e9 }),
      async ({ url }) => use(`${url}/app`),
      {
        engine,
      },
    );
  };

  it('streams both ways at once', async () => {
    const piece = randomBytes(70_000);
    const [sent, received] = [createHash('sha256'), createHash('sha256')];
    async function* source(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 100; i++) {
        sent.update(piece);
        yield piece;
      }
    }
    const app = new Hono().post('/echo', (context) => new Response(context.req.raw.body));
    await mounted(app, async (url) => {
      await using program = await programWithClient();
      const answer = await program.http.post(`${url}/echo`, { stream: source() });
      for await (const chunk of answer.body()) {
        received.update(chunk);
        if (chunk.length % 3 === 0) await turn();
      }
      expect(received.digest('hex')).toBe(sent.digest('hex'));
    });
  });

  it('breaks off where its answer fails, or has another length than it says', async () => {
    const failing = (): ReadableStream =>
      new ReadableStream({
        async pull(controller) {
          controller.enqueue(Buffer.from('x'));
          await turn();
          controller.error(new Error('no more'));
        },
      });
    const app = new Hono()
      .get('/fails', () => new Response(failing()))
      .get('/short', () => new Response('x', { headers: { 'content-length': '5' } }))
      .get('/long', () => new Response('xxxxx', { headers: { 'content-length': '2' } }));
    await mounted(app, async (url) => {
      await using program = await programWithClient();
      for (const path of ['/fails', '/short', '/long']) {
        const read = async (): Promise<string> => (await program.http.get(url + path)).text();
        await expect(read(), path).rejects.toMatchObject({ code: 'ICHOR_HTTP_CONNECTION_LOST' });
      }
    });
  });

  it('is told when the client leaves in the middle of the request or of the answer', async () => {
    const told: string[] = [];
    let hasBegun = false;
    const endless = (): ReadableStream =>
      new ReadableStream({
        async pull(controller) {
          await turn();
          controller.enqueue(new Uint8Array(1000));
        },
        cancel: () => void told.push('cancelled'),
      });
    const app = new Hono()
      .post('/upload', async ({ req }) => {
        hasBegun = true;
        req.raw.signal.addEventListener('abort', () => told.push('aborted'));
        await req.raw.arrayBuffer().catch(() => told.push('body failed'));
        return new Response();
      })
      .get('/endless', () => new Response(endless()));
    await mounted(app, async (url) => {
      await using program = await programWithClient();
      const controller = new AbortController();
      let asked = 0;
      async function* stuck(): AsyncGenerator<string> {
        asked++;
        yield 'a';
        asked++;
        await new Promise(() => undefined);
      }
      const { signal } = controller;
      const upload = Promise.resolve(program.http.post(`${url}/upload`, { stream: stuck(), signal }));
      upload.catch(() => undefined);
      await until(() => asked === 2 && hasBegun);
      controller.abort();
      await expect(upload).rejects.toMatchObject({ code: 'ICHOR_HTTP_REQUEST_ABORTED' });
      await until(() => told.length === 2);
      for await (const chunk of (await program.http.get(`${url}/endless`)).body()) if (chunk.length > 0) break;
      await until(() => told.length === 3);
      expect([told.slice(0, 2).toSorted(), told[2]]).toEqual([['aborted', 'body failed'], 'cancelled']);
      expect(program.http.outstanding).toBe(0);
    });
  });
});
