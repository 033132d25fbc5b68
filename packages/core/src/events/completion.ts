// Waiting for an event: complete when it was processed and everything its handlers started has ended (EV-50).

import { isCancelled } from '@ichor/coroutines';
import type { EventOutcome } from '../contract/queue.ts';
import { Deferred } from './deferred.ts';

export class Completion {
  readonly result: Deferred<EventOutcome>;
  readonly description: string;
  readonly key: string;
  /** What callers with a time-out or a signal wait for instead. */
  readonly limited: Deferred<EventOutcome>[] = [];
  readonly #onEnd: () => void;
  readonly #unheard: (error: unknown) => void;
  #pending = 1;
  #outcome: EventOutcome = { processed: false, vetoed: false };
  #failure: { readonly error: unknown } | undefined;

  /**
   * @param key Type and origin, by which waits for the same event coalesce.
   * @param unheard Receives a failure for which nobody waits, or not any more.
   */
  constructor(description: string, key: string, onEnd: () => void, unheard: (error: unknown) => void) {
    this.result = new Deferred(description);
    this.description = description;
    this.key = key;
    this.#onEnd = onEnd;
    this.#unheard = unheard;
  }

  /** Something that the event started goes on. */
  retain(): void {
    this.#pending++;
  }

  /** Something that the event started has ended; the last end settles the waiters. */
  release(): void {
    if (--this.#pending > 0) return;
    this.#onEnd();
    if (this.#failure === undefined) {
      this.result.resolve(this.#outcome);
      return;
    }
    const { error } = this.#failure;
    if (!this.#isHeard && !isCancelled(error)) this.#unheard(error);
    this.result.reject(error);
  }

  get #isHeard(): boolean {
    return this.result.isAwaited || this.limited.some((wait) => wait.isAwaited && !wait.isSettled);
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** The synchronous part of the processing has ended. */
  processed(outcome: EventOutcome): void {
    this.#outcome = outcome;
    this.release();
  }
}
