// A coroutine object runs once. Whoever gets one from a user claims it, so that running it twice is an error and not a riddle.

import type { Coroutine } from '../contract/awaitable.ts';
import { coroutineError } from '../errors/catalogue.ts';

const claimed = new WeakSet();

/** @throws ICHOR_COROUTINES_ALREADY_RUN when the coroutine object was claimed before. */
export function claim<T>(coroutine: Coroutine<T>): Coroutine<T> {
  if (claimed.has(coroutine)) {
    throw coroutineError(
      'ICHOR_COROUTINES_ALREADY_RUN',
      'The same coroutine object was given to be run twice. Call the generator function once for each run, or share one task(…).',
    );
  }
  claimed.add(coroutine);
  return coroutine;
}
