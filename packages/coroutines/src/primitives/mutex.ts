// Mutual exclusion with strict first-in-first-out hand-over: unlocking gives the mutex to the next waiter, it is never free between.

import type { Awaitable, Continuation, Coroutine } from '../contract/awaitable.ts';
import { WaitList } from '../driver/wait-list.ts';
import { Wait } from '../driver/wait.ts';
import { disposedError, failAll } from './disposed.ts';
import { Guard } from './guard.ts';

/**
 * A mutex for coroutines and async functions (CO-70…74). Not re-entrant: locking it twice in one coroutine waits for ever.
 *
 * @example
 * ```ts
 * import { Mutex, pause, task } from '@ichor/coroutines';
 *
 * const mutex = new Mutex();
 * let balance = 100;
 * function* withdraw(amount: number) {
 *   using _lock = yield* mutex.lock(); // unlocks at the end of the block
 *   const before = balance;
 *   yield* pause();
 *   balance = before - amount;
 * }
 * const first = task(() => withdraw(30)).start();
 * const second = task(() => withdraw(20)).start();
 * await first;
 * await second;
 * console.log(balance); // 50
 * ```
 */
export class Mutex implements Disposable {
  readonly #wait = new LockWait();

  get isLocked(): boolean {
    return this.#wait.isLocked;
  }

  /** Waits for the lock; passes at once when it is free. Those who wait get it in order. */
  lock(): Awaitable<MutexLock> {
    return this.#wait;
  }

  /** The lock if it is free, else undefined. @throws ICHOR_COROUTINES_DISPOSED */
  tryLock(): MutexLock | undefined {
    return this.#wait.take();
  }

  /** Fails everybody who waits, and all later locks, with ICHOR_COROUTINES_DISPOSED. The one who holds it may unlock. */
  [Symbol.dispose](): void {
    this.#wait.disposed = true;
    failAll(this.#wait.waiters, 'Mutex');
  }
}

/** A held {@link Mutex}: unlock it, or let `using` do it. */
export class MutexLock extends Guard {
  readonly #mutex: LockWait;
  #isHeld = true;

  constructor(mutex: object) {
    super();
    this.#mutex = mutex as LockWait;
  }

  /** Not unlocked yet. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Hands the mutex to the one who waits longest, who resumes inline, or frees it. A second call does nothing. */
  unlock(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    const mutex = this.#mutex;
    const waiter = mutex.waiters.shift();
    if (waiter === undefined) mutex.isLocked = false;
    else waiter.resume(new MutexLock(mutex));
  }

  [Symbol.dispose](): void {
    this.unlock();
  }

  /** Locks the mutex anew and holds it through `lock`, which was unlocked. */
  static *relock(lock: MutexLock): Coroutine<void> {
    yield* lock.#mutex;
    lock.#isHeld = true;
  }
}

/** Locks a mutex again through an unlocked lock of it. For conditions. */
export const relock = (lock: MutexLock): Coroutine<void> => MutexLock.relock(lock);

class LockWait extends Wait<MutexLock> {
  isLocked = false;
  disposed = false;
  readonly waiters = new WaitList();

  take(): MutexLock | undefined {
    if (this.disposed) throw disposedError('Mutex');
    if (this.isLocked) return undefined;
    this.isLocked = true;
    return new MutexLock(this);
  }

  protected tryNow(): IteratorReturnResult<MutexLock> | undefined {
    const lock = this.take();
    return lock === undefined ? undefined : { done: true, value: lock };
  }

  suspend(continuation: Continuation): void {
    this.waiters.push(continuation);
  }

  describe(): string {
    return 'Mutex.lock()';
  }
}
