// What combinators accept, and how each kind is run as a branch.

import type { Suspension } from '../contract/awaitable.ts';
import { claim } from '../driver/claim.ts';
import { isCoroutine, isPromiseLike } from '../driver/is-coroutine.ts';
import { notAwaitable } from '../driver/not-awaitable.ts';
import { CoroutineTask } from '../driver/task.ts';
import { fromPromise } from '../primitives/from-promise.ts';

/** Something a combinator can wait for: an awaitable, a coroutine object (it is run), a task or a promise. */
export type Waitable<T> = Iterable<Suspension, T, unknown> | PromiseLike<T>;

/** What waiting for it gives. */
export type Result<W> =
  W extends Iterable<Suspension, infer T, unknown> ? T : W extends PromiseLike<infer T> ? T : never;

/** @param combinator For the message when `work` is nothing to wait for. */
export function branchOf(work: unknown, combinator: string): Iterator<Suspension, unknown, unknown> {
  if (work instanceof CoroutineTask) return runOwned(work);
  if (isCoroutine(work)) return claim(work);
  if (
    typeof work === 'object' &&
    work !== null &&
    typeof (work as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function'
  ) {
    return (work as Iterable<Suspension, unknown, unknown>)[Symbol.iterator]();
  }
  if (isPromiseLike(work)) return fromPromise(work)[Symbol.iterator]();
  throw notAwaitable(work, `given to ${combinator}`);
}

/** A task given to a combinator is cancelled with its branch, also when it was started before. */
function* runOwned<T>(owned: CoroutineTask<T>): Generator<Suspension, T, unknown> {
  try {
    return yield* owned;
  } finally {
    if (!owned.isReady) {
      owned.cancel();
      yield* owned.whenReady();
    }
  }
}
