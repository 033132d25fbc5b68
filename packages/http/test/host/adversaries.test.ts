// What others must not be able to do to a host, and what programs must not do to their clients: over real sockets, byte by byte.

import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { bytes, empty, json, redirect, sse, stream, text } from '../../src/index.ts';
import { RawClient, sendRaw } from '../support/raw-client.ts';
import { withHost } from '../support/with-host.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const close = 'Host: a\r\nConnection: close\r\n';
const get = (target: string, fields = ''): string => `GET ${target} HTTP/1.1\r\n${close}${fields}\r\n`;

describe('a refused message', () => {
  it('leaves all other connections alone, wherever it broke off', async () => {
    const broken = [
      'G@T / HTTP/1.1\r\n\r\n',
      'NOPE / HTTP/1.1\r\n\r\n',
      'GET /# HTTP/1.1\r\n\r\n',
      'GET /%z HTTP/1.1\r\n\r\n',
      'GET /?\u00e9 HTTP/1.1\r\n\r\n',
      'GET / HTTP/1.9\r\n\r\n',
      'GET / HTTP/1.1\n',
      'GET / HTTP/1.1\r\rHost: a\r\n\r\n',
      'GET / HTTP/1.1\r\n folded: x\r\n\r\n',
      'GET / HTTP/1.1\r\nHost : a\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\nA: \u0000\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n',
      'GET / HTTP/1.1\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n',
      `GET /${'x'.repeat(9000)} HTTP/1.1\r\n\r\n`,
      `GET / HTTP/1.1\r\nA: ${'x'.repeat(17_000)}\r\n\r\n`,
      '\r\n\r\n\r\n',
    ];
    await withHost(
      (host) => {
        host.get('/', () => text('fine'));
        host.post('/', () => text('fine'));
      },
      async ({ port }) => {
        for (const message of broken) {
          expect(await sendRaw(port, message)).toMatch(/^HTTP\/1.1 (4|5)\d\d /);
          expect(await sendRaw(port, get('/')), message).toMatch(/^HTTP\/1.1 200 [^]*fine$/);
          // In two pieces, so that the first of them is kept.
          const half = sendRaw(port, message.slice(0, 5));
          expect(await sendRaw(port, get('/')), message).toMatch(/^HTTP\/1.1 200 /);
          void half.catch(() => undefined);
        }
      },
      { timeouts: { headersMs: 1 } },
    );
  });
});

