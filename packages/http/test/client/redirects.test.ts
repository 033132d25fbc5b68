// Redirects by policy (RFC 9110 section 15.4) and retries with back-off, on real sockets and in virtual time.

import { VirtualClock } from '@ichor/core/testing';
import { describe, expect, it } from 'vitest';
import type { RequestOptions } from '../../src/index.ts';
import { bodyOf, programWithClient, serve, type TestServer } from './program.ts';
import { rawServer, until } from './raw-server.ts';

/** Redirects `/<status>/<location…>`, and tells what else it was asked. */
async function redirector(): Promise<TestServer> {
  return serve(async (request, response) => {
    const body = await bodyOf(request);
    const [, status, location] = /^\/(30\d)\/(.*)$/.exec(request.url as string) ?? [];
    if (status !== undefined)
      response.writeHead(Number(status), { location: decodeURIComponent(location!) }).end('gone');
    else {
      const { authorization, cookie, host } = request.headers;
      const seen = { method: request.method, url: request.url, body, authorization, cookie, host };
      response.end(JSON.stringify({ ...seen, type: request.headers['content-type'], mine: request.headers['x-mine'] }));
    }
  });
}

describe('a redirect', () => {
  it.each([
    ['GET', 301, 'GET'],
    ['HEAD', 301, 'HEAD'],
    ['POST', 301, 'GET'],
    ['PUT', 301, 'PUT'],
    ['POST', 302, 'GET'],
    ['PATCH', 302, 'PATCH'],
    ['POST', 303, 'GET'],
    ['PUT', 303, 'GET'],
    ['DELETE', 303, 'GET'],
    ['HEAD', 303, 'HEAD'],
    ['POST', 307, 'POST'],
    ['PUT', 308, 'PUT'],
    ['DELETE', 308, 'DELETE'],
  ])('of %s with %i is followed with %s', async (method, status, followedBy) => {
    await using server = await redirector();
    await using program = await programWithClient({ redirect: 'follow' });
    const hasBody = method !== 'GET' && method !== 'HEAD';
    const options: RequestOptions = hasBody ? { json: [1] } : {};
    const answer = await program.http.request(method, `${server.url}/${status}/%2Fend%3Fa=b`, options);
    expect(answer.url).toBe(`${server.url}/end?a=b`);
    if (method === 'HEAD') return;
    const keepsBody = hasBody && followedBy !== 'GET';
    expect(await answer.json()).toMatchObject({
      method: followedBy,
      url: '/end?a=b',
      body: keepsBody ? '[1]' : '',
      ...(keepsBody ? { type: 'application/json' } : {}),
    });
  });

  it.each([
    ['end', '/a/end'],
    ['../end', '/end'],
    ['?x=1', '/a/b?x=1'],
    ['/end#part', '/end'],
    ['end point', '/a/end%20point'],
  ])('to %j is relative to the URL that answered', async (location, path) => {
    await using server = await serve((request, response) => {
      if (request.url === '/a/b') response.writeHead(302, { location }).end();
      else response.end(request.url);
    });
    await using program = await programWithClient({ redirect: 'follow' });
    expect(await (await program.http.get(`${server.url}/a/b`)).text()).toBe(path);
  });

  it('to another origin takes neither credentials nor the Host there; the same origin keeps the credentials', async () => {
    await using other = await redirector();
    await using server = await redirector();
    const headers = { Authorization: 'me', COOKIE: 'a=b', 'X-Mine': 'c' };
    await using program = await programWithClient({ redirect: 'follow', headers });
    const same = await program.http.get(`${server.url}/302/%2Fend`);
    expect(await same.json()).toMatchObject({ authorization: 'me', cookie: 'a=b', mine: 'c' });
    const away = encodeURIComponent(encodeURIComponent(`${server.url}/end`));
    // There and back: what was dropped stays dropped.
    const back = `${server.url}/302/${encodeURIComponent(`${other.url}/302/${away}`)}`;
    const seen = (await (await program.http.get(back, { headers: { host: 'named.example' } })).json()) as object;
    expect(seen).toMatchObject({ mine: 'c', host: new URL(server.url).host });
    expect(seen).not.toHaveProperty('authorization');
    expect(seen).not.toHaveProperty('cookie');
  });

  it.each([
    ['that never ends', '/302/again', { maxRedirects: 3 }, /more than 3 times/],
    ['that is not wanted', '/302/%2Fend', { redirect: 'error' }, /policy/],
    ['when none is allowed', '/302/%2Fend', { maxRedirects: 0 }, /more than 0 times/],
    ['to another scheme', '/302/file%3A%2F%2F%2Fetc%2Fpasswd', {}, /no HTTP URL/],
    ['to nowhere', '/302/http%3A%2F%2F', {}, /no HTTP URL/],
    ['to a user name', '/302/http%3A%2F%2Fme%3Asecret%40127.0.0.1%2F', {}, /user name/],
    ['of a stream that would be needed again', '/307/%2Fend', { stream: ['a'] }, /stream/],
  ] as [string, string, RequestOptions, RegExp][])('%s is an error', async (_what, path, options, message) => {
    await using server = await serve(async (request, response) => {
      await bodyOf(request);
      const location = request.url === '/again' ? '/again' : decodeURIComponent((request.url as string).slice(5));
      response
        .writeHead(path.startsWith('/307') ? 307 : 302, { location: location === 'again' ? '/again' : location })
        .end();
    });
    await using program = await programWithClient({ redirect: 'follow' });
    const sent = Promise.resolve(program.http.request(options.stream ? 'POST' : 'GET', server.url + path, options));
    await expect(sent).rejects.toMatchObject({ code: 'ICHOR_HTTP_REDIRECT', message: expect.stringMatching(message) });
    expect(program.http.outstanding).toBe(0);
    const next = await program.http.get(`${server.url}/302/x`, { redirect: 'manual' });
    expect(next.status).toBe(path.startsWith('/307') ? 307 : 302);
  });

  it('of a stream that is not needed again is followed', async () => {
    await using server = await redirector();
    await using program = await programWithClient({ redirect: 'follow' });
    for (const status of [301, 302, 303]) {
      const answer = await program.http.post(`${server.url}/${status}/%2Fend`, { stream: ['a'] });
      expect(await answer.json()).toMatchObject({ method: 'GET', body: '' });
    }
  });

  it('with two locations, or none, is not guessed at', async () => {
    let locations = ['a', 'b'];
    await using server = await serve((_request, response) =>
      response.writeHead(302, { location: locations } as never).end(),
    );
    await using program = await programWithClient({ redirect: 'follow' });
    await expect(Promise.resolve(program.http.get(server.url))).rejects.toMatchObject({ code: 'ICHOR_HTTP_REDIRECT' });
    locations = [];
    expect((await program.http.get(server.url)).status).toBe(302);
  });
});

