// Streamed request bodies: backpressure, sources that fail or never end, answers that come first, lengths that do not fit.

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { RequestOptions } from '../../src/index.ts';
import { bodyOf, programWithClient, serve } from './program.ts';
import { rawServer, until } from './raw-server.ts';

type Source = NonNullable<RequestOptions['stream']>;

describe('a streamed body', () => {
  it('is asked for no more than the server takes, and arrives whole', async () => {
    const piece = randomBytes(65_536);
    const pieces = 512;
    let given = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      for (; given < pieces; given++) yield piece;
    }
    let read = (): void => undefined;
    const hash = createHash('sha256');
    await using server = await serve(async (request, response) => {
      await new Promise<void>((resolve) => (read = resolve));
      for await (const chunk of request) hash.update(chunk as Uint8Array);
      response.end();
    });
    await using program = await programWithClient();
    const answered = Promise.resolve(program.http.post(server.url, { stream: source() }));
    for (let seen = -1; seen !== given || given === 0;) {
      seen = given;
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(given).toBeLessThan(pieces);
    read();
    expect((await answered).status).toBe(200);
    const expected = createHash('sha256');
    for (let i = 0; i < pieces; i++) expected.update(piece);
    expect(hash.digest('hex')).toBe(expected.digest('hex'));
  });

  it.each([
    ['texts of an iterable', ['a', 'b', '', 'c'], 'abc'],
    ['a Node stream', Readable.from([Buffer.from('a'), Buffer.from('bc')]), 'abc'],
    ['a web stream', new Blob(['abc']).stream(), 'abc'],
    ['nothing', [], ''],
  ] as [string, Source, string][])('may be %s', async (_what, stream, text) => {
    let received: [string, string | undefined] | undefined;
    await using server = await serve(async (request, response) => {
      received = [await bodyOf(request), request.headers['transfer-encoding']];
      response.end();
    });
    await using program = await programWithClient();
    await (await program.http.put(server.url, { stream })).dump();
    expect(received?.[0]).toBe(text);
  });

  it('has the length that a header says, and is refused when it has another', async () => {
    let length: string | undefined;
    await using server = await serve(async (request, response) => {
      length = request.headers['content-length'];
      response.end(await bodyOf(request).catch(() => 'broken off'));
    });
    await using program = await programWithClient();
    const put = async (stream: Source): Promise<string> =>
      (await program.http.put(server.url, { stream, headers: { 'content-length': 4 } })).text();
    expect([await put(['ab', 'cd']), length]).toEqual(['abcd', '4']);
    const refused = { code: 'ICHOR_HTTP_REQUEST_STREAM' };
    await expect(put(['ab'])).rejects.toMatchObject(refused);
    await expect(put(['ab', 'cde'])).rejects.toMatchObject(refused);
    expect(program.http.outstanding).toBe(0);
  });

  it.each([
    [
      'throws',
      async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from('a');
        throw new Error('the disk is gone');
      },
      /the disk is gone/,
    ],
    [
      'throws at once',
      // oxlint-disable-next-line require-yield
      async function* (): AsyncGenerator<Uint8Array> {
        throw new Error('no such file');
      },
      /no such file/,
    ],
    ['gives numbers', () => [1, 2] as unknown as Source, /type number/],
    [
      'is a Node stream that breaks',
      () =>
        new Readable({
          read() {
            this.destroy(new Error('broken pipe'));
          },
        }),
      /broken pipe/,
    ],
  ] as [string, () => Source, RegExp][])(
    'whose source %s fails the request with its reason',
    async (_what, source, message) => {
      await using server = await serve(async (request, response) =>
        response.end(await bodyOf(request).catch(() => '')),
      );
      await using program = await programWithClient({ retry: { attempts: 3, delayMs: 1 } });
      const failed = Promise.resolve(program.http.put(server.url, { stream: source() }));
      await expect(failed).rejects.toMatchObject({
        code: 'ICHOR_HTTP_REQUEST_STREAM',
        message: expect.stringMatching(message),
      });
      expect(program.http.outstanding).toBe(0);
      await until(() => server.connections.open === 0);
    },
  );

  it.each(['signal', 'stop', 'server', 'total'])('that waits for its source is ended by the %s', async (by) => {
    let returned = 0;
    let asked = 0;
    const stream: Source = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          if (++asked === 1) return Promise.resolve({ done: false, value: 'first' });
          return new Promise(() => undefined);
        },
        return: async () => {
          returned++;
          return { done: true, value: undefined };
        },
      }),
    };
    await using server = await serve(async (request) => {
      if (by === 'server') request.socket.resetAndDestroy();
    });
    await using program = await programWithClient();
    const controller = new AbortController();
    const sent = Promise.resolve(
      program.http.post(server.url, {
        stream,
        signal: controller.signal,
        ...(by === 'total' ? { timeouts: { totalMs: 30 } } : {}),
      }),
    );
    sent.catch(() => undefined);
    if (by !== 'total') await until(() => asked === 2);
    if (by === 'signal') controller.abort();
    if (by === 'stop') await program.manager.stopService(program.holderId);
    const codes = {
      signal: 'REQUEST_ABORTED',
      stop: 'CLIENT_STOPPED',
      server: 'CONNECTION_LOST',
      total: 'REQUEST_TIMEOUT',
    };
    await expect(sent).rejects.toMatchObject({ code: `ICHOR_HTTP_${codes[by as 'signal']}` });
    expect([returned, program.http.outstanding]).toEqual([1, 0]);
    await until(() => server.connections.open === 0);
  });

  it('is broken off by an answer that comes first, which is read all the same', async () => {
    let returned = false;
    async function* endless(): AsyncGenerator<string> {
      try {
        for (;;) {
          yield 'x'.repeat(1000);
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        returned = true;
      }
    }
    await using server = await rawServer((socket) =>
      socket.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno!'),
    );
    await using program = await programWithClient();
    const answer = await program.http.post(server.url, { stream: endless() });
    expect([answer.status, await answer.text()]).toEqual([413, 'no!']);
    await until(() => returned && server.connections.open === 0);
    expect(program.http.outstanding).toBe(0);
  });

  it('of a request that is never sent is ended as well', async () => {
    await using server = await rawServer(() => undefined);
    await using program = await programWithClient({ connections: 1 });
    const first = Promise.resolve(program.http.get(server.url));
    first.catch(() => undefined);
    const stream = Readable.from(['a']);
    const controller = new AbortController();
    const second = Promise.resolve(program.http.post(server.url, { stream, signal: controller.signal }));
    controller.abort();
    await expect(second).rejects.toMatchObject({ code: 'ICHOR_HTTP_REQUEST_ABORTED' });
    if (!stream.closed) await once(stream, 'close');
    expect(stream.destroyed).toBe(true);
  });
});
