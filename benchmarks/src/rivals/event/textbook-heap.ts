// A binary heap as textbooks have it, with a comparison method and swaps: the yardstick of this project's targets.

import type { Rival } from '../../rival.ts';
import { pushAndDispatch, type EventHeap, type QueuedEvent } from './dispatch.ts';

class TextbookHeap implements EventHeap {
  readonly #items: QueuedEvent[] = [];

  push(event: QueuedEvent): void {
    let at = this.#items.length;
    this.#items.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): QueuedEvent | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (items.length === 0) return first;
    items[0] = last!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#isBefore(child + 1, child)) child++;
      if (!this.#isBefore(child, at)) break;
      this.#swap(child, at);
      at = child;
    }
    return first;
  }

  #isBefore(a: number, b: number): boolean {
    const left = this.#items[a]!;
    const right = this.#items[b]!;
    return left.priority < right.priority || (left.priority === right.priority && left.id < right.id);
  }

  #swap(a: number, b: number): void {
    const item = this.#items[a]!;
    this.#items[a] = this.#items[b]!;
    this.#items[b] = item;
  }
}

export const run: Rival = (count) => pushAndDispatch(new TextbookHeap(), count);
