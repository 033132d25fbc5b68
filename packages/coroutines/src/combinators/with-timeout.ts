// A limit on how long something may take.

import type { Awaitable } from '../contract/awaitable.ts';
import type { Clock } from '../contract/clock.ts';
import { coroutineError } from '../errors/catalogue.ts';
import { checkDuration } from '../errors/check-option.ts';
import { clockOf } from '../time/sleep.ts';
import { Group, runGroup } from './group.ts';
import type { Result, Waitable } from './waitable.ts';

/** How {@link withTimeout} limits. */
export interface TimeoutOptions {
  /** Default: the clock of the coroutine's scheduler. */
  readonly clock?: Clock;
  /** What it is that takes so long, for the message. */
  readonly what?: string;
}

/**
 * Waits for `work`, at most `limitMs` milliseconds. Then `work` is cancelled, its clean-up is waited for, and
 * ICHOR_COROUTINES_TIMEOUT is thrown, which says what was being waited for. A lock that comes too late is given back.
 *
 * @param limitMs 0 or more; `Infinity` for no limit. @throws ICHOR_COROUTINES_OPTION
 * @example
 * ```ts
 * import { IchorError, ManualResetEvent, withTimeout } from '@ichor/coroutines';
 *
 * const never = new ManualResetEvent();
 * try {
 *   await withTimeout(never.wait(), 5);
 * } catch (error) {
 *   console.log(IchorError.is(error, 'ICHOR_COROUTINES_TIMEOUT')); // true
 * }
 * ```
 */
export function withTimeout<Work extends Waitable<unknown>>(
  work: Work,
  limitMs: number,
  options?: TimeoutOptions,
): Awaitable<Result<Work>> {
  checkDuration('limitMs', limitMs);
  return runGroup('withTimeout()', () => {
    const group = new Group(
      [work],
      (self, _index, succeeded, result) => {
        if (succeeded) self.succeed(result);
        else self.failWith(result);
      },
      'withTimeout()',
    );
    if (limitMs !== Infinity) {
      group.onStart = (continuation) =>
        (options?.clock ?? clockOf(continuation)).schedule(
          () => group.failWith(timedOut(group.waitingFor, limitMs, options?.what)),
          limitMs,
        );
    }
    return group;
  });
}

function timedOut(waitingFor: string, limitMs: number, what: string | undefined): Error {
  const subject = what ?? 'The wait';
  return coroutineError(
    'ICHOR_COROUTINES_TIMEOUT',
    `${subject} did not end within ${limitMs} ms${waitingFor === '' ? '' : `; it was waiting for ${waitingFor}`}.`,
    { details: { limitMs, waitingFor, what } },
  );
}
