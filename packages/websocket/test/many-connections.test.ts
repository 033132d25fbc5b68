// Thousands of idle connections from another process, with heartbeat; and peers that are gone without a word.

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { VirtualClock } from '@ichor/core/testing';
import { describe, expect, it } from 'vitest';
import type { CloseInfo } from '../src/index.ts';
import { until, withHost } from './support/with-host.ts';
import { WsClient } from './support/ws-client.ts';

function next(driver: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => driver.once('message', resolve));
}

async function memory(): Promise<number> {
  for (let round = 0; round < 4; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const heartbeatMs = 1000;

describe('a host', () => {
  it('holds 9,000 idle connections with heartbeat, and keeps nothing of them', { timeout: 180_000 }, async () => {
    const clock = new VirtualClock();
    const driver = fork(new URL('support/idle-driver.mjs', import.meta.url), { execArgv: [] });
    try {
      await withHost(
        ({ host }) =>
          void host.endpoint('/', (connection) => {
            connection.onMessage((message) => void connection.send(message));
          }),
        async ({ url, host, manager }) => {
          const round = async (count: number): Promise<void> => {
            const opened = next(driver);
            driver.send({ url, count });
            expect(await opened).toBe('open');
            await until(() => host.size === count);
            // Two heartbeats pass: nobody is lost who answers. What a peer sends afterwards arrives behind its answer.
            for (let beat = 0; beat < 2; beat++) {
              const pinged = next(driver);
              clock.advance(heartbeatMs);
              expect(await pinged).toBe('pinged');
              const answered = next(driver);
              driver.send('talk');
              expect(await answered).toEqual({ answers: count });
            }
            expect(host.size).toBe(count);
            const dropped = next(driver);
            driver.send('drop');
            expect(await dropped).toBe('dropped');
            await until(() => host.size === 0);
            await until(() => !manager.inspect().services.some(({ name }) => name === 'WebSocketConnection'));
          };
          await round(1000);
          const before = await memory();
          await round(9000);
          // One connection kept by mistake is some kilobytes; nine thousand of them tens of megabytes.
          expect((await memory()) - before).toBeLessThan(9_000_000);
        },
        { heartbeatMs },
        {},
        { clock },
      );
    } finally {
      driver.kill();
    }
  });

  it('finds a peer that is gone without a FIN', async () => {
    // A relay that stops passing bytes on in either direction, as a network does that is cut.
    let isCut = false;
    const clock = new VirtualClock();
    const infos: CloseInfo[] = [];
    await withHost(
      ({ host }) => void host.endpoint('/', (connection) => void connection.onClose((info) => void infos.push(info))),
      async ({ port, host }) => {
        const relay = net.createServer((near) => {
          const far = net.connect(port, '127.0.0.1');
          near.on('data', (data) => void (isCut || far.write(data)));
          far.on('data', (data) => void (isCut || near.write(data)));
          for (const socket of [near, far]) socket.on('error', () => undefined);
          relay.once('close', () => near.destroy());
          far.on('close', () => near.destroy());
        });
        await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
        const client = await WsClient.connect(`ws://127.0.0.1:${(relay.address() as net.AddressInfo).port}`);
        for (let beat = 0; beat < 3; beat++) {
          const asked = once(client.socket, 'ping');
          clock.advance(heartbeatMs);
          await asked;
          // What the host answers now, it answers after it has received the answer to its own question.
          client.socket.ping();
          await once(client.socket, 'pong');
        }
        expect(host.size).toBe(1);
        isCut = true;
        clock.advance(2 * heartbeatMs);
        await until(() => infos.length === 1);
        expect(infos[0]).toEqual({ code: 1006, reason: '', wasClean: false, by: 'lost' });
        client.socket.terminate();
        await new Promise((resolve) => relay.close(resolve));
      },
      { heartbeatMs },
      {},
      { clock },
    );
  });
});
