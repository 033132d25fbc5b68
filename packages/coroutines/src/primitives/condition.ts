// Waiting until others say that something may have changed.

import type { Awaitable, Continuation, Coroutine } from '../contract/awaitable.ts';
import { CoroutineAwaitable } from '../driver/coroutine-awaitable.ts';
import { shield } from '../driver/shield.ts';
import { WaitList } from '../driver/wait-list.ts';
import { nothing, passed, Wait } from '../driver/wait.ts';
import { coroutineError } from '../errors/catalogue.ts';
import { checkFunction } from '../errors/check-option.ts';
import { disposedError, failAll } from './disposed.ts';
import { relock, type MutexLock } from './mutex.ts';

/**
 * A condition variable. Waiters are released in order, inline; a notification with nobody waiting is forgotten.
 *
 * With a lock, `wait(lock)` gives the mutex up while it waits and holds it again when it continues, also when it is cancelled.
 *
 * @example
 * ```ts
 * import { Condition, task } from '@ichor/coroutines';
 *
 * const changed = new Condition();
 * let level = 0;
 * const waiting = task(function* () {
 *   yield* changed.waitUntil(() => level >= 2);
 *   return level;
 * }).start();
 * for (level = 1; level < 3; level++) changed.notifyAll();
 * console.log(await waiting); // 2
 * ```
 */
export class Condition implements Disposable {
  readonly #wait = new ConditionWait(undefined);

  /** Waits for a notification. @param lock Given up meanwhile. */
  wait(lock?: MutexLock): Awaitable<void> {
    if (lock === undefined) return this.#wait;
    return new CoroutineAwaitable('Condition.wait(lock)', () => waitLocked(this.#wait, lock));
  }

  /** Waits until `predicate` is true, looking at once and after every notification. @param lock Given up while waiting. */
  waitUntil(predicate: () => boolean, lock?: MutexLock): Awaitable<void> {
    checkFunction('predicate', predicate);
    return new CoroutineAwaitable('Condition.waitUntil()', () => waitUntil(this, predicate, lock));
  }

  /** Releases the one who waits longest. */
  notifyOne(): void {
    this.#wait.waiters.shift()?.resume(nothing);
  }

  /** Releases everybody who waits now, in order. */
  notifyAll(): void {
    if (this.#wait.waiters.isEmpty) return;
    const { waiters } = this.#wait;
    this.#wait.waiters = new WaitList();
    for (let waiter = waiters.shift(); waiter !== undefined; waiter = waiters.shift()) waiter.resume(nothing);
  }

  /** Fails everybody who waits, and all later waits, with ICHOR_COROUTINES_DISPOSED. */
  [Symbol.dispose](): void {
    this.#wait.disposed = true;
    failAll(this.#wait.waiters, 'Condition');
  }
}

class ConditionWait extends Wait<void> {
  readonly #shared: ConditionWait;
  readonly #lock: MutexLock | undefined;
  waiters = new WaitList();
  disposed = false;

  /** @param shared The wait that has the waiters, when this one is for a single wait with `lock`. */
  constructor(shared: ConditionWait | undefined, lock?: MutexLock) {
    super();
    this.#shared = shared ?? this;
    this.#lock = lock;
  }

  protected tryNow(): undefined {
    if (this.#shared.disposed) throw disposedError('Condition');
    return undefined;
  }

  protected override finish(): IteratorReturnResult<void> {
    return passed;
  }

  suspend(continuation: Continuation): void {
    // First in the list, then unlock: who gets the lock may notify at once.
    this.#shared.waiters.push(continuation);
    this.#lock?.unlock();
  }

  describe(): string {
    return 'Condition.wait()';
  }
}

function notHeld(): Error {
  return coroutineError(
    'ICHOR_COROUTINES_NOT_OWNER',
    'Condition.wait(lock) was given a lock that is already unlocked. Pass the lock that the coroutine holds.',
  );
}

function* waitLocked(condition: ConditionWait, lock: MutexLock): Coroutine<void> {
  if (!lock.isHeld) throw notHeld();
  try {
    yield* new ConditionWait(condition, lock);
  } finally {
    if (!lock.isHeld) yield* shield(relock(lock));
  }
}

function* waitUntil(condition: Condition, predicate: () => boolean, lock: MutexLock | undefined): Coroutine<void> {
  while (!predicate()) yield* condition.wait(lock);
}
