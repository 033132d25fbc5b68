// Brings an event to those who process it: its handlers, the lifecycle, or the receiver that it carries. User code is contained
// here: what it throws goes to its owner.

import type { Resumable } from '@ichor/coroutines';
import type { DiscardReason, Work } from '../contract/event-type.ts';
import { eventTypeOf } from './define-event.ts';
import type { ExecutionOwner } from './execution.ts';
import type { Executions } from './executions.ts';
import { HandlerTable, type HandlerList } from './handler-table.ts';
import { Continue, RunFunction } from './internal-events.ts';
import type { Observers } from './observers.ts';
import type { CurrentEvent } from './turn.ts';

/** The owner with the id `origin`; undefined when that service is unknown or installed, whose work is dropped (EV-60). */
export type OwnerOf = (origin: number) => ExecutionOwner | undefined;

/** How the events of one type are processed. */
export type Route = (event: CurrentEvent) => void;

const nobody: Route = () => undefined;

export class Dispatcher {
  readonly handlers: HandlerTable;
  /** By type number: how the lifecycle processes its own events. Complete before the first event. */
  readonly internal: (Route | undefined)[] = [];
  /** By type number: the way of its events, once the first one came. */
  readonly routes: (Route | undefined)[] = [];
  readonly #executions: Executions;
  readonly #observers: Observers;
  readonly #ownerOf: OwnerOf;
  /** The owner of the last function or work that ran: the next one often has the same. */
  #lastOwner: ExecutionOwner | undefined;

  constructor(executions: Executions, observers: Observers, ownerOf: OwnerOf) {
    this.handlers = new HandlerTable((typeId) => {
      if (this.routes[typeId] !== undefined) this.routeOf(typeId);
    });
    this.#executions = executions;
    this.#observers = observers;
    this.#ownerOf = ownerOf;
  }

  /** Processes an event. Whether anybody handles its type (EV-33). */
  process(event: CurrentEvent): boolean {
    const { typeId } = event;
    const route = this.routes[typeId] ?? this.routeOf(typeId);
    const list = this.handlers.of(typeId);
    const isHandled = list === undefined ? route !== nobody : list.count > 0;
    route(event);
    return isHandled;
  }

  /** Finds the way of a type's events, and keeps it in `routes`. */
  routeOf(typeId: number): Route {
    const { routes } = this;
    // Filled up to the number, so that the array stays without holes and the look-up fast.
    while (routes.length <= typeId) routes.push(undefined);
    return (routes[typeId] = this.#makeRoute(typeId));
  }

  /** Tells work that it will not run. */
  discard(work: Work, reason: DiscardReason): void {
    try {
      work.discarded?.(reason);
    } catch (error) {
      this.#ownerOf(0)?.failed(error, undefined);
    }
  }

  #broadcast(event: CurrentEvent, list: HandlerList): void {
    const { entries } = list;
    const length = entries.length;
    const { payload, origin } = event;
    const observers = this.#observers;
    const isTimed = observers.wantsHandlers;
    if (isTimed) observers.handling();
    list.beginBroadcast();
    for (let i = 0; i < length; i++) {
      const entry = entries[i] as (typeof entries)[number];
      const { owner, from } = entry;
      if (entry.isRemoved || !owner.receivesEvents || (from !== 0 && from !== origin)) continue;
      let result: unknown;
      try {
        result = entry.handler(payload, event);
      } catch (error) {
        this.#executions.threw(owner, event, undefined, error);
      }
      if (typeof result === 'object' && result !== null) this.#executions.returned(owner, event, undefined, result);
      if (isTimed) observers.handled(event, owner.id);
    }
    list.endBroadcast();
  }

  #makeRoute(typeId: number): Route {
    const list = this.handlers.of(typeId);
    if (list !== undefined)
      return (event) => {
        if (list.count > 0) this.#broadcast(event, list);
      };
    if (typeId === RunFunction.id) return this.#runFunction.bind(this);
    if (typeId === Continue.id) return this.#continue.bind(this);
    if ('work' in eventTypeOf(typeId)) return this.#runWork.bind(this);
    return this.internal[typeId] ?? nobody;
  }

  #runFunction(event: CurrentEvent): void {
    const owner = this.#cachedOwnerOf(event.origin);
    if (owner !== undefined) this.#executions.run(owner, event, event.payload as () => unknown);
  }

  #runWork(event: CurrentEvent): void {
    const work = event.payload as Work;
    const owner = this.#cachedOwnerOf(event.origin);
    if (owner === undefined) {
      this.discard(work, 'stopped');
      return;
    }
    let result: unknown;
    try {
      result = work.run(event);
    } catch (error) {
      this.#executions.threw(owner, event, work, error);
      return;
    }
    this.#executions.returned(owner, event, work, result);
  }

  /** A coroutine that goes on is work of the service it belongs to. */
  #continue(event: CurrentEvent): void {
    const observers = this.#observers;
    const resumable = event.payload as Resumable & { readonly host?: { readonly owner?: ExecutionOwner } };
    if (!observers.wantsHandlers) {
      resumable.run();
      return;
    }
    const serviceId = resumable.host?.owner?.id ?? event.origin;
    observers.handling();
    resumable.run();
    observers.handled(event, serviceId);
  }

  #cachedOwnerOf(origin: number): ExecutionOwner | undefined {
    const last = this.#lastOwner;
    if (last !== undefined && last.id === origin && !last.isRevoked) return last;
    return (this.#lastOwner = this.#ownerOf(origin));
  }
}
