// The public names of @ichor/core/testing.

export { emptyEventRow, eventQueueCases, type CreateEventQueue, type EventQueueCase } from './event-queue-suite.ts';
export { seededRandom, type SeededRandom } from './seeded-random.ts';
