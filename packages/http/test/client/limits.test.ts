// Time-outs, aborts and cancelled coroutines in every phase of a request, the limit of connections, and answers nobody reads.

import { VirtualClock } from '@ichor/core/testing';
import { withTimeout } from '@ichor/coroutines';
import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import type { ClientResponse, HttpClient, RequestOptions } from '../../src/index.ts';
import { programWithClient, serve } from './program.ts';
import { rawServer, until } from './raw-server.ts';

const beginning = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello';

async function all(body: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return chunks;
}

async function read(http: HttpClient, url: string, options: RequestOptions): Promise<Uint8Array> {
  return (await http.get(url, options)).bytes();
}

describe('a time-out of', () => {
  const timedOut = (phase: string): object => ({ code: 'ICHOR_HTTP_REQUEST_TIMEOUT', details: { phase } });

  it.each(['client', 'request'])('the connection, TLS included, set for the %s', async (where) => {
    await using server = await rawServer(() => undefined);
    const timeouts = { connectMs: 20 };
    await using program = await programWithClient(where === 'client' ? { timeouts } : {});
    const answer = read(program.http, server.url.replace('http', 'https'), where === 'client' ? {} : { timeouts });
    await expect(answer).rejects.toMatchObject(timedOut('connect'));
    await until(() => server.connections.open === 0);
  });

  it.each([
    ['headers', { headersMs: 20 }, ''],
    ['headers', { headersMs: 20 }, 'HTTP/1.1 200 OK\r\nX-A: b\r\n'],
    ['body', { bodyMs: 20 }, beginning],
    ['total', { totalMs: 20 }, ''],
    ['total', { totalMs: 20 }, beginning],
  ])('the %s (%j) after %j', async (phase, timeouts, sent) => {
    await using server = await rawServer((socket) => socket.write(sent));
    await using program = await programWithClient();
    await expect(read(program.http, server.url, { timeouts })).rejects.toMatchObject(timedOut(phase));
    expect(program.http.outstanding).toBe(0);
    await until(() => server.connections.open === 0);
  });

  it('the whole ends the wait for a connection, a stream, and an answer that nobody reads', async () => {
    const clock = new VirtualClock();
    await using server = await rawServer((socket) => socket.write(beginning));
    await using program = await programWithClient({ connections: 2, timeouts: { totalMs: 1000 } }, { clock });
    const before = clock.pending;
    const unread = await program.http.get(server.url);
    const streamed = await program.http.get(server.url);
    const waiting = Promise.resolve(program.http.get(server.url));
    const streaming = (async () => {
      for await (const chunk of streamed.body()) expect(Buffer.from(chunk).toString()).toBe('hello');
    })();
    waiting.catch(() => undefined);
    streaming.catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(999);
    expect(program.http.outstanding).toBe(3);
    clock.advance(1);
    await expect(waiting).rejects.toMatchObject(timedOut('total'));
    await expect(streaming).rejects.toMatchObject(timedOut('total'));
    await expect(Promise.resolve(unread.text())).rejects.toMatchObject(timedOut('total'));
    expect([program.http.outstanding, clock.pending]).toEqual([0, before]);
    await until(() => server.connections.open === 0);
  });
});

