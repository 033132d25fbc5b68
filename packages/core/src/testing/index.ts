// The public names of @ichor/core/testing.

export { VirtualClock, type VirtualClockOptions } from '@ichor/coroutines/testing';
export { emptyEventRow, type CreateEventQueue, type EventQueueCase } from './event-queue-case.ts';
export { eventQueueCases } from './event-queue-suite.ts';
export { EventTrace, traceEvents, type TracedEvent, type TraceOptions } from './event-trace.ts';
export { provideFake, type Fake, type FakeCall } from './fake-provider.ts';
export { assertNoLeaks, heldResources, leaks, type HeldResources } from './leaks.ts';
export { seededRandom, type SeededRandom } from './seeded-random.ts';
export { SteppedHost } from './stepped-host.ts';
export { testManager, TestManager, type TestManagerOptions } from './test-manager.ts';
