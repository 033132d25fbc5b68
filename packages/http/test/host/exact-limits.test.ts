// Every limit of the host at its value and one beyond, over real sockets: what is allowed passes, what is not has the right status.

import { describe, expect, it } from 'vitest';
import { empty, text, type HttpHost, type HttpHostOptions } from '../../src/index.ts';
import { RawClient, sendRaw } from '../support/raw-client.ts';
import { withHost } from '../support/with-host.ts';

const limits = {
  requestLineBytes: 64,
  headerBytes: 128,
  headerCount: 4,
  bodyBytes: 10,
  chunkExtensionBytes: 8,
} as const;

const routes = (host: HttpHost): void => {
  host.route('any', '/*', {}, ({ body }) => text(`${body.length}`));
  host.post('/stream', { body: 'stream' }, async ({ body }) => text(`${(await body.bytes()).length}`));
  host.post('/long', { bodyBytes: 20 }, ({ body }) => text(`${body.length}`));
  host.post('/none', { body: 'none' }, () => empty());
};

const line = (bytes: number): string =>
  `GET /${'a'.repeat(bytes - 14)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
const fields = (bytes: number): string => {
  const others = 'Host: a\r\nConnection: close\r\nX: ';
  return `GET / HTTP/1.1\r\n${others}${'b'.repeat(bytes - others.length - 2)}\r\n\r\n`;
};
const count = (lines: number): string =>
  `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${'X: y\r\n'.repeat(lines - 2)}\r\n`;
const sized = (bytes: number, path = '/'): string =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${bytes}\r\n\r\n${'x'.repeat(bytes)}`;
const chunks = (body: string, path = '/'): string =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${body}`;
const pieces = (bytes: number): string => `${'1\r\nx\r\n'.repeat(bytes)}0\r\n\r\n`;
const extension = (bytes: number): string => chunks(`1;${'e'.repeat(bytes - 1)}\r\nx\r\n0\r\n\r\n`);
const trailerBytes = (bytes: number): string => chunks(`0\r\nX: ${'t'.repeat(bytes - 5)}\r\n\r\n`);
const trailerCount = (lines: number): string => chunks(`0\r\n${'X: y\r\n'.repeat(lines)}\r\n`);

const cases: readonly (readonly [what: string, at: string, beyond: string, status: number])[] = [
  ['a request line', line(64), line(65), 414],
  ['field lines', fields(128), fields(129), 431],
  ['the number of field lines', count(4), count(5), 431],
  ['a body with a length', sized(10), sized(11), 413],
  ['a body in chunks', chunks(pieces(10)), chunks(pieces(11)), 413],
  ['a body in one chunk', chunks('a\r\n0123456789\r\n0\r\n\r\n'), chunks('b\r\n0123456789a\r\n0\r\n\r\n'), 413],
  ['a streamed body with a length', sized(10, '/stream'), sized(11, '/stream'), 413],
  ['a streamed body in chunks', chunks(pieces(10), '/stream'), chunks(pieces(11), '/stream'), 413],
  ['a body with the limit of its route', sized(20, '/long'), sized(21, '/long'), 413],
  ['a body where none is taken', sized(0, '/none'), sized(1, '/none'), 413],
  ['chunk extensions', extension(8), extension(9), 400],
  ['trailers', trailerBytes(128), trailerBytes(129), 431],
  ['the number of trailers', trailerCount(4), trailerCount(5), 431],
];

describe('the limit of', () => {
  for (const [what, at, beyond, status] of cases) {
    it(`${what} holds exactly, in one piece and byte by byte`, async () => {
      await withHost(
        routes,
        async ({ port }) => {
          expect(await sendRaw(port, at)).toMatch(/^HTTP\/1\.1 20[04] /);
          expect(await sendRaw(port, beyond)).toMatch(
            new RegExp(`^HTTP/1\\.1 ${status} [^]*Connection: close[^]*application/problem\\+json`, 'i'),
          );
          expect(await dripped(port, at)).toMatch(/^HTTP\/1\.1 20[04] /);
          expect(await dripped(port, beyond)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
        },
        { limits },
      );
    });
  }

  it('requests in flight holds exactly', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await withHost(
      (host) => {
        host.get('/', async () => {
          await released;
          return text('done');
        });
      },
      async ({ port }) => {
        const clients = await Promise.all(Array.from({ length: 4 }, () => RawClient.connect(port)));
        for (const client of clients) client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
        const refused = await Promise.race(
          clients.map(async (client) => {
            await client.until('\r\n\r\n');
            return client;
          }),
        );
        expect(refused.received).toMatch(/^HTTP\/1\.1 503 [^]*Retry-After: 1/);
        expect(clients.filter((client) => client.received !== '')).toHaveLength(1);
        release();
        for (const client of clients) if (client !== refused) await client.until('done');
        // The refused one may ask again on its connection.
        refused.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
        await refused.until('done');
      },
      { limits: { requestsInFlight: 3 } },
    );
  });

  it('connections holds exactly', async () => {
    await withHost(
      routes,
      async ({ port }) => {
        const clients = await Promise.all(Array.from({ length: 3 }, () => RawClient.connect(port)));
        for (const client of clients) {
          client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
          await client.until('\r\n\r\n');
        }
        expect(clients.map((client) => client.statuses)).toEqual([['200'], ['200'], ['200']]);
        const fourth = await RawClient.connect(port);
        await fourth.closed;
        expect(fourth.received).toMatch(/^HTTP\/1\.1 503 [^]*Retry-After: 1/);
        clients[0]!.socket.destroy();
        await clients[0]!.closed;
        const again = async (): Promise<void> => {
          const client = await RawClient.connect(port);
          client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
          await Promise.race([client.closed, client.until('\r\n\r\n')]);
          if (client.statuses[0] !== '200') await again();
        };
        await again();
      },
      { limits: { connections: 3 } },
    );
  });
});

async function dripped(port: number, bytes: string): Promise<string> {
  const client = await RawClient.connect(port, { allowHalfOpen: true });
  client.socket.setNoDelay(true);
  for (const byte of bytes) {
    if (client.socket.writable) client.send(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await client.ended;
  client.socket.end();
  await client.closed;
  return client.received;
}

describe('an option that is wrong', () => {
  const wrong: readonly (readonly [name: string, options: object])[] = [
    ['address', { address: '' }],
    ['address', { address: 7 }],
    ['port', { port: -1 }],
    ['port', { port: 65_536 }],
    ['port', { port: 1.5 }],
    ['port', { port: '80' }],
    ['port', { port: Number.NaN }],
    ['path', { path: '', address: undefined, port: undefined }],
    ['path', { path: '/x', address: '127.0.0.1', port: 0 }],
    ['server', { server: 'a\r\nb' }],
    ['server', { server: '' }],
    ['engine', { engine: 'other' }],
    ['backlog', { backlog: 0 }],
    ['priority', { priority: -1 }],
    ['minBytesPerSecond', { minBytesPerSecond: -1 }],
    ['minBytesPerSecond', { minBytesPerSecond: Number.NaN }],
    ['drainMs', { drainMs: -1 }],
    ['allowHalfOpen', { allowHalfOpen: 'yes' }],
    ['limits', { limits: 5 }],
    ['limits', { limits: null }],
    ['timeouts', { timeouts: [] }],
    ['limits.unknown', { limits: { unknown: 1 } }],
    ['timeouts.unknownMs', { timeouts: { unknownMs: 1 } }],
    ['unknown', { unknown: 1 }],
    ['tls', { tls: 'yes' }],
    ...Object.keys({
      requestLineBytes: 0,
      headerBytes: 0,
      headerCount: 0,
      bodyBytes: 0,
      chunkExtensionBytes: 0,
    }).flatMap((name) =>
      [-1, Number.NaN, '5', 1.5].map((value) => [`limits.${name}`, { limits: { [name]: value } }] as const),
    ),
    ...[
      'connections',
      'handshakes',
      'requestsPerConnection',
      'requestsInFlight',
      'pipelineBytes',
      'unsentBytes',
      'queueDelayMs',
    ].flatMap((name) =>
      [-1, 0, Number.NaN, '5'].map((value) => [`limits.${name}`, { limits: { [name]: value } }] as const),
    ),
    ...['handshakeMs', 'headersMs', 'bodyMs', 'idleMs', 'handlerMs', 'writeMs'].flatMap((name) =>
      [-1, 0, Number.NaN, '5'].map((value) => [`timeouts.${name}`, { timeouts: { [name]: value } }] as const),
    ),
  ];
  for (const [name, options] of wrong) {
    it(`is refused by name: ${name} in ${JSON.stringify(options)}`, async () => {
      const failure = await withHost(routes, () => 'started', options as HttpHostOptions).then(
        () => undefined,
        (error: unknown) => String((error as AggregateError).errors?.[0] ?? error),
      );
      expect(failure).toContain(name);
      expect(failure).toMatch(/llowed/);
    });
  }
});
