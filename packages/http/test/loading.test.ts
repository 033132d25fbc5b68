// What a program loads: undici only with a client.

import { expect, it, vi } from 'vitest';

it('a program that is only a host does not load undici; one with a client does', async () => {
  let loads = 0;
  // Other tests may have loaded it in this process.
  vi.resetModules();
  vi.doMock('undici', async (original) => {
    loads++;
    return original();
  });
  const { DependencyManager } = await import('@ichor/core');
  const { HttpClientService } = await import('../src/index.ts');
  const { withHost } = await import('./support/with-host.ts');
  await withHost(
    (host) => void host.get('/', () => ({}) as never),
    async ({ host }) => void (await host.inject('/')),
  );
  expect(loads).toBe(0);
  const manager = new DependencyManager();
  manager.register(HttpClientService);
  const ended = manager.run();
  await manager.started();
  expect(loads).toBe(1);
  await manager.quit();
  await ended;
  vi.doUnmock('undici');
  vi.resetModules();
});
