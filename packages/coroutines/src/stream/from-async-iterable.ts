// Async generators and other async iterables in coroutines.

import type { Coroutine } from '../contract/awaitable.ts';
import { optionError } from '../errors/check-option.ts';
import { fromPromise } from '../primitives/from-promise.ts';
import { stream, type Emit, type Stream, type StreamOptions } from './stream.ts';

/**
 * A stream of the values of an async iterable, so that a coroutine can take them with `yield* values.next()`. The source is asked
 * for a value when one is wanted, or as far ahead as `buffer` allows; cancelling the stream calls its `return()` and waits for that.
 *
 * @throws ICHOR_COROUTINES_OPTION when `source` is no async iterable.
 * @example
 * ```ts
 * import { fromAsyncIterable, task } from '@ichor/coroutines';
 *
 * async function* lines() {
 *   yield 'one';
 *   yield 'two';
 * }
 * await task(function* () {
 *   const values = fromAsyncIterable(lines());
 *   for (let next = yield* values.next(); next.done !== true; next = yield* values.next()) console.log(next.value);
 * });
 * ```
 */
export function fromAsyncIterable<T>(source: AsyncIterable<T>, options?: StreamOptions): Stream<T> {
  if (typeof (source as Partial<AsyncIterable<T>> | undefined)?.[Symbol.asyncIterator] !== 'function') {
    throw optionError('source', source, 'an async iterable, such as an async generator or a readable stream');
  }
  return stream<T>((emit) => pump(source[Symbol.asyncIterator](), emit), { name: 'async iterable', ...options });
}

function* pump<T>(source: AsyncIterator<T>, emit: Emit<T>): Coroutine {
  let ended = false;
  try {
    for (;;) {
      let next: IteratorResult<T, unknown>;
      try {
        next = yield* fromPromise(source.next());
      } catch (error) {
        // A source that threw has ended; its return() must not be called.
        ended = true;
        throw error;
      }
      if (next.done === true) {
        ended = true;
        return;
      }
      yield* emit(next.value);
    }
  } finally {
    if (!ended && source.return !== undefined) yield* fromPromise(source.return());
  }
}
