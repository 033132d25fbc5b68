// What a handler was given is its own: bytes that arrive later, on this or another connection, do not change it.

import { describe, expect, it } from 'vitest';
import { text } from '../../src/index.ts';
import { RawClient } from '../support/raw-client.ts';
import { withHost } from '../support/with-host.ts';

describe('the body of a request', () => {
  for (const body of ['bytes', 'stream'] as const) {
    for (const [framing, head, tail] of [
      ['with a length', 'Content-Length: 10\r\n\r\n', ''],
      ['in a chunk', 'Transfer-Encoding: chunked\r\n\r\na\r\n', '\r\n0\r\n\r\n'],
    ] as const) {
      for (const pieces of [1, 2] as const) {
        it(`${framing}, as ${body}, in ${pieces} pieces, stays as it was while others arrive`, async () => {
          const release: (() => void)[] = [];
          await withHost(
            (host) => {
              host.post('/', { body }, async (request) => {
                const given = request.body;
                await new Promise<void>((resolve) => release.push(resolve));
                const bytes = given instanceof Uint8Array ? given : await given.bytes();
                return text(Buffer.from(bytes).toString('latin1'));
              });
              host.post('/other', () => text('other'));
            },
            async ({ port }) => {
              const client = await RawClient.connect(port);
              const content = 'abcdefghij';
              client.send(`POST / HTTP/1.1\r\nHost: a\r\n${head}${content.slice(0, pieces === 1 ? 10 : 5)}`);
              if (pieces === 2) await new Promise((resolve) => setTimeout(resolve, 20));
              client.send(`${pieces === 1 ? '' : content.slice(5)}${tail}`);
              while (release.length === 0) await new Promise((resolve) => setImmediate(resolve));
              const other = await RawClient.connect(port);
              for (let round = 1; round <= 3; round++) {
                other.send(`POST /other HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n${'#'.repeat(500)}`);
                await other.until('\r\n\r\nother', round);
              }
              release[0]!();
              expect(await client.until('\r\n\r\n' + content)).toMatch(/^HTTP\/1\.1 200 /);
              client.socket.destroy();
              other.socket.destroy();
            },
          );
        });
      }
    }
  }
});
