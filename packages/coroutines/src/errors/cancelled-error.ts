// What awaiting a cancelled coroutine throws.

import { IchorError } from './ichor-error.ts';

/**
 * Thrown by awaiting something that was cancelled. `reason` is what was given to `cancel` (or the reason of the aborted
 * signal); it is also the `cause`. Inside the cancelled coroutine only `finally` blocks run, `catch` blocks do not see it.
 *
 * @example
 * ```ts
 * import { isCancelled, ManualResetEvent, task } from '@ichor/coroutines';
 *
 * const never = new ManualResetEvent();
 * const waiting = task(function* () { yield* never.wait(); }).start();
 * waiting.cancel('no longer needed');
 * try {
 *   await waiting;
 * } catch (error) {
 *   console.log(isCancelled(error) && error.reason); // no longer needed
 * }
 * ```
 */
export class CancelledError extends IchorError<'ICHOR_COROUTINES_CANCELLED'> {
  override readonly name: string = 'CancelledError';
  readonly reason: unknown;

  /**
   * @param reason Why.
   * @param what Who was cancelled, for the message.
   */
  constructor(reason?: unknown, what = 'The coroutine') {
    super(
      'ICHOR_COROUTINES_CANCELLED',
      reason === undefined ? `${what} was cancelled` : `${what} was cancelled: ${describeReason(reason)}`,
      reason === undefined ? undefined : { cause: reason },
    );
    this.reason = reason;
  }
}

/** Whether `value` is a {@link CancelledError} of any installed copy of this package. */
export function isCancelled(value: unknown): value is CancelledError {
  return IchorError.is(value, 'ICHOR_COROUTINES_CANCELLED');
}

function describeReason(reason: unknown): string {
  if (reason instanceof Error) return reason.message;
  return typeof reason === 'object' && reason !== null ? Object.prototype.toString.call(reason) : String(reason);
}
