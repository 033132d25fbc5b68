// What one consumer has pending, linked through the members themselves, so that adding and removing are O(1) and allocate nothing.

/** A member of an {@link OwnedList}. Its links are written by the list only. */
export interface Owned {
  previous: Owned | undefined;
  next: Owned | undefined;
  isListed: boolean;
  /** Its consumer, or the timer service, has stopped: give up. Must not throw. */
  abandon(): void;
}

export class OwnedList {
  #first: Owned | undefined;

  add(member: Owned): void {
    if (member.isListed) return;
    member.isListed = true;
    member.next = this.#first;
    if (this.#first !== undefined) this.#first.previous = member;
    this.#first = member;
  }

  remove(member: Owned): void {
    if (!member.isListed) return;
    member.isListed = false;
    const { previous, next } = member;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next !== undefined) next.previous = previous;
    member.previous = undefined;
    member.next = undefined;
  }

  /** The newest first. */
  *members(): IterableIterator<Owned> {
    for (let member = this.#first; member !== undefined; member = member.next) yield member;
  }

  /** Abandons all members, the newest first. */
  abandonAll(): void {
    for (let member = this.#first; member !== undefined; member = this.#first) {
      this.remove(member);
      member.abandon();
    }
  }
}
