// Whether what user code returned has to be waited for.

import { isCoroutine } from '@ichor/coroutines/spi';

/** A promise, or a coroutine that has not begun. */
export function isWaiting(value: unknown): value is object {
  if (value === undefined) return false;
  return typeof (value as PromiseLike<unknown> | null)?.then === 'function' || isCoroutine(value);
}
