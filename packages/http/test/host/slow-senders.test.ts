// Clients that send as little as they can: whatever part of a message they draw out, they are told in time and cost nothing more.

import { describe, expect, it } from 'vitest';
import { empty, text, type HttpHost } from '../../src/index.ts';
import { RawClient } from '../support/raw-client.ts';
import { inVirtualTime, type HostInVirtualTime } from '../support/virtual-time.ts';

const chunked = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';

const routes = (host: HttpHost): void => {
  host.get('/', () => text('root'));
  host.post('/', { body: 'text' }, ({ body }) => text(`${body.length}`));
  host.post('/stream', { body: 'stream' }, async ({ body }) => text(`${(await body.bytes()).length}`));
  host.post('/none', { body: 'none' }, () => empty());
};

/** Sends `begin`, then `drop` once a second until the connection is closed. Gives the seconds that took and the statuses. */
async function drip(
  { port, pass }: HostInVirtualTime,
  begin: string,
  drop: (second: number) => string,
  everyMs = 1000,
): Promise<{ seconds: number; statuses: string[] }> {
  const client = await RawClient.connect(port);
  client.send(begin);
  await pass(0);
  let passed = 0;
  for (; !client.socket.closed && passed < 300_000; passed += everyMs) {
    client.send(drop(passed / everyMs));
    await pass(everyMs);
    // Behind its answer the host closes its side; a client that goes on all the same is cut off soon.
    if (client.received !== '') client.socket.end();
  }
  client.socket.destroy();
  return { seconds: passed / 1000, statuses: client.statuses };
}

describe('a client that draws out', () => {
  const cases: readonly (readonly [
    what: string,
    begin: string,
    drop: (second: number) => string,
    from: number,
    to: number,
    status: string,
  ])[] = [
    ['its request line', 'GET /', () => 'x', 10, 13, '408'],
    ['its head, line by line', 'GET / HTTP/1.1\r\nHost: a\r\n', () => 'X: y\r\n', 10, 13, '408'],
    ['a header value', 'GET / HTTP/1.1\r\nHost: a\r\nX: ', () => 'y', 10, 13, '408'],
    ['the end of its head', 'GET / HTTP/1.1\r\nHost: a\r\n', (second) => (second === 0 ? '\r' : ''), 10, 13, '408'],
    ['a second head', 'GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTT', () => '', 1, 13, '200'],
    ['a chunk size', `${chunked}0`, (second) => (second < 11 ? '0' : ''), 5, 9, '408'],
    ['a chunk extension', `${chunked}1;a`, () => 'a', 5, 9, '408'],
    ['a chunk', `${chunked}ffff\r\n`, () => 'x', 5, 9, '408'],
    ['a body with a length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n', () => 'x', 5, 9, '408'],
    ['a streamed body', chunked.replace('/', '/stream'), () => '1\r\nx\r\n', 5, 9, '408'],
    ['its trailers', `${chunked}0\r\nX: `, () => 'x', 5, 9, '408'],
    [
      'the rest of a body that came fast at first',
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500001\r\n\r\n${'x'.repeat(500_000)}`,
      () => '',
      13,
      20,
      '408',
    ],
    [
      'trailers of a body that came fast',
      `${chunked}7a120\r\n${'x'.repeat(500_000)}\r\n0\r\nX: `,
      () => 'x',
      25,
      40,
      '408',
    ],
    [
      'chunks of a body that came fast',
      `${chunked}7a120\r\n${'x'.repeat(500_000)}\r\n`,
      () => '1\r\nx\r\n',
      25,
      40,
      '408',
    ],
    [
      'a body that nobody wants',
      'POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n',
      () => 'x',
      1,
      20,
      '413',
    ],
  ];
  for (const [what, begin, drop, from, to, status] of cases) {
    it(`${what} is answered ${status} in time`, async () => {
      await inVirtualTime(routes, async (running) => {
        const { seconds, statuses } = await drip(running, begin, drop);
        expect(statuses[0]).toBe(status);
        expect(seconds).toBeGreaterThanOrEqual(from);
        expect(seconds).toBeLessThanOrEqual(to);
        expect(running.log.filter(({ level }) => level === 'error')).toEqual([]);
      });
    });
  }

  it('its body, but not too much, is served', async () => {
    await inVirtualTime(routes, async (running) => {
      const length = 1200;
      const begin = `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`;
      const { seconds, statuses } = await drip(running, begin, (second) => (second < 10 ? 'x'.repeat(120) : ''), 400);
      expect(statuses).toEqual(['200']);
      expect(seconds).toBeGreaterThanOrEqual(4);
    });
  });

  it('a body that came fast, and pauses less than `bodyMs`, is served', async () => {
    await inVirtualTime(routes, async ({ port, pass }) => {
      const client = await RawClient.connect(port);
      client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n${'x'.repeat(100_000)}`);
      await pass(14_000);
      client.send('x'.repeat(99_999));
      await pass(14_000);
      client.send('x');
      expect(await client.until('200000')).toMatch(/^HTTP\/1\.1 200 /);
      client.socket.destroy();
    });
  });
});

describe('a client that closes its side', () => {
  const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
  const cases: readonly (readonly [what: string, sent: string, received: string[]])[] = [
    ['before it has sent anything', '', []],
    ['in the middle of a head', 'GET / HTTP/1.1\r\nHo', []],
    ['behind an empty line', '\r\n', []],
    ['in the middle of a body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc', []],
    ['in the middle of a chunk', `${chunked}5\r\nabc`, []],
    ['before the end of its trailers', `${chunked}0\r\nX: y\r\n`, []],
    ['behind a request', get, ['200']],
    ['behind several requests', get + get + get, ['200', '200', '200']],
    ['in the middle of the head behind a request', `${get}GET / HT`, ['200']],
    [
      'in the middle of the body behind a request',
      `${get}POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\na`,
      ['200'],
    ],
    [
      'in the middle of a body that nobody wants',
      'POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc',
      ['413'],
    ],
  ];
  for (const handler of ['at once', 'later'] as const) {
    for (const [what, sent, statuses] of cases) {
      it(`${what} is answered ${statuses.join(', ') || 'nothing'} and closed, without any time-out, by handlers that answer ${handler}`, async () => {
        await inVirtualTime(
          handler === 'at once'
            ? routes
            : (host) => {
                const later = async (): Promise<void> => {
                  for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
                };
                host.get('/', async () => {
                  await later();
                  return text('root');
                });
                host.post('/*', { body: 'none' }, async () => {
                  await later();
                  return empty();
                });
                host.post('/', { body: 'text' }, () => text('body'));
              },
          async ({ port }) => {
            const client = await RawClient.connect(port, { allowHalfOpen: true });
            client.socket.end(sent, 'latin1');
            // No time passes here: only the end of the connection can be the reason.
            await client.closed;
            expect(client.statuses).toEqual(statuses);
          },
        );
      });
    }
  }
});
