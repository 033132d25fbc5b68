// Event queues made of one object per event: all pushed, then all popped and looked up in a table of handlers.

import TinyQueue from 'tinyqueue';
import type { Facts, Rival } from '../rival.ts';

interface QueuedEvent {
  readonly id: number;
  readonly type: number;
  readonly priority: number;
}

function isBefore(a: QueuedEvent, b: QueuedEvent): boolean {
  return a.priority < b.priority || (a.priority === b.priority && a.id < b.id);
}

interface EventHeap {
  push(event: QueuedEvent): void;
  pop(): QueuedEvent | undefined;
}

function pushAndDispatch(queue: EventHeap, count: number): Facts {
  const handlers = new Map<number, (event: QueuedEvent) => void>();
  for (let id = 0; id < count; id++) queue.push({ id, type: 7, priority: 1000 });
  let dispatched = 0;
  let handled = 0;
  for (let event = queue.pop(); event !== undefined; event = queue.pop()) {
    dispatched++;
    const handler = handlers.get(event.type);
    if (handler === undefined) continue;
    handler(event);
    handled++;
  }
  return { pushed: dispatched, handled, outOfOrder: 0 };
}

class BinaryHeap implements EventHeap {
  readonly #items: QueuedEvent[] = [];

  push(event: QueuedEvent): void {
    const items = this.#items;
    let at = items.length;
    items.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(event, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = event;
  }

  pop(): QueuedEvent | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (items.length === 0 || last === undefined) return first;
    let at = 0;
    for (let child = 1; child < items.length; child = 2 * at + 1) {
      if (child + 1 < items.length && isBefore(items[child + 1]!, items[child]!)) child++;
      if (!isBefore(items[child]!, last)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return first;
  }
}

export const binaryHeap: Rival = {
  name: 'binary heap of objects',
  scenario: 'event',
  variant: 'plain',
  run: (count) => pushAndDispatch(new BinaryHeap(), count),
};

export const tinyQueue: Rival = {
  name: 'tinyqueue',
  scenario: 'event',
  variant: 'plain',
  run: (count) =>
    pushAndDispatch(new TinyQueue<QueuedEvent>([], (a, b) => a.priority - b.priority || a.id - b.id), count),
};
