// Code that belongs to no service: its owner, and the scheduler through which coroutines come back to the queue.

import type { Clock, CoroutineInfo, Resumable, Scheduler } from '@ichor/coroutines';
import type { ContextCarrier, EventSystem } from '../events/event-system.ts';
import type { ExecutionOwner } from '../events/execution.ts';
import { Continue } from '../events/internal-events.ts';

/** Receives a failure that has no recipient. */
type Failed = (error: unknown, during: string) => void;

/** @param ended Called when some of it that had suspended has ended. */
export function rootOwner(failed: Failed, ended: () => void): ExecutionOwner {
  return {
    id: 0,
    isRevoked: false,
    priority: 1000,
    executions: new Set(),
    failed: (error, event) => {
      failed(error, event === undefined ? 'its own code' : `handling ${event.type.name} (event ${event.id})`);
    },
    executionEnded: ended,
  };
}

/** @param events Read later: the scheduler is made before the event system, which needs it. */
export function queueScheduler(
  clock: Clock,
  context: ContextCarrier | undefined,
  events: () => EventSystem,
  failed: Failed,
): Scheduler {
  return {
    clock,
    schedule: (resumable: Resumable, priority: number) => {
      events().push(Continue.id, 0, priority, resumable, Number.POSITIVE_INFINITY);
    },
    unhandled: (error: unknown, coroutine: CoroutineInfo) => {
      failed(error, `coroutine ${coroutine.name}`);
    },
    ...(context === undefined
      ? {}
      : {
          captureContext: context.capture,
          runInContext: (captured: unknown, resumable: Resumable) => {
            context.run(captured, () => {
              resumable.run();
            });
          },
        }),
  };
}
