import { describe, expect, it } from 'vitest';
import {
  all,
  AutoResetEvent,
  CancelledError,
  Condition,
  fromPromise,
  isCancelled,
  ManualResetEvent,
  Mutex,
  pause,
  Scope,
  shield,
  sleep,
  task,
  type Coroutine,
  type Suspension,
} from '../src/index.ts';
import { startTask } from '../src/spi/index.ts';
import { SteppingScheduler, VirtualClock } from '../src/testing/index.ts';
import { collectUnhandled, failureOf, spawn, thrownBy } from './support.ts';

describe('cancelling a coroutine', () => {
  it('that is suspended runs its finally blocks at once, innermost first, and no catch block', async () => {
    const order: string[] = [];
    const never = new ManualResetEvent();
    function* inner(): Coroutine {
      try {
        yield* never.wait();
      } catch {
        order.push('catch');
      } finally {
        order.push('inner');
      }
    }
    const outer = spawn(function* () {
      try {
        yield* task(inner);
        order.push('went on');
      } finally {
        order.push('outer');
      }
    });
    outer.cancel('stop');
    expect(order).toEqual(['inner', 'outer']);
    const error = await failureOf(outer);
    expect(error).toBeInstanceOf(CancelledError);
    expect(error).toMatchObject({ code: 'ICHOR_COROUTINES_CANCELLED', reason: 'stop', cause: 'stop' });
    never.set(); // Nobody is left in the event.
    expect(order).toEqual(['inner', 'outer']);
  });

  it('that is running takes effect at its next suspension', async () => {
    const order: string[] = [];
    const never = new ManualResetEvent();
    const self = task(function* () {
      try {
        self.cancel();
        order.push('still running');
        yield* never.wait();
        order.push('went on');
      } finally {
        order.push('finally');
      }
    });
    self.start();
    expect(order).toEqual(['still running', 'finally']);
    expect(isCancelled(await failureOf(self))).toBe(true);
  });

  it('does not take effect when it ends without suspending again', async () => {
    const self: { cancel(): void } & PromiseLike<number> = task(function* (): Coroutine<number> {
      yield* pause();
      self.cancel();
      return 5;
    });
    expect(await self).toBe(5);
  });

  it('is delivered once: clean-up may wait, and later calls change nothing', async () => {
    const clock = new VirtualClock();
    const scheduler = new SteppingScheduler(clock);
    const order: string[] = [];
    const never = new ManualResetEvent();
    const slow = startTask(
      function* () {
        try {
          yield* never.wait();
        } finally {
          yield* sleep(500);
          order.push('cleaned');
        }
      },
      { scheduler },
    );
    slow.cancel('first');
    slow.cancel('second');
    expect(slow.isReady).toBe(false);
    clock.advance(499);
    slow.cancel('third');
    expect(order).toEqual([]);
    clock.advance(1);
    expect(order).toEqual(['cleaned']);
    expect(await failureOf(slow)).toMatchObject({ reason: 'first' });
    expect(clock.pending).toBe(0);
  });

  it('abandons a clean-up that takes longer than its time, and reports it with what it waits for', async () => {
    const clock = new VirtualClock();
    const scheduler = new SteppingScheduler(clock);
    const never = new ManualResetEvent();
    const mutex = new Mutex();
    mutex.tryLock();
    function* inner(): Coroutine {
      try {
        yield* never.wait();
      } finally {
        yield* mutex.lock();
      }
    }
    const stuck = startTask(() => outer(), { scheduler, name: 'stuck' });
    function* outer(): Coroutine {
      yield* task(inner);
    }
    stuck.cancel('quit', 200);
    clock.advance(199);
    expect(stuck.isReady).toBe(false);
    clock.advance(1);
    const error = await failureOf(stuck);
    expect(error).toMatchObject({
      code: 'ICHOR_COROUTINES_CLEANUP_TIMEOUT',
      cause: 'quit',
      details: { coroutine: 'stuck', waitingFor: 'inner > Mutex.lock()', cleanupMs: 200 },
    });
    expect(clock.pending).toBe(0);
  });

  it('reports an abandoned clean-up when nobody awaits the task', () => {
    const scheduler = new SteppingScheduler();
    const clock = scheduler.clock as VirtualClock;
    const never = new ManualResetEvent();
    scheduler
      .start(function* () {
        try {
          yield* never.wait();
        } finally {
          yield* never.wait();
        }
      })
      .cancel();
    clock.advance(1000);
    expect(scheduler.unhandledFailures).toMatchObject([{ error: { code: 'ICHOR_COROUTINES_CLEANUP_TIMEOUT' } }]);
  });

  it('fails with the error that the clean-up throws', async () => {
    const never = new ManualResetEvent();
    const failing = spawn(function* () {
      try {
        yield* never.wait();
      } finally {
        // oxlint-disable-next-line no-unsafe-finally
        throw new Error('clean-up');
      }
    });
    failing.cancel();
    expect(await failureOf(failing)).toMatchObject({ message: 'clean-up' });
  });

  it('reports a finally block that swallows it; the task is cancelled nevertheless', async () => {
    const failures = collectUnhandled();
    const never = new ManualResetEvent();
    const stubborn = spawn(function* (): Coroutine<number> {
      for (;;) {
        try {
          yield* never.wait();
        } finally {
          // oxlint-disable-next-line no-unsafe-finally
          break;
        }
      }
      return 3;
    }, 'stubborn');
    stubborn.cancel();
    expect(isCancelled(await failureOf(stubborn))).toBe(true);
    expect(failures).toMatchObject([
      { error: { code: 'ICHOR_COROUTINES_CANCEL_SWALLOWED' }, coroutine: { name: 'stubborn' } },
    ]);
  });

  it('that sleeps clears the timer', () => {
    const clock = new VirtualClock();
    const sleeping = spawn(function* () {
      yield* sleep(1000, { clock });
    });
    expect(clock.pending).toBe(1);
    sleeping.cancel();
    expect(clock.pending).toBe(0);
  });

  it('that pauses acts at once, and its place in the queue is skipped', () => {
    const scheduler = new SteppingScheduler();
    const order: string[] = [];
    const paused = scheduler.start(function* () {
      try {
        yield* pause();
        order.push('went on');
      } finally {
        order.push('finally');
        yield* pause();
        order.push('cleaned');
      }
    });
    paused.cancel();
    expect(order).toEqual(['finally']);
    expect(scheduler.size).toBe(2);
    scheduler.step();
    expect(order).toEqual(['finally']);
    scheduler.step();
    expect(order).toEqual(['finally', 'cleaned']);
    expect(paused.isReady).toBe(true);
  });

  it('stops waiting for a promise, whose result is ignored', async () => {
    let resolve!: (value: number) => void;
    const waiting = spawn(function* () {
      return yield* fromPromise(new Promise<number>((settle) => (resolve = settle)));
    });
    waiting.cancel();
    resolve(1);
    expect(isCancelled(await failureOf(waiting))).toBe(true);
  });

  it('ends what a promise comes from, where it is told how: once, and not when the promise has settled', async () => {
    let ended = 0;
    const onCancel = (): void => void ended++;
    const work = new Promise<number>(() => undefined);
    const waiting = spawn(function* () {
      return yield* fromPromise(work, { onCancel });
    });
    waiting.cancel();
    waiting.cancel();
    expect(isCancelled(await failureOf(waiting))).toBe(true);
    expect(ended).toBe(1);
    const done = spawn(function* () {
      return yield* fromPromise(Promise.resolve(2), { onCancel });
    });
    expect(await done).toBe(2);
    done.cancel();
    expect(ended).toBe(1);
  });

  it('of a nested task alone throws a CancelledError in its awaiter, which may catch it', async () => {
    const never = new ManualResetEvent();
    const nested = task(function* () {
      yield* never.wait();
    });
    const outer = spawn(function* () {
      try {
        yield* nested;
      } catch (error) {
        return isCancelled(error) ? `caught ${String(error.reason)}` : 'other';
      }
      return 'nothing';
    });
    nested.cancel('inner only');
    expect(await outer).toBe('caught inner only');
  });

  it('leaves a task alone that was started before it was awaited', async () => {
    const go = new ManualResetEvent();
    const independent = spawn(function* () {
      yield* go.wait();
      return 'alive';
    });
    const awaiting = spawn(function* () {
      return yield* independent;
    });
    awaiting.cancel();
    go.set();
    expect(await independent).toBe('alive');
  });

  it('does not lose a lock that was handed over but has not been received yet', async () => {
    // The hand-over goes through the other scheduler's queue; the cancellation arrives in between.
    const scheduler = new SteppingScheduler();
    const other = new SteppingScheduler();
    const mutex = new Mutex();
    const held = mutex.tryLock()!;
    const waiting = scheduler.start(function* () {
      const lock = yield* mutex.lock();
      try {
        yield* pause();
      } finally {
        lock.unlock();
      }
    });
    other.run(() => held.unlock());
    expect(scheduler.size).toBe(1);
    waiting.cancel();
    scheduler.runAll();
    expect(isCancelled(await failureOf(waiting))).toBe(true);
    expect(mutex.isLocked).toBe(false);
  });

  it('works when it comes from the code that is just being waited for', async () => {
    const event = new AutoResetEvent();
    const victim = task(function* () {
      yield* event.wait();
      return 'released';
    });
    victim.start();
    const canceller = spawn(function* () {
      victim.cancel('by sibling');
      event.set();
      yield* pause();
    });
    await canceller;
    expect(await failureOf(victim)).toMatchObject({ reason: 'by sibling' });
    expect(event.isSet).toBe(true);
  });
});

