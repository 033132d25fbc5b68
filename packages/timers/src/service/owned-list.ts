// What one consumer has pending, linked through the members themselves, so that adding and removing are O(1) and allocate nothing.

/** A member of an {@link OwnedList}. Its links are written by the list only. */
export interface Owned {
  newer: Owned | undefined;
  older: Owned | undefined;
  /** Its consumer, or the timer service, has stopped: give up and leave the list. Must not throw. */
  abandon(): void;
}

export class OwnedList {
  #newest: Owned | undefined;

  /** @param member Not in a list. */
  add(member: Owned): void {
    member.older = this.#newest;
    if (this.#newest !== undefined) this.#newest.newer = member;
    this.#newest = member;
  }

  /** @param member In this list. */
  remove(member: Owned): void {
    const { newer, older } = member;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    if (older !== undefined) older.newer = newer;
    member.newer = undefined;
    member.older = undefined;
  }

  /** The newest first. */
  *members(): IterableIterator<Owned> {
    for (let member = this.#newest; member !== undefined; member = member.older) yield member;
  }

  /** Abandons all members, the newest first. */
  abandonAll(): void {
    for (let member = this.#newest; member !== undefined; member = this.#newest) member.abandon();
  }
}
