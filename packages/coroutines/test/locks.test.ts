import { describe, expect, it } from 'vitest';
import {
  all,
  Condition,
  Mutex,
  pause,
  Semaphore,
  toPromise,
  withTimeout,
  type Coroutine,
  type MutexLock,
} from '../src/index.ts';
import { VirtualClock } from '../src/testing/index.ts';
import { failureOf, spawn, thrownBy } from './support.ts';

describe('Mutex', () => {
  it('passes when free and waits when not (CO-70)', () => {
    const mutex = new Mutex();
    expect(mutex.isLocked).toBe(false);
    const first = mutex.tryLock();
    expect(first?.isHeld).toBe(true);
    expect(mutex.tryLock()).toBe(undefined);
    const waiting = spawn(function* () {
      return yield* mutex.lock();
    });
    expect(waiting.isReady).toBe(false);
    first!.unlock();
    expect(waiting.isReady).toBe(true);
    expect(mutex.isLocked).toBe(true);
  });

  it('unlocks at the end of a block, and a second unlock is harmless (CO-71)', async () => {
    const mutex = new Mutex();
    await spawn(function* () {
      {
        using lock = yield* mutex.lock();
        expect(lock.isHeld).toBe(true);
        lock.unlock();
        expect(lock.isHeld).toBe(false);
        const other = mutex.tryLock()!;
        lock.unlock();
        expect(mutex.isLocked).toBe(true);
        other.unlock();
      }
      expect(mutex.isLocked).toBe(false);
    });
  });

  it('hands over inside unlock, to the longest waiter, never becoming free (CO-72)', () => {
    const mutex = new Mutex();
    const order: string[] = [];
    const held = mutex.tryLock()!;
    spawn(function* () {
      const lock = yield* mutex.lock();
      order.push('first');
      expect(mutex.tryLock()).toBe(undefined);
      lock.unlock();
    });
    order.push('before');
    held.unlock();
    order.push('after');
    expect(order).toEqual(['before', 'first', 'after']);
  });

  it('releases one waiter per unlock, in order (CO-73)', () => {
    const mutex = new Mutex();
    const held = mutex.tryLock()!;
    const locks: MutexLock[] = [];
    for (let i = 0; i < 3; i++) {
      spawn(function* () {
        locks.push(yield* mutex.lock());
      });
    }
    held.unlock();
    expect(locks).toHaveLength(1);
    locks[0]!.unlock();
    expect(locks).toHaveLength(2);
    locks[1]!.unlock();
    locks[2]!.unlock();
    expect(mutex.isLocked).toBe(false);
  });

  it('assigning a new lock does not lose the old one: it stays held until unlocked (CO-74)', () => {
    const [one, two] = [new Mutex(), new Mutex()];
    const first = one.tryLock()!;
    let lock = first;
    lock = two.tryLock()!;
    expect(one.isLocked && two.isLocked).toBe(true);
    lock.unlock();
    first.unlock();
    expect(one.isLocked || two.isLocked).toBe(false);
  });

  it('serves coroutines and async functions alike, in order', async () => {
    const mutex = new Mutex();
    const order: string[] = [];
    const held = mutex.tryLock()!;
    const asynchronous = toPromise(mutex.lock()).then((lock) => {
      order.push('async');
      lock.unlock();
    });
    const generator = spawn(function* () {
      using _lock = yield* mutex.lock();
      order.push('generator');
    });
    held.unlock();
    await asynchronous;
    await generator;
    expect(order).toEqual(['async', 'generator']);
    expect(mutex.isLocked).toBe(false);
  });

  it('skips waiters that were cancelled or ran out of time', async () => {
    const clock = new VirtualClock();
    const mutex = new Mutex();
    const held = mutex.tryLock()!;
    const cancelled = spawn(() => hold(mutex));
    const late = toPromise(withTimeout(mutex.lock(), 10, { clock }));
    const patient = spawn(() => hold(mutex));
    cancelled.cancel();
    clock.advance(10);
    expect(await failureOf(late)).toMatchObject({
      code: 'ICHOR_COROUTINES_TIMEOUT',
      details: { waitingFor: 'Mutex.lock()' },
    });
    held.unlock();
    expect(patient.isReady).toBe(true);
    expect(mutex.isLocked).toBe(false);
  });

  it('fails waiters and later locks when disposed', async () => {
    const mutex = new Mutex();
    const held = mutex.tryLock()!;
    const waiting = toPromise(mutex.lock());
    mutex[Symbol.dispose]();
    expect(await failureOf(waiting)).toMatchObject({ code: 'ICHOR_COROUTINES_DISPOSED' });
    expect(thrownBy(() => mutex.tryLock())).toMatchObject({ code: 'ICHOR_COROUTINES_DISPOSED' });
    held.unlock();
  });
});

