// What the client sends and what it makes of the answers, against node:http on real sockets.

import { describe, expect, it } from 'vitest';
import type { HttpClientOptions, RequestOptions } from '../../src/index.ts';
import { PingMessage } from '../support/ping-message.ts';
import { bodyOf, programWithClient, serve } from './program.ts';

describe('a request', () => {
  it('sends method, path, query, headers and body, and gives status, headers and body back', async () => {
    await using server = await serve(async (request, response) => {
      const body = await bodyOf(request);
      response.writeHead(201, { 'x-answer': 'yes', 'content-type': 'application/json' });
      response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
    });
    await using program = await programWithClient({
      baseUrl: server.url,
      headers: { 'x-default': 'd', 'x-both': 'client' },
    });
    const response = await program.http.post('/path?a=1', {
      query: { b: 2, list: ['x', 'y'] },
      headers: { 'X-Both': 'request' },
      json: { hello: 'world' },
    });
    expect(response.status).toBe(201);
    expect(response.ok).toBe(true);
    expect(response.headers['x-answer']).toBe('yes');
    expect(await response.json()).toMatchObject({
      method: 'POST',
      url: '/path?a=1&b=2&list=x&list=y',
      headers: { 'x-default': 'd', 'x-both': 'request', 'content-type': 'application/json' },
      body: '{"hello":"world"}',
    });
    expect(program.http.outstanding).toBe(0);
  });

  it.each([
    ['text', { text: 'grüße' }, 'grüße', 'text/plain; charset=utf-8'],
    ['form', { form: { a: '1 2', b: '&' } }, 'a=1+2&b=%26', 'application/x-www-form-urlencoded'],
    ['bytes', { bytes: new Uint8Array([104, 105]) }, 'hi', undefined],
    ['message', { message: [PingMessage, { sequence: 7 }] }, '{"sequence":7}', 'application/json'],
  ] as [string, RequestOptions, string, string | undefined][])(
    'sends a %s body',
    async (_kind, options, sent, type) => {
      let received: [string, string | undefined] | undefined;
      await using server = await serve(async (request, response) => {
        received = [await bodyOf(request), request.headers['content-type']];
        response.end();
      });
      await using program = await programWithClient({ baseUrl: server.url });
      await (await program.http.put('/', options)).dump();
      expect(received).toEqual([sent, type]);
    },
  );

  it('reads a message by the content type of the answer, and refuses another one', async () => {
    await using server = await serve((request, response) => {
      const codec = PingMessage.codecs[request.url === '/json' ? 0 : 1] as (typeof PingMessage.codecs)[0];
      response.setHeader('content-type', request.url === '/text' ? 'text/plain' : codec.contentType);
      response.end(codec.serialize({ sequence: 3 }));
    });
    await using program = await programWithClient({ baseUrl: server.url });
    for (const path of ['/json', '/binary']) {
      const response = await program.http.get(path);
      expect(await response.message(PingMessage)).toEqual({ sequence: 3 });
    }
    const text = await program.http.get('/text');
    await expect(Promise.resolve(text.message(PingMessage))).rejects.toMatchObject({
      code: 'ICHOR_HTTP_RESPONSE_TYPE',
    });
    expect(program.http.outstanding).toBe(0);
  });

  it('works in coroutines', async () => {
    await using server = await serve((_request, response) => response.end('hello'));
    await using program = await programWithClient();
    const text = await program.self.run(function* () {
      const response = yield* program.http.get(server.url);
      return yield* response.text();
    });
    expect(text).toBe('hello');
  });

  it('uses a connection again once the body was read or dumped', async () => {
    await using server = await serve((_request, response) => response.end('x'.repeat(100)));
    await using program = await programWithClient({ baseUrl: server.url, connections: 1 });
    for (let i = 0; i < 5; i++) {
      const response = await program.http.get('/');
      if (i % 2 === 0) await response.dump();
      else await response.text();
    }
    expect(server.connections.made).toBe(1);
  });

  it('streams both ways', async () => {
    await using server = await serve((request, response) => {
      request.pipe(response);
    });
    await using program = await programWithClient({ baseUrl: server.url });
    async function* numbers(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 50; i++) yield new TextEncoder().encode(`${i},`);
    }
    const response = await program.http.post('/', { stream: numbers() });
    let text = '';
    for await (const chunk of response.body()) text += new TextDecoder().decode(chunk);
    expect(text).toBe(Array.from({ length: 50 }, (_, i) => `${i},`).join(''));
    expect(program.http.outstanding).toBe(0);
  });

  it('gives a body once', async () => {
    await using server = await serve((_request, response) => response.end('x'));
    await using program = await programWithClient();
    const response = await program.http.get(server.url);
    await response.text();
    await expect(Promise.resolve(response.text())).rejects.toMatchObject({ code: 'ICHOR_HTTP_RESPONSE_USED' });
  });

  it.each([true, false])('refuses a body beyond the limit (announced: %s)', async (isAnnounced) => {
    await using server = await serve((_request, response) => {
      if (isAnnounced) response.setHeader('content-length', 2000);
      response.write('x'.repeat(1000));
      response.end('x'.repeat(1000));
    });
    await using program = await programWithClient({ maxResponseBytes: 1500 });
    const response = await program.http.get(server.url);
    await expect(Promise.resolve(response.bytes())).rejects.toMatchObject({ code: 'ICHOR_HTTP_RESPONSE_TOO_LONG' });
    expect(program.http.outstanding).toBe(0);
  });

  it('expectOk passes a success on and tells what a failure said', async () => {
    await using server = await serve((request, response) => {
      response.statusCode = request.url === '/bad' ? 503 : 200;
      response.end('out of tea');
    });
    await using program = await programWithClient({ baseUrl: server.url });
    const good = await program.http.get('/good');
    expect(await (await good.expectOk()).text()).toBe('out of tea');
    const bad = await program.http.get('/bad');
    await expect(Promise.resolve(bad.expectOk())).rejects.toMatchObject({
      code: 'ICHOR_HTTP_RESPONSE_STATUS',
      details: { status: 503, body: 'out of tea' },
    });
  });
});