describe('an abort', () => {
  const aborted = { code: 'ICHOR_HTTP_REQUEST_ABORTED', cause: 'enough' };

  it.each(['connecting', 'waiting for the head', 'before reading', 'reading', 'streaming'])(
    'while %s ends the request at once, and frees its connection',
    async (phase) => {
      let asked = 0;
      await using server = await rawServer((socket) => {
        asked++;
        if (phase !== 'waiting for the head') socket.write(beginning);
      });
      // A connection that is being made may serve another request: it is given up by its own time-out only.
      await using program = await programWithClient({ timeouts: { connectMs: 500 } });
      const controller = new AbortController();
      const { signal } = controller;
      const url = phase === 'connecting' ? server.url.replace('http', 'https') : server.url;
      let response: ClientResponse | undefined;
      const answered = Promise.resolve(program.http.get(url, { signal })).then((answer) => (response = answer));
      answered.catch(() => undefined);
      if (phase === 'connecting') await until(() => server.connections.open === 1);
      else await until(() => asked === 1);
      let outcome: Promise<unknown> = answered;
      if (phase !== 'connecting' && phase !== 'waiting for the head') {
        await answered;
        if (phase === 'reading') outcome = Promise.resolve(response!.bytes());
        if (phase === 'streaming') outcome = all(response!.body());
        outcome.catch(() => undefined);
        await new Promise((resolve) => setImmediate(resolve));
      }
      controller.abort('enough');
      if (phase === 'before reading') outcome = Promise.resolve(response!.bytes());
      await expect(outcome).rejects.toMatchObject(aborted);
      expect(program.http.outstanding).toBe(0);
      await until(() => server.connections.open === 0);
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    },
  );

  it('after the end changes nothing, and leaves no listener', async () => {
    await using server = await serve((_request, response) => response.end('done'));
    await using program = await programWithClient();
    const controller = new AbortController();
    const answer = await program.http.get(server.url, { signal: controller.signal });
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    controller.abort();
    expect(await answer.text()).toBe('done');
    expect(server.connections.open).toBe(1);
  });

  it('of a signal that many requests share ends them all, without a warning about listeners', async () => {
    await using server = await rawServer(() => undefined);
    await using program = await programWithClient();
    const warned = vi.spyOn(process, 'emitWarning');
    const controller = new AbortController();
    const reads = Array.from({ length: 50 }, async () => read(program.http, server.url, { signal: controller.signal }));
    await until(() => server.connections.open === 50);
    controller.abort('enough');
    for (const outcome of await Promise.allSettled(reads))
      expect(outcome).toMatchObject({ status: 'rejected', reason: aborted });
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });
});

describe('a coroutine that is cancelled', () => {
  it.each(['for the answer', 'for the body'])('while it waits %s ends the request', async (what) => {
    let asked = 0;
    await using server = await rawServer((socket) => {
      asked++;
      if (what === 'for the body') socket.write(beginning);
    });
    const clock = new VirtualClock();
    await using program = await programWithClient({}, { clock });
    const { http, self } = program;
    const outcome = Promise.resolve(
      self.run(function* () {
        yield* withTimeout(
          (function* () {
            const response = yield* http.get(server.url);
            return yield* response.text();
          })(),
          1000,
          { clock },
        );
      }),
    );
    outcome.catch(() => undefined);
    await until(() => asked === 1);
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(http.outstanding).toBe(1);
    clock.advance(1000);
    await expect(outcome).rejects.toMatchObject({ code: expect.stringContaining('TIMEOUT') });
    expect(http.outstanding).toBe(0);
    await until(() => server.connections.open === 0);
  });

  it('does not end a request that others wait for', async () => {
    let finish: (() => void) | undefined;
    await using server = await serve((_request, response) => {
      finish = () => void response.end('done');
    });
    await using program = await programWithClient();
    const call = program.http.get(server.url);
    const others = Promise.resolve(call);
    const task = program.self.run(function* () {
      yield* call;
    });
    const cancelled = Promise.resolve(task).catch((error: unknown) => error);
    await until(() => finish !== undefined);
    task.cancel();
    expect(await cancelled).toMatchObject({ name: 'CancelledError' });
    finish?.();
    expect(await (await others).text()).toBe('done');
  });
});