describe('Semaphore', () => {
  it('gives out as many permits as it has', () => {
    const semaphore = new Semaphore(2);
    const [first, second] = [semaphore.tryAcquire()!, semaphore.tryAcquire()!];
    expect(semaphore.available).toBe(0);
    expect(semaphore.tryAcquire()).toBe(undefined);
    first.release();
    first.release();
    expect(semaphore.available).toBe(1);
    second.release();
    expect(semaphore.available).toBe(2);
  });

  it('lets no small request overtake a large one, and serves who waits as soon as possible', () => {
    const semaphore = new Semaphore(3);
    const order: string[] = [];
    const held = semaphore.tryAcquire(2)!;
    const large = spawn(function* () {
      using _permit = yield* semaphore.acquire(3);
      order.push('large');
    });
    spawn(function* () {
      using _permit = yield* semaphore.acquire();
      order.push('small');
    });
    expect(semaphore.tryAcquire()).toBe(undefined);
    held.release();
    expect(order).toEqual(['large', 'small']);
    expect(large.isReady).toBe(true);
    expect(semaphore.available).toBe(3);
  });

  it('goes on with the others when a large request at the head is cancelled', () => {
    const semaphore = new Semaphore(2);
    const held = semaphore.tryAcquire()!;
    const large = spawn(function* () {
      yield* semaphore.acquire(2);
    });
    const small = spawn(function* () {
      using _permit = yield* semaphore.acquire();
    });
    expect(small.isReady).toBe(false);
    large.cancel();
    expect(small.isReady).toBe(true);
    held.release();
    expect(semaphore.available).toBe(2);
  });

  it('refuses numbers it cannot meet', () => {
    expect(thrownBy(() => new Semaphore(0))).toMatchObject({
      code: 'ICHOR_COROUTINES_OPTION',
      details: { name: 'permits', received: 0 },
    });
    expect(thrownBy(() => new Semaphore(2).acquire(3))).toMatchObject({ code: 'ICHOR_COROUTINES_OPTION' });
    expect(thrownBy(() => new Semaphore(2).tryAcquire(1.5))).toMatchObject({ code: 'ICHOR_COROUTINES_OPTION' });
  });

  it('bounds how many run at once', async () => {
    const semaphore = new Semaphore(3);
    let running = 0;
    let most = 0;
    function* job(): Coroutine<void> {
      using _permit = yield* semaphore.acquire();
      most = Math.max(most, ++running);
      yield* pause();
      running--;
    }
    await all(Array.from({ length: 20 }, () => job()));
    expect(most).toBe(3);
    expect(semaphore.available).toBe(3);
  });

  it('fails waiters when disposed', async () => {
    const semaphore = new Semaphore(1);
    semaphore.tryAcquire();
    const waiting = toPromise(semaphore.acquire());
    semaphore[Symbol.dispose]();
    expect(await failureOf(waiting)).toMatchObject({ code: 'ICHOR_COROUTINES_DISPOSED' });
    expect(await failureOf(semaphore.acquire())).toMatchObject({ code: 'ICHOR_COROUTINES_DISPOSED' });
  });
});

describe('Condition', () => {
  it('releases one or all, in order; a notification without waiters is forgotten', () => {
    const condition = new Condition();
    const order: number[] = [];
    condition.notifyAll();
    for (let i = 0; i < 4; i++) {
      spawn(function* () {
        yield* condition.wait();
        order.push(i);
      });
    }
    condition.notifyOne();
    expect(order).toEqual([0]);
    condition.notifyAll();
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('gives the lock up while it waits and holds it when it continues', () => {
    const mutex = new Mutex();
    const condition = new Condition();
    const order: string[] = [];
    spawn(function* () {
      using lock = yield* mutex.lock();
      yield* condition.wait(lock);
      order.push(`waiter holds ${lock.isHeld}`);
      expect(mutex.isLocked).toBe(true);
    });
    expect(mutex.isLocked).toBe(false);
    const notifier = spawn(function* () {
      using _lock = yield* mutex.lock();
      condition.notifyOne();
      order.push('notifier leaves');
    });
    expect(notifier.isReady).toBe(true);
    expect(order).toEqual(['notifier leaves', 'waiter holds true']);
    expect(mutex.isLocked).toBe(false);
  });

  it('holds the lock again before a cancelled waiter cleans up', () => {
    const mutex = new Mutex();
    const condition = new Condition();
    let heldInCleanup: boolean | undefined;
    const waiting = spawn(function* () {
      using lock = yield* mutex.lock();
      try {
        yield* condition.wait(lock);
      } finally {
        heldInCleanup = lock.isHeld;
      }
    });
    const other = mutex.tryLock()!;
    waiting.cancel();
    expect(waiting.isReady).toBe(false);
    other.unlock();
    expect(waiting.isReady).toBe(true);
    expect(heldInCleanup).toBe(true);
    expect(mutex.isLocked).toBe(false);
  });

  it('waits until a predicate is true', async () => {
    const condition = new Condition();
    let level = 0;
    const waiting = spawn(function* () {
      yield* condition.waitUntil(() => level > 1);
      return level;
    });
    level = 1;
    condition.notifyAll();
    expect(waiting.isReady).toBe(false);
    level = 2;
    condition.notifyAll();
    expect(await waiting).toBe(2);
    await condition.waitUntil(() => true);
  });

  it('refuses a lock that is not held, and waits when disposed', async () => {
    const condition = new Condition();
    const lock = new Mutex().tryLock()!;
    lock.unlock();
    expect(await failureOf(condition.wait(lock))).toMatchObject({ code: 'ICHOR_COROUTINES_NOT_OWNER' });
    const waiting = toPromise(condition.wait());
    condition[Symbol.dispose]();
    expect(await failureOf(waiting)).toMatchObject({ code: 'ICHOR_COROUTINES_DISPOSED' });
    expect(await failureOf(condition.wait())).toMatchObject({ code: 'ICHOR_COROUTINES_DISPOSED' });
  });
});

function* hold(mutex: Mutex): Coroutine<void> {
  using _lock = yield* mutex.lock();
}
