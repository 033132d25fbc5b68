// Clients that read slowly: as long as they take something they get everything, whatever time-out would end an idle connection.

import { describe, expect, it } from 'vitest';
import { RawClient } from '../support/raw-client.ts';
import { inVirtualTime, turn } from '../support/virtual-time.ts';
import { text } from '../../src/index.ts';

const length = 20_000_000;

for (const engine of ['net', 'node-http'] as const) {
  describe(`a client that reads slowly, on the engine ${engine},`, () => {
    for (const [what, head] of [
      ['that asked for the connection to be closed', 'Connection: close\r\n'],
      ['whose connection would be idle by then', ''],
    ] as const) {
      it(`${what} gets the whole answer, however long that takes`, async () => {
        await inVirtualTime(
          (host) => {
            host.get('/large', () => text('x'.repeat(length)));
          },
          async ({ port, pass }) => {
            const client = await RawClient.connect(port);
            client.socket.pause();
            client.send(`GET /large HTTP/1.1\r\nHost: a\r\n${head}\r\n`);
            // Steps larger than what systems hold back, so that the host sees each of them.
            while (client.received.length < length && !client.socket.closed) {
              await pass(1000);
              const before = client.received.length;
              client.socket.resume();
              while (client.received.length < Math.min(length, before + 3_000_000) && !client.socket.closed)
                await turn();
              client.socket.pause();
            }
            expect(client.received.length).toBeGreaterThan(length);
            client.socket.resume();
            await pass(10_000);
            await client.closed;
          },
          // On node:http progress within one write is not seen.
          { engine, timeouts: { idleMs: 2000, ...(engine === 'net' ? {} : { writeMs: Infinity }) } },
        );
      });
    }
  });
}
