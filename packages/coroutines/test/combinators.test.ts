import { describe, expect, it } from 'vitest';
import {
  all,
  allSettled,
  any,
  AutoResetEvent,
  isCancelled,
  ManualResetEvent,
  Mutex,
  pause,
  race,
  sleep,
  task,
  toPromise,
  withTimeout,
  type Coroutine,
} from '../src/index.ts';
import { SteppingScheduler, VirtualClock } from '../src/testing/index.ts';
import { collectUnhandled, failureOf, spawn, thrownBy } from './support.ts';

/** Waits, records how it ended, and takes some time to clean up. */
function branch(log: string[], name: string, event: ManualResetEvent, cleanup?: AutoResetEvent): Coroutine<string> {
  return (function* (): Coroutine<string> {
    let ended = false;
    try {
      yield* event.wait();
      ended = true;
      return name;
    } finally {
      if (!ended) {
        if (cleanup !== undefined) yield* cleanup.wait();
        log.push(`${name} cleaned`);
      }
    }
  })();
}

describe('all', () => {
  it('gives the results in order, whatever ends first', async () => {
    const [one, two] = [new ManualResetEvent(), new ManualResetEvent()];
    const both = spawn(function* () {
      return yield* all([branch([], 'one', one), branch([], 'two', two), Promise.resolve(3), task(() => 4)]);
    });
    two.set();
    one.set();
    expect(await both).toEqual(['one', 'two', 3, 4]);
    expect(await all([])).toEqual([]);
  });

  it('cancels the others at the first failure and waits for their clean-up before it throws', async () => {
    const log: string[] = [];
    const [never, fail, cleanup] = [new ManualResetEvent(), new AutoResetEvent(), new AutoResetEvent()];
    function* failing(): Coroutine<never> {
      yield* fail.wait();
      throw new Error('first');
    }
    const both = spawn(function* () {
      try {
        return yield* all([branch(log, 'slow', never, cleanup), failing()]);
      } finally {
        log.push('all over');
      }
    });
    const failure = failureOf(both);
    fail.set();
    expect(log).toEqual([]);
    cleanup.set();
    expect(log).toEqual(['slow cleaned', 'all over']);
    expect(await failure).toMatchObject({ message: 'first' });
  });

  it('does not begin what comes behind a branch that fails at once', async () => {
    let began = false;
    function* failing(): Coroutine<void> {
      throw new Error('at once');
    }
    function* behind(): Coroutine<void> {
      began = true;
    }
    expect(await failureOf(all([failing(), behind()]))).toMatchObject({ message: 'at once' });
    expect(began).toBe(false);
  });

  it('gives locks back that nobody receives', async () => {
    const mutex = new Mutex();
    const fail = new AutoResetEvent();
    function* failing(): Coroutine<never> {
      yield* fail.wait();
      throw new Error('no');
    }
    const failure = failureOf(all([mutex.lock(), failing()]));
    await Promise.resolve();
    expect(mutex.isLocked).toBe(true);
    fail.set();
    await failure;
    expect(mutex.isLocked).toBe(false);
    const cancelled = spawn(function* () {
      yield* all([mutex.lock(), fail.wait()]);
    });
    expect(mutex.isLocked).toBe(true);
    cancelled.cancel();
    expect(mutex.isLocked).toBe(false);
  });

  it('reports a clean-up that fails after the outcome is decided', async () => {
    const failures = collectUnhandled();
    const never = new ManualResetEvent();
    function* bad(): Coroutine<void> {
      try {
        yield* never.wait();
      } finally {
        // oxlint-disable-next-line no-unsafe-finally
        throw new Error('clean-up');
      }
    }
    expect(await race([bad(), Promise.resolve('won')])).toBe('won');
    expect(failures).toMatchObject([{ error: { message: 'clean-up' } }]);
  });

  it('is cancelled with its coroutine: branches clean up first, with the reason', async () => {
    const log: string[] = [];
    const [never, cleanup] = [new ManualResetEvent(), new AutoResetEvent()];
    const inner = task(function* () {
      yield* never.wait();
    });
    const waiting = spawn(function* () {
      try {
        yield* all([branch(log, 'a', never), branch(log, 'b', never, cleanup), inner]);
      } finally {
        log.push('parent');
      }
    });
    waiting.cancel('because');
    expect(log).toEqual(['a cleaned']);
    cleanup.set();
    expect(log).toEqual(['a cleaned', 'b cleaned', 'parent']);
    expect(await failureOf(waiting)).toMatchObject({ reason: 'because' });
    expect(isCancelled(await failureOf(inner))).toBe(true);
  });

  it('refuses what cannot be waited for', async () => {
    expect(await failureOf(all([5 as never]))).toMatchObject({ code: 'ICHOR_COROUTINES_NOT_AWAITABLE' });
  });
});

describe('allSettled', () => {
  it('tells how each ended, and never throws', async () => {
    const ends = await allSettled([Promise.resolve(1), Promise.reject(new Error('no')), task(() => 'x')]);
    expect(ends).toMatchObject([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: { message: 'no' } },
      { status: 'fulfilled', value: 'x' },
    ]);
    expect(await allSettled([])).toEqual([]);
  });
});

