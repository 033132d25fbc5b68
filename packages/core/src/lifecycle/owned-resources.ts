// What a service owns: undone in reverse order when it stops, removable in O(1) before.

import type { Ownable } from '../contract/service.ts';

export class OwnedResources {
  readonly #resources = new Set<Ownable>();

  add(resource: Ownable): void {
    this.#resources.add(resource);
  }

  delete(resource: Ownable): boolean {
    return this.#resources.delete(resource);
  }

  /** All, last added first; the set is then empty. O(n). */
  takeAll(): Ownable[] {
    if (this.#resources.size === 0) return none;
    const all = [...this.#resources].reverse();
    this.#resources.clear();
    return all;
  }
}

const none: Ownable[] = [];

/** Undoes one resource. The result may be a promise. */
export function undo(resource: Ownable): unknown {
  if (typeof resource === 'function') return resource();
  if (Symbol.asyncDispose in resource) return resource[Symbol.asyncDispose]();
  return resource[Symbol.dispose]();
}