describe('what is refused before anything is sent (HC-3)', () => {
  it.each([
    ['GET', { text: 'x' }, 'ICHOR_HTTP_REQUEST_BODY'],
    ['POST', { text: 'x', json: 1 }, 'ICHOR_HTTP_REQUEST_BODY'],
    ['get', {}, 'ICHOR_HTTP_REQUEST_METHOD'],
    ['BREW', {}, 'ICHOR_HTTP_REQUEST_METHOD'],
    ['GET', { headers: { 'a b': 'c' } }, 'ICHOR_HTTP_REQUEST_HEADER'],
    ['GET', { headers: { a: 'b\r\nc: d' } }, 'ICHOR_HTTP_REQUEST_HEADER'],
    ['GET', { headers: { a: ' b' } }, 'ICHOR_HTTP_REQUEST_HEADER'],
    ['GET', { timeouts: { headersMs: 0 } }, 'ICHOR_HTTP_CLIENT_OPTION_INVALID'],
    ['GET', { tiemouts: {} } as RequestOptions, 'ICHOR_HTTP_CLIENT_OPTION_INVALID'],
  ] as [string, RequestOptions, string][])('%s with %j is %s', async (method, options, code) => {
    let requests = 0;
    await using server = await serve((_request, response) => {
      requests++;
      response.end();
    });
    await using program = await programWithClient();
    await expect(Promise.resolve(program.http.request(method, server.url, options))).rejects.toMatchObject({ code });
    expect(requests).toBe(0);
    expect(program.http.outstanding).toBe(0);
  });

  it.each([
    [{ baseUrl: 'example.org' }, /baseUrl.*example\.org.*http/],
    [{ connections: 0 }, /connections.*0.*whole number from 1/],
    [{ redirect: 'always' }, /redirect.*always/],
    [{ retry: { attempts: -1 } }, /retry\.attempts/],
    [{ tls: { cert: 'x' } }, /cert and key/],
    [{ conections: 3 }, /conections/],
  ] as [HttpClientOptions, RegExp][])('the options %j of the service', async (options, message) => {
    await expect(programWithClient(options)).rejects.toThrow(message);
  });
});
