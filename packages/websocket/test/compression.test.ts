// permessage-deflate (RFC 7692) on both sides: what is negotiated, what is compressed, and what a peer can do with it.

import { constants, createDeflateRaw, createInflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import type { AddressInfo } from 'node:net';
import type { CloseInfo, CompressionOptions, ConnectionOptions, WebSocketConnection } from '../src/index.ts';
import { compressionOffers } from '../src/protocol/compression-offers.ts';
import { frame, RawPeer } from './support/raw-peer.ts';
import { until, withHost, type Running } from './support/with-host.ts';
import { WsClient } from './support/ws-client.ts';

const long = 'the same words again and again, '.repeat(200);
const tail = Buffer.from([0x00, 0x00, 0xff, 0xff]);

/** A message compressed as RFC 7692 section 7.2.1 says. */
function deflated(text: string | Uint8Array, windowBits = 15): Buffer {
  const bytes = deflateRawSync(text, { windowBits, finishFlush: constants.Z_SYNC_FLUSH });
  return bytes.subarray(0, -4);
}

function inflated(payload: Buffer, windowBits = 15): string {
  return String(inflateRawSync(Buffer.concat([payload, tail]), { windowBits, finishFlush: constants.Z_SYNC_FLUSH }));
}

interface Server extends Running {
  readonly infos: CloseInfo[];
  readonly opened: WebSocketConnection[];
}

function echo(options: ConnectionOptions, use: (running: Server) => Promise<void>): Promise<void> {
  const infos: CloseInfo[] = [];
  const opened: WebSocketConnection[] = [];
  return withHost(
    ({ host }) =>
      void host.endpoint('/', { closeTimeoutMs: 100, ...options }, (connection) => {
        opened.push(connection);
        connection.onClose((info) => void infos.push(info));
        connection.onMessage((message) => void connection.send(message));
      }),
    (running) => use({ ...running, infos, opened }),
  );
}

const offer = (text: string): string => `Sec-WebSocket-Extensions: ${text}\r\n`;
const chosen = ({ head }: RawPeer): string | undefined => /^sec-websocket-extensions: (.*)\r$/im.exec(head)?.[1];

describe('negotiation by a host', () => {
  it('does not compress unless that is wanted, whatever the client offers', async () => {
    await echo({}, async ({ port }) => {
      const peer = await RawPeer.connect(port, '/', offer('permessage-deflate; client_max_window_bits'));
      expect([peer.status, chosen(peer)]).toEqual([101, undefined]);
      await peer.send(frame(1, deflated('x'), { reserved: 4 }));
      await peer.closed;
      expect(peer.closeCode).toBe(1002);
    });
  });

  const both = 'server_no_context_takeover; client_no_context_takeover';
  it.each<[string, string | undefined]>([
    ['permessage-deflate', `permessage-deflate; ${both}`],
    ['permessage-deflate; client_max_window_bits', `permessage-deflate; ${both}`],
    ['x-other; a=b, permessage-deflate', `permessage-deflate; ${both}`],
    ['permessage-deflate; server_max_window_bits=10', `permessage-deflate; server_max_window_bits=10; ${both}`],
    ['permessage-deflate; server_max_window_bits="10"', `permessage-deflate; server_max_window_bits=10; ${both}`],
    // RFC 7692 section 5.1: offers that are wrong are declined, not the handshake.
    ['permessage-deflate; server_max_window_bits', undefined],
    ['permessage-deflate; server_max_window_bits=7', undefined],
    ['permessage-deflate; server_max_window_bits=16', undefined],
    ['permessage-deflate; server_max_window_bits=010', undefined],
    ['permessage-deflate; client_max_window_bits=8.5', undefined],
    ['permessage-deflate; server_no_context_takeover=true', undefined],
    ['permessage-deflate; unknown', undefined],
    ['permessage-deflate; server_no_context_takeover; server_no_context_takeover', undefined],
    ['x-webkit-deflate-frame', undefined],
    // And the next one is looked at.
    [
      'permessage-deflate; unknown, permessage-deflate; server_max_window_bits=9',
      `permessage-deflate; server_max_window_bits=9; ${both}`,
    ],
  ])('answers %s with %s', async (offered, answer) => {
    await echo({ compression: { thresholdBytes: 0 } }, async ({ port }) => {
      const peer = await RawPeer.connect(port, '/', offer(offered));
      expect(peer.status).toBe(101);
      expect(chosen(peer)?.split('; ').toSorted()).toEqual(answer?.split('; ').toSorted());
      await peer.send(frame(1, long));
      const [answered] = await peer.frameCount(1);
      expect(answered!.isCompressed).toBe(answer !== undefined);
    });
  });

  it('agrees to context take-over, and to do without it where the client wants that', async () => {
    await echo({ compression: { contextTakeover: true } }, async ({ port }) => {
      expect(chosen(await RawPeer.connect(port, '/', offer('permessage-deflate')))).toBe('permessage-deflate');
      const peer = await RawPeer.connect(port, '/', offer('permessage-deflate; server_no_context_takeover'));
      expect(chosen(peer)).toBe('permessage-deflate; server_no_context_takeover');
    });
  });

  it('refuses what does not follow the grammar, with 400', async () => {
    await echo({ compression: true }, async ({ port }) => {
      for (const wrong of ['permessage-deflate;', 'a b', '=', 'a; b=', 'a; b="c', 'a; b="c d"', 'ä', 'a; ;b']) {
        const peer = await RawPeer.connect(port, '/', offer(wrong));
        expect([wrong, peer.status]).toEqual([wrong, 400]);
        peer.socket.destroy();
      }
    });
  });

  it('speaks with every window that a client may ask for', async () => {
    await echo({ compression: { thresholdBytes: 0, level: 9 } }, async ({ port }) => {
      for (let bits = 8; bits <= 15; bits++) {
        const peer = await RawPeer.connect(port, '/', offer(`permessage-deflate; server_max_window_bits=${bits}`));
        // Repeats at every distance up to 40 KB.
        const text = Array.from({ length: 4000 }, (_, i) => `${i % 997} ${long.slice(0, i % 300)}`).join('');
        await peer.send(frame(1, deflated(text), { reserved: 4 }));
        const [answered] = await peer.frameCount(1);
        expect(inflated(answered!.payload, bits) === text).toBe(true);
        peer.socket.destroy();
      }
    });
  });
});

describe('offers', () => {
  const names = ['server_no_context_takeover', 'client_no_context_takeover', 'client_max_window_bits'];

  it('that are valid come back as they were, whatever stands between them', () => {
    const parameters = fc.tuple(fc.uniqueArray(fc.constantFrom(...names)), fc.option(fc.integer({ min: 8, max: 15 })));
    const valid = parameters.map(([flags, bits]) =>
      ['permessage-deflate', ...flags, ...(bits === null ? [] : [`server_max_window_bits=${bits}`])].join('; '),
    );
    const invalid = fc.constantFrom(
      'other',
      'permessage-deflate; x=1',
      'permessage-deflate; client_max_window_bits=1',
      '',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(valid, invalid)), fc.constantFrom(',', ', ', ' ,\t'), (elements, between) => {
        const kept = elements.filter((one) => /^permessage-deflate(?!.*(?:x=1|bits=1(?!\d)))/.test(one));
        expect(compressionOffers(elements.join(between))).toBe(kept.join(', '));
      }),
    );
  });

  it('of any kind are read or refused, quickly', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ';', '=', ',', '"', '\\', ' ', '8'), maxLength: 300 }),
        (text) => {
          try {
            expect(compressionOffers(text)).toBe('');
          } catch (error) {
            expect(error).toMatchObject({ status: 400 });
          }
        },
      ),
    );
    const begin = performance.now();
    for (const part of ['a;', 'a ', '"\\', ' \t', 'a="', ',;'])
      try {
        compressionOffers(part.repeat(50_000));
      } catch {
        // Refused.
      }
    expect(performance.now() - begin).toBeLessThan(2000);
  });
});

