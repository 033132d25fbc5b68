// Our client against servers that do it wrong: raw TCP servers written for the test.

import { createHash } from 'node:crypto';
import net, { type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ConnectOptions, WebSocketConnection } from '../src/index.ts';
import { frame } from './support/raw-peer.ts';
import { until, withHost } from './support/with-host.ts';

interface Visit {
  readonly socket: net.Socket;
  readonly head: string;
  /** The right answer to the handshake. */
  readonly answer: string;
  received: Buffer;
}

/** A TCP server that does with each client what `visit` says, once the handshake has come. */
async function withRawServer(visit: (visit: Visit) => void, use: (url: string) => Promise<void>): Promise<void> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    let head = '';
    let visited: Visit | undefined;
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (data) => {
      if (visited !== undefined) {
        visited.received = Buffer.concat([visited.received, data]);
        return;
      }
      head += data.toString('latin1');
      if (!head.endsWith('\r\n\r\n')) return;
      const key = /sec-websocket-key: (.*)\r/i.exec(head)![1]!;
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      const answer = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
      visited = { socket, head, answer, received: Buffer.alloc(0) };
      visit(visited);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

function connectTo(
  visit: (visit: Visit) => void,
  options: ConnectOptions,
  use: (connecting: Promise<WebSocketConnection>) => Promise<void>,
): Promise<void> {
  return withRawServer(visit, (url) =>
    withHost(
      () => undefined,
      ({ client }) => use(Promise.resolve(client.connect(url, { closeTimeoutMs: 100, ...options }))),
    ),
  );
}

const unmasked = (opcode: number, payload: Uint8Array | string = '', more = {}): Buffer =>
  frame(opcode, payload, { masked: false, ...more });

describe('an answer to the handshake', () => {
  it.each<[string, (visit: Visit) => void, ConnectOptions, string, RegExp]>([
    ['that is closed', ({ socket }) => socket.end(), {}, 'ICHOR_WEBSOCKET_CONNECT_FAILED', /hang up/],
    ['that is no HTTP', ({ socket }) => socket.end('hello'), {}, 'ICHOR_WEBSOCKET_CONNECT_FAILED', /Parse/],
    [
      'of half a head',
      ({ socket, answer }) => socket.end(answer.slice(0, 40)),
      {},
      'ICHOR_WEBSOCKET_CONNECT_FAILED',
      /./,
    ],
    [
      'with the key of another',
      ({ socket, answer }) => socket.write(answer.replace(/Accept: ..../, 'Accept: AAAA')),
      {},
      'ICHOR_WEBSOCKET_CONNECT_FAILED',
      /Accept/,
    ],
    [
      'that upgrades to something else',
      ({ socket, answer }) => socket.write(answer.replace('Upgrade: websocket', 'Upgrade: other')),
      {},
      'ICHOR_WEBSOCKET_CONNECT_FAILED',
      /Upgrade/,
    ],
    [
      'with a sub-protocol that nobody offered',
      ({ socket, answer }) => socket.write(answer.replace('\r\n\r\n', '\r\nSec-WebSocket-Protocol: b\r\n\r\n')),
      { protocols: ['a'] },
      'ICHOR_WEBSOCKET_CONNECT_FAILED',
      /subprotocol/,
    ],
    [
      'without any of the sub-protocols',
      ({ socket, answer }) => socket.write(answer),
      { protocols: ['a'] },
      'ICHOR_WEBSOCKET_CONNECT_FAILED',
      /subprotocol/,
    ],
    [
      'with an extension that nobody offered',
      ({ socket, answer }) =>
        socket.write(answer.replace('\r\n\r\n', '\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n')),
      {},
      'ICHOR_WEBSOCKET_CONNECT_FAILED',
      /xtension/,
    ],
    [
      'with a parameter of compression that does not exist',
      ({ socket, answer }) =>
        socket.write(answer.replace('\r\n\r\n', '\r\nSec-WebSocket-Extensions: permessage-deflate; x\r\n\r\n')),
      { compression: true },
      'ICHOR_WEBSOCKET_CONNECT_FAILED',
      /xtension/,
    ],
    [
      'that sends elsewhere',
      ({ socket }) => socket.end('HTTP/1.1 302 Found\r\nLocation: ws://a\r\nContent-Length: 0\r\n\r\n'),
      {},
      'ICHOR_WEBSOCKET_REFUSED',
      /302/,
    ],
    ['that is 200', ({ socket }) => socket.end('HTTP/1.1 200 OK\r\n\r\n'), {}, 'ICHOR_WEBSOCKET_REFUSED', /200/],
    ['that never comes', () => undefined, { connectTimeoutMs: 30 }, 'ICHOR_WEBSOCKET_CONNECT_TIMEOUT', /30 ms/],
  ])('%s is a coded failure', async (_what, visit, options, code, message) => {
    let socket: net.Socket | undefined;
    const seen = (each: Visit): void => {
      ({ socket } = each);
      visit(each);
    };
    await connectTo(seen, options, async (connecting) => {
      await expect(connecting).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
      // The connection is not left open.
      await until(() => socket!.destroyed);
    });
  });

  it('may have frames right behind it', async () => {
    const visit = ({ socket, answer }: Visit): void =>
      void socket.write(Buffer.concat([Buffer.from(answer), unmasked(1, 'a'), unmasked(1, 'b')]));
    await connectTo(visit, {}, async (connecting) => {
      const stream = (await connecting).messages();
      expect((await stream.next()).value!.text).toBe('a');
      expect((await stream.next()).value!.text).toBe('b');
    });
  });
});

describe('a server that violates the protocol', () => {
  it.each<[string, number, Buffer]>([
    ['by masking', 1002, frame(1, 'a')],
    ['with a reserved bit', 1002, unmasked(1, 'a', { reserved: 4 })],
    ['with a long ping', 1002, unmasked(9, 'x'.repeat(126))],
    ['with bad UTF-8', 1007, unmasked(1, Buffer.from([0xff]))],
    ['with too long a message', 1009, unmasked(2, 'x'.repeat(2000))],
    ['with a close code that is never sent', 1002, unmasked(8, Buffer.from([0x03, 0xed]))],
  ])('%s gets %i', async (_how, code, bytes) => {
    let visited: Visit | undefined;
    const visit = (each: Visit): void => {
      visited = each;
      each.socket.write(each.answer);
      each.socket.write(bytes);
    };
    await connectTo(visit, { maxMessageBytes: 1000, reconnect: true }, async (connecting) => {
      const connection = await connecting;
      expect(await connection.whenClosed()).toMatchObject({ code, by: 'us' });
      // A close frame of a client: masked, with the code.
      const { received } = visited!;
      expect([received[0], received[1]! >> 7]).toEqual([0x88, 1]);
      expect((((received[6]! ^ received[2]!) << 8) | (received[7]! ^ received[3]!)) & 0xffff).toBe(code);
    });
  });

  it('by not answering the close is left in time; by closing without a word is lost', async () => {
    await connectTo(
      ({ socket, answer }) => socket.write(answer),
      {},
      async (connecting) => {
        const connection = await connecting;
        connection.close(4000, 'bye');
        expect([connection.state, connection.send('x')]).toEqual(['closing', 'closed']);
        expect(await connection.whenClosed()).toEqual({ code: 4000, reason: 'bye', wasClean: false, by: 'us' });
      },
    );
    await connectTo(
      ({ socket, answer }) => socket.end(answer),
      {},
      async (connecting) => {
        expect(await (await connecting).whenClosed()).toEqual({ code: 1006, reason: '', wasClean: false, by: 'lost' });
      },
    );
  });

  it('by never reading is bounded like a slow client', async () => {
    const visit = ({ socket, answer }: Visit): void => {
      socket.write(answer);
      socket.pause();
    };
    const options = { highWaterBytes: 32_768, lowWaterBytes: 8192, maxQueuedBytes: 65_536 };
    await connectTo(visit, options, async (connecting) => {
      const connection = await connecting;
      const bytes = new Uint8Array(10_000);
      let result = connection.send(bytes);
      for (let i = 0; i < 10_000 && result !== 'full'; i++) {
        result = connection.send(bytes);
        if (i % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      expect(result).toBe('full');
      expect(connection.bufferedBytes).toBeLessThan(32_768 + 65_536 + 20_000);
      // What was to be sent has not been masked in place.
      expect(bytes.every((byte) => byte === 0)).toBe(true);
    });
  });
});
