// An uncontended lock, taken and given back in turn.

import { Mutex } from 'async-mutex';
import PQueue from 'p-queue';
import type { Rival } from '../rival.ts';

export const asyncMutex: Rival = {
  name: 'async-mutex',
  scenario: 'mutex',
  variant: 'uncontended',
  async run(count) {
    const mutex = new Mutex();
    let locked = 0;
    for (let i = 0; i < count; i++) {
      const release = await mutex.acquire();
      locked++;
      release();
    }
    return { locked, stillLocked: mutex.isLocked() ? 1 : 0 };
  },
};

export const pQueue: Rival = {
  name: 'p-queue, concurrency 1',
  scenario: 'mutex',
  variant: 'uncontended',
  async run(count) {
    const queue = new PQueue({ concurrency: 1 });
    let locked = 0;
    for (let i = 0; i < count; i++) {
      await queue.add(() => {
        locked++;
      });
    }
    return { locked, stillLocked: queue.pending };
  },
};
