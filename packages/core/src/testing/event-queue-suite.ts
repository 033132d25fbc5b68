// The contract suite of the EventQueue port: cases that every implementation must pass, under any test runner.
// Called by the tests of core's priority queue, of @ichor/realtime's deadline queue, and of queues written elsewhere.

import type { EventQueueCase } from './event-queue-case.ts';
import { orderCases } from './event-queue-order-cases.ts';
import { rowCases } from './event-queue-row-cases.ts';
import { stateCases } from './event-queue-state-cases.ts';

/**
 * What every {@link EventQueue} must do. The case about payload references needs `node --expose-gc`.
 *
 * @example
 * ```ts
 * import { emptyEventRow, eventQueueCases } from '@ichor/core/testing';
 *
 * console.log(eventQueueCases.map(({ name }) => name)); // for (const { name, run } of eventQueueCases) test(name, () => run(createQueue));
 * console.log(emptyEventRow().cause); // -1
 * ```
 */
export const eventQueueCases: readonly EventQueueCase[] = [...stateCases, ...rowCases, ...orderCases];
