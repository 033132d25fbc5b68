// Clients that go away while they are answered: what produces the answer is ended, its `finally` runs, and nothing is reported.

import { describe, expect, it } from 'vitest';
import { sse, stream, text } from '../../src/index.ts';
import { RawClient } from '../support/raw-client.ts';
import { withHost } from '../support/with-host.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const sources = {
  'that produces more than the client takes': (piece: string) =>
    (async function* endless() {
      for (;;) yield piece.repeat(10_000);
    })(),
  'that waits between pieces': (piece: string) =>
    (async function* slow() {
      for (;;) {
        yield piece;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })(),
  'that waits for ever': (piece: string) =>
    (async function* silent() {
      yield piece;
      await new Promise(() => undefined);
    })(),
};

describe('a client that goes away during a streamed answer', () => {
  for (const [what, source] of Object.entries(sources)) {
    for (const kind of ['stream', 'sse'] as const) {
      for (const leave of ['resetAndDestroy', 'destroy', 'end'] as const) {
        it(`as ${kind} from a source ${what}, by ${leave}(), ends the source and aborts the signal`, async () => {
          let isReturned = false;
          let reason: unknown;
          await withHost(
            (host) => {
              host.get('/', ({ signal }) => {
                signal.addEventListener('abort', () => (reason = signal.reason));
                const inner = source('x');
                const watched: AsyncIterable<string> & { return?: unknown } = {
                  [Symbol.asyncIterator]: () => ({
                    next: () => inner.next(),
                    return: () => {
                      isReturned = true;
                      return Promise.resolve({ done: true as const, value: undefined });
                    },
                  }),
                };
                return kind === 'sse' ? sse(watched) : stream(watched);
              });
            },
            async ({ port, log, stop }) => {
              const client = await RawClient.connect(port);
              client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
              await client.until('x');
              client.socket[leave]();
              while (!isReturned || reason === undefined) await turn();
              expect(reason).toMatchObject({ code: 'ICHOR_HTTP_CLIENT_GONE' });
              client.socket.destroy();
              await stop();
              expect(log.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
            },
          );
        });
      }
    }
  }

  it('runs the `finally` of a generator that is asked for its next piece', async () => {
    let isFinished = false;
    await withHost(
      (host) => {
        host.get('/', () =>
          stream(
            (async function* () {
              try {
                for (;;) {
                  yield 'x'.repeat(1000);
                  await turn();
                }
              } finally {
                isFinished = true;
              }
            })(),
          ),
        );
        host.get('/ok', () => text('ok'));
      },
      async ({ port }) => {
        const client = await RawClient.connect(port);
        client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
        await client.until('xxx');
        client.socket.destroy();
        while (!isFinished) await turn();
        const other = await RawClient.connect(port);
        other.send('GET /ok HTTP/1.1\r\nHost: a\r\n\r\n');
        expect(await other.until('\r\n\r\nok')).toMatch(/^HTTP\/1\.1 200 /);
        other.socket.destroy();
      },
    );
  });
});
