// Thousands of connections from another process, opened and dropped, leave neither handles nor memory behind.

import { fork, type ChildProcess } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { text } from '../../src/index.ts';
import { withHost } from '../support/with-host.ts';

function next(driver: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => driver.once('message', resolve));
}

const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

async function memory(): Promise<number> {
  for (let round = 0; round < 4; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe('a host', () => {
  it('serves 9,000 connections at once and keeps nothing of them', { timeout: 120_000 }, async () => {
    const driver = fork(new URL('../support/connection-driver.mjs', import.meta.url), { execArgv: [] });
    try {
      await withHost(
        (host) => void host.get('/', () => text('root')),
        async ({ port }) => {
          const round = async (count: number): Promise<void> => {
            driver.send({ port, count });
            expect(await next(driver)).toEqual({ opened: count, answered: count });
            expect(await next(driver)).toBe('dropped');
            while (sockets() > 0) await new Promise((resolve) => setTimeout(resolve, 10));
          };
          await round(2000);
          const before = await memory();
          await round(9000);
          expect(sockets()).toBe(0);
          // One connection kept by mistake would be several kilobytes; nine thousand of them tens of megabytes.
          expect((await memory()) - before).toBeLessThan(6_000_000);
        },
      );
    } finally {
      driver.kill();
    }
  });
});
