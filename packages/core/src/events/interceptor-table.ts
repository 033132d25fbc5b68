// Who intercepts which event type. With no interceptor registered the event system never looks in here.

import type { EventType, Interceptor } from '../contract/event-type.ts';
import { checkFunction, checkKeys, isObject } from '../errors/checks.ts';
import { checkEventType } from './define-event.ts';

/** One registration of an interceptor. */
export class InterceptorEntry implements Disposable {
  /** 0 stands for all types. */
  readonly typeId: number;
  readonly interceptor: Interceptor;
  /** Id of the service it belongs to; 0 for a global one. */
  readonly ownerId: number;
  isRemoved = false;
  readonly #table: InterceptorTable;

  constructor(table: InterceptorTable, typeId: number, interceptor: Interceptor, ownerId: number) {
    this.#table = table;
    this.typeId = typeId;
    this.interceptor = interceptor;
    this.ownerId = ownerId;
  }

  [Symbol.dispose](): void {
    if (this.isRemoved) return;
    this.isRemoved = true;
    this.#table.remove(this);
  }
}

const none: readonly InterceptorEntry[] = [];

const known: ReadonlySet<string> = new Set(['before', 'after']);

/** The number of the intercepted type, 0 for all. @throws ICHOR_EVENT_INVALID, ICHOR_OPTION_INVALID */
export function interceptedType<P>(type: EventType<P> | 'all', interceptor: Interceptor<P>): number {
  if (type !== 'all') checkEventType(type);
  // An instance of a class may have whatever it likes beside them; a plain object has nothing but misspelt ones.
  if (!isObject(interceptor) || Object.getPrototypeOf(interceptor) === Object.prototype)
    checkKeys('an interceptor', interceptor, known);
  for (const key of ['before', 'after'] as const)
    if (interceptor[key] !== undefined) checkFunction(key, interceptor[key]);
  return type === 'all' ? 0 : type.id;
}

export class InterceptorTable {
  #forAll: readonly InterceptorEntry[] = none;
  readonly #byType = new Map<number, readonly InterceptorEntry[]>();
  count = 0;

  /** In the order of registration; the arrays never change. */
  get forAll(): readonly InterceptorEntry[] {
    return this.#forAll;
  }

  of(typeId: number): readonly InterceptorEntry[] {
    return this.#byType.get(typeId) ?? none;
  }

  /** All registrations, for `inspect()`. */
  *all(): Generator<InterceptorEntry> {
    yield* this.#forAll;
    for (const entries of this.#byType.values()) yield* entries;
  }

  add(typeId: number, interceptor: Interceptor, ownerId: number): InterceptorEntry {
    const entry = new InterceptorEntry(this, typeId, interceptor, ownerId);
    if (typeId === 0) this.#forAll = [...this.#forAll, entry];
    else this.#byType.set(typeId, [...this.of(typeId), entry]);
    this.count++;
    return entry;
  }

  remove(entry: InterceptorEntry): void {
    this.count--;
    if (entry.typeId === 0) {
      this.#forAll = this.#forAll.filter((other) => other !== entry);
      return;
    }
    const rest = this.of(entry.typeId).filter((other) => other !== entry);
    if (rest.length === 0) this.#byType.delete(entry.typeId);
    else this.#byType.set(entry.typeId, rest);
  }
}
