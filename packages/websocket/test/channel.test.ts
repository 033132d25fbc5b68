// Typed messages, and one message to many.

import { describe, expect, it } from 'vitest';
import type { Room } from '../src/index.ts';
import { encoded, PingMessage } from './support/ping-message.ts';
import { until, withHost } from './support/with-host.ts';
import { WsClient } from './support/ws-client.ts';

const protocols = ['json', 'four'];

describe('a channel', () => {
  it('speaks the codec of the sub-protocol, as text or binary', async () => {
    await withHost(
      ({ host }) =>
        void host.endpoint('/', { protocols }, (connection) => {
          const pings = connection.channel(PingMessage);
          pings.onMessage(({ sequence }) => void pings.send({ sequence: sequence + 1 }));
        }),
      async ({ url }) => {
        const plain = await WsClient.connect(url);
        plain.socket.send('{"sequence":1}');
        expect(await plain.texts(1)).toEqual(['{"sequence":2}']);
        expect(plain.messages[0]!.isBinary).toBe(false);
        const four = await WsClient.connect(url, ['four']);
        four.socket.send(new Uint8Array([1, 1, 0, 0]));
        await four.texts(1);
        expect([...four.messages[0]!.data, four.messages[0]!.isBinary]).toEqual([2, 1, 0, 0, true]);
      },
    );
  });

  it('closes with 1007 on what does not fit, and delivers nothing behind it', async () => {
    const seen: number[] = [];
    await withHost(
      ({ host }) => {
        host.endpoint('/handler', (connection) => {
          connection.channel(PingMessage).onMessage(({ sequence }) => void seen.push(sequence));
        });
        host.endpoint('/stream', async (connection) => {
          for await (const { sequence } of connection.channel(PingMessage).messages()) seen.push(sequence);
        });
      },
      async ({ url, log }) => {
        for (const path of ['/handler', '/stream']) {
          const client = await WsClient.connect(url + path);
          client.socket.send('{"sequence":1}');
          client.socket.send('{"sequence":"no"}');
          client.socket.send('{"sequence":3}');
          expect(await client.closed).toEqual({ code: 1007, reason: 'not a valid Ping' });
        }
        expect(seen).toEqual([1, 1]);
        expect(log.filter(({ level }) => level === 'warn')).toHaveLength(2);
      },
    );
  });
});

describe('a room', () => {
  it('reaches all but one, encodes once per codec, and is left when a connection closes', async () => {
    let lobby: Room | undefined;
    await withHost(
      ({ host }) => {
        lobby = host.room('lobby');
        host.endpoint('/', { protocols }, (connection) => {
          expect(lobby!.join(connection)).toBe(true);
          expect(lobby!.join(connection)).toBe(false);
          connection.onMessage(({ text }) => {
            if (text === 'leave') lobby!.leave(connection);
            else lobby!.broadcast(text, { except: connection });
          });
        });
      },
      async ({ url, host }) => {
        const clients = await Promise.all(
          ['json', 'json', 'four', 'four'].map((name) => WsClient.connect(url, [name])),
        );
        await until(() => lobby!.size === 4);
        clients[0]!.socket.send('hello');
        for (const client of clients.slice(1)) expect(await client.texts(1)).toEqual(['hello']);
        encoded.json = encoded.binary = 0;
        expect(lobby!.broadcastMessage(PingMessage, { sequence: 5 })).toEqual({
          sent: 4,
          queued: 0,
          full: 0,
          closed: 0,
        });
        expect(encoded).toEqual({ json: 1, binary: 1 });
        expect(await clients[0]!.texts(1)).toEqual(['{"sequence":5}']);
        await clients[3]!.texts(2);
        expect([...clients[3]!.messages[1]!.data]).toEqual([5, 0, 0, 0]);
        clients[1]!.socket.send('leave');
        clients[2]!.socket.terminate();
        await until(() => lobby!.size === 2);
        for (const client of clients) client.socket.close();
        await until(() => host.size === 0 && lobby!.size === 0);
        expect(host.room('lobby').broadcast('nobody')).toEqual({ sent: 0, queued: 0, full: 0, closed: 0 });
      },
    );
  });
});
