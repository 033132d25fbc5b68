// Violations of RFC 6455 as raw frames: the close code says what was wrong.

import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import type { CloseInfo } from '../src/index.ts';
import { until, withHost } from './support/with-host.ts';

interface FrameOptions {
  readonly fin?: boolean;
  readonly masked?: boolean;
  readonly reserved?: number;
}

/** A frame as a client sends it, or should not. */
function frame(opcode: number, payload: Uint8Array | string = '', options: FrameOptions = {}): Buffer {
  const { fin = true, masked = true, reserved = 0 } = options;
  const body = Buffer.from(payload as Uint8Array);
  const head = [(fin ? 0x80 : 0) | (reserved << 4) | opcode];
  const maskBit = masked ? 0x80 : 0;
  if (body.length < 126) head.push(maskBit | body.length);
  else if (body.length < 65_536) head.push(maskBit | 126, body.length >> 8, body.length & 0xff);
  else {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(body.length));
    head.push(maskBit | 127, ...length);
  }
  if (!masked) return Buffer.concat([Buffer.from(head), body]);
  const mask = randomBytes(4);
  return Buffer.concat([Buffer.from(head), mask, body.map((byte, i) => byte ^ mask[i % 4]!)]);
}

const closeFrame = (code: number, reason = ''): Buffer => {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, 2);
  return frame(8, payload);
};

