// Violations of RFC 6455 as raw frames: the close code says what was wrong.

import { describe, expect, it } from 'vitest';
import type { CloseInfo } from '../src/index.ts';
import { closeFrame, frame, RawPeer } from './support/raw-peer.ts';
import { until, withHost } from './support/with-host.ts';

/** Connects, sends the pieces, each in a packet of its own, and gives the frames that come back until the connection closes. */
async function exchange(port: number, pieces: readonly Uint8Array[]): Promise<RawPeer> {
  const peer = await RawPeer.connect(port);
  expect(peer.status).toBe(101);
  await peer.send(...pieces);
  await peer.closed;
  return peer;
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
    [
      'a frame that says it is longer than 2^53 bytes',
      1009,
      [Buffer.from([0x82, 0xff, 0x7f, ...Array(7).fill(0xff), 0, 0, 0, 0])],
    ],
    [
      'a frame that says it is a gigabyte long, before it comes',
      1009,
      [Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0])],
    ],
    [
      'more fragments than any message needs',
      1008,
      [frame(1, '', { fin: false }), Buffer.concat(Array.from({ length: 17_000 }, () => frame(0, '', { fin: false })))],
    ],
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
      expect((await exchange(port, pieces)).closeCode).toBe(code);
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
        expect((await exchange(port, fragments)).closeCode).toBe(1007);
      }
      expect(messages).toEqual([]);
      for (let at = 1; at < good.length; at++) {
        const fragments = [
          frame(1, good.subarray(0, at), { fin: false }),
          frame(0, good.subarray(at)),
          closeFrame(1000),
        ];
        const { frames, closeCode } = await exchange(port, fragments);
        expect(frames[0]!.payload.toString()).toBe(String(good));
        expect(closeCode).toBe(1000);
      }
      const whole = Buffer.concat([frame(1, good), closeFrame(1000)]);
      for (let at = 1; at < whole.length; at++) {
        messages.length = 0;
        // The message is delivered, although the close frame behind it comes before anybody could answer.
        expect((await exchange(port, [whole.subarray(0, at), whole.subarray(at)])).closeCode).toBe(1000);
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
      const { frames, closeCode } = await exchange(port, [Buffer.concat(pieces)]);
      expect(frames.map(({ opcode, payload }) => [opcode, String(payload)]).slice(0, 1)).toEqual([[10, 'ping']]);
      expect(closeCode).toBe(4999);
      await until(() => infos.length === 1);
      expect(infos[0]).toEqual({ code: 4999, reason: 'bye', wasClean: true, by: 'peer' });
      for (const code of [1000, 1001, 1003, 1007, 1011, 1014, 3000])
        expect((await exchange(port, [closeFrame(code)])).closeCode).toBe(code);
      expect((await exchange(port, [frame(8)])).closeCode).toBe(1005);
    });
  });
});