describe('race', () => {
  it('takes the first end, cancels the losers and waits for their clean-up', async () => {
    const log: string[] = [];
    const [first, never, cleanup] = [new ManualResetEvent(), new ManualResetEvent(), new AutoResetEvent()];
    const started = task(() => branch(log, 'task', never)).start();
    const racing = spawn(function* () {
      const winner = yield* race([branch(log, 'winner', first), branch(log, 'loser', never, cleanup), started]);
      log.push(`${winner} won`);
    });
    first.set();
    expect(log).toEqual(['task cleaned']);
    cleanup.set();
    expect(log).toEqual(['task cleaned', 'loser cleaned', 'winner won']);
    expect(isCancelled(await failureOf(started))).toBe(true);
    await racing;
  });

  it('throws when a failure comes first', async () => {
    expect(await failureOf(race([Promise.reject(new Error('lost')), new ManualResetEvent().wait()]))).toMatchObject({
      message: 'lost',
    });
  });

  it('prefers the first in the list, and starts nothing behind it', () => {
    const mutex = new Mutex();
    const racing = spawn(function* () {
      return yield* race([new ManualResetEvent(true).wait(), mutex.lock()]);
    });
    expect(racing.isReady).toBe(true);
    expect(mutex.isLocked).toBe(false);
  });

  it('refuses an empty list', () => {
    expect(thrownBy(() => race([]))).toMatchObject({ code: 'ICHOR_COROUTINES_OPTION' });
  });
});

describe('any', () => {
  it('takes the first success', async () => {
    expect(await any([Promise.reject(new Error('a')), Promise.resolve('b')])).toBe('b');
  });

  it('fails with all errors when none succeeds', async () => {
    const errors = [new Error('a'), new Error('b')] as const;
    const failure = await failureOf(any([Promise.reject(errors[0]), Promise.reject(errors[1])]));
    expect(failure).toMatchObject({ code: 'ICHOR_COROUTINES_NONE_SUCCEEDED', details: { errors } });
    expect(await failureOf(any([]))).toMatchObject({ code: 'ICHOR_COROUTINES_NONE_SUCCEEDED' });
  });
});

describe('withTimeout', () => {
  it('gives the result in time and clears its timer', async () => {
    const clock = new VirtualClock();
    const event = new ManualResetEvent();
    const waiting = toPromise(withTimeout(branch([], 'x', event), 100, { clock }));
    clock.advance(99);
    event.set();
    expect(await waiting).toBe('x');
    expect(clock.pending).toBe(0);
    expect(await withTimeout(Promise.resolve(1), Infinity, { clock })).toBe(1);
  });

  it('cancels the work after the limit and says what it was waiting for', async () => {
    const scheduler = new SteppingScheduler();
    const clock = scheduler.clock as VirtualClock;
    const log: string[] = [];
    const [never, cleanup] = [new ManualResetEvent(), new AutoResetEvent()];
    const waiting = scheduler.start(() =>
      withTimeout(branch(log, 'slow', never, cleanup), 100, { what: 'Loading the map' }),
    );
    clock.advance(100);
    expect(waiting.isReady).toBe(false);
    scheduler.run(() => cleanup.set());
    expect(log).toEqual(['slow cleaned']);
    const error = await failureOf(waiting);
    expect(error).toMatchObject({
      code: 'ICHOR_COROUTINES_TIMEOUT',
      details: { limitMs: 100, waitingFor: 'ManualResetEvent.wait()' },
    });
    expect((error as Error).message).toMatch(/Loading the map.*100 ms.*ManualResetEvent\.wait\(\)/u);
  });

  it('leaves no waiter behind', async () => {
    const clock = new VirtualClock();
    const event = new AutoResetEvent();
    const failure = failureOf(withTimeout(event.wait(), 5, { clock }));
    await clock.advanceAsync(5);
    expect(await failure).toMatchObject({ code: 'ICHOR_COROUTINES_TIMEOUT' });
    event.set();
    expect(event.isSet).toBe(true);
  });

  it('names the chain of nested tasks', async () => {
    const clock = new VirtualClock();
    const mutex = new Mutex();
    mutex.tryLock();
    function* load(): Coroutine<void> {
      yield* mutex.lock();
    }
    const failure = failureOf(withTimeout(task(load), 5, { clock }));
    await clock.advanceAsync(5);
    expect((await failureOf(failure.then((error) => Promise.reject(error as Error)))) as Error).toMatchObject({
      details: { waitingFor: 'load > Mutex.lock()' },
    });
  });

  it('refuses a limit that is none', () => {
    expect(thrownBy(() => withTimeout(Promise.resolve(), -1))).toMatchObject({ code: 'ICHOR_COROUTINES_OPTION' });
  });
});

describe('time', () => {
  it("sleeps at least as long as asked, on the scheduler's clock", () => {
    const scheduler = new SteppingScheduler();
    const clock = scheduler.clock as VirtualClock;
    const sleeping = scheduler.start(function* () {
      yield* sleep(10);
      return clock.now();
    });
    clock.advance(9.5);
    expect(sleeping.isReady).toBe(false);
    clock.advance(0.5);
    expect(sleeping.isReady).toBe(true);
    expect(thrownBy(() => sleep(-1))).toMatchObject({ code: 'ICHOR_COROUTINES_OPTION' });
  });
});

it('branches continue through the scheduler of their coroutine', () => {
  const scheduler = new SteppingScheduler();
  const order: string[] = [];
  function* steps(name: string): Coroutine<void> {
    for (let i = 0; i < 2; i++) {
      yield* pause();
      order.push(`${name}${i}`);
    }
  }
  const both = scheduler.start(function* () {
    yield* all([steps('a'), steps('b')]);
  });
  scheduler.runAll();
  expect(order).toEqual(['a0', 'b0', 'a1', 'b1']);
  expect(both.isReady).toBe(true);
});
