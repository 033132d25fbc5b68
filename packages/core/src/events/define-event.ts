// Event types: defined once, numbered for the queue. The table here turns the number of a row back into its type.

import type { EventType, Priority, WorkType } from '../contract/event-type.ts';
import { coreError } from '../errors/catalogue.ts';
import { checkKeys, checkText, invalidOption, shown } from '../errors/checks.ts';

const namedPriorities: Readonly<Record<string, number>> = { high: 100, normal: 1000, low: 10_000 };

/** Default priority of events and services. */
export const defaultPriority = 1000;

const types: EventType[] = [];

/** Turns a priority into its number. @throws ICHOR_OPTION_INVALID when it is neither a name nor a safe integer from 0. */
export function priorityNumber(priority: Priority | undefined, fallback: number): number {
  if (priority === undefined) return fallback;
  const value = typeof priority === 'string' ? namedPriorities[priority] : priority;
  if (value === undefined || !Number.isSafeInteger(value) || value < 0)
    throw invalidOption(
      'priority',
      priority,
      "'high', 'normal', 'low' and whole numbers from 0 to 2^53-1 (lower runs first)",
    );
  return value;
}

/** The type with this number. */
export function eventTypeOf(typeId: number): EventType {
  return types[typeId] as EventType;
}

const known: ReadonlySet<string> = new Set(['priority']);

/** Whether it was made by `defineEvent` or `defineWork` of this copy of the package: others have numbers of their own. */
export function isEventType(type: unknown): type is EventType {
  return type !== undefined && types[(type as EventType | null)?.id ?? -1] === type;
}

/** @throws ICHOR_EVENT_INVALID when it is no event type. */
export function checkEventType(type: unknown): void {
  if (!isEventType(type))
    throw coreError('ICHOR_EVENT_INVALID', `Received ${shown(type)} as event type; make one with defineEvent().`);
}

function priorityOf(name: string, options: { readonly priority?: Priority }): number {
  checkText('name', name);
  checkKeys(`event ${name}`, options, known);
  return priorityNumber(options.priority, defaultPriority);
}

function addType<Type extends EventType>(type: Type): Type {
  types.push(type);
  return Object.freeze(type);
}

addType({ id: 0, name: '(all events)', priority: defaultPriority });

/**
 * Defines a type of event, once, at module level: types are never freed.
 *
 * @param name Shown in traces and messages; need not be unique.
 * @param options `priority` of pushes that name none. Default: 1000.
 * @example
 * ```ts
 * import { defineEvent } from '@ichor/core';
 *
 * const Dispatch = defineEvent<{ robot: string }>('Dispatch', { priority: 'high' });
 * console.log(Dispatch.name, Dispatch.priority); // Dispatch 100
 * ```
 */
export function defineEvent<P = undefined>(name: string, options: { readonly priority?: Priority } = {}): EventType<P> {
  const priority = priorityOf(name, options);
  return addType<EventType<P>>({ id: types.length, name, priority });
}

/**
 * Defines a type of event whose payload is `Work`: it is run instead of broadcast. For transports and timers.
 *
 * @example
 * ```ts
 * import { defineWork } from '@ichor/core';
 *
 * const Tick = defineWork('Tick');
 * console.log(Tick.work); // true
 * ```
 */
export function defineWork(name: string, options: { readonly priority?: Priority } = {}): WorkType {
  const priority = priorityOf(name, options);
  return addType<WorkType>({ id: types.length, name, priority, work: true });
}

/** As {@link defineEvent}, for types that carry something of their own. */
export function defineEventWith<More extends object>(
  name: string,
  options: { readonly priority?: Priority },
  more: More,
): EventType & More {
  const priority = priorityOf(name, options);
  return addType({ id: types.length, name, priority, ...more });
}
