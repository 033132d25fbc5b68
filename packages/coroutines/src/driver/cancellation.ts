// One request to cancel a coroutine, shared by all frames it unwinds: why, how long clean-up may take, and what came of it.

import type { Clock, ScheduledCall } from '../contract/clock.ts';
import type { CoroutineInfo, Scheduler } from '../contract/scheduler.ts';
import { CancelledError } from '../errors/cancelled-error.ts';
import { coroutineError } from '../errors/catalogue.ts';

/** How long the clean-up of a cancelled coroutine may take when nobody says otherwise. */
export const defaultCleanupMs = 1000;

/** The value given to `return()`: a generator that ends with another one did not end because of the cancellation. */
export const cancelledResult: unique symbol = Symbol('cancelled');

/** A cancellation on its way. `target` is the outermost coroutine it ends. */
export class Cancellation {
  readonly target: object;
  readonly reason: unknown;
  readonly cleanupMs: number;
  /** The time for cleaning up ended while the coroutine was running: it is abandoned at its next suspension. */
  expired = false;
  #timer: ScheduledCall | undefined = undefined;

  constructor(target: object, reason: unknown, cleanupMs: number) {
    this.target = target;
    this.reason = reason;
    this.cleanupMs = cleanupMs;
  }

  /** The clean-up waits for something: from now on its time counts. Only the first call does anything. */
  arm(clock: Clock, expire: () => void): void {
    if (this.#timer === undefined && this.cleanupMs !== Infinity) this.#timer = clock.schedule(expire, this.cleanupMs);
  }

  disarm(): void {
    this.#timer?.cancel();
  }
}

/**
 * What an unwound coroutine ends with: its own error when the clean-up threw one, else a CancelledError.
 * A clean-up that returned a value of its own is reported to the scheduler.
 */
export function cancelledOutcome(
  coroutine: CoroutineInfo,
  scheduler: Scheduler,
  reason: unknown,
  succeeded: boolean,
  value: unknown,
): unknown {
  if (!succeeded) return value;
  if (value !== cancelledResult) {
    scheduler.unhandled(
      coroutineError(
        'ICHOR_COROUTINES_CANCEL_SWALLOWED',
        `The coroutine "${coroutine.name}" was cancelled, but went on and returned ${describeValue(value)}. ` +
          'Remove the return, break or continue from its finally block, and await a coroutine whose own finally blocks wait ' +
          'through task() rather than by a bare yield*. To finish some work first, wrap it in shield().',
        { details: { coroutine: coroutine.name } },
      ),
      coroutine,
    );
  }
  return new CancelledError(reason, `The coroutine "${coroutine.name}"`);
}

/** What a coroutine ends with whose clean-up did not end in time. */
export function cleanupTimeout(
  coroutine: CoroutineInfo,
  waitingFor: string | undefined,
  cleanupMs: number,
  reason: unknown,
): Error {
  return coroutineError(
    'ICHOR_COROUTINES_CLEANUP_TIMEOUT',
    `The coroutine "${coroutine.name}" was cancelled and abandoned: its clean-up did not end within ${cleanupMs} ms` +
      `${waitingFor === undefined ? '' : `, waiting for ${waitingFor}`}. Give it more time with cleanupMs, or wait for less in its finally blocks.`,
    { cause: reason, details: { coroutine: coroutine.name, waitingFor, cleanupMs } },
  );
}

function describeValue(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
