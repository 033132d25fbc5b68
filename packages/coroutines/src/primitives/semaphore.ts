// A bounded number of permits, given out first come, first served: a large request at the head is not overtaken by small ones.

import type { Awaitable, Continuation } from '../contract/awaitable.ts';
import { WaitList } from '../driver/wait-list.ts';
import { Wait } from '../driver/wait.ts';
import { checkCount, optionError } from '../errors/check-option.ts';
import { disposedError, failAll } from './disposed.ts';
import { Guard } from './guard.ts';

/**
 * Limits how many do something at once.
 *
 * @example
 * ```ts
 * import { all, fromPromise, Semaphore } from '@ichor/coroutines';
 *
 * const atMostTwo = new Semaphore(2);
 * function* download(page: number) {
 *   using _permit = yield* atMostTwo.acquire();
 *   return yield* fromPromise(Promise.resolve(`page ${page}`));
 * }
 * console.log(await all([download(1), download(2), download(3)])); // [ 'page 1', 'page 2', 'page 3' ]
 * ```
 */
export class Semaphore implements Disposable {
  readonly #state: Permits;
  readonly #one: PermitWait;

  /** @param permits How many there are, an integer from 1. @throws ICHOR_COROUTINES_OPTION */
  constructor(permits: number) {
    this.#state = new Permits(checkCount('permits', permits, 1));
    this.#one = new PermitWait(this.#state, 1);
  }

  /** Permits that nobody holds. */
  get available(): number {
    return this.#state.available;
  }

  /**
   * Waits for `count` permits.
   * @param count 1 (default) to the number the semaphore has. @throws ICHOR_COROUTINES_OPTION
   */
  acquire(count = 1): Awaitable<SemaphorePermit> {
    return count === 1 ? this.#one : new PermitWait(this.#state, this.#state.check(count));
  }

  /** The permits if they are free and nobody waits, else undefined. */
  tryAcquire(count = 1): SemaphorePermit | undefined {
    return this.#state.take(this.#state.check(count));
  }

  /** Fails everybody who waits, and all later requests, with ICHOR_COROUTINES_DISPOSED. Permits may still be released. */
  [Symbol.dispose](): void {
    this.#state.disposed = true;
    failAll(this.#state.waiters, 'Semaphore');
  }
}

/** Held permits of a {@link Semaphore}: release them, or let `using` do it. */
export class SemaphorePermit extends Guard {
  #state: Permits | undefined;
  /** How many. */
  readonly count: number;

  /** @internal */
  constructor(semaphore: object, count: number) {
    super();
    this.#state = semaphore as Permits;
    this.count = count;
  }

  /** Gives them back and resumes, inline and in order, those who can go on. A second call does nothing. */
  release(): void {
    const state = this.#state;
    if (state === undefined) return;
    this.#state = undefined;
    state.available += this.count;
    state.serve();
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

class Permits {
  readonly total: number;
  available: number;
  disposed = false;
  /** `waitDetail` is the number of permits wanted. */
  readonly waiters = new WaitList();

  constructor(total: number) {
    this.total = total;
    this.available = total;
  }

  check(count: number): number {
    checkCount('count', count, 1);
    if (count > this.total) throw optionError('count', count, `at most the ${this.total} permits the semaphore has`);
    return count;
  }

  take(count: number): SemaphorePermit | undefined {
    if (this.disposed) throw disposedError('Semaphore');
    if (this.available < count || !this.waiters.isEmpty) return undefined;
    this.available -= count;
    return new SemaphorePermit(this, count);
  }

  serve(): void {
    for (let waiter = this.waiters.first; waiter !== undefined; waiter = this.waiters.first) {
      const count = waiter.waitDetail as number;
      if (count > this.available) return;
      this.available -= count;
      this.waiters.shift();
      waiter.resume(new SemaphorePermit(this, count));
    }
  }
}

class PermitWait extends Wait<SemaphorePermit> {
  readonly #state: Permits;
  readonly #count: number;

  constructor(state: Permits, count: number) {
    super();
    this.#state = state;
    this.#count = count;
  }

  protected tryNow(): IteratorReturnResult<SemaphorePermit> | undefined {
    const permit = this.#state.take(this.#count);
    return permit === undefined ? undefined : { done: true, value: permit };
  }

  suspend(continuation: Continuation): void {
    continuation.waitDetail = this.#count;
    this.#state.waiters.push(continuation);
  }

  override cancel(continuation: Continuation): void {
    super.cancel(continuation);
    // It may have been the large request that held up the others.
    this.#state.serve();
  }

  describe(): string {
    return `Semaphore.acquire(${this.#count})`;
  }
}