describe('compressed messages', () => {
  it('are as they were, also in fragments, empty, and with control frames between', async () => {
    await echo({ compression: { thresholdBytes: 100 } }, async ({ port }) => {
      const peer = await RawPeer.connect(port, '/', offer('permessage-deflate'));
      const bytes = deflated(long);
      await peer.send(
        frame(1, bytes.subarray(0, 10), { reserved: 4, fin: false }),
        frame(9, 'still there?'),
        frame(0, bytes.subarray(10)),
        frame(1, deflated(''), { reserved: 4 }),
        // Uncompressed messages stay allowed (section 6).
        frame(1, 'plain'),
        // Section 7.2.3.5: a block with BFINAL set.
        frame(1, Buffer.concat([deflateRawSync('final'), Buffer.from([0])]), { reserved: 4 }),
      );
      const [pong, ...messages] = await peer.frameCount(5);
      expect(pong!.opcode).toBe(10);
      expect(messages.map(({ isCompressed }) => isCompressed)).toEqual([true, false, false, false]);
      expect(inflated(messages[0]!.payload)).toBe(long);
      expect(messages.slice(1).map(({ payload }) => String(payload))).toEqual(['', 'plain', 'final']);
    });
  });

  it('keep the window between them where that is agreed, and only there', async () => {
    for (const contextTakeover of [true, false]) {
      await echo({ compression: { contextTakeover, thresholdBytes: 0 } }, async ({ port }) => {
        const peer = await RawPeer.connect(port, '/', offer('permessage-deflate'));
        const deflate = createDeflateRaw();
        const inflate = createInflateRaw();
        let text = '';
        inflate.on('data', (data: Buffer) => (text += String(data)));
        const sizes: number[] = [];
        for (let i = 0; i < 3; i++) {
          let payload = deflated(long);
          if (contextTakeover) {
            const pieces: Buffer[] = [];
            const collect = (piece: Buffer): void => void pieces.push(piece);
            deflate.on('data', collect);
            deflate.write(long);
            await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, () => resolve()));
            deflate.off('data', collect);
            payload = Buffer.concat(pieces).subarray(0, -4);
          }
          await peer.send(frame(1, payload, { reserved: 4 }));
          const answered = (await peer.frameCount(i + 1))[i]!;
          sizes.push(answered.payload.length);
          if (!contextTakeover) expect(inflated(answered.payload)).toBe(long);
          else
            await new Promise<void>(
              (resolve) => void inflate.write(Buffer.concat([answered.payload, tail]), () => resolve()),
            );
        }
        if (contextTakeover) expect(text).toBe(long.repeat(3));
        expect(sizes[2]! < sizes[0]!).toBe(contextTakeover);
        peer.socket.destroy();
      });
    }
  });

  it('stay in order with those that are too short for it, and go before the close frame', async () => {
    await withHost(
      ({ host }) =>
        void host.endpoint('/', { compression: { thresholdBytes: 50 } }, (connection) => {
          for (let i = 0; i < 40; i++) connection.send(`${i} ${i % 2 === 0 ? long : ''}`);
          connection.close(4000, 'that was all');
        }),
      async ({ url }) => {
        const client = await WsClient.connect(url, [], { perMessageDeflate: true });
        expect((await client.texts(40)).map((text) => Number(text.split(' ')[0]))).toEqual(
          Array.from({ length: 40 }, (_, i) => i),
        );
        expect(await client.closed).toEqual({ code: 4000, reason: 'that was all' });
      },
    );
  });

  it('that cannot be decompressed close with 1007, and say so', async () => {
    await echo({ compression: true }, async ({ port, infos, log }) => {
      for (const wrong of [Buffer.from([0xff, 0xff, 0xff]), Buffer.from([0x06, 0x80])]) {
        const peer = await RawPeer.connect(port, '/', offer('permessage-deflate'));
        await peer.send(frame(2, wrong, { reserved: 4 }));
        await peer.closed;
        expect(peer.closeCode).toBe(1007);
      }
      await until(() => infos.length === 2);
      expect(infos).toEqual([1, 2].map(() => expect.objectContaining({ code: 1007, by: 'us' })));
      expect(log.filter(({ level }) => level === 'warn')).toHaveLength(2);
    });
  });

  it('must not mark a continuation or a control frame as compressed (section 6.1)', async () => {
    await echo({ compression: true }, async ({ port }) => {
      for (const pieces of [
        [frame(1, deflated(long).subarray(0, 5), { reserved: 4, fin: false }), frame(0, 'x', { reserved: 4 })],
        [frame(9, 'x', { reserved: 4 })],
      ]) {
        const peer = await RawPeer.connect(port, '/', offer('permessage-deflate'));
        await peer.send(...pieces);
        await peer.closed;
        expect(peer.closeCode).toBe(1002);
      }
    });
  });

  it('that are text are checked for UTF-8 after decompression', async () => {
    await echo({ compression: true }, async ({ port }) => {
      const peer = await RawPeer.connect(port, '/', offer('permessage-deflate'));
      await peer.send(frame(1, deflated(Buffer.from([0xc3, 0x28])), { reserved: 4 }));
      await peer.closed;
      expect(peer.closeCode).toBe(1007);
    });
  });
});

