// What a manager observes of itself: its journal, the bound of its queue, and the figures about it.

import type { Clock } from '@ichor/coroutines';
import type { EventSystem } from '../events/event-system.ts';
import { EventJournal } from '../journal/event-journal.ts';
import { LimitWatch, type QueueLimit, type QueueMetrics } from '../queue/queue-limit.ts';

/** @param capacity Events to keep; 0 or undefined for no journal. */
export function keepJournal(events: EventSystem, capacity: number | undefined): EventJournal | undefined {
  if (capacity === undefined || capacity === 0) return undefined;
  const journal = new EventJournal(capacity);
  events.observe(journal, { pushTimes: true, causes: true });
  return journal;
}

/** @param failed Receives what a callback of the limit throws. */
export function limitQueue(
  events: EventSystem,
  clock: Clock,
  limit: QueueLimit | undefined,
  failed: (error: unknown, during: string) => void,
): void {
  if (limit === undefined) return;
  events.record(true, false);
  events.limit = new LimitWatch(limit, () => queueMetrics(events, clock), failed);
}

/** O(priorities in use). */
export function queueMetrics(events: EventSystem, clock: Clock): QueueMetrics {
  const { waiting, limit, pushed } = events;
  const oldest = events.oldestPushedAt();
  return {
    size: waiting,
    depths: Object.fromEntries(events.depths()),
    oldestAgeMs: oldest === undefined ? undefined : Math.max(0, clock.now() - oldest),
    isHigh: limit?.isHigh === true,
    pushed,
    rejected: limit?.rejected ?? 0,
  };
}
