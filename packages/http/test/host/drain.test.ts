// What a stop makes of connections in every state they can be in: what was begun may end within `drainMs`, the rest is closed.

import { describe, expect, it } from 'vitest';
import { empty, stream, text, type HttpHost, type UpgradedConnection } from '../../src/index.ts';
import { RawClient } from '../support/raw-client.ts';
import { inVirtualTime, turn, type HostInVirtualTime } from '../support/virtual-time.ts';
import type { Socket } from 'node:net';

const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const slow = get.replace('/', '/slow');

/** What requests get that are complete when the service that answers them has stopped already. */
const toldToAskAgain = /^HTTP\/1\.1 503 .*\r\nRetry-After: 1\r\nConnection: close\r\n/;

interface Gate {
  open(): void;
  readonly passed: Promise<void>;
  isReached: boolean;
}

function gate(): Gate {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { open, passed, isReached: false };
}

/** A host with a connection that has sent `sent` when the stop begins. */
async function stopping(
  sent: string,
  during: (parts: {
    client: RawClient;
    gate: Gate;
    running: HostInVirtualTime;
    stopped: Promise<void>;
    isStopped: () => boolean;
  }) => Promise<void>,
): Promise<void> {
  const slowGate = gate();
  await inVirtualTime(
    (host: HttpHost) => {
      host.get('/', () => text('root'));
      host.get('/slow', async () => {
        slowGate.isReached = true;
        await slowGate.passed;
        return text('slow');
      });
      host.post('/', { body: 'text' }, ({ body }) => text(`got ${body}`));
      host.post('/stream', { body: 'stream' }, async ({ body }) => text(`got ${(await body.bytes()).length}`));
      host.post('/none', { body: 'none' }, () => empty());
      host.get('/stream', () =>
        stream(
          (async function* () {
            yield 'begun ';
            slowGate.isReached = true;
            await slowGate.passed;
            yield 'ended';
          })(),
        ),
      );
    },
    async (running) => {
      const client = await RawClient.connect(running.port, { allowHalfOpen: true });
      client.send(sent);
      for (let turns = 0; turns < 50; turns++) await turn();
      let isStopped = false;
      const stopped = running.stop().then(() => {
        isStopped = true;
      });
      for (let turns = 0; turns < 20; turns++) await turn();
      await during({ client, gate: slowGate, running, stopped, isStopped: () => isStopped });
      client.socket.destroy();
      slowGate.open();
      await stopped;
    },
  );
}

describe('at the stop, a connection', () => {
  it.each([
    ['that has sent nothing', ''],
    ['between two requests', get],
    ['with an empty line behind its request', `${get}\r\n`],
    ['whose client has gone on to nothing behind a 404', get.replace('/', '/nope')],
  ])('%s is closed at once, and the host stops without any time passing', async (_, sent) => {
    await stopping(sent, async ({ client, stopped }) => {
      await client.ended;
      client.socket.end();
      await stopped;
      expect(client.statuses.length).toBeLessThanOrEqual(1);
    });
  });

  it('in the middle of a head may complete it, and is told to ask again elsewhere', async () => {
    await stopping('GET / HTTP/1.1\r\nHo', async ({ client, stopped, isStopped }) => {
      expect(isStopped()).toBe(false);
      client.send('st: a\r\n\r\n');
      await client.ended;
      client.socket.end();
      expect(client.received).toMatch(toldToAskAgain);
      await stopped;
    });
  });

  it.each([
    ['a body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc', 'def', toldToAskAgain],
    [
      'a chunk',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabc',
      'def\r\n0\r\n\r\n',
      toldToAskAgain,
    ],
    ['a streamed body', 'POST /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc', 'def', /got 6$/],
  ])('in the middle of %s may complete it, and is answered with Connection: close', async (_, sent, rest, answer) => {
    await stopping(sent, async ({ client, stopped, isStopped }) => {
      expect(isStopped()).toBe(false);
      client.send(rest);
      await client.ended;
      client.socket.end();
      expect(client.received).toMatch(/^HTTP\/1\.1 \d+ .*\r\n(?:.*\r\n)*Connection: close\r\n/);
      expect(client.received).toMatch(answer);
      await stopped;
    });
  });

  it('with a request in flight is answered, and what is pipelined behind it is told not to wait', async () => {
    await stopping(slow + get + get, async ({ client, gate: reached, stopped, isStopped }) => {
      expect(reached.isReached).toBe(true);
      expect(isStopped()).toBe(false);
      reached.open();
      await client.ended;
      client.socket.end();
      expect(client.statuses).toEqual(['200']);
      expect(client.received).toMatch(/Connection: close\r\n[^]*slow$/);
      await stopped;
    });
  });

  it.each([
    ['in the middle of a head', 'GET / HTTP/1.1\r\nHo'],
    ['in the middle of a body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc'],
    ['in the rest of a body that nobody wants', 'POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc'],
  ])('%s that goes no further is destroyed after drainMs', async (_, sent) => {
    await stopping(sent, async ({ client, running, stopped, gate: reached }) => {
      let isEnded = false;
      void client.ended.then(() => (isEnded = true));
      await running.pass(3500);
      expect(isEnded).toBe(false);
      await running.pass(3500);
      await Promise.race([client.ended, client.closed]);
      reached.open();
      await stopped;
    });
  });
});

describe('an upgraded connection', () => {
  it('belongs to who took it over: it neither holds the stop up nor is closed by it', async () => {
    let taken: UpgradedConnection | undefined;
    let client: RawClient | undefined;
    await inVirtualTime(
      (host) => {
        host.upgrade('/up', { protocol: 'echo' }, (request) => {
          taken = request.takeOver();
          (taken.socket as Socket).write(
            'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n',
          );
        });
      },
      async ({ port, stop }) => {
        client = await RawClient.connect(port);
        client.send('GET /up HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n');
        await client.until('101 Switching');
        await stop();
        (taken!.socket as Socket).write('still here');
        await client.until('still here');
        (taken!.socket as Socket).destroy();
        await client.closed;
        expect(client.statuses).toEqual(['101']);
      },
    );
  });
});
