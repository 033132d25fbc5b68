// Time-outs, aborts, lost connections, retries, redirects, and the stop of the consumer: the client's failing paths.

import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { programWithClient, serve } from './program.ts';

/** A TCP server that answers every connection with the same bytes, or not at all. */
async function rawServer(answer: string | undefined): Promise<{ url: string } & AsyncDisposable> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      if (answer !== undefined) socket.end(answer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('a request fails with a code', () => {
  it('when nobody listens', async () => {
    const { url } = await rawServer(undefined).then(async (server) => {
      await server[Symbol.asyncDispose]();
      return server;
    });
    await using program = await programWithClient();
    await expect(Promise.resolve(program.http.get(url))).rejects.toMatchObject({ code: 'ICHOR_HTTP_CONNECT_FAILED' });
  });

  it.each([
    ['is no HTTP', 'SSH-2.0-hello\r\n', 'ICHOR_HTTP_RESPONSE_MALFORMED'],
    ['ends early', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc', 'ICHOR_HTTP_CONNECTION_LOST'],
    ['never begins', '', 'ICHOR_HTTP_CONNECTION_LOST'],
  ])('when the answer %s', async (_what, answer, code) => {
    await using server = await rawServer(answer);
    await using program = await programWithClient();
    const read = async (): Promise<string> => (await program.http.get(server.url)).text();
    await expect(read()).rejects.toMatchObject({ code });
    expect(program.http.outstanding).toBe(0);
  });

  it('when the headers, the body or the whole take too long', async () => {
    await using silent = await rawServer(undefined);
    await using slow = await serve((_request, response) => {
      response.write('a');
    });
    await using program = await programWithClient();
    const { http } = program;
    await expect(Promise.resolve(http.get(silent.url, { timeouts: { headersMs: 30 } }))).rejects.toMatchObject({
      code: 'ICHOR_HTTP_REQUEST_TIMEOUT',
      details: { phase: 'headers' },
    });
    await expect(Promise.resolve(http.get(silent.url, { timeouts: { totalMs: 30 } }))).rejects.toMatchObject({
      code: 'ICHOR_HTTP_REQUEST_TIMEOUT',
      details: { phase: 'total' },
    });
    const response = await http.get(slow.url, { timeouts: { bodyMs: 30 } });
    await expect(Promise.resolve(response.text())).rejects.toMatchObject({
      code: 'ICHOR_HTTP_REQUEST_TIMEOUT',
      details: { phase: 'body' },
    });
    expect(http.outstanding).toBe(0);
  });

  it('when its signal aborts: before, while it waits, and while it reads', async () => {
    await using silent = await rawServer(undefined);
    await using slow = await serve((_request, response) => {
      response.write('a');
    });
    await using program = await programWithClient();
    const aborted = { code: 'ICHOR_HTTP_REQUEST_ABORTED', cause: 'enough' };
    await expect(
      Promise.resolve(program.http.get(silent.url, { signal: AbortSignal.abort('enough') })),
    ).rejects.toMatchObject(aborted);
    const controller = new AbortController();
    const waiting = Promise.resolve(program.http.get(silent.url, { signal: controller.signal }));
    controller.abort('enough');
    await expect(waiting).rejects.toMatchObject(aborted);
    const later = new AbortController();
    const response = await program.http.get(slow.url, { signal: later.signal });
    const reading = Promise.resolve(response.text());
    later.abort('enough');
    await expect(reading).rejects.toMatchObject(aborted);
    expect(program.http.outstanding).toBe(0);
  });
});

describe('when the consumer stops', () => {
  it('outstanding requests fail with ICHOR_HTTP_CLIENT_STOPPED, and its client refuses further ones (HC-13)', async () => {
    await using silent = await rawServer(undefined);
    await using program = await programWithClient();
    const { http } = program;
    const waiting = Promise.resolve(http.get(silent.url));
    await program.manager.stopService(program.holderId);
    await expect(waiting).rejects.toMatchObject({ code: 'ICHOR_HTTP_CLIENT_STOPPED' });
    expect(http.outstanding).toBe(0);
    expect(() => http.get(silent.url)).toThrow(expect.objectContaining({ code: 'ICHOR_SERVICE_GONE' }));
  });

  it('requests that nobody waits for end without an unhandled rejection, and no socket is left', async () => {
    await using slow = await serve((_request, response) => {
      response.write('a');
    });
    {
      await using program = await programWithClient();
      void program.http.get(slow.url);
      const response = await program.http.get(slow.url);
      void response.text();
    }
    while (slow.connections.open > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(slow.connections.open).toBe(0);
  });
});

describe('retries', () => {
  it('repeat idempotent requests after lost connections and 503, not others', async () => {
    const seen: string[] = [];
    await using server = await serve((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      const attempt = seen.filter((one) => one.endsWith(request.url as string)).length;
      if (request.url === '/lost' && attempt === 1) request.socket.destroy();
      else {
        response.statusCode = request.url === '/busy' && attempt < 3 ? 503 : 200;
        response.end('done');
      }
    });
    await using program = await programWithClient({ baseUrl: server.url, retry: { attempts: 2, delayMs: 1 } });
    for (const path of ['/lost', '/busy']) {
      const response = await program.http.get(path);
      expect(await response.text()).toBe('done');
    }
    const posted = await program.http.post('/busy-post', { text: 'x' });
    await posted.dump();
    expect(seen).toEqual(['GET /lost', 'GET /lost', 'GET /busy', 'GET /busy', 'GET /busy', 'POST /busy-post']);
    await expect(
      Promise.resolve(program.http.post('/lost', { text: 'x' })).then(() => undefined),
    ).resolves.toBeUndefined();
  });

  it('end with the last failure', async () => {
    let requests = 0;
    await using server = await serve((request) => {
      requests++;
      request.socket.destroy();
    });
    await using program = await programWithClient({ retry: { attempts: 2, delayMs: 1 } });
    await expect(Promise.resolve(program.http.get(server.url))).rejects.toMatchObject({
      code: 'ICHOR_HTTP_CONNECTION_LOST',
    });
    expect(requests).toBe(3);
  });
});

describe('redirects', () => {
  const server = (): ReturnType<typeof serve> =>
    serve((request, response) => {
      const [, status, to] = /^\/to\/(\d+)\/(.*)$/.exec(request.url as string) ?? [];
      if (status === undefined)
        response.end(`${request.method} ${request.url} ${request.headers.authorization ?? 'nobody'}`);
      else response.writeHead(Number(status), { location: `/${to}` }).end();
    });

  it('are the answer by default', async () => {
    await using there = await server();
    await using program = await programWithClient({ baseUrl: there.url });
    const response = await program.http.get('/to/302/end');
    expect([response.status, response.headers['location']]).toEqual([302, '/end']);
    await response.dump();
  });

  it('are followed, with method and body as the status says', async () => {
    await using there = await server();
    await using program = await programWithClient({
      baseUrl: there.url,
      redirect: 'follow',
      headers: { authorization: 'me' },
    });
    const follow = async (method: string, path: string): Promise<string> => {
      const response = await program.http.request(method, path, method === 'POST' ? { text: 'x' } : {});
      return response.text();
    };
    expect(await follow('GET', '/to/301/end')).toBe('GET /end me');
    expect(await follow('POST', '/to/303/end')).toBe('GET /end me');
    expect(await follow('POST', '/to/302/end')).toBe('GET /end me');
    expect(await follow('POST', '/to/307/end')).toBe('POST /end me');
    expect(await follow('GET', '/to/302/to/302/end')).toBe('GET /end me');
  });

  it('do not take credentials to another origin', async () => {
    await using target = await server();
    await using there = await serve((_request, response) =>
      response.writeHead(302, { location: `${target.url}/end` }).end(),
    );
    await using program = await programWithClient({ redirect: 'follow' });
    const response = await program.http.get(there.url, { headers: { authorization: 'me' } });
    expect(await response.text()).toBe('GET /end nobody');
    expect(response.url).toBe(`${target.url}/end`);
  });

  it('are an error when too many, or when the policy says so', async () => {
    await using there = await serve((_request, response) => response.writeHead(302, { location: '/again' }).end());
    await using program = await programWithClient({ baseUrl: there.url, redirect: 'follow', maxRedirects: 3 });
    await expect(Promise.resolve(program.http.get('/'))).rejects.toMatchObject({ code: 'ICHOR_HTTP_REDIRECT' });
    await expect(Promise.resolve(program.http.get('/', { redirect: 'error' }))).rejects.toMatchObject({
      code: 'ICHOR_HTTP_REDIRECT',
      details: { status: 302 },
    });
    expect(program.http.outstanding).toBe(0);
  });
});
