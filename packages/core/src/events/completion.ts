// Waiting for an event: complete when it was processed and everything its handlers started has ended (EV-50).

import type { EventOutcome } from '../contract/queue.ts';
import { Deferred } from './deferred.ts';

export class Completion {
  readonly result: Deferred<EventOutcome>;
  readonly description: string;
  readonly key: string;
  readonly #onEnd: (completion: Completion) => void;
  #pending = 1;
  #outcome: EventOutcome = { processed: false, vetoed: false };
  #failure: { readonly error: unknown } | undefined;

  /** @param key Type and origin, by which waits for the same event coalesce. */
  constructor(description: string, key: string, onEnd: (completion: Completion) => void) {
    this.result = new Deferred(description);
    this.description = description;
    this.key = key;
    this.#onEnd = onEnd;
  }

  /** Something that the event started goes on. */
  retain(): void {
    this.#pending++;
  }

  /** Something that the event started has ended; the last end settles the waiters. */
  release(): void {
    if (--this.#pending > 0) return;
    this.#onEnd(this);
    if (this.#failure === undefined) this.result.resolve(this.#outcome);
    else this.result.reject(this.#failure.error);
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