/** Connects, sends the pieces, each in a packet of its own, and gives the frames that come back. */
async function exchange(port: number, pieces: readonly Uint8Array[]): Promise<{ opcode: number; payload: Buffer }[]> {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  let received = Buffer.alloc(0);
  socket.on('data', (data) => (received = Buffer.concat([received, data])));
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(
    'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await until(() => received.includes('\r\n\r\n'));
  expect(received.toString('latin1')).toMatch(/^HTTP\/1\.1 101 /);
  received = received.subarray(received.indexOf('\r\n\r\n') + 4);
  for (const piece of pieces) {
    socket.write(piece);
    if (pieces.length > 1) await new Promise((resolve) => setImmediate(resolve));
  }
  await closed;
  const frames: { opcode: number; payload: Buffer }[] = [];
  for (let at = 0; at < received.length;) {
    const opcode = received[at]! & 0x0f;
    let length = received[at + 1]! & 0x7f;
    at += 2;
    if (length === 126) {
      length = received.readUInt16BE(at);
      at += 2;
    }
    frames.push({ opcode, payload: received.subarray(at, at + length) });
    at += length;
  }
  return frames;
}

async function withEcho(use: (port: number, infos: CloseInfo[], messages: string[]) => Promise<void>): Promise<void> {
  const infos: CloseInfo[] = [];
  const messages: string[] = [];
  await withHost(
    ({ host }) =>
      void host.endpoint('/', { maxMessageBytes: 1000, closeTimeoutMs: 200 }, (connection) => {
        connection.onClose((info) => void infos.push(info));
        connection.onMessage((message) => {
          messages.push(message.text);
          connection.send(message);
        });
      }),
    async ({ port }) => use(port, infos, messages),
  );
}

/** The code of the close frame among what came back; 1005 for one without a code. */
function closeCode(frames: readonly { opcode: number; payload: Buffer }[]): number | undefined {
  const payload = frames.find(({ opcode }) => opcode === 8)?.payload;
  return payload === undefined ? undefined : payload.length === 0 ? 1005 : payload.readUInt16BE(0);
}

describe('a violation', () => {
  const long = 'x'.repeat(126);
  it.each<[string, number, readonly Buffer[]]>([
    ['an unmasked frame (5.1)', 1002, [frame(1, 'a', { masked: false })]],
    ['the first reserved bit without compression (5.2)', 1002, [frame(1, 'a', { reserved: 4 })]],
    ['the second reserved bit', 1002, [frame(1, 'a', { reserved: 2 })]],
    ['the third reserved bit', 1002, [frame(1, 'a', { reserved: 1 })]],
    ['a reserved opcode for data', 1002, [frame(3, 'a')]],
    ['a reserved opcode for control', 1002, [frame(11, 'a')]],
    ['a control frame of more than 125 bytes (5.5)', 1002, [frame(9, long)]],
    ['a fragmented control frame (5.5)', 1002, [frame(9, 'a', { fin: false })]],
    ['a continuation of nothing (5.4)', 1002, [frame(0, 'a')]],
    ['a new message inside a fragmented one (5.4)', 1002, [frame(1, 'a', { fin: false }), frame(1, 'b')]],
    ['text that is no UTF-8 (8.1)', 1007, [frame(1, Buffer.from([0xc3, 0x28]))]],
    ['a surrogate in UTF-8', 1007, [frame(1, Buffer.from([0xed, 0xa0, 0x80]))]],
    ['an overlong encoding', 1007, [frame(1, Buffer.from([0xc0, 0xaf]))]],
    ['a message longer than the limit', 1009, [frame(1, 'x'.repeat(1001))]],
    [
      'fragments that are longer than the limit together',
      1009,
      [frame(1, 'x'.repeat(600), { fin: false }), frame(0, 'x'.repeat(600))],
    ],
    ['a close frame of one byte (5.5.1)', 1002, [frame(8, 'a')]],
    ['a close frame with a reason that is no UTF-8', 1007, [frame(8, Buffer.from([0x03, 0xe8, 0xff]))]],
    ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000].map((code): [string, number, Buffer[]] => [
      `the close code ${code} (7.4)`,
      1002,
      [closeFrame(code)],
    ]),
  ])('by %s is answered %i', async (_what, code, pieces) => {
    await withEcho(async (port, infos, messages) => {
      expect(closeCode(await exchange(port, pieces))).toBe(code);
      await until(() => infos.length === 1);
      expect(infos[0]).toMatchObject({ code, by: 'us' });
      expect(messages).toEqual([]);
    });
  });

  it('of UTF-8 is found wherever the fragment or packet ends', async () => {
    const bad = Buffer.from([...Buffer.from('κόσμε'), 0xf4, 0x90, 0x80, 0x80, ...Buffer.from('x')]);
    const good = Buffer.from('κόσμε 𝄞 €');
    await withEcho(async (port, _infos, messages) => {
      for (let at = 1; at < bad.length; at++) {
        const fragments = [frame(1, bad.subarray(0, at), { fin: false }), frame(0, bad.subarray(at))];
        expect(closeCode(await exchange(port, fragments))).toBe(1007);
      }
      expect(messages).toEqual([]);
      for (let at = 1; at < good.length; at++) {
        const fragments = [
          frame(1, good.subarray(0, at), { fin: false }),
          frame(0, good.subarray(at)),
          closeFrame(1000),
        ];
        const frames = await exchange(port, fragments);
        expect(frames[0]!.payload.toString()).toBe(String(good));
        expect(closeCode(frames)).toBe(1000);
      }
      const whole = Buffer.concat([frame(1, good), closeFrame(1000)]);
      for (let at = 1; at < whole.length; at++) {
        messages.length = 0;
        // The message is delivered, although the close frame behind it comes before anybody could answer.
        expect(closeCode(await exchange(port, [whole.subarray(0, at), whole.subarray(at)]))).toBe(1000);
        await until(() => messages.length === 1);
        expect(messages).toEqual([String(good)]);
      }
    });
  }, 60_000);
});

describe('what is allowed', () => {
  it('is control frames between fragments, empty fragments, and close codes that may be sent', async () => {
    await withEcho(async (port, infos) => {
      const pieces = [
        frame(1, 'a', { fin: false }),
        frame(9, 'ping'),
        frame(0, '', { fin: false }),
        frame(10, 'unasked'),
        frame(0, 'b'),
        closeFrame(4999, 'bye'),
      ];
      const frames = await exchange(port, [Buffer.concat(pieces)]);
      expect(frames.map(({ opcode, payload }) => [opcode, String(payload)]).slice(0, 1)).toEqual([[10, 'ping']]);
      expect(closeCode(frames)).toBe(4999);
      await until(() => infos.length === 1);
      expect(infos[0]).toEqual({ code: 4999, reason: 'bye', wasClean: true, by: 'peer' });
      for (const code of [1000, 1001, 1003, 1007, 1011, 1014, 3000])
        expect(closeCode(await exchange(port, [closeFrame(code)]))).toBe(code);
      expect(closeCode(await exchange(port, [frame(8)]))).toBe(1005);
    });
  });
});
