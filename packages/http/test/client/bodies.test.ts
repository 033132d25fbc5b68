// Bodies of answers that are read late, in part, or not at all: nothing is lost, kept or left waiting.

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { programWithClient, serve } from './program.ts';

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

describe('the body of an answer', () => {
  it('waits in bounded memory for its reader, who then gets all of it in order', async () => {
    const content = randomBytes(32 * 1_048_576);
    let accepted = 0;
    await using server = await serve(async (_request, response) => {
      response.writeHead(200, { 'Content-Length': content.length });
      for (let at = 0; at < content.length; at += 65_536) {
        const goesOn = response.write(content.subarray(at, at + 65_536));
        accepted = at + 65_536;
        if (!goesOn) await once(response, 'drain');
      }
      response.end();
    });
    await using program = await programWithClient();
    const answer = await program.http.get(server.url);
    // Until nothing has moved for a while, as much as the sockets hold has been taken.
    for (let seen = -1; seen !== accepted;) {
      seen = accepted;
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(accepted).toBeLessThan(content.length);
    const hash = createHash('sha256');
    for await (const chunk of answer.body()) hash.update(chunk);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(content).digest('hex'));
    expect(program.http.outstanding).toBe(0);
  });

  it('is gathered as a whole however long it waited', async () => {
    const content = randomBytes(1_048_576);
    await using server = await serve((_request, response) => response.end(content));
    await using program = await programWithClient();
    const answer = await program.http.get(server.url);
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(Buffer.compare(await answer.bytes(), content)).toBe(0);
  });

  it('may be left in the middle, at the cost of its connection', async () => {
    await using server = await serve((_request, response) => void response.write('begin'));
    await using program = await programWithClient();
    const answer = await program.http.get(server.url);
    for await (const chunk of answer.body()) {
      expect(Buffer.from(chunk).toString()).toBe('begin');
      break;
    }
    await until(() => server.connections.open === 0);
    expect(program.http.outstanding).toBe(0);
  });

  it.each([
    { length: 100_000, made: 1 },
    { length: 10_000_000, made: 2 },
  ])('of $length bytes that is not wanted costs $made connections for two requests', async ({ length, made }) => {
    await using server = await serve((_request, response) => response.end(Buffer.alloc(length)));
    await using program = await programWithClient({ connections: 1 });
    for (let request = 0; request < 2; request++) await (await program.http.get(server.url)).dump();
    expect(server.connections.made).toBe(made);
    expect(program.http.outstanding).toBe(0);
  });

  it('that breaks off fails with a code, gathered or streamed', async () => {
    await using server = await serve(async (_request, response) => {
      response.writeHead(200, { 'Content-Length': 1000 });
      response.write('the first part');
      await new Promise((resolve) => setImmediate(resolve));
      response.destroy();
    });
    await using program = await programWithClient();
    const lost = { code: 'ICHOR_HTTP_CONNECTION_LOST' };
    const gathered = await program.http.get(server.url);
    await expect(Promise.resolve(gathered.text())).rejects.toMatchObject(lost);
    const streamed = await program.http.get(server.url);
    const read = async (): Promise<void> => {
      for await (const chunk of streamed.body()) expect(chunk.length).toBeGreaterThan(0);
    };
    await expect(read()).rejects.toMatchObject(lost);
    expect(program.http.outstanding).toBe(0);
  });

  it('that has come but was not read fails when the client stops (HC-13)', async () => {
    await using server = await serve((_request, response) => response.end('unread'));
    const program = await programWithClient();
    const answer = await program.http.get(server.url);
    await until(() => answer.headers['content-length'] === '6');
    await program[Symbol.asyncDispose]();
    await expect(Promise.resolve(answer.text())).rejects.toMatchObject({ code: 'ICHOR_HTTP_CLIENT_STOPPED' });
  });
});

it('interim answers are passed over', async () => {
  await using server = await serve((_request, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    response.end('final');
  });
  await using program = await programWithClient();
  const answer = await program.http.get(server.url);
  expect([answer.status, answer.headers['link'], await answer.text()]).toEqual([200, undefined, 'final']);
});

it('a request that waits for a connection is aborted at once, and the one before it is not touched', async () => {
  let finish = (): void => undefined;
  let asked = 0;
  await using server = await serve((_request, response) => {
    asked++;
    finish = () => void response.end('first');
  });
  await using program = await programWithClient({ connections: 1 });
  const first = Promise.resolve(program.http.get(server.url));
  await until(() => asked === 1);
  const controller = new AbortController();
  const second = Promise.resolve(program.http.get(server.url, { signal: controller.signal }));
  controller.abort('changed my mind');
  await expect(second).rejects.toMatchObject({ code: 'ICHOR_HTTP_REQUEST_ABORTED', cause: 'changed my mind' });
  finish();
  expect(await (await first).text()).toBe('first');
  expect([asked, program.http.outstanding]).toEqual([1, 0]);
});