describe('a decompression bomb', () => {
  it('is stopped at the limit with 1009, in one frame or in many, and takes no memory', async () => {
    const bomb = deflated(Buffer.alloc(200_000_000));
    expect(bomb.length).toBeLessThan(250_000);
    await echo({ compression: true, maxMessageBytes: 1_000_000 }, async ({ port, infos, opened }) => {
      const before = process.memoryUsage().rss;
      let most = 0;
      const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 1);
      const half = Math.floor(bomb.length / 2);
      for (const pieces of [
        [frame(2, bomb, { reserved: 4 })],
        [frame(2, bomb.subarray(0, half), { reserved: 4, fin: false }), frame(0, bomb.subarray(half))],
      ]) {
        const peer = await RawPeer.connect(port, '/', offer('permessage-deflate'));
        await peer.send(...pieces);
        await peer.closed;
        expect(peer.closeCode).toBe(1009);
      }
      clearInterval(watch);
      await until(() => infos.length === 2);
      expect(opened.map(({ metrics }) => metrics.received)).toEqual([0, 0]);
      expect(most - before).toBeLessThan(60_000_000);
    });
  });

  it('of a server is stopped by a client the same way', async () => {
    await withWsServer({}, async (server, url) => {
      server.on('connection', (socket) => socket.send(Buffer.alloc(20_000_000)));
      await withHost(
        () => undefined,
        async ({ client }) => {
          const connection = await client.connect(url, { compression: true, maxMessageBytes: 1_000_000 });
          expect(await connection.whenClosed()).toMatchObject({ code: 1009, by: 'us' });
          expect(connection.metrics.received).toBe(0);
        },
      );
    });
  });
});

