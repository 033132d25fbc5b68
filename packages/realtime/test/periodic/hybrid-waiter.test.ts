// Hybrid waiting on the real clock: never early, one call per wait, nothing left behind. How late it is, is measured elsewhere.
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { HybridWaiter, type HybridWaitOptions } from '../../src/node/hybrid-waiter.ts';

const ways: HybridWaitOptions[] = [
  {},
  { between: 'sleep' },
  { between: 'sleep', spinMs: 0 },
  { busyShare: 0 },
  { busyShare: 1, spinMs: 2 },
];

describe('HybridWaiter', () => {
  it.each(ways)('with %j is never early', async (options) => {
    const waiter = new HybridWaiter(options, () => true);
    for (const ms of [0, 0.3, 1, 2.7, 12]) {
      const at = performance.now() + ms;
      const calledAt = await new Promise<number>((resolve) => waiter.wait(at, () => resolve(performance.now())));
      expect(calledAt).toBeGreaterThanOrEqual(at);
      expect(waiter.firedMs).toBeLessThanOrEqual(calledAt);
    }
  });

  it.each(ways)('with %j calls back once, and not when cancelled or replaced', async (options) => {
    const waiter = new HybridWaiter(options, () => true);
    const calls: string[] = [];
    waiter.wait(performance.now() + 3, () => calls.push('replaced'));
    waiter.wait(performance.now() + 4, () => calls.push('kept'));
    await delay(20);
    waiter.wait(performance.now() + 3, () => calls.push('cancelled'));
    waiter.cancel();
    await delay(20);
    expect(calls).toEqual(['kept']);
  });

  it('does not sleep while something else waits for the thread', async () => {
    let polls = 0;
    const waiter = new HybridWaiter({ between: 'sleep' }, () => ++polls > 3);
    let at = 0;
    // Where the machine takes the thread away for longer than the wait, nothing is left to ask for: such a wait is repeated.
    for (let attempt = 0; attempt < 1000 && polls <= 3; attempt++) {
      polls = 0;
      at = performance.now() + 1;
      await new Promise<void>((resolve) => waiter.wait(at, resolve));
    }
    expect(polls).toBeGreaterThan(3);
    expect(performance.now()).toBeGreaterThanOrEqual(at);
  });
});
