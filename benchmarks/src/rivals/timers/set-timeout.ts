// setTimeout of Node: the same delays, each timer kept so that it could be cancelled. Node rounds and may fire a millisecond early.

import type { Rival } from '../../rival.ts';

const spreadMs = 50;

export const run: Rival = (count) =>
  new Promise((resolve) => {
    const pending = new Set<NodeJS.Timeout>();
    let fired = 0;
    for (let i = 0; i < count; i++) {
      const timer = setTimeout(
        () => {
          pending.delete(timer);
          if (++fired === count) resolve({ facts: { fired, left: pending.size } });
        },
        (i * 7919) % spreadMs,
      );
      pending.add(timer);
    }
  });
