// Lanes that hold rows as a binary heap by priority, for queues with many priorities. Each lane knows its place.

import type { Lane } from './lane.ts';

export class LaneHeap {
  readonly lanes: Lane[];

  /** @param lanes Ascending by priority, each with its index. */
  constructor(lanes: Lane[]) {
    this.lanes = lanes;
  }

  get size(): number {
    return this.lanes.length;
  }

  get first(): Lane | undefined {
    return this.lanes[0];
  }

  /** O(log lanes). */
  add(lane: Lane): void {
    const { lanes } = this;
    let index = lanes.length;
    lanes.push(lane);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = lanes[parentIndex] as Lane;
      if (parent.priority < lane.priority) break;
      lanes[index] = parent;
      parent.index = index;
      index = parentIndex;
    }
    lanes[index] = lane;
    lane.index = index;
  }

  /** O(log lanes). The heap must not be empty. */
  removeFirst(): Lane {
    const { lanes } = this;
    const removed = lanes[0] as Lane;
    const last = lanes.pop() as Lane;
    removed.index = -1;
    if (lanes.length === 0) return removed;
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      if (childIndex >= lanes.length) break;
      if (
        childIndex + 1 < lanes.length &&
        (lanes[childIndex + 1] as Lane).priority < (lanes[childIndex] as Lane).priority
      )
        childIndex++;
      const child = lanes[childIndex] as Lane;
      if (child.priority > last.priority) break;
      lanes[index] = child;
      child.index = index;
      index = childIndex;
    }
    lanes[index] = last;
    last.index = index;
    return removed;
  }
}
