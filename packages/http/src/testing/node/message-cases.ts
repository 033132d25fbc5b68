// What every engine does with well-formed messages: framing, order, versions, methods, upgrades.

import assert from 'node:assert/strict';
import type { Duplex } from 'node:stream';
import type { HttpHost } from '../../contract/http-host.ts';
import { empty, json, stream, text } from '../../contract/response.ts';
import { chunked, closing, get, post, turns, withEngine, type EngineRequirement } from './engine-case.ts';

function routes(host: HttpHost): void {
  host.get('/', () => text('root'));
  host.get('/empty', () => empty());
  host.get('/nothing', () => empty(200));
  host.post('/echo', { body: 'text' }, (request) => text(request.body));
  host.get('/stream', () => stream(['ab', 'cde'], { trailers: () => ({ 'X-Sum': '5' }) }));
  host.get('/sized', () => stream(['ab', 'cde'], { lengthBytes: 5 }));
  host.get('/named/:name', (request) => text(`${request.params.name} ${String(request.query['q'])}`));
  host.get('/host', (request) => text(`${request.host} ${request.path} ${request.httpVersion}`));
  host.get('/header', (request) => json([request.headers.get('X-One'), request.headers.getAll('x-two')]));
  host.post('/upload', { body: 'stream' }, async (request) => {
    let length = 0;
    for await (const piece of request.body) length += piece.length;
    return json({ length, trailer: request.trailers.get('x-trailer') });
  });
}

