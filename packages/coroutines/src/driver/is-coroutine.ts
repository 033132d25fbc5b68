// Telling generator objects and promises from other values.

import type { Awaitable, Coroutine } from '../contract/awaitable.ts';

/** A function whose `prototype` is that of all generator objects, so that `instanceof` finds them without calling anything. */
const AnyGenerator = Object.getPrototypeOf(function* () {}) as { new (): Coroutine<unknown> };
const anyGenerator = function () {} as unknown as { new (): Coroutine<unknown> };
anyGenerator.prototype = AnyGenerator.prototype;

/** Whether `value` is a generator object, of this realm or another. Made for calls with every result of every handler. */
export function isCoroutine(value: unknown): value is Coroutine<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return (
    value instanceof anyGenerator || (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === 'Generator'
  );
}

/** Whether `value` has a `then`. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

/** Whether `value` can be awaited with `yield*` as well as with `await`. */
export function isAwaitable(value: unknown): value is Awaitable<unknown> {
  return isPromiseLike(value) && typeof (value as Partial<Awaitable<unknown>>)[Symbol.iterator] === 'function';
}
