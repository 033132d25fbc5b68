// A suspended coroutine as the driver sees it: what it is doing and how it continues, as numbers rather than names, because every
// suspension compares them.

import type { Continuation, Suspension } from '../contract/awaitable.ts';
import type { CoroutineHandle, CoroutineHost, Resumable, Scheduler } from '../contract/scheduler.ts';
import type { Cancellation } from './cancellation.ts';

// How a frame continues.
export const next = 0;
export const raise = 1;
export const unwind = 2;

// What a frame is doing.
export const running = 0;
/** `suspend` of its suspension is being called. */
export const suspending = 1;
/** Released while suspending: the driver's loop goes on with it. */
export const resumed = 2;
/** Cancelled while suspending: the driver's loop interrupts it. */
export const interrupted = 3;
/** Handed over to a nested task while suspending. */
export const nested = 4;
export const suspended = 5;
/** In the scheduler's queue by its own wish. */
export const paused = 6;
/** Its continuation is decided and waits for its turn. */
export const released = 7;
export const ended = 8;

/** Implemented by `Frame` alone. */
export interface DrivenFrame extends CoroutineHandle, Continuation, Resumable {
  /** One of the states above. */
  state: number;
  /** How it continues, and with what. */
  mode: number;
  sent: unknown;
  suspension: Suspension | undefined;
  /** The frame that awaits this one, when this is a task nested in it. */
  parent: DrivenFrame | undefined;
  /** The nested task this one awaits. */
  child: DrivenFrame | undefined;
  cancellation: Cancellation | undefined;
  /** The cancellation has been thrown in, as `return()`. */
  unwinding: boolean;
  /** Shielded sections entered and not left. */
  shields: number;
  /** Queue entries of cancelled pauses, to be skipped. */
  staleRuns: number;
  /** The host knows this frame. */
  announced: boolean;
  /** Ambient context of its start, and what runs it in there; undefined when its scheduler captures none. */
  context: unknown;
  inContext: Resumable | undefined;
  readonly iterator: Iterator<Suspension, unknown, unknown>;
  readonly host: CoroutineHost;
  readonly scheduler: Scheduler;
}