export const messageCases: readonly EngineRequirement[] = [
  {
    name: 'an answer has status, content type, date and length, and the connection stays',
    run: (engine) =>
      withEngine(engine, routes, async ({ connect }) => {
        const client = await connect();
        client.send(get('/'));
        const answer = await client.until('root');
        assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
        assert.match(answer, /\r\nContent-Type: text\/plain; charset=utf-8\r\n/);
        assert.match(answer, /\r\nDate: [A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\r\n/);
        assert.match(answer, /\r\nContent-Length: 4\r\n/);
        assert.match(answer, /\r\n\r\nroot$/);
        assert.doesNotMatch(answer, /\r\nConnection:/i);
        client.send(get('/empty'));
        await client.until('204 No Content');
        client.send(get('/nothing'));
        await client.until('Content-Length: 0\r\n');
        client.send(get('/', closing));
        const [, none, zero] = (await client.rest()).split('HTTP/1.1 ').slice(1);
        assert.doesNotMatch(none!, /Content-Length|Transfer-Encoding/);
        assert.match(zero!, /\r\nContent-Length: 0\r\n/);
        assert.deepEqual(client.statuses, [200, 204, 200, 200]);
        assert.match(client.received, /\r\nConnection: close\r\n/);
      }),
  },
  {
    name: 'paths, parameters, queries, hosts and header fields reach the handler',
    run: (engine) =>
      withEngine(engine, routes, async ({ exchange }) => {
        assert.match(await exchange(get('/named/a%20b?q=1%2B1', closing)), /a b 1\+1$/);
        assert.match(await exchange(get('/host?x', closing)), /a \/host 1\.1$/);
        const fields = `X-One: \t1 \r\nX-Two: a\r\nx-two: b, c\r\n${closing}`;
        assert.match(await exchange(get('/header', fields)), /\["1",\["a","b, c"\]\]$/);
        const absolute = 'GET http://b.example:81/host?x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
        assert.match(await exchange(absolute), /b\.example:81 \/host 1\.1$/);
      }),
  },
  {
    name: 'an unknown path is answered 404, another method 405 with Allow, OPTIONS from the routes there are',
    run: (engine) =>
      withEngine(engine, routes, async ({ connect }) => {
        const client = await connect();
        client.send(get('/none'));
        await client.until('404');
        client.send('DELETE / HTTP/1.1\r\nHost: a\r\n\r\n');
        assert.match(await client.until('405'), /\r\nAllow: GET, HEAD, OPTIONS\r\n/);
        client.send('OPTIONS /echo HTTP/1.1\r\nHost: a\r\n\r\n');
        assert.match(await client.until('204'), /\r\nAllow: POST, OPTIONS\r\n/);
        client.send(`OPTIONS * HTTP/1.1\r\nHost: a\r\n${closing}\r\n`);
        await client.rest();
        assert.deepEqual(client.statuses, [404, 405, 204, 204]);
      }),
  },
  {
    name: 'HEAD is answered like GET without the body, for whole and streamed answers',
    run: (engine) =>
      withEngine(engine, routes, async ({ connect }) => {
        const client = await connect();
        client.send(
          'HEAD / HTTP/1.1\r\nHost: a\r\n\r\nHEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n',
          get('/empty', closing),
        );
        const all = await client.rest();
        assert.deepEqual(client.statuses, [200, 200, 204]);
        assert.match(all, /Content-Length: 4\r\n[^]*Transfer-Encoding: chunked\r\n/);
        assert.doesNotMatch(all, /root|ab/);
      }),
  },
  {
    name: 'pipelined requests are answered in order, and the next one begins when the last is answered',
    run: async (engine) => {
      const order: string[] = [];
      await withEngine(
        engine,
        (host) => {
          host.get('/:turns/:name', async (request) => {
            order.push(`+${request.params.name}`);
            await turns(Number(request.params.turns));
            order.push(`-${request.params.name}`);
            return text(`<${request.params.name}>`);
          });
        },
        async ({ exchange }) => {
          const all = await exchange(get('/30/a'), get('/0/b'), get('/10/c'), get('/0/d', closing));
          assert.deepEqual(all.match(/<[a-d]>/g), ['<a>', '<b>', '<c>', '<d>']);
          assert.deepEqual(order, ['+a', '-a', '+b', '-b', '+c', '-c', '+d', '-d']);
        },
      );
    },
  },
  {
    name: 'hundreds of pipelined requests with bodies are all answered',
    run: (engine) =>
      withEngine(engine, routes, async ({ connect }) => {
        const client = await connect();
        for (let index = 0; index < 500; index++) client.send(post('/echo', `<${index}>`));
        client.send(get('/', closing));
        const all = await client.rest();
        assert.deepEqual(
          all.match(/<\d+>/g),
          Array.from({ length: 500 }, (_, index) => `<${index}>`),
        );
      }),
  },
  {
    name: 'what was pipelined before the client closed its side is answered',
    run: (engine) =>
      withEngine(engine, routes, async ({ connect }) => {
        const client = await connect();
        client.send(get('/').repeat(20));
        client.socket.end();
        assert.equal((await client.rest()).match(/root/g)?.length, 20);
      }),
  },
  {
    name: 'what waits behind a request in flight is answered, though the client has closed its side meanwhile',
    run: async (engine) => {
      let release = (): void => undefined;
      await withEngine(
        engine,
        (host) => {
          routes(host);
          host.get('/wait', () => new Promise<void>((resolve) => (release = resolve)).then(() => text('waited')));
        },
        async ({ connect }) => {
          const client = await connect();
          client.send(get('/wait'), get('/').repeat(3));
          client.socket.end();
          await turns();
          release();
          await client.rest();
          assert.deepEqual(client.statuses, [200, 200, 200, 200]);
        },
      );
    },
  },
  {
    name: 'requests may arrive byte by byte, with an empty line before the first',
    run: (engine) =>
      withEngine(engine, routes, async ({ connect }) => {
        const client = await connect();
        client.socket.setNoDelay(true);
        for (const byte of `\r\n${post('/echo', 'hello')}${get('/', closing)}`) {
          client.send(byte);
          await turns(1);
        }
        assert.match(await client.rest(), /hello[^]*root$/);
      }),
  },
  {
    name: 'bodies in chunks, with extensions and trailers, are read whole and as a stream',
    run: (engine) =>
      withEngine(engine, routes, async ({ connect }) => {
        const client = await connect();
        const chunks = '3;a=b\r\nabc\r\n4\r\ndefg\r\n0\r\nX-Trailer: t\r\n\r\n';
        client.send(chunked('/echo', chunks));
        await client.until('abcdefg');
        client.send(chunked('/upload', chunks));
        await client.until('{"length":7,"trailer":"t"}');
        assert.deepEqual(client.statuses, [200, 200]);
      }),
  },
  {
    name: 'streamed answers are sent in chunks with trailers, or with their length',
    run: (engine) =>
      withEngine(engine, routes, async ({ exchange }) => {
        const inChunks = await exchange(get('/stream', closing));
        assert.match(inChunks, /\r\nTransfer-Encoding: chunked\r\n/);
        assert.match(inChunks, /\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\nX-Sum: 5\r\n\r\n$/);
        const sized = await exchange(get('/sized', closing));
        assert.match(sized, /\r\nContent-Length: 5\r\n/);
        assert.match(sized, /\r\n\r\nabcde$/);
      }),
  },
  {
    name: 'HTTP/1.0 is answered without chunks, and closed unless it asks to stay',
    run: (engine) =>
      withEngine(engine, routes, async ({ exchange, connect }) => {
        assert.match(await exchange('GET / HTTP/1.0\r\n\r\n'), /\r\nConnection: close\r\n[^]*root$/);
        const old = await exchange('GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
        assert.match(old, /\r\nConnection: close\r\n[^]*\r\n\r\nabcde$/);
        assert.doesNotMatch(old, /chunked/);
        const client = await connect();
        client.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
        assert.match(await client.until('root'), /\r\nConnection: keep-alive\r\n/);
        client.send('GET / HTTP/1.0\r\n\r\n');
        await client.rest();
        assert.deepEqual(client.statuses, [200, 200]);
      }),
  },
  {
    name: 'the body is asked for only when the request can be served (Expect: 100-continue)',
    run: (engine) =>
      withEngine(engine, routes, async ({ connect }) => {
        const client = await connect();
        client.send('POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n');
        assert.equal(await client.until('\r\n\r\n'), 'HTTP/1.1 100 Continue\r\n\r\n');
        client.send('abc');
        await client.until('\r\n\r\nabc');
        client.send('POST /none HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n');
        await client.rest();
        assert.deepEqual(client.statuses, [100, 200, 404]);
      }),
  },
  {
    name: 'an upgrade hands the connection over with what came behind the request',
    run: (engine) =>
      withEngine(
        engine,
        (host) => {
          host.upgrade('/chat/:room', { protocol: 'Echo' }, (request) => {
            const { socket, head } = request.takeOver();
            const duplex = socket as Duplex;
            duplex.on('error', () => undefined);
            duplex.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n');
            duplex.write(`${request.params.room}:${Buffer.from(head).toString()};`);
            duplex.on('data', (bytes: Buffer) => duplex.write(`echo:${bytes.toString()};`));
            duplex.on('end', () => duplex.end());
            return undefined;
          });
        },
        async ({ connect }) => {
          const client = await connect();
          client.send(get('/chat/a', 'Connection: keep-alive, Upgrade\r\nUpgrade: h2c, echo\r\n'), 'early');
          await client.until('a:early;');
          for (const word of ['one', 'two']) {
            client.send(word);
            await client.until(`echo:${word};`);
          }
          client.socket.end();
          await client.rest();
          assert.deepEqual(client.statuses, [101]);
        },
      ),
  },
  {
    name: 'a refused upgrade, and one to a protocol that nobody speaks, are answered like other requests',
    run: (engine) =>
      withEngine(
        engine,
        (host) => {
          routes(host);
          host.upgrade('/chat', { protocol: 'echo' }, () => empty(204));
        },
        async ({ connect }) => {
          const client = await connect();
          client.send(get('/chat', 'Connection: Upgrade\r\nUpgrade: echo\r\n'));
          await client.until('204');
          client.send(get('/', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n'));
          await client.until('root');
          client.send(post('/echo', 'hello', 'Connection: Upgrade\r\nUpgrade: h2c\r\n'));
          await client.until('hello');
          assert.deepEqual(client.statuses, [204, 200, 200]);
        },
      ),
  },
];
