// What one consumer has pending, linked through the members themselves, so that adding and removing are O(1) and allocate nothing.

/** A member of an {@link OwnedList}. Its links are written by the list only. */
export interface Owned {
  newer: Owned | undefined;
  older: Owned | undefined;
  isListed: boolean;
  /** Its consumer, or the timer service, has stopped: give up. Must not throw. */
  abandon(): void;
}

export class OwnedList {
  #newest: Owned | undefined;

  add(member: Owned): void {
    if (member.isListed) return;
    member.isListed = true;
    member.older = this.#newest;
    if (this.#newest !== undefined) this.#newest.newer = member;
    this.#newest = member;
  }

  remove(member: Owned): void {
    if (!member.isListed) return;
    member.isListed = false;
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
    for (let member = this.#newest; member !== undefined; member = this.#newest) {
      this.remove(member);
      member.abandon();
    }
  }
}
