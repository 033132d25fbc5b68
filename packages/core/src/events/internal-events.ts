// The events with which the manager runs its own lifecycle. Interceptors see them like any other; handlers for them are never called.

import type { EventType } from '../contract/event-type.ts';
import type { DependencyRequest } from '../contract/service.ts';
import { defineEvent, eventTypeOf } from './define-event.ts';

/** A service enters the table and is offered what is there. */
export const InsertService: EventType<{ readonly serviceId: number }> = defineEvent('InsertService');
/** A service asks for a token: shown to trackers. */
export const RequestDependency: EventType<DependencyRequest> = defineEvent('RequestDependency');
/** A removed service takes its request back; delivered directly to trackers and interceptors, never queued. */
export const UndoDependencyRequest: EventType<DependencyRequest> = defineEvent('UndoDependencyRequest');
/** Asks that a service start. */
export const StartService: EventType<{ readonly serviceId: number }> = defineEvent('StartService');
/** Asks that a service stop, and be removed afterwards if wanted. */
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

/** Priorities of the internal events; each is lowered to the priority of what caused it when that is more urgent. */
export const internalPriority = {
  insert: 50,
  asynchronousOnline: 98,
  cascade: 99,
  dependency: 100,
} as const;
