// Waits for the queue to get shorter (`whenBelow`), first come, first served: each is released only while the queue is short
// enough for it, so that producers that push as soon as they are released do not overshoot.

import type { Awaitable, Continuation } from '@ichor/coroutines';
import { nothing, passed, Wait } from '@ichor/coroutines/spi';

export class BelowWaits {
  readonly #waiting: () => number;
  readonly #waiters = new Map<Continuation, number>();
  /** The queue cannot be short enough for anybody while it is at least so long. */
  #highest = 0;
  #closed: Error | undefined;

  readonly #changed: () => void;

  /**
   * @param waiting The length of the queue.
   * @param changed Called when somebody began to wait, and when waiters have gone.
   */
  constructor(waiting: () => number, changed: () => void) {
    this.#waiting = waiting;
    this.#changed = changed;
  }

  get count(): number {
    return this.#waiters.size;
  }

  wait(size: number): Awaitable<void> {
    return new BelowWait(this, size);
  }

  /** Called when the queue may have become shorter. */
  release(): void {
    if (this.#waiting() >= this.#highest) return;
    for (const [continuation, size] of this.#waiters)
      if (this.#waiting() < size) {
        this.#waiters.delete(continuation);
        continuation.resume(nothing);
      }
    this.#highest = Math.max(0, ...this.#waiters.values());
    this.#changed();
  }

  /** The queue will not be processed any more. */
  close(error: Error): void {
    this.#closed = error;
    const all = [...this.#waiters.keys()];
    this.#waiters.clear();
    this.#changed();
    for (const continuation of all) continuation.fail(error);
  }

  /** Whether the queue is short enough now. @throws when the manager has ended. */
  isBelow(size: number): boolean {
    if (this.#closed !== undefined) throw this.#closed;
    return this.#waiting() < size;
  }

  add(continuation: Continuation, size: number): void {
    this.#waiters.set(continuation, size);
    this.#highest = Math.max(this.#highest, size);
    this.#changed();
  }

  delete(continuation: Continuation): void {
    this.#waiters.delete(continuation);
    this.#changed();
  }
}

class BelowWait extends Wait<void> {
  readonly #waits: BelowWaits;
  readonly #size: number;

  constructor(waits: BelowWaits, size: number) {
    super();
    this.#waits = waits;
    this.#size = size;
  }

  protected tryNow(): IteratorReturnResult<void> | undefined {
    return this.#waits.isBelow(this.#size) ? passed : undefined;
  }

  protected override finish(): IteratorReturnResult<void> {
    return passed;
  }

  suspend(continuation: Continuation): void {
    this.#waits.add(continuation, this.#size);
  }

  override cancel(continuation: Continuation): void {
    this.#waits.delete(continuation);
  }

  describe(): string {
    return `the queue to hold fewer than ${this.#size} events`;
  }
}
