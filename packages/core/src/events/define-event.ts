// Event types: defined once, numbered for the queue. The table here turns the number of a row back into its type.

import type { EventType, Priority, WorkType } from '../contract/event-type.ts';
import { coreError } from '../errors/catalogue.ts';

const namedPriorities: Readonly<Record<string, number>> = { high: 100, normal: 1000, low: 10_000 };

/** Default priority of events and services. */
export const defaultPriority = 1000;

const types: EventType[] = [];

/** Turns a priority into its number. @throws ICHOR_OPTION_INVALID when it is neither a name nor a safe integer from 0. */
export function priorityNumber(priority: Priority | undefined, fallback: number): number {
  if (priority === undefined) return fallback;
  const value = typeof priority === 'string' ? namedPriorities[priority] : priority;
  if (value === undefined || !Number.isSafeInteger(value) || value < 0)
    throw coreError(
      'ICHOR_OPTION_INVALID',
      `Option "priority": received ${String(priority)}; allowed are 'high', 'normal', 'low' and whole numbers from 0 to 2^53-1 (lower runs first).`,
    );
  return value;
}

/** The type with this number. */
export function eventTypeOf(typeId: number): EventType {
  return types[typeId] as EventType;
}

function addType(name: string, priority: Priority | undefined): EventType {
  if (typeof name !== 'string' || name === '')
    throw coreError('ICHOR_OPTION_INVALID', `Event name: received ${String(name)}; pass a non-empty string.`);
  const type: EventType = { id: types.length, name, priority: priorityNumber(priority, defaultPriority) };
  types.push(type);
  return Object.freeze(type);
}

addType('(all events)', undefined);

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
  return addType(name, options.priority) as EventType<P>;
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
  const type = {
    id: types.length,
    name,
    priority: priorityNumber(options.priority, defaultPriority),
    work: true,
  } as const;
  types.push(type);
  return Object.freeze(type);
}
