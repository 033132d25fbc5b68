// async-mutex: acquired and released in turn, never contended.

import { Mutex } from 'async-mutex';
import type { Rival } from '../../rival.ts';

export const run: Rival = async (count) => {
  const mutex = new Mutex();
  let locked = 0;
  for (let i = 0; i < count; i++) {
    const release = await mutex.acquire();
    locked++;
    release();
  }
  return { facts: { locked, stillLocked: mutex.isLocked() ? 1 : 0 } };
};
