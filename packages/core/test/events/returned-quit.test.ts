// A handler that waits for the end of its own manager: `() => manager.quit()` returns the promise of it.

import { defineEvent, defineService, DependencyManager, type ServiceContext } from '../../src/index.ts';
import { expect, it } from 'vitest';

it('does not make quitting wait for the handler that asked for it', async () => {
  const Stop = defineEvent('Stop');
  const manager = new DependencyManager({ stopGraceMs: 60_000, quitTimeoutMs: 60_000 });
  class Stopper {
    static readonly dependencies = {};
    constructor(_dependencies: object, self: ServiceContext) {
      self.on(Stop, () => manager.quit());
    }
    start(): void {
      manager.queue.push(Stop);
    }
  }
  manager.register(Stopper);
  await expect(manager.run()).resolves.toBeUndefined();
});

it('an async handler may await the end of its own manager, which does not wait for the handler', async () => {
  const manager = new DependencyManager({ stopGraceMs: 60_000, quitTimeoutMs: 60_000 });
  const log: string[] = [];
  const Stop = defineEvent('Stop');
  const { id } = manager.register(
    defineService({
      name: 'Shutter',
      setup(_, self) {
        self.on(Stop, async () => {
          await manager.quit();
          log.push(`ended: ${!manager.isRunning}`);
        });
        return { stop: () => void log.push('stop') };
      },
    }),
  );
  const ended = manager.run();
  await manager.whenActive(id);
  manager.queue.push(Stop);
  await ended;
  await manager.quit();
  expect(log).toEqual(['stop', 'ended: true']);
});
