// Giving way to other work.

import type { Awaitable, Continuation } from '../contract/awaitable.ts';
import { Frame } from '../driver/frame.ts';
import { inlineScheduler } from '../driver/inline-scheduler.ts';
import { nothing, passed, Wait } from '../driver/wait.ts';

class Pause extends Wait<void> {
  protected tryNow(): undefined {
    return undefined;
  }

  protected override finish(): IteratorReturnResult<void> {
    return passed;
  }

  suspend(continuation: Continuation): void {
    if (continuation instanceof Frame) continuation.pause();
    else inlineScheduler.schedule({ run: () => continuation.resume(nothing) }, 0);
  }

  describe(): string {
    return 'pause()';
  }
}

const shared = new Pause();

/**
 * Lets others run: the coroutine continues when its scheduler comes to it again, after everything of its priority that was queued
 * before (CO-24). Without a scheduler of its own that is the next turn of the event loop.
 *
 * @example
 * ```ts
 * import { pause, task } from '@ichor/coroutines';
 *
 * await task(function* () {
 *   for (let chunk = 0; chunk < 3; chunk++) {
 *     // … some milliseconds of work …
 *     yield* pause();
 *   }
 * });
 * ```
 */
export function pause(): Awaitable<void> {
  return shared;
}
