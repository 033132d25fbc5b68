// One case of the contract suite of the EventQueue port, and what the cases share. They throw plain errors, so that any test
// runner can run them.

import type { EventQueue, EventQueueOptions, EventRow } from '../contract/event-queue.ts';

/** Makes an empty queue of the implementation under test. */
export type CreateEventQueue = (options?: EventQueueOptions) => EventQueue;

/** One requirement of the port. */
export interface EventQueueCase {
  /** The requirement, as a sentence. */
  readonly name: string;
  /** Throws an Error that says what was expected and what came instead. Await it: the memory case needs the event loop. */
  run(create: CreateEventQueue): void | Promise<void>;
}

/** A row with nothing in it, to be filled by `take`. */
export function emptyEventRow(): EventRow {
  return { id: 0, typeId: 0, origin: 0, priority: 0, pushedAt: 0, cause: -1, payload: undefined };
}

export const allOptions: readonly EventQueueOptions[] = [
  {},
  { recordTimes: true },
  { recordCauses: true },
  { recordTimes: true, recordCauses: true },
];

export function push(queue: EventQueue, id: number, priority: number): void {
  queue.push(id, 1, 0, priority, undefined, Infinity, 0, -1);
}

export function takeRow(queue: EventQueue): EventRow {
  const row = emptyEventRow();
  if (!queue.take(row)) {
    fail(`take returned false while size was ${queue.size}`);
  }
  return row;
}

export function sameRow(actual: EventRow, expected: EventRow): void {
  for (const key of ['id', 'typeId', 'origin', 'priority', 'pushedAt', 'cause', 'payload'] as const) {
    same(`${key} of row ${expected.id}`, actual[key], expected[key]);
  }
}

export function same(what: string, actual: unknown, expected: unknown): void {
  if (!Object.is(actual, expected)) {
    fail(`${what}: expected ${String(expected)}, received ${String(actual)}`);
  }
}

export function fail(message: string): never {
  throw new Error(`Event queue contract: ${message}`);
}
