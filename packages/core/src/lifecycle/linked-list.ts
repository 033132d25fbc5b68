// A list whose elements carry its links: adding and removing cost a few assignments and allocate nothing.

/** What an element has to have. It is in at most one list at a time. */
export interface ListNode<Node> {
  /** The list it is in. */
  list: object | undefined;
  previous: Node | undefined;
  next: Node | undefined;
}

export class LinkedList<Node extends ListNode<Node>> {
  first: Node | undefined;
  last: Node | undefined;

  /** Appends `node`, unless it is in the list. */
  add(node: Node): void {
    if (node.list === this) return;
    node.list = this;
    node.previous = this.last;
    node.next = undefined;
    if (this.last === undefined) this.first = node;
    else this.last.next = node;
    this.last = node;
  }

  /** Takes `node` out, if it is in the list. */
  delete(node: Node): void {
    if (node.list !== this) return;
    node.list = undefined;
    if (node.previous === undefined) this.first = node.next;
    else node.previous.next = node.next;
    if (node.next === undefined) this.last = node.previous;
    else node.next.previous = node.previous;
    node.previous = node.next = undefined;
  }

  *[Symbol.iterator](): Generator<Node> {
    for (let node = this.first; node !== undefined; node = node.next) yield node;
  }
}
