// Sections of a coroutine that a cancellation does not interrupt.

import type { Continuation, Coroutine, Suspension } from '../contract/awaitable.ts';
import { Frame } from './frame.ts';

class ShieldChange implements Suspension {
  readonly #change: 1 | -1;

  constructor(change: 1 | -1) {
    this.#change = change;
  }

  suspend(continuation: Continuation): void {
    if (continuation instanceof Frame) continuation.shields += this.#change;
    continuation.resume();
  }

  cancel(): void {
    // It never waits.
  }

  describe(): string {
    return 'shield()';
  }
}

const enter = new ShieldChange(1);
const leave = new ShieldChange(-1);

/**
 * Runs `work` to its end even when the coroutine is cancelled meanwhile; the cancellation comes at the first suspension after it.
 * A cancellation that came before takes effect before `work` begins. A shield has no time limit: keep it short.
 *
 * @param work A coroutine object or an awaitable.
 * @example
 * ```ts
 * import { fromPromise, isCancelled, shield, task } from '@ichor/coroutines';
 *
 * function* save() {
 *   yield* fromPromise(Promise.resolve());
 *   console.log('saved');
 * }
 * const saving = task(function* () {
 *   yield* shield(save());
 *   yield* fromPromise(new Promise(() => {})); // cancelled here
 * }).start();
 * saving.cancel();
 * await saving.then(undefined, (error) => console.log(isCancelled(error))); // saved, then true
 * ```
 */
export function* shield<T>(work: Iterable<Suspension, T, unknown>): Coroutine<T> {
  yield enter;
  try {
    return yield* work;
  } finally {
    yield leave;
  }
}
