// A start failure ends the program when nothing is left to run, but not while others are only about to start (D13).

import { defineService } from '@ichor/core';
import { testManager } from '@ichor/core/testing';
import { expect, it } from 'vitest';

const broken = defineService({
  name: 'broken',
  setup: () => {
    throw new Error('no disk');
  },
});

it('goes on when the first service fails and a later one starts', async () => {
  const manager = testManager({ failFast: false });
  manager.register(broken);
  const fine = manager.register(defineService({ name: 'fine', setup: () => ({}) }));
  await manager.begin();
  expect([fine.state, manager.outcome]).toEqual(['active', 'running']);
  await manager.quit();
  expect(manager.outcome).toBe('resolved');
});

it('ends with the failure when all have failed', async () => {
  const manager = testManager({ failFast: false });
  manager.register(broken);
  manager.register(broken, { name: 'broken too' });
  await expect(manager.begin()).rejects.toThrow('no disk');
});
