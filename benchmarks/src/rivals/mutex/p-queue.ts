// p-queue with a concurrency of 1: what people use to run one thing at a time.

import PQueue from 'p-queue';
import type { Rival } from '../../rival.ts';

export const run: Rival = async (count) => {
  const queue = new PQueue({ concurrency: 1 });
  let locked = 0;
  for (let i = 0; i < count; i++) {
    await queue.add(() => {
      locked++;
    });
  }
  return { facts: { locked, stillLocked: queue.pending } };
};