describe('cancelling at awkward moments', () => {
  it('inside the very call that suspends it, takes effect at once and leaves nothing waiting', async () => {
    const mutex = new Mutex();
    const condition = new Condition();
    const order: string[] = [];
    const waiting = task(function* () {
      const lock = yield* mutex.lock();
      try {
        yield* condition.wait(lock);
        order.push('went on');
      } finally {
        order.push(`held ${lock.isHeld}`);
        lock.unlock();
      }
    });
    const held = mutex.tryLock()!;
    waiting.start();
    // Giving up the lock while beginning to wait runs this one, which cancels the waiter.
    const other = spawn(function* () {
      const lock = yield* mutex.lock();
      waiting.cancel();
      lock.unlock();
    });
    held.unlock();
    await other;
    expect(isCancelled(await failureOf(waiting))).toBe(true);
    expect(order).toEqual(['held true']);
    expect(mutex.isLocked).toBe(false);
    condition.notifyOne();
  });

  it('while a nested task is being cancelled on its own account: waits for that, then unwinds', async () => {
    const [never, cleanup] = [new ManualResetEvent(), new AutoResetEvent()];
    const order: string[] = [];
    const nested = task(function* () {
      try {
        yield* never.wait();
      } finally {
        yield* cleanup.wait();
        order.push('nested');
      }
    });
    const outer = spawn(function* () {
      try {
        yield* nested;
      } finally {
        order.push('outer');
      }
    });
    nested.cancel('inner reason');
    outer.cancel('outer reason');
    expect(order).toEqual([]);
    cleanup.set();
    expect(order).toEqual(['nested', 'outer']);
    expect(await failureOf(nested)).toMatchObject({ reason: 'inner reason' });
    expect(await failureOf(outer)).toMatchObject({ reason: 'outer reason' });
  });

  it('throws the failing clean-up of a nested task in its awaiter', async () => {
    const never = new ManualResetEvent();
    const outer = spawn(function* () {
      try {
        yield* task(function* () {
          try {
            yield* never.wait();
          } finally {
            // oxlint-disable-next-line no-unsafe-finally
            throw new Error('nested clean-up');
          }
        });
      } catch (error) {
        throw new Error('seen outside', { cause: error });
      }
    });
    outer.cancel();
    expect(await failureOf(outer)).toMatchObject({ message: 'seen outside', cause: { message: 'nested clean-up' } });
  });

  it('abandons at its next suspension a clean-up whose time ended while it was running', async () => {
    const scheduler = new SteppingScheduler();
    const clock = scheduler.clock as VirtualClock;
    const [never, step] = [new ManualResetEvent(), new AutoResetEvent()];
    const order: string[] = [];
    const slow = scheduler.start(function* () {
      try {
        yield* never.wait();
      } finally {
        yield* step.wait();
        clock.advance(2000);
        order.push('still running');
        yield* step.wait();
        order.push('never reached');
      }
    });
    slow.cancel();
    step.set();
    expect(order).toEqual(['still running']);
    step.set();
    expect(order).toEqual(['still running']);
    expect(await failureOf(slow)).toMatchObject({ code: 'ICHOR_COROUTINES_CLEANUP_TIMEOUT' });
  });

  it('abandons and reports the branches that do not clean up in its time, and goes on unwinding', async () => {
    const scheduler = new SteppingScheduler();
    const clock = scheduler.clock as VirtualClock;
    const never = new ManualResetEvent();
    function* deaf(): Coroutine {
      try {
        yield* never.wait();
      } finally {
        yield* never.wait();
      }
    }
    const waiting = scheduler.start(function* () {
      yield* all([deaf(), sleep(10)]);
    });
    waiting.cancel('quit', 100);
    clock.advance(99);
    expect(waiting.isReady).toBe(false);
    clock.advance(1);
    expect(isCancelled(await failureOf(waiting))).toBe(true);
    expect(clock.pending).toBe(0);
    expect(scheduler.unhandledFailures).toMatchObject([
      {
        error: {
          code: 'ICHOR_COROUTINES_CLEANUP_TIMEOUT',
          details: { waitingFor: 'ManualResetEvent.wait()', cleanupMs: 100 },
        },
      },
    ]);
  });

  it('gives branches and children of a scope the time that their coroutine was given', () => {
    const scheduler = new SteppingScheduler();
    const clock = scheduler.clock as VirtualClock;
    const never = new ManualResetEvent();
    let cleaned = 0;
    function* slow(): Coroutine {
      try {
        yield* never.wait();
      } finally {
        yield* sleep(3000);
        cleaned++;
      }
    }
    const waiting = scheduler.start(function* () {
      yield* all([
        slow(),
        Scope.run((scope) => {
          scope.start(slow);
        }),
      ]);
    });
    waiting.cancel('quit', 5000);
    clock.advance(3000);
    expect(cleaned).toBe(2);
    expect(waiting.isReady).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('abandons a clean-up that pauses for ever, and its place in the queue is harmless', async () => {
    const scheduler = new SteppingScheduler();
    const clock = scheduler.clock as VirtualClock;
    const never = new ManualResetEvent();
    const pausing = scheduler.start(function* () {
      try {
        yield* never.wait();
      } finally {
        for (;;) yield* pause();
      }
    });
    pausing.cancel();
    for (let i = 0; i < 10; i++) scheduler.step();
    clock.advance(1000);
    expect(scheduler.runAll()).toBe(1);
    expect(await failureOf(pausing)).toMatchObject({ details: { waitingFor: 'pause()' } });
  });

  it('has no limit with an infinite clean-up time, and refuses a time that is none', () => {
    const scheduler = new SteppingScheduler();
    const clock = scheduler.clock as VirtualClock;
    const [never, cleanup] = [new ManualResetEvent(), new AutoResetEvent()];
    const patient = scheduler.start(function* () {
      try {
        yield* never.wait();
      } finally {
        yield* cleanup.wait();
      }
    });
    expect(thrownBy(() => patient.cancel('x', -1))).toMatchObject({ code: 'ICHOR_COROUTINES_OPTION' });
    patient.cancel('x', Infinity);
    clock.advance(1e9);
    expect(patient.isReady).toBe(false);
    cleanup.set();
    expect(patient.isReady).toBe(true);
  });
});

describe('a helper whose finally block waits', () => {
  const order: string[] = [];
  function start(await_: (helper: () => Coroutine) => Iterable<Suspension, void, unknown>, cleanup: AutoResetEvent) {
    order.length = 0;
    const never = new ManualResetEvent();
    function* helper(): Coroutine {
      try {
        yield* never.wait();
      } finally {
        yield* cleanup.wait();
        order.push('helper cleaned');
      }
    }
    return spawn(function* (): Coroutine<string> {
      yield* await_(helper);
      order.push('went on');
      return 'value';
    });
  }

  it('keeps the cancellation when it is awaited as a task', async () => {
    const cleanup = new AutoResetEvent();
    const outer = start((helper) => task(helper), cleanup);
    outer.cancel();
    cleanup.set();
    expect(order).toEqual(['helper cleaned']);
    expect(isCancelled(await failureOf(outer))).toBe(true);
  });

  it('loses it with a bare yield*, as JavaScript defines that, which is reported', async () => {
    const failures = collectUnhandled();
    const cleanup = new AutoResetEvent();
    const outer = start((helper) => helper(), cleanup);
    outer.cancel();
    cleanup.set();
    expect(order).toEqual(['helper cleaned', 'went on']);
    expect(isCancelled(await failureOf(outer))).toBe(true);
    expect(failures).toMatchObject([{ error: { code: 'ICHOR_COROUTINES_CANCEL_SWALLOWED' } }]);
  });
});

describe('a shielded section', () => {
  it('runs to its end; the cancellation comes at the next suspension', async () => {
    const step = new AutoResetEvent();
    const order: string[] = [];
    function* section(): Coroutine<number> {
      yield* step.wait();
      order.push('one');
      yield* step.wait();
      order.push('two');
      return 2;
    }
    const shielded = spawn(function* () {
      const value = yield* shield(section());
      order.push(`result ${value}`);
      try {
        yield* step.wait();
        order.push('went on');
      } finally {
        order.push('finally');
      }
    });
    shielded.cancel();
    expect(order).toEqual([]);
    step.set();
    step.set();
    expect(order).toEqual(['one', 'two', 'result 2', 'finally']);
    expect(isCancelled(await failureOf(shielded))).toBe(true);
  });

  it('protects tasks nested in it', async () => {
    const step = new AutoResetEvent();
    const order: string[] = [];
    function* nested(): Coroutine {
      yield* step.wait();
      order.push('nested done');
    }
    const shielded = spawn(function* () {
      yield* shield(task(nested));
      order.push('section done');
      yield* step.wait();
      order.push('went on');
    });
    shielded.cancel();
    step.set();
    expect(order).toEqual(['nested done', 'section done']);
    expect(isCancelled(await failureOf(shielded))).toBe(true);
  });

  it('is not entered when the cancellation came before', async () => {
    let entered = false;
    const self = task(function* () {
      self.cancel();
      yield* shield(
        (function* (): Coroutine {
          entered = true;
        })(),
      );
    });
    self.start();
    expect(isCancelled(await failureOf(self))).toBe(true);
    expect(entered).toBe(false);
  });
});
