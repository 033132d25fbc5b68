// Waiting for one of several: race() and any().

import type { Awaitable } from '../contract/awaitable.ts';
import { coroutineError } from '../errors/catalogue.ts';
import { optionError } from '../errors/check-option.ts';
import { Group, runGroup } from './group.ts';
import type { Result, Waitable } from './waitable.ts';

/**
 * Runs all of `works` at once; the first to end, well or not, decides. The others are cancelled, and their clean-up is waited
 * for before the outcome is given. Of several that are ready at once the first in the list wins, and those behind it never begin.
 *
 * @throws ICHOR_COROUTINES_OPTION for an empty list, which would wait for ever.
 * @example
 * ```ts
 * import { race, sleep } from '@ichor/coroutines';
 *
 * function* after(ms: number) {
 *   yield* sleep(ms);
 *   return `${ms} ms`;
 * }
 * console.log(await race([after(1000), after(1)])); // 1 ms; the other one's timer is cleared
 * ```
 */
export function race<const Works extends readonly Waitable<unknown>[]>(works: Works): Awaitable<Result<Works[number]>> {
  if (works.length === 0) throw optionError('works', 'an empty list', 'at least one thing to wait for');
  return runGroup('race()', () => new Group(works, judgeRace, 'race()'));
}

function judgeRace(group: Group, _index: number, succeeded: boolean, result: unknown): void {
  if (succeeded) group.succeed(result);
  else group.failWith(result);
}

/**
 * Runs all of `works` at once; the first to succeed decides, and the others are cancelled.
 *
 * @throws (when awaited) ICHOR_COROUTINES_NONE_SUCCEEDED with all errors in `details.errors` when every one failed.
 * @example
 * ```ts
 * import { any } from '@ichor/coroutines';
 *
 * console.log(await any([Promise.reject(new Error('down')), Promise.resolve('mirror')])); // mirror
 * ```
 */
export function any<const Works extends readonly Waitable<unknown>[]>(works: Works): Awaitable<Result<Works[number]>> {
  return runGroup('any()', () => {
    const errors: unknown[] = [];
    const group = new Group(
      works,
      (self, index, succeeded, result) => {
        if (succeeded) {
          self.succeed(result);
          return;
        }
        errors[index] = result;
        if (self.ended === works.length) self.failWith(noneSucceeded(errors));
      },
      'any()',
    );
    if (works.length === 0) group.failWith(noneSucceeded(errors));
    return group;
  });
}

function noneSucceeded(errors: readonly unknown[]): Error {
  const reasons = errors.map((error) => (error instanceof Error ? error.message : String(error))).join('; ');
  return coroutineError(
    'ICHOR_COROUTINES_NONE_SUCCEEDED',
    `None of ${errors.length} alternatives succeeded: ${reasons}`,
    {
      cause: errors[0],
      details: { errors },
    },
  );
}
