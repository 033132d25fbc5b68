// What the rivals of `event` share: one object per event, all pushed, then all popped and looked up in a table of handlers.

import type { RivalOutcome } from '../../rival.ts';

export interface QueuedEvent {
  readonly id: number;
  readonly type: number;
  readonly priority: number;
}

/** A queue that gives the most urgent event first, and the oldest one of those. */
export interface EventHeap {
  push(event: QueuedEvent): void;
  pop(): QueuedEvent | undefined;
}

export function pushAndDispatch(queue: EventHeap, count: number): RivalOutcome {
  const handlers = new Map<number, (event: QueuedEvent) => void>();
  for (let id = 0; id < count; id++) queue.push({ id, type: 7, priority: 1000 });
  let pushed = 0;
  let handled = 0;
  let outOfOrder = 0;
  for (let event = queue.pop(); event !== undefined; event = queue.pop()) {
    if (event.id !== pushed) outOfOrder++;
    pushed++;
    const handler = handlers.get(event.type);
    if (handler === undefined) continue;
    handler(event);
    handled++;
  }
  return { facts: { pushed, handled, outOfOrder } };
}
