// First-in-first-out list of waiting continuations, linked through the continuations themselves: nothing is allocated per wait,
// and a cancelled one leaves in O(1). Every primitive keeps its waiters in one. A continuation is in at most one list.

import type { Continuation } from '../contract/awaitable.ts';

/** FIFO of continuations. To release everybody, replace the list by a new one and shift the old one empty. */
export class WaitList {
  #head: Continuation | undefined = undefined;
  #tail: Continuation | undefined = undefined;

  get isEmpty(): boolean {
    return this.#head === undefined;
  }

  /** The one that waits longest. */
  get first(): Continuation | undefined {
    return this.#head;
  }

  push(continuation: Continuation): void {
    const tail = this.#tail;
    continuation.waitList = this;
    this.#tail = continuation;
    if (tail === undefined) this.#head = continuation;
    else {
      tail.nextWaiter = continuation;
      continuation.previousWaiter = tail;
    }
  }

  /** Removes and returns the one that waits longest. */
  shift(): Continuation | undefined {
    const head = this.#head;
    if (head === undefined) return undefined;
    const next = head.nextWaiter;
    this.#head = next;
    head.waitList = undefined;
    if (next === undefined) this.#tail = undefined;
    else {
      next.previousWaiter = undefined;
      head.nextWaiter = undefined;
    }
    return head;
  }

  /** Takes a continuation out of the list it is in. Does nothing when it is in none. */
  static remove(continuation: Continuation): void {
    const list = continuation.waitList;
    if (!(list instanceof WaitList)) return;
    const { previousWaiter: previous, nextWaiter: next } = continuation;
    if (previous === undefined) list.#head = next;
    else previous.nextWaiter = next;
    if (next === undefined) list.#tail = previous;
    else next.previousWaiter = previous;
    continuation.nextWaiter = undefined;
    continuation.previousWaiter = undefined;
    continuation.waitList = undefined;
  }
}
