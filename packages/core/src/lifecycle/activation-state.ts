// What the record of a service knows of its activation: the instance and how far it has come. Activation adds the context.
// A type of its own, so that records need not know activations, which know records.

import type { ScheduledCall } from '@ichor/coroutines';
import type { Deferred } from '../events/deferred.ts';
import type { EventView } from '../contract/event-type.ts';
import type { Execution, ExecutionOwner } from '../events/execution.ts';

export interface ActivationState extends ExecutionOwner {
  readonly id: number;
  readonly priority: number;
  /** The service object; undefined until it is built. */
  instance: object | undefined;
  /** Its `added` callbacks for present providers were called: later ones are announced as they come. */
  isAnnounced: boolean;
  isRevoked: boolean;
  /** Its instance makes a view per consumer; found out when it is first injected. */
  makesViews: boolean | undefined;
  /** Its instance has stopped, or failed to start: what it was given is being taken back. */
  isEnding: boolean;
  /** Its coroutines have had their grace: what still runs when it stops is abandoned. */
  isGraceOver: boolean;
  /** Called, instead of the kernel's `settled`, when nothing of it runs any more. */
  whenIdle: (() => void) | undefined;
  /** Runs while its coroutines have their grace. */
  stopTimer: ScheduledCall | undefined;
  /** Waits of `optional(X).ready()`, by slot. */
  optionalWaits: Map<object, Deferred<unknown>> | undefined;
  /** Arrays given to constructor parameters with `@multiInject`, kept up to date. */
  liveArrays: Map<object, unknown[]> | undefined;
  /** What of it is suspended now, in the order of starting; made when something suspends. */
  running: Set<Execution> | undefined;
  /** How much of it is suspended now. */
  readonly executionCount: number;

  /** Reports a failure that nobody waits for. */
  fail(error: unknown, during: string): void;
  failed(error: unknown, event: EventView | undefined): void;
  executionEnded(): void;
}
