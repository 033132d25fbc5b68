// The events with which the manager runs its own lifecycle. Interceptors see them like any other; handlers for them are never called.

import type { EventType } from '../contract/event-type.ts';
import type { DependencyRequest } from '../contract/service.ts';
import { coreError } from '../errors/catalogue.ts';
import { shown } from '../errors/checks.ts';
import { defineEvent, eventTypeOf } from './define-event.ts';

/** A service enters the table and is offered what is there. */
export const InsertService: EventType<{ readonly serviceId: number }> = defineEvent('InsertService');
/** A service asks for a token: shown to trackers. */
export const RequestDependency: EventType<DependencyRequest> = defineEvent('RequestDependency');
/** A removed service takes its request back; delivered directly to trackers and interceptors, never queued. */
export const UndoDependencyRequest: EventType<DependencyRequest> = defineEvent('UndoDependencyRequest');
/** Asks that a service start. */
export const StartService: EventType<{ readonly serviceId: number }> = defineEvent('StartService');
/**
 * Asks that a service stop, and be removed afterwards if wanted.
 *
 * @example
 * ```ts
 * import { defineService, DependencyManager, DependencyOffline, StopService } from '@ichor/core';
 *
 * await using manager = new DependencyManager();
 * const { id } = manager.register(defineService({ name: 'Robot', setup: () => ({}) }));
 * manager.intercept(DependencyOffline, { after: ({ origin }) => console.log(origin === id, 'leaves') }); // true leaves
 * void manager.run();
 * await manager.whenActive(id);
 * manager.queue.push(StopService, { serviceId: id, removeAfter: false }); // as manager.stopService(id), without the wait
 * await manager.whenStopped(id);
 * ```
 */
export const StopService: EventType<{ readonly serviceId: number; readonly removeAfter: boolean }> =
  defineEvent('StopService');
/** Asks that a stopped service be removed. */
export const RemoveService: EventType<{ readonly serviceId: number }> = defineEvent('RemoveService');
/** The origin became ready and is offered to others. */
export const DependencyOnline: EventType<undefined> = defineEvent('DependencyOnline');
/** The origin leaves: its consumers stop first. */
export const DependencyOffline: EventType<{ readonly removeAfter: boolean }> = defineEvent('DependencyOffline');
/** A tracker begins to see requests. */
export const AddTracker: EventType<unknown> = defineEvent('AddTracker');
/** A function to be called on the queue. */
export const RunFunction: EventType<() => unknown> = defineEvent('RunFunction');
/** A coroutine goes on: after `pause()`, or released from outside. */
export const Continue: EventType<unknown> = defineEvent('Continue');
/** Ends the manager in order. */
export const Quit: EventType<undefined> = defineEvent('Quit');

/** Whether events of this type go to the manager or to their own receiver, never to handlers. */
export function isManagerType(typeId: number): boolean {
  return (typeId >= InsertService.id && typeId <= Quit.id) || 'work' in eventTypeOf(typeId);
}

const managersOwn: ReadonlySet<EventType> = new Set<EventType>([
  InsertService,
  RequestDependency,
  UndoDependencyRequest,
  DependencyOnline,
  DependencyOffline,
  AddTracker,
  Continue,
] as EventType[]);

/** Users may push only some of the manager's events, with the right payload. @throws ICHOR_EVENT_INVALID */
export function checkManagerEvent(type: EventType, payload: unknown): void {
  if (type === RunFunction) {
    if (typeof payload !== 'function') throw wrongPayload(type, payload, 'a function');
  } else if (managersOwn.has(type))
    throw coreError('ICHOR_EVENT_INVALID', `${type.name} is pushed by the manager only. It can be intercepted.`);
  else if (type !== Quit && typeof (payload as { readonly serviceId?: unknown } | undefined)?.serviceId !== 'number')
    throw wrongPayload(type, payload, '{ serviceId } with the id of a service');
}

function wrongPayload(type: EventType, payload: unknown, allowed: string): Error {
  return coreError('ICHOR_EVENT_INVALID', `${type.name} was pushed with ${shown(payload)}; its payload is ${allowed}.`);
}

/** Priorities of the internal events; each is lowered to the priority of what caused it when that is more urgent. */
export const internalPriority = {
  insert: 50,
  asynchronousOnline: 98,
  cascade: 99,
  dependency: 100,
} as const;
