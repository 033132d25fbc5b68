// Cases between the layers: aborted uploads, vetoed requests, bodies of every length.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { empty, HttpRequestWork, json, text } from '../../src/index.ts';
import { RawClient } from '../support/raw-client.ts';
import { withHost } from '../support/with-host.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('an upload that is aborted', () => {
  it('fails the reading of its stream with a coded error and aborts the signal', async () => {
    const seen: string[] = [];
    await withHost(
      (host) => {
        host.post('/upload', { body: 'stream' }, async (request) => {
          try {
            for await (const piece of request.body) seen.push(`${piece.length} bytes`);
          } catch (error) {
            seen.push((error as { code: string }).code, String(request.signal.aborted));
          }
          return empty();
        });
        host.post('/whole', () => empty());
      },
      async ({ port, log }) => {
        const client = await RawClient.connect(port);
        client.send('POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc');
        while (seen.length === 0) await turn();
        client.socket.destroy();
        while (seen.length < 3) await turn();
        expect(seen).toEqual(['3 bytes', 'ICHOR_HTTP_BODY_ABORTED', 'true']);
        const other = await RawClient.connect(port);
        other.send('POST /whole HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc');
        other.socket.end();
        await other.closed;
        expect(other.received).toBe('');
        expect(log.filter(({ level }) => level === 'error')).toEqual([]);
      },
    );
  });

  it('is slowed down while its reader is slow, and loses nothing', async () => {
    let received = 0;
    let go = (): void => undefined;
    await withHost(
      (host) => {
        host.post('/upload', { body: 'stream', bodyBytes: 50_000_000 }, async (request) => {
          await new Promise<void>((resolve) => (go = resolve));
          for await (const piece of request.body) received += piece.length;
          return json(received);
        });
      },
      async ({ port }) => {
        const client = await RawClient.connect(port);
        client.send('POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 30000000\r\n\r\n');
        client.socket.write(Buffer.alloc(30_000_000));
        for (let index = 0; index < 200; index++) await turn();
        // What neither the host nor the socket buffers hold is still with the client.
        expect(client.socket.writableLength).toBeGreaterThan(0);
        go();
        await client.until('30000000');
        client.socket.destroy();
      },
    );
  });

  it('that is answered early does not leave its reader waiting', async () => {
    const seen: string[] = [];
    await withHost(
      (host) => {
        host.post('/early', { body: 'stream' }, (request) => {
          void (async () => {
            try {
              for await (const piece of request.body) seen.push(String(piece.length));
            } catch (error) {
              seen.push((error as { code: string }).code);
            }
          })();
          return text('enough');
        });
        host.get('/next', () => text('next'));
      },
      async ({ port }) => {
        const client = await RawClient.connect(port);
        client.send('POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc');
        await client.until('enough');
        while (!seen.includes('ICHOR_HTTP_BODY_ABORTED')) await turn();
        client.send('defghijGET /next HTTP/1.1\r\nHost: a\r\n\r\n');
        expect(await client.until('next')).toMatch(/enough[^]*next$/);
        client.socket.destroy();
      },
    );
  });
});

describe('interceptors', () => {
  it('see requests as events and may veto them', async () => {
    const seen: boolean[] = [];
    await withHost(
      (host, self) => {
        host.get('/', () => text('never'));
        self.intercept(HttpRequestWork, {
          before: () => false,
          after: (_event, processed) => void seen.push(processed),
        });
      },
      async ({ host }) => {
        expect((await host.inject('/')).status).toBe(403);
        expect(seen).toEqual([false]);
      },
    );
  });
});

// The bodies of all complete answers, cut by their Content-Length.
function bodiesOf(received: string): string[] {
  const bodies: string[] = [];
  for (let rest = received; ;) {
    const head = /^HTTP\/1\.1 200 OK\r\n(?:[^\r]+\r\n)*?Content-Length: (\d+)\r\n\r\n/.exec(rest);
    const end = (head?.[0].length ?? 0) + Number(head?.[1]);
    if (head === null || rest.length < end) return bodies;
    bodies.push(rest.slice(head[0].length, end));
    rest = rest.slice(end);
  }
}

describe('whole answers', () => {
  it('have the right length, whatever it is and whatever came before', async () => {
    await withHost(
      (host) => {
        host.get('/:length', (request) => text('\u20acx'.repeat(Number(request.params.length))));
      },
      async ({ port }) => {
        const client = await RawClient.connect(port);
        const length = fc.oneof(fc.nat(30), fc.nat(3000), fc.nat(30_000));
        await fc.assert(
          fc.asyncProperty(fc.array(length, { minLength: 1, maxLength: 8 }), async (lengths) => {
            client.received = '';
            client.send(lengths.map((count) => `GET /${count} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''));
            let bodies = bodiesOf(client.received);
            for (; bodies.length < lengths.length; bodies = bodiesOf(client.received)) await turn();
            expect(bodies).toEqual(lengths.map((count) => Buffer.from('\u20acx'.repeat(count)).toString('latin1')));
          }),
          { numRuns: 60 },
        );
        client.socket.destroy();
      },
    );
  });
});

describe('whatever is sent', () => {
  it('ends with a closed connection, without a failure of the host', async () => {
    const piece = fc.constantFrom(
      ...[
        'GET / HTTP/1.1\r\n',
        'POST /echo HTTP/1.1\r\n',
        'POST /stream HTTP/1.1\r\n',
        'Host: a\r\n',
        '\r\n',
        '\r',
        '\n',
        '\0',
      ],
      ...[
        'Content-Length: 3\r\n',
        'Transfer-Encoding: chunked\r\n',
        'Expect: 100-continue\r\n',
        'Connection: close\r\n',
      ],
      ...[
        'Upgrade: x\r\nConnection: upgrade\r\n',
        'abc',
        '3\r\nabc\r\n',
        '0\r\n\r\n',
        'A: b\r\n',
        'HEAD / HTTP/1.0\r\n\r\n',
      ],
    );
    await withHost(
      (host) => {
        host.get('/', () => text('root'));
        host.post('/echo', (request) => json([...request.body]));
        host.post('/stream', { body: 'stream' }, async (request) => json([...(await request.body.bytes())]));
      },
      async ({ port, log }) => {
        await fc.assert(
          fc.asyncProperty(fc.array(fc.array(piece, { maxLength: 8 }), { maxLength: 4 }), async (writes) => {
            const client = await RawClient.connect(port);
            for (const parts of writes) {
              if (parts.length > 0) client.send(parts.join(''));
              await turn();
            }
            client.socket.end();
            await client.closed;
          }),
          { numRuns: 400 },
        );
        expect(log.filter(({ level }) => level === 'error')).toEqual([]);
      },
    );
  });
});
