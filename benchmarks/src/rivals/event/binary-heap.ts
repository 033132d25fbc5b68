// A binary heap written for this one purpose: the comparison is inlined, and elements move instead of being swapped.

import type { Rival } from '../../rival.ts';
import { pushAndDispatch, type EventHeap, type QueuedEvent } from './dispatch.ts';

function isBefore(a: QueuedEvent, b: QueuedEvent): boolean {
  return a.priority < b.priority || (a.priority === b.priority && a.id < b.id);
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

export const run: Rival = (count) => pushAndDispatch(new BinaryHeap(), count);
