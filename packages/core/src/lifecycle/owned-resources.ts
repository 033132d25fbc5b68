// What a service owns: undone in reverse order when it stops, removable in O(1) before.

import type { Ownable } from '../contract/service.ts';
import { coreError } from '../errors/catalogue.ts';
import { shown } from '../errors/checks.ts';

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

/** @throws ICHOR_OPTION_INVALID when there is no way to undo it. */
export function checkOwnable(resource: unknown): void {
  const { [Symbol.asyncDispose]: asyncDispose, [Symbol.dispose]: dispose } = (resource ?? {}) as Partial<
    AsyncDisposable & Disposable
  >;
  if (typeof resource !== 'function' && typeof (asyncDispose ?? dispose) !== 'function')
    throw coreError(
      'ICHOR_OPTION_INVALID',
      `own() takes something to be undone: a function, or an object with Symbol.dispose or Symbol.asyncDispose; received ${shown(resource)}.`,
    );
}

/** Undoes one resource. The result may be a promise. */
export function undo(resource: Ownable): unknown {
  if (typeof resource === 'function') return resource();
  if (Symbol.asyncDispose in resource) return resource[Symbol.asyncDispose]();
  return resource[Symbol.dispose]();
}
