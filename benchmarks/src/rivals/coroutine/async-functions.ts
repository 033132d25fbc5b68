// The hand-over of the scenario with native promises: an async loop waits, a queued async function releases it.

import type { Rival } from '../../rival.ts';

export const run: Rival = async (count) => {
  const facts = { resumed: 0, released: 0 };
  let wake: (() => void) | undefined;
  const queue: (() => Promise<void>)[] = [];
  // oxlint-disable-next-line typescript/require-await -- the body of an event is a coroutine, as in the scenario
  const release = async (): Promise<void> => {
    facts.released++;
    wake?.();
  };
  let isDone = false;
  const loop = (async () => {
    for (let i = 0; i < count; i++) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      facts.resumed++;
      queue.push(release);
    }
    isDone = true;
  })();
  queue.push(release);
  let head = 0;
  while (!isDone || head < queue.length) {
    const next = queue[head];
    if (next === undefined) {
      await Promise.resolve();
      continue;
    }
    if (++head === 4096) {
      queue.splice(0, head);
      head = 0;
    }
    await next();
  }
  await loop;
  return { facts };
};
