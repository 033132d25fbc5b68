// The error for things that cannot be waited for, with a hint for the usual mistakes.

import { coroutineError } from '../errors/catalogue.ts';

/** @param how What was done with `value`: `yielded`, or `given to all()` … */
export function notAwaitable(value: unknown, how: string): Error {
  return coroutineError(
    'ICHOR_COROUTINES_NOT_AWAITABLE',
    `A coroutine can only wait for awaitables; ${describe(value)} was ${how}. ${hint(value)}`,
    { details: { received: describe(value) } },
  );
}

function describe(value: unknown): string {
  if (typeof value === 'function') return `the function "${value.name}"`;
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? JSON.stringify(value) : String(value);
  return `an object of type ${value.constructor?.name ?? 'unknown'}`;
}

function hint(value: unknown): string {
  if (typeof value === 'function') return 'Call it: yield* work().';
  if (typeof value !== 'object' || value === null)
    return 'Write yield* before an awaitable, and return or emit() values.';
  if (Symbol.iterator in value) return 'Write yield* instead of yield.';
  if ('then' in value) return 'Write yield* fromPromise(promise) for a promise.';
  return 'Write yield* before an awaitable, and return or emit() values.';
}