describe('an answer', () => {
  it('that has no body by its status is refused with one: clients would take it for the next answer', async () => {
    for (const status of [204, 205, 304]) {
      expect(() => text('x', { status })).toThrow(/status \d+ was given a body/);
      expect(() => json({}, { status })).toThrow(/Use empty\(\d+\)/);
      expect(() => stream(['x'], { status, lengthBytes: 1 })).toThrow(/was given a body/);
    }
    await withHost(
      (host) => {
        for (const status of [204, 205, 304]) host.get(`/${status}`, () => empty(status));
        host.get('/wrong', () => text('x', { status: 204 }));
      },
      async ({ port }) => {
        const client = await RawClient.connect(port);
        client.send(
          ['/204', '/205', '/304', '/wrong', '/204'].map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''),
        );
        await client.until('HTTP/1.1', 5);
        expect(client.statuses).toEqual(['204', '205', '304', '500', '204']);
        // RFC 9110 section 8.6.
        expect(
          client.received
            .split('HTTP/1.1')
            .slice(1)
            .map((answer) => answer.includes('Content-Length')),
        ).toEqual([false, true, false, true, false]);
        client.socket.destroy();
      },
    );
  });

  it('has one content type: the one among its headers when there is one (HB-4)', async () => {
    await withHost(
      (host) => {
        host.get('/text', () => text('x', { headers: { 'content-type': 'text/x' } }));
        host.get('/json', () => json({}, { headers: [['X-Content-Type: no', 'x']] as never }));
        host.get('/stream', () => stream(['x'], { headers: { 'X-A': 'b', 'Content-Type': 'text/y' } }));
        host.get('/plain', () => text('x', { headers: { 'X-Note': 'content-type: a' } }));
      },
      async ({ port }) => {
        const types = async (path: string): Promise<string[]> =>
          (await sendRaw(port, get(path))).match(/^content-type: .*(?=\r)/gim) ?? [];
        expect(await types('/text')).toEqual(['content-type: text/x']);
        expect(await types('/json')).toEqual(['Content-Type: application/problem+json']);
        expect(await types('/stream')).toEqual(['Content-Type: text/y']);
        expect(await types('/plain')).toEqual(['Content-Type: text/plain; charset=utf-8']);
      },
    );
  });

  it('made of something else is refused with a code, where it is given or when it is produced', async () => {
    expect(() => text(5 as never)).toThrow(/text\(\) was given a value of type number/);
    expect(() => bytes('abc' as never)).toThrow(/bytes\(\) was given a value of type string/);
    expect(() => stream(5 as never)).toThrow(/stream\(\) was given a value of type number/);
    expect(() => stream(null as never)).toThrow(/stream\(\) was given null/);
    expect(redirect('/\ud800').headers).toEqual([['Location', '/%EF%BF%BD']]);
    await withHost(
      (host) => {
        host.get('/number', () => stream([5 as never]));
        host.get('/buffer', () => stream(['ab', new ArrayBuffer(3) as never], { lengthBytes: 5 }));
      },
      async ({ port, log }) => {
        for (const path of ['/number', '/buffer']) expect(await sendRaw(port, get(path))).not.toMatch(/0\r\n\r\n$/);
        const errors = log.filter(({ level }) => level === 'error').map(({ fields }) => String(fields?.['error']));
        expect(errors).toEqual(
          Array(2)
            .fill('IchorError: A streamed response produced ' + 'a value of type ')
            .map((start: string, index) => `${start}${['number', 'object'][index]}. Produce Uint8Array or text.`),
        );
      },
    );
  });

  it('to HEAD ends with its head, whatever its body is made of, in HTTP/1.1 and 1.0', async () => {
    const answers: Record<string, () => ReturnType<typeof text>> = {
      '/text': () => text('x'.repeat(20_000)),
      '/short': () => text('x'),
      '/bytes': () => bytes(Buffer.alloc(20_000)),
      '/json': () => json({ a: 1 }),
      '/sized': () => stream(['x'], { lengthBytes: 1 }),
      '/chunked': () => stream(['x']),
      '/events': () => sse(['x']),
      '/empty': () => empty(200),
      '/redirect': () => redirect('/x'),
    };
    await withHost(
      (host) => {
        for (const [path, answer] of Object.entries(answers)) host.get(path, answer);
      },
      async ({ port }) => {
        const client = await RawClient.connect(port);
        for (const path of Object.keys(answers)) client.send(`HEAD ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
        client.send('GET /short HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
        await client.closed;
        const parts = client.received.split('\r\n\r\n');
        expect(parts).toHaveLength(Object.keys(answers).length + 2);
        expect(parts.at(-1)).toBe('x');
        for (const path of Object.keys(answers)) {
          const lengthOf = (answer: string): string | undefined => /Content-Length: (\d+)/.exec(answer)?.[1];
          const head = await sendRaw(port, `HEAD ${path} HTTP/1.0\r\n\r\n`);
          expect(head).toMatch(/^HTTP\/1.1 [23]\d\d [^]*\r\n\r\n$/);
          expect(lengthOf(head)).toBe(lengthOf(await sendRaw(port, get(path))));
        }
      },
    );
  });
});

describe('routes', () => {
  it('by expression and matcher see path and query, also of absolute targets (HT-21, HT-22)', async () => {
    await withHost(
      (host) => {
        host.get(/\/re\?x=(\d+)/, (request) => json([request.captures, request.target]));
        host.get({ matches: (target) => target === '/own?a=1', routeParams: () => ['c'] }, (request) =>
          json(request.captures),
        );
        host.get({ matches: (target) => target === '/bare', routeParams: () => [] }, () => text('bare'));
      },
      async ({ port }) => {
        expect(await sendRaw(port, get('http://a/re?x=12'))).toMatch(/\[\["12"\],"http:\/\/a\/re\?x=12"\]$/);
        expect(await sendRaw(port, get('/re?x=12'))).toMatch(/\[\["12"\],"\/re\?x=12"\]$/);
        expect(await sendRaw(port, get('HTTP://A:80/own?a=1'))).toMatch(/\["c"\]$/);
        expect(await sendRaw(port, get('https://a/bare'))).toMatch(/bare$/);
      },
    );
  });

  it('refuse options that do not exist', async () => {
    await withHost(
      (host) => {
        expect(() => host.get('/', { bodyLimit: 5 } as object, () => empty())).toThrow(
          /bodyLimit was given 5. Allowed: one of priority, body/,
        );
      },
      ({ host }) => expect(host.url).toBeDefined(),
    );
  });

  it('see dot segments as they are sent, and parameters decoded once', async () => {
    await withHost(
      (host) => {
        host.get('/files/*path', (request) => json(request.params.path));
        host.get('/p/:a', (request) => json(request.params.a));
      },
      async ({ port }) => {
        const body = async (target: string): Promise<string> =>
          (await sendRaw(port, get(target))).split('\r\n\r\n')[1]!;
        expect(await body('/files/../../etc/passwd')).toBe('"../../etc/passwd"');
        expect(await body('/files/%2e%2e/x')).toBe('"../x"');
        expect(await body('/p/a%2Fb%2525')).toBe('"a/b%25"');
        expect(await body('/files/../p/x')).toBe('"../p/x"');
        for (const [target, status] of [
          ['/p/%', 400],
          ['/p/%c3%28', 400],
          ['/p/', 404],
          ['/p//', 404],
          ['p/x', 400],
          ['/p/a|b', 400],
          ['/p/\u00e9', 400],
          ['*', 400],
        ] as const) {
          expect(await sendRaw(port, get(target)), target).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
        }
      },
    );
  });
});

describe('a reader that takes nothing', () => {
  it('runs out of the time of its handler: the client is not kept waiting for ever', async () => {
    let reason: unknown;
    await withHost(
      (host) =>
        void host.post('/', { body: 'stream', handlerTimeoutMs: 10, bodyBytes: 10_000_000 }, (request) => {
          request.signal.addEventListener('abort', () => (reason = request.signal.reason));
          return new Promise<never>((_resolve, reject) =>
            request.signal.addEventListener('abort', () => reject(new Error('late'))),
          );
        }),
      async ({ port }) => {
        const answer = sendRaw(port, `POST / HTTP/1.1\r\n${close}Content-Length: 500000\r\n\r\n${'x'.repeat(200_000)}`);
        expect(await answer).toMatch(/^HTTP\/1.1 503 /);
        expect(reason).toMatchObject({ code: 'ICHOR_HTTP_HANDLER_TIMEOUT' });
      },
    );
  });

  it('makes a client wait that sends a body in chunks of one byte, in pieces as in bytes', async () => {
    let release = (): void => undefined;
    let length = 0;
    await withHost(
      (host) =>
        void host.post('/', { body: 'stream' }, async (request) => {
          await new Promise<void>((resolve) => (release = resolve));
          length = (await request.body.bytes()).length;
          return text(`${length}`);
        }),
      async ({ port }) => {
        const client = await RawClient.connect(port);
        client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
        client.send('1\r\nx\r\n'.repeat(50_000));
        client.send('0\r\n\r\n');
        for (let index = 0; index < 20; index++) await turn();
        release();
        await client.until('\r\n\r\n50000');
        client.socket.destroy();
      },
    );
  });
});

describe('refused connections', () => {
  it('get their 503 although they have sent a request already', async () => {
    await withHost(
      (host) => void host.get('/', () => text('x')),
      async ({ port }) => {
        const kept = await RawClient.connect(port);
        kept.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
        await kept.until('200');
        const answers = await Promise.all(
          Array.from({ length: 50 }, async () => {
            const socket = net.connect(port, '127.0.0.1');
            let received = '';
            socket.on('data', (data) => (received += data.toString('latin1')));
            socket.write(get('/', `A: ${'x'.repeat(5000)}\r\n`));
            await new Promise<void>((resolve) =>
              socket
                .on('close', () => resolve())
                .on('error', () => undefined)
                .on('end', () => socket.end()),
            );
            return received;
          }),
        );
        expect(answers.filter((answer) => /^HTTP\/1.1 503 [^]*Retry-After: 1/.test(answer))).toHaveLength(50);
        kept.socket.destroy();
      },
      { limits: { connections: 1 } },
    );
  });
});