async function withWsServer(
  compression: object,
  use: (server: WebSocketServer, url: string, sockets: WebSocket[]) => Promise<void>,
): Promise<void> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: compression });
  const sockets: WebSocket[] = [];
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('message', (data, binary) => socket.send(data, { binary }));
  });
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    await use(server, `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets);
  } finally {
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe('a client', () => {
  it.each<[string, CompressionOptions | true, object, RegExp]>([
    ['without context take-over', true, {}, /server_no_context_takeover; client_no_context_takeover/],
    ['with context take-over', { contextTakeover: true }, {}, /^permessage-deflate; client_max_window_bits$/],
    ['with a server that wants none', { contextTakeover: true }, { clientNoContextTakeover: true }, /^permessage/],
    ['with a server of small windows', true, { serverMaxWindowBits: 9, clientMaxWindowBits: 9 }, /^permessage/],
  ])('compresses %s', async (_how, compression, server, offered) => {
    await withWsServer({ ...server, threshold: 0 }, async (wss, url, sockets) => {
      let extensions = '';
      wss.on('headers', (_lines, request) => void (extensions = request.headers['sec-websocket-extensions']!));
      await withHost(
        () => undefined,
        async ({ client }) => {
          const options = compression === true ? {} : compression;
          const connection = await client.connect(url, { compression: { ...options, thresholdBytes: 0 } });
          expect(extensions).toMatch(offered);
          expect(sockets[0]!.extensions).toBe('permessage-deflate');
          const stream = connection.messages();
          for (let i = 0; i < 5; i++) {
            connection.send(`${i}${long}`);
            expect((await stream.next()).value!.text).toBe(`${i}${long}`);
          }
        },
      );
    });
  });

  it('does without where the server does not compress', async () => {
    await echo({}, async ({ url, client }) => {
      const connection = await client.connect(url, { compression: true });
      connection.send(long);
      expect((await connection.messages().next()).value!.text).toBe(long);
    });
  });
});