describe('retries', () => {
  it('wait longer each time, as long as Retry-After asks for, and count the attempts', async () => {
    const clock = new VirtualClock({ wallTimeMs: Date.UTC(2026, 0, 1) });
    const after = [undefined, '3', 'Thu, 01 Jan 2026 00:00:09 GMT', 'soon'];
    const askedAt: number[] = [];
    await using server = await serve((_request, response) => {
      const value = after[askedAt.length];
      askedAt.push(clock.now());
      response.writeHead(503, value === undefined ? {} : { 'retry-after': value }).end('busy');
    });
    await using program = await programWithClient(
      { retry: { attempts: 4, delayMs: 100, factor: 3, maxDelayMs: 10_000 } },
      { clock },
    );
    const start = clock.now();
    let answer: { readonly status: number } | undefined;
    void Promise.resolve(program.http.get(server.url)).then((given) => (answer = given));
    while (answer === undefined) {
      await new Promise((resolve) => setImmediate(resolve));
      if (askedAt.length < 5) clock.advance(1);
    }
    expect(answer.status).toBe(503);
    // Virtual time moves on while an answer travels: no attempt is early, and the gaps are in the order of what was asked.
    const gaps = askedAt.slice(1).map((at, i) => at - askedAt[i]!);
    expect(askedAt).toHaveLength(5);
    expect(gaps[0]).toBeGreaterThanOrEqual(100);
    expect(gaps[0]).toBeLessThan(3000);
    expect(gaps[1]).toBeGreaterThanOrEqual(3000);
    expect(askedAt[3]! - start).toBeGreaterThanOrEqual(9000);
    expect(gaps[3]).toBeGreaterThanOrEqual(2700);
  });

  it('do not wait for longer than maxDelayMs: the answer is the result', async () => {
    let asked = 0;
    await using server = await serve((_request, response) => {
      asked++;
      response.writeHead(429, { 'retry-after': '86400' }).end('tomorrow');
    });
    await using program = await programWithClient({ retry: { attempts: 5 } });
    const answer = await program.http.get(server.url);
    expect([answer.status, await answer.text(), asked]).toEqual([429, 'tomorrow', 1]);
  });

  it.each([
    ['POST', { text: 'x' }, 1],
    ['PATCH', { text: 'x' }, 1],
    ['PUT', { text: 'x' }, 3],
    ['PUT', { stream: ['x'] }, 1],
    ['DELETE', {}, 3],
    ['OPTIONS', {}, 3],
  ] as [string, RequestOptions, number][])('send %s with %j %i times', async (method, options, times) => {
    await using server = await rawServer((socket) => socket.resetAndDestroy());
    await using program = await programWithClient({ retry: { attempts: 2, delayMs: 0 } });
    const sent = Promise.resolve(program.http.request(method, server.url, options));
    await expect(sent).rejects.toMatchObject({ code: 'ICHOR_HTTP_CONNECTION_LOST' });
    expect(server.connections.made).toBe(times);
  });

  it.each([
    ['GET', 'x'],
    ['POST', 'ICHOR_HTTP_CONNECTION_LOST'],
  ])('of %s when the server closes the connection while the request is on its way: %s', async (method, outcome) => {
    await using server = await rawServer((socket, connection, request) => {
      // The end of an idle time comes as the second request arrives: it is not answered.
      if (connection === 1 && request === 2) socket.resetAndDestroy();
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx');
    });
    await using program = await programWithClient({ connections: 1, retry: { attempts: 1, delayMs: 0 } });
    const send = async (): Promise<string> => (await program.http.request(method, server.url)).text();
    expect(await send()).toBe('x');
    expect(await send().catch((error: { code: string }) => error.code)).toBe(outcome);
    expect(await send()).toBe('x');
  });

  it('are ended by an abort during the wait, and leave no timer', async () => {
    const clock = new VirtualClock();
    let asked = 0;
    await using server = await serve((_request, response) => {
      asked++;
      response.writeHead(503).end();
    });
    await using program = await programWithClient({ retry: { attempts: 5, delayMs: 1000 } }, { clock });
    const before = clock.pending;
    const controller = new AbortController();
    const sent = Promise.resolve(program.http.get(server.url, { signal: controller.signal }));
    sent.catch(() => undefined);
    await until(() => clock.pending === before + 1);
    controller.abort('enough');
    await expect(sent).rejects.toMatchObject({ code: 'ICHOR_HTTP_REQUEST_ABORTED', cause: 'enough' });
    expect([asked, clock.pending, program.http.outstanding]).toEqual([1, before, 0]);
  });

  it('do not ask again where the answer is no HTTP', async () => {
    await using server = await rawServer((socket) => socket.end('no HTTP\r\n\r\n'));
    await using program = await programWithClient({ retry: { attempts: 3, delayMs: 0 } });
    await expect(Promise.resolve(program.http.get(server.url))).rejects.toMatchObject({
      code: 'ICHOR_HTTP_RESPONSE_MALFORMED',
    });
    expect(server.connections.made).toBe(1);
  });
});
