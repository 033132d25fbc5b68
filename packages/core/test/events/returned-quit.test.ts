// A handler written `() => manager.quit()` returns the promise of the manager's end.

import { defineEvent, DependencyManager, type ServiceContext } from '../../src/index.ts';
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
