// Slow readers and floods: memory stays bounded, the policies do what they say, and others do not notice.

import { describe, expect, it } from 'vitest';
import { IchorError } from '@ichor/core';
import type { Endpoint, EndpointOptions, SendResult, WebSocketConnection } from '../src/index.ts';
import { until, withHost, type Running } from './support/with-host.ts';
import { WsClient } from './support/ws-client.ts';

const kilobyte = 'x'.repeat(1024);

/** A connection of ours whose peer does not read. */
async function withSlowReader(
  options: EndpointOptions,
  use: (parts: { connection: WebSocketConnection; client: WsClient; running: Running }) => Promise<void>,
): Promise<void> {
  let connection: WebSocketConnection | undefined;
  await withHost(
    ({ host }) => void host.endpoint('/', options, (opened) => void (connection = opened)),
    async (running) => {
      const client = await WsClient.connect(running.url);
      client.socket.pause();
      await use({ connection: await until(() => connection), client, running });
      client.socket.terminate();
    },
  );
}

/** Sends until a result other than `sent` comes, giving the operating system time to take what it can. */
async function fill(connection: WebSocketConnection, until_: SendResult): Promise<number> {
  for (let count = 1; ; count++) {
    const result = connection.send(`${String(count).padStart(6)}${kilobyte}`);
    if (result === until_) return count;
    if (count % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
    if (count > 100_000) throw new Error('It never becomes full.');
  }
}

const limits = { highWaterBytes: 32_768, lowWaterBytes: 8192, maxQueuedBytes: 65_536 };

describe('send()', () => {
  it('says sent, queued, full; drained() passes when the peer reads, and nothing is lost or changes places', async () => {
    await withSlowReader(limits, async ({ connection, client }) => {
      const count = await fill(connection, 'full');
      expect(connection.bufferedBytes).toBeLessThan(32_768 + 65_536 + 4096);
      expect(connection.metrics).toMatchObject({ dropped: 0 });
      expect(connection.metrics.queued).toBeGreaterThan(50);
      let isDrained = false;
      const drained = connection.drained().then(() => (isDrained = true));
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(isDrained).toBe(false);
      client.socket.resume();
      await drained;
      expect(connection.bufferedBytes).toBeLessThanOrEqual(8192);
      expect(connection.send('last')).toBe('sent');
      const texts = await client.texts(count);
      expect(texts.slice(0, -1).map((text) => Number(text.slice(0, 6)))).toEqual(
        Array.from({ length: count - 1 }, (_, i) => i + 1),
      );
      expect(texts.at(-1)).toBe('last');
    });
  });

  it('drops the oldest, or the newest, where the policy says so, and counts them', async () => {
    for (const whenFull of ['drop-oldest', 'drop-newest'] as const) {
      await withSlowReader({ ...limits, whenFull }, async ({ connection, client }) => {
        await fill(connection, 'queued');
        const results = Array.from({ length: 500 }, (_, i) => connection.send(`flood ${i} ${kilobyte}`));
        const { dropped } = connection.metrics;
        expect(dropped).toBeGreaterThan(400);
        expect(results.at(-1)).toBe(whenFull === 'drop-oldest' ? 'queued' : 'full');
        expect(connection.bufferedBytes).toBeLessThan(32_768 + 65_536 + 4096);
        client.socket.resume();
        await connection.drained();
        connection.send('last');
        await until(() => client.messages.at(-1)?.data.toString() === 'last');
        const flood = client.messages.map(({ data }) => /^flood (\d+)/.exec(String(data))?.[1]).filter(Boolean);
        expect(flood.at(-1) === '499').toBe(whenFull === 'drop-oldest');
        expect(connection.metrics.dropped).toBe(dropped);
      });
    }
  });

  it('closes with 1013 where the policy says so; what did not fit is dropped', async () => {
    await withSlowReader({ ...limits, whenFull: 'close', closeTimeoutMs: 2000 }, async ({ connection, client }) => {
      await fill(connection, 'full');
      expect(connection.send('more')).toBe('closed');
      expect(connection.metrics.dropped).toBeGreaterThan(50);
      client.socket.resume();
      expect(await client.closed).toEqual({ code: 1013, reason: 'receiver too slow' });
      expect(await connection.whenClosed()).toMatchObject({ code: 1013, by: 'us' });
    });
  });

  it('fails those who wait when the connection breaks, and says closed from then on', async () => {
    await withSlowReader(limits, async ({ connection, client }) => {
      await fill(connection, 'full');
      const waiting = connection.drained().then(
        () => 'passed',
        (error: unknown) => (IchorError.is(error) ? error.code : error),
      );
      // `await` begins to wait one microtask later.
      await Promise.resolve();
      client.socket.terminate();
      expect(await waiting).toBe('ICHOR_WEBSOCKET_CLOSED');
      expect(connection.send('x')).toBe('closed');
      await expect(Promise.resolve(connection.drained())).rejects.toMatchObject({ code: 'ICHOR_WEBSOCKET_CLOSED' });
    });
  });

  it('refuses what cannot be sent', async () => {
    await withSlowReader({}, async ({ connection }) => {
      for (const wrong of [undefined, null, 5, {}, { bytes: 'x' }])
        expect(() => connection.send(wrong as never)).toThrow(/received (?:null|undefined|number|object)/);
      expect(() => connection.close(1006)).toThrow(/1006/);
      expect(connection.state).toBe('open');
      expect(connection.send(new Uint8Array([1]).buffer)).toBe('sent');
    });
  });
});

describe('a broadcast', () => {
  it('is neither delayed nor bloated by a receiver that does not read', async () => {
    let endpoint: Endpoint | undefined;
    await withHost(
      ({ host }) => void (endpoint = host.endpoint('/', { ...limits, whenFull: 'drop-oldest' }, () => undefined)),
      async ({ url }) => {
        const [slow, ...others] = await Promise.all(Array.from({ length: 4 }, () => WsClient.connect(url)));
        slow!.socket.pause();
        await until(() => endpoint!.size === 4);
        const rounds = 12_000;
        for (let i = 0; i < rounds; i++) {
          endpoint!.broadcast(`${i} ${kilobyte}`);
          // At the pace of those who read.
          if (i % 16 === 0)
            for (const { metrics } of [...endpoint!.connections()].slice(1))
              if (metrics.bufferedBytes > 8192) await new Promise((resolve) => setImmediate(resolve));
        }
        for (const client of others) {
          await client.texts(rounds - 100);
          await until(() =>
            client.messages
              .at(-1)!
              .data.toString()
              .startsWith(`${rounds - 1} `),
          );
        }
        const all = [...endpoint!.connections()];
        for (const connection of all) expect(connection.bufferedBytes).toBeLessThan(32_768 + 65_536 + 4096);
        expect(all.some(({ metrics }) => metrics.dropped > 1000)).toBe(true);
        slow!.socket.terminate();
      },
    );
  }, 60_000);
});

describe('a flood', () => {
  it('pauses reading until handlers have caught up, and loses nothing', async () => {
    const gates: (() => void)[] = [];
    const seen: string[] = [];
    let connection: WebSocketConnection | undefined;
    await withHost(
      ({ host }) =>
        void host.endpoint('/', { maxPendingMessages: 32 }, (opened) => {
          connection = opened;
          opened.onMessage(async ({ text }) => {
            seen.push(text.slice(0, 6));
            await new Promise<void>((resolve) => gates.push(resolve));
          });
        }),
      async ({ url }) => {
        const client = await WsClient.connect(url);
        const count = 6000;
        for (let i = 0; i < count; i++) client.socket.send(`${String(i).padStart(6)}${kilobyte}`);
        await until(() => connection?.metrics.isPaused);
        await new Promise((resolve) => setTimeout(resolve, 50));
        // What one read of the socket brought may exceed the limit; no further read happens.
        expect(connection!.metrics.pending).toBeLessThan(200);
        expect(client.socket.bufferedAmount).toBeGreaterThan(100_000);
        while (seen.length < count) {
          for (const open of gates.splice(0)) open();
          await new Promise((resolve) => setImmediate(resolve));
        }
        for (const open of gates.splice(0)) open();
        expect(seen.map(Number)).toEqual(Array.from({ length: count }, (_, i) => i));
        await until(() => connection!.metrics.pending === 0);
      },
    );
  }, 60_000);

  it('is held back by a stream that nobody reads, and by a missing handler', async () => {
    const opened: WebSocketConnection[] = [];
    await withHost(
      ({ host }) => {
        host.endpoint('/stream', { maxPendingBytes: 65_536 }, (connection) => {
          connection.messages();
          opened.push(connection);
        });
        host.endpoint('/nobody', { maxPendingBytes: 65_536 }, (connection) => void opened.push(connection));
      },
      async ({ url }) => {
        for (const path of ['/stream', '/nobody']) {
          const client = await WsClient.connect(url + path);
          for (let i = 0; i < 6000; i++) client.socket.send(kilobyte);
        }
        await until(() => opened.length === 2 && opened.every(({ metrics }) => metrics.isPaused));
        await new Promise((resolve) => setTimeout(resolve, 50));
        for (const { metrics } of opened) expect(metrics.pending).toBeLessThan(200);
      },
    );
  });
});
