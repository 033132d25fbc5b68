// Processes events that interceptors or observers want to see (EV-70…79): before, the event itself unless vetoed, after.
// With neither of them registered the event system does not come here.

import type { Clock } from '@ichor/coroutines';
import type { EventType, EventView, Work } from '../contract/event-type.ts';
import type { Completion } from './completion.ts';
import type { Dispatcher, OwnerOf } from './dispatcher.ts';
import { InterceptorTable, type InterceptorEntry } from './interceptor-table.ts';
import type { Observers } from './observers.ts';
import { CurrentEvent } from './turn.ts';

export class Interception {
  readonly interceptors: InterceptorTable;
  readonly #observers: Observers;
  readonly #dispatcher: Dispatcher;
  readonly #clock: Clock;
  readonly #ownerOf: OwnerOf;

  /** @param changed Called when an interceptor came or went. */
  constructor(dispatcher: Dispatcher, observers: Observers, clock: Clock, ownerOf: OwnerOf, changed: () => void) {
    this.interceptors = new InterceptorTable(changed);
    this.#dispatcher = dispatcher;
    this.#observers = observers;
    this.#clock = clock;
    this.#ownerOf = ownerOf;
  }

  /** Somebody wants to see events. */
  get isWanted(): boolean {
    return this.interceptors.count > 0 || this.#observers.count > 0;
  }

  process(event: CurrentEvent, completion: Completion | undefined): void {
    const observers = this.#observers.count > 0 ? this.#observers : undefined;
    const { payload, typeId } = event;
    const startedAt = observers === undefined ? 0 : this.#clock.now();
    observers?.processing(event, startedAt);
    const forAll = this.interceptors.forAll;
    let vetoed = false;
    for (const entry of forAll) if (!this.#before(entry, event, payload)) vetoed = true;
    const forType = this.interceptors.of(typeId);
    for (const entry of forType) if (!this.#before(entry, event, payload)) vetoed = true;
    if (this.interceptors.count > 0) this.#observers.intercepted();
    let processed = false;
    if (!vetoed) processed = this.#dispatcher.process(event);
    else if ('work' in event.type) this.#dispatcher.discard(payload as Work, 'vetoed');
    for (const entry of forAll) this.#after(entry, event, processed, payload);
    for (const entry of forType) this.#after(entry, event, processed, payload);
    completion?.processed({ processed, vetoed });
    if (observers === undefined) return;
    // After the last handler there is nothing to time but interceptors and waiters: without them the clock is not read again.
    const handledAt = this.interceptors.count === 0 && completion === undefined ? observers.handledAt : Number.NaN;
    observers.processed(event, startedAt, Number.isNaN(handledAt) ? this.#clock.now() : handledAt, processed, vetoed);
  }

  /** Shows an event that is never queued; vetoes are ignored (LC-111). */
  showDirect(type: EventType, view: Omit<EventView, 'type'>, payload: unknown, process: () => boolean): void {
    const event = Object.assign(new CurrentEvent(), view);
    event.typeId = type.id;
    const lists = [this.interceptors.forAll, this.interceptors.of(type.id)];
    for (const list of lists) for (const entry of list) this.#before(entry, event, payload);
    const processed = process();
    for (const list of lists) for (const entry of list) this.#after(entry, event, processed, payload);
  }

  /** A failing interceptor does not veto, and its failure goes to its owner. One that was removed meanwhile is not asked. */
  #before({ interceptor, isRemoved, ownerId }: InterceptorEntry, event: CurrentEvent, payload: unknown): boolean {
    if (isRemoved) return true;
    try {
      const result: unknown = interceptor.before?.(event, payload);
      if (typeof result === 'object') this.#follow(result, ownerId, event);
      return result !== false;
    } catch (error) {
      this.#ownerOf(ownerId)?.failed(error, event);
      return true;
    }
  }

  #after(entry: InterceptorEntry, event: CurrentEvent, processed: boolean, payload: unknown): void {
    if (entry.isRemoved) return;
    try {
      const result: unknown = entry.interceptor.after?.(event, processed, payload);
      if (typeof result === 'object') this.#follow(result, entry.ownerId, event);
    } catch (error) {
      this.#ownerOf(entry.ownerId)?.failed(error, event);
    }
  }

  /** Interceptors decide at once. One that is async all the same is not waited for, but its failure has an address. */
  #follow(result: object | null, ownerId: number, event: CurrentEvent): void {
    if (typeof (result as PromiseLike<unknown> | null)?.then !== 'function') return;
    const { id, type, origin, priority } = event;
    (result as PromiseLike<unknown>).then(undefined, (error: unknown) => {
      this.#ownerOf(ownerId)?.failed(error, { id, type, origin, priority });
    });
  }
}
