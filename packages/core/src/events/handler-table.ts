// Who handles which event type: one list per type number. Adding is O(1), removing is O(1) amortised, also during a broadcast.

import type { EventHandler } from '../contract/event-type.ts';
import type { ExecutionOwner } from './execution.ts';
import { isManagerType } from './internal-events.ts';

/** A service as far as its handlers are concerned. */
export interface HandlerOwner extends ExecutionOwner {
  /** Its service is active or injecting (LC-31). */
  readonly receivesEvents: boolean;
}

/** One registration of a handler. */
export class HandlerEntry implements Disposable {
  readonly handler: EventHandler<unknown>;
  readonly owner: HandlerOwner;
  /** Only events of this origin; 0 for all. */
  readonly from: number;
  isRemoved = false;
  readonly #list: HandlerList;

  constructor(list: HandlerList, handler: EventHandler<unknown>, owner: HandlerOwner, from: number) {
    this.#list = list;
    this.handler = handler;
    this.owner = owner;
    this.from = from;
  }

  [Symbol.dispose](): void {
    if (this.isRemoved) return;
    this.isRemoved = true;
    this.#list.entryRemoved();
  }
}

/**
 * The handlers of one type, in the order of registration. A broadcast remembers the length it began with, so it does not
 * see additions, and skips what is marked as removed; the marks are swept when no broadcast runs.
 */
export class HandlerList {
  readonly typeId: number;
  entries: HandlerEntry[] = [];
  #removed = 0;
  #broadcasts = 0;

  constructor(typeId: number) {
    this.typeId = typeId;
  }

  get count(): number {
    return this.entries.length - this.#removed;
  }

  beginBroadcast(): void {
    this.#broadcasts++;
  }

  endBroadcast(): void {
    this.#broadcasts--;
    this.#sweep();
  }

  entryRemoved(): void {
    this.#removed++;
    this.#sweep();
  }

  #sweep(): void {
    if (this.#broadcasts > 0 || this.#removed * 2 <= this.entries.length) return;
    this.entries = this.entries.filter((entry) => !entry.isRemoved);
    this.#removed = 0;
  }
}

export class HandlerTable {
  readonly #byType: (HandlerList | undefined)[] = [];
  readonly #added: (typeId: number) => void;

  /** @param added Called when a type has its first handler. */
  constructor(added: (typeId: number) => void) {
    this.#added = added;
  }

  /** Registrations in all. */
  get count(): number {
    let count = 0;
    for (const list of this.#byType) count += list?.count ?? 0;
    return count;
  }

  /** The handlers of a type; undefined when it never had any. */
  of(typeId: number): HandlerList | undefined {
    return this.#byType[typeId];
  }

  /** A handler of a type that the manager itself processes, or of work, is accepted but never called (EV-11). */
  add(typeId: number, handler: EventHandler<unknown>, owner: HandlerOwner, from: number): HandlerEntry {
    if (isManagerType(typeId)) return new HandlerEntry(new HandlerList(typeId), handler, owner, from);
    let list = this.#byType[typeId];
    if (list === undefined) {
      // Filled up to the number, so that the array stays without holes and the look-up fast.
      while (this.#byType.length <= typeId) this.#byType.push(undefined);
      list = this.#byType[typeId] = new HandlerList(typeId);
      this.#added(typeId);
    }
    const entry = new HandlerEntry(list, handler, owner, from);
    list.entries.push(entry);
    return entry;
  }

  /** All registrations, for `inspect()`. */
  *all(): Generator<readonly [typeId: number, entry: HandlerEntry]> {
    for (const list of this.#byType)
      if (list !== undefined) for (const entry of list.entries) if (!entry.isRemoved) yield [list.typeId, entry];
  }
}