it('never more connections than allowed; requests wait for them in the order of their calls', async () => {
  const order: string[] = [];
  let most = 0;
  await using server = await serve(async (request, response) => {
    most = Math.max(most, server.connections.open);
    order.push(request.url as string);
    await new Promise((resolve) => setImmediate(resolve));
    response.end();
  });
  await using program = await programWithClient({ baseUrl: server.url, connections: 1 });
  const { http } = program;
  const paths = Array.from({ length: 20 }, (_, i) => `/${i}`);
  await Promise.all(paths.map(async (path) => (await http.get(path)).dump()));
  expect(order).toEqual(paths);
  const wide = http.with({ connections: 3 });
  await Promise.all(paths.map(async (path) => (await wide.get(path)).dump()));
  // One of the first client, which has connections of its own.
  expect([most, http.outstanding]).toEqual([4, 0]);
});

it('pipelined requests get their own answers (HC-6), also when one of them is aborted or fails', async () => {
  const asked: string[] = [];
  await using server = await serve((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.url === '/broken' && asked.filter((one) => one === 'GET /broken').length === 1)
      request.socket.destroy();
    else if (request.url !== '/never') setImmediate(() => response.end(request.url));
  });
  await using program = await programWithClient({ baseUrl: server.url, connections: 1, pipelining: 8 });
  const { http } = program;
  const text = async (path: string, options?: RequestOptions): Promise<string> =>
    (await http.get(path, options)).text();
  const paths = Array.from({ length: 50 }, (_, i) => `/${i}`);
  expect(await Promise.all(paths.map(async (path) => text(path)))).toEqual(paths);
  expect(server.connections.made).toBe(1);
  const controller = new AbortController();
  const never = text('/never', { signal: controller.signal });
  const behind = Promise.all(paths.slice(0, 5).map(async (path) => text(path)));
  never.catch(() => undefined);
  await until(() => asked.includes('GET /never'));
  controller.abort();
  await expect(never).rejects.toMatchObject({ code: 'ICHOR_HTTP_REQUEST_ABORTED' });
  expect(await behind).toEqual(paths.slice(0, 5));
  const broken = text('/broken');
  const afterwards = Promise.all(paths.slice(5, 10).map(async (path) => text(path)));
  const posted = Promise.resolve(http.post('/post', { text: 'x' })).then(async (answer) => answer.text());
  await expect(broken).rejects.toMatchObject({ code: 'ICHOR_HTTP_CONNECTION_LOST' });
  expect(await afterwards).toEqual(paths.slice(5, 10));
  expect(await posted).toBe('/post');
  expect(asked.filter((one) => one === 'POST /post')).toHaveLength(1);
  expect(http.outstanding).toBe(0);
});

it('a reader that takes its time is not a body that pauses too long', async () => {
  await using server = await serve((_request, response) => response.end(Buffer.alloc(300_000)));
  await using program = await programWithClient({ timeouts: { bodyMs: 50 } });
  const answer = await program.http.get(server.url);
  // Time-outs of undici are a second late at most.
  await new Promise((resolve) => setTimeout(resolve, 1600));
  expect((await answer.bytes()).length).toBe(300_000);
});

describe('an answer that nobody reads', () => {
  it('is not outstanding once it is here, and its connection is used again', async () => {
    await using server = await serve((_request, response) => response.end('x'.repeat(10_000)));
    await using program = await programWithClient({ connections: 1 });
    for (let i = 0; i < 20; i++) await program.http.get(server.url);
    await until(() => program.http.outstanding === 0);
    expect(server.connections.made).toBe(1);
  });

  it('gives its connection up when it is garbage, as a stream that nobody finishes does', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    await using server = await serve((_request, response) => response.end(Buffer.alloc(10_000_000)));
    await using program = await programWithClient({ connections: 2 });
    await (async () => {
      await program.http.get(server.url);
      const streamed = await program.http.get(server.url);
      await streamed.body()[Symbol.asyncIterator]().next();
    })();
    expect(program.http.outstanding).toBe(2);
    while (program.http.outstanding > 0) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await until(() => server.connections.open === 0);
    expect((await (await program.http.get(server.url)).bytes()).length).toBe(10_000_000);
  });
});
