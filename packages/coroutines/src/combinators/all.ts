// Waiting for everything: all() and allSettled().

import type { Awaitable } from '../contract/awaitable.ts';
import { Group, runGroup } from './group.ts';
import type { Result, Waitable } from './waitable.ts';

/** The results of a list of waits, position by position. */
export type Results<Works extends readonly unknown[]> = { -readonly [Index in keyof Works]: Result<Works[Index]> };

/** One end, as `Promise.allSettled` tells it. */
export type Settled<T> =
  | { readonly status: 'fulfilled'; readonly value: T }
  | { readonly status: 'rejected'; readonly reason: unknown };

/**
 * Runs all of `works` at once and gives their results in the same order. The first failure cancels the others, waits for their
 * clean-up and is thrown. A lock or permit among lost results is given back.
 *
 * @example
 * ```ts
 * import { all, sleep } from '@ichor/coroutines';
 *
 * function* double(value: number) {
 *   yield* sleep(1);
 *   return value * 2;
 * }
 * console.log(await all([double(1), double(2), Promise.resolve('three')])); // [ 2, 4, 'three' ]
 * ```
 */
export function all<const Works extends readonly Waitable<unknown>[]>(works: Works): Awaitable<Results<Works>> {
  return runGroup('all()', () => {
    const group = new Group(works, judgeAll, 'all()');
    if (works.length === 0) group.succeed([]);
    return group;
  });
}

function judgeAll(group: Group, _index: number, succeeded: boolean, result: unknown): void {
  if (!succeeded) group.failWith(result);
  else if (group.ended === group.works.length) group.succeed(group.results);
}

/**
 * Runs all of `works` at once, waits until each has ended, and tells how. Never throws; nothing is cancelled unless the coroutine is.
 *
 * @example
 * ```ts
 * import { allSettled } from '@ichor/coroutines';
 *
 * const ends = await allSettled([Promise.resolve(1), Promise.reject(new Error('no'))]);
 * console.log(ends.map((end) => end.status)); // [ 'fulfilled', 'rejected' ]
 * ```
 */
export function allSettled<const Works extends readonly Waitable<unknown>[]>(
  works: Works,
): Awaitable<{ -readonly [Index in keyof Works]: Settled<Result<Works[Index]>> }> {
  return runGroup('allSettled()', () => {
    const ends: Settled<unknown>[] = [];
    const group = new Group(
      works,
      (self, index, succeeded, result) => {
        ends[index] = succeeded ? { status: 'fulfilled', value: result } : { status: 'rejected', reason: result };
        if (self.ended === works.length) self.succeed(ends);
      },
      'allSettled()',
    );
    if (works.length === 0) group.succeed(ends);
    return group;
  });
}
