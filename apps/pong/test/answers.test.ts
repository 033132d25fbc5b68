// The built pong as a process: what it answers over real sockets.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPong, type RunningProgram } from './running-program.ts';

let pong: RunningProgram & { readonly port: number };
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

beforeAll(async () => {
  pong = await startPong();
});

afterAll(async () => {
  agent.destroy();
  await pong[Symbol.asyncDispose]();
});

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
  /** The connection had served a request before. */
  readonly isReused: boolean;
}

async function send(method: string, path: string, body = '', contentType = 'application/json'): Promise<Answer> {
  const request = http.request({ port: pong.port, agent, method, path, headers: { 'content-type': contentType } });
  request.end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return {
    status: response.statusCode as number,
    headers: response.headers,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    isReused: request.reusedSocket,
  };
}

describe('POST /ping', () => {
  it('answers the same sequence as JSON', async () => {
    for (const sequence of [0, 2, 4_294_967_296, Number.MAX_SAFE_INTEGER]) {
      const answer = await send('POST', '/ping', JSON.stringify({ sequence }));
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe('application/json');
      expect(answer.body).toEqual({ sequence });
    }
  });

  const wrong: readonly [string, string, string, string, string, number, RegExp][] = [
    ['malformed JSON', 'POST', '/ping', '{"sequence": ', 'application/json', 400, /PingMessage/],
    ['a missing field', 'POST', '/ping', '{}', 'application/json', 400, /sequence/],
    [
      'a field of another type',
      'POST',
      '/ping',
      '{"sequence": "2"}',
      'application/json',
      400,
      /sequence.*string.*at byte 13\./,
    ],
    ['a negative sequence', 'POST', '/ping', '{"sequence": -1}', 'application/json', 400, /sequence/],
    ['another content type', 'POST', '/ping', 'sequence=2', 'text/plain', 415, /text\/plain/],
    ['an unknown path', 'POST', '/pong', '{"sequence": 2}', 'application/json', 404, /path/],
    ['another method', 'GET', '/ping', '', 'application/json', 405, /POST/],
  ];

  it.each(wrong)(
    'answers %s with a problem, and the connection stays usable',
    async (_what, method, path, body, type, status, detail) => {
      await send('POST', '/ping', '{"sequence": 1}');
      const answer = await send(method, path, body, type);
      expect(answer.status).toBe(status);
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.body).toMatchObject({ status, detail: expect.stringMatching(detail) as string });
      if (status === 405) expect(answer.headers['allow']).toContain('POST');
      const next = await send('POST', '/ping', '{"sequence": 3}');
      expect(next.body).toEqual({ sequence: 3 });
      expect(next.isReused).toBe(true);
    },
  );

  it('refuses a body beyond the limit with 413', async () => {
    const socket = net.connect(pong.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      'POST /ping HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n{"sequence"',
    );
    const [first] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(first.toString()).toMatch(/^HTTP\/1\.1 413 /);
  });
});

describe('raw bytes', () => {
  const request =
    'POST /ping HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{"sequence":7}';

  it('are understood however they are split', async () => {
    const socket = net.connect(pong.port, '127.0.0.1');
    socket.setNoDelay(true);
    await once(socket, 'connect');
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    for (let at = 1; at < request.length; at++) {
      received = '';
      socket.write(request.slice(0, at));
      // Lets the first piece leave on its own.
      await new Promise((resolve) => setImmediate(resolve));
      socket.write(request.slice(at));
      while (!received.endsWith('}')) await once(socket, 'data');
      expect(received, `split at ${at}`).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n\{"sequence":7\}$/);
    }
    socket.destroy();
  });

  it('are answered in order when pipelined', async () => {
    const socket = net.connect(pong.port, '127.0.0.1');
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    socket.write(Array.from({ length: 9 }, (_, index) => request.replace('7}', `${index}}`)).join(''));
    const sequences = (): string[] => [...received.matchAll(/\{"sequence":(\d)\}/g)].map((match) => match[1] as string);
    while (sequences().length < 9) await once(socket, 'data');
    socket.destroy();
    expect(sequences()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8']);
  });
});

it('gives a curl line that works as it stands', async () => {
  if (spawnSync('curl', ['--version']).status !== 0) return;
  const [line] = await pong.says(/curl .*\/ping/);
  const result = spawnSync('sh', ['-c', `${line} -s`], { encoding: 'utf8' });
  expect(JSON.parse(result.stdout)).toEqual({ sequence: 2 });
});
