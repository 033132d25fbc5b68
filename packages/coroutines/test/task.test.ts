import { describe, expect, it } from 'vitest';
import {
  all,
  AutoResetEvent,
  fromPromise,
  IchorError,
  isCancelled,
  ManualResetEvent,
  pause,
  task,
  toPromise,
  type Coroutine,
  type Suspension,
} from '../src/index.ts';
import { startTask } from '../src/spi/index.ts';
import { settle, SteppingScheduler } from '../src/testing/index.ts';
import { collectUnhandled, failureOf, spawn, thrownBy } from './support.ts';

describe('a task', () => {
  it('runs nothing until it is awaited (CO-1)', async () => {
    let ran = 0;
    const lazy = task(function* () {
      ran++;
      return 7;
    });
    expect(ran).toBe(0);
    expect(lazy.isReady).toBe(false); // CO-5
    expect(await lazy).toBe(7);
    expect(ran).toBe(1);
    expect(lazy.isReady).toBe(true);
  });

  it('runs inline in its awaiter, which goes on without suspending when it does (CO-2)', () => {
    const order: string[] = [];
    const outer = spawn(function* () {
      order.push('outer');
      const value = yield* task(function* () {
        order.push('inner');
        return 3;
      });
      order.push('after');
      return value;
    });
    expect(order).toEqual(['outer', 'inner', 'after']);
    expect(outer.isReady).toBe(true);
  });

  it('resumes its awaiter inline when it finishes later, through all levels (CO-3, CO-9)', () => {
    const event = new ManualResetEvent();
    const order: string[] = [];
    const inner = function* (): Coroutine<string> {
      yield* event.wait();
      order.push('inner');
      return 'x';
    };
    const middle = function* (): Coroutine<string> {
      const value = yield* task(inner);
      order.push('middle');
      return `${value}y`;
    };
    const outer = spawn(function* () {
      const value = yield* task(middle);
      order.push('outer');
      return value;
    });
    order.push('before set');
    event.set();
    order.push('after set');
    expect(order).toEqual(['before set', 'inner', 'middle', 'outer', 'after set']);
    expect(outer.isReady).toBe(true);
  });

  it('throws its error at the await (CO-4)', async () => {
    const failing = task(function* (): Coroutine<number> {
      yield* pause();
      throw new RangeError('no');
    });
    const caught = await task(function* () {
      try {
        yield* failing;
      } catch (error) {
        return error;
      }
      return undefined;
    });
    expect(caught).toBeInstanceOf(RangeError);
    expect(await failureOf(failing)).toBe(caught);
  });

  it('gives undefined, null and false as they are (CO-4)', async () => {
    for (const value of [undefined, null, false, 0, '']) {
      const later = new ManualResetEvent();
      const waiting = spawn(function* () {
        return yield* task(function* () {
          yield* later.wait();
          return value;
        });
      });
      later.set();
      expect(await waiting).toBe(value);
    }
  });

  it('tells its end without throwing or consuming the result, to any number (CO-6)', async () => {
    const go = new ManualResetEvent();
    const failing = task(function* (): Coroutine<void> {
      yield* go.wait();
      throw new Error('late');
    });
    const ends = [1, 2, 3].map((index) =>
      spawn(function* () {
        yield* failing.whenReady();
        return index;
      }),
    );
    go.set();
    expect(ends.every((end) => end.isReady)).toBe(true);
    expect(await failureOf(failing)).toMatchObject({ message: 'late' });
    await failing.whenReady();
  });

  it('lets one coroutine at a time await it, and says so (CO-8)', async () => {
    const go = new ManualResetEvent();
    const shared = task(
      function* () {
        yield* go.wait();
        return 1;
      },
      { name: 'shared' },
    );
    const first = spawn(function* () {
      return yield* shared;
    });
    const second = spawn(function* () {
      return yield* shared;
    });
    expect(await failureOf(second)).toMatchObject({
      code: 'ICHOR_COROUTINES_TASK_AWAITED',
      details: { task: 'shared' },
    });
    const promises = [shared.then((value) => value + 1), shared.then((value) => value + 2)];
    go.set();
    expect(await first).toBe(1);
    expect(await Promise.all(promises)).toEqual([2, 3]);
    expect(await shared).toBe(1);
  });

  it('starts once, also when started twice', () => {
    let ran = 0;
    const counted = task(function* () {
      ran++;
    });
    counted.start().start();
    expect(ran).toBe(1);
  });

  it('can be an async or a plain function, alone and nested in a coroutine', async () => {
    expect(await task(async () => 5)).toBe(5);
    expect(await task(() => 6)).toBe(6);
    const both = spawn(function* () {
      return (yield* task(async () => 5)) + (yield* task(() => 6));
    });
    expect(await both).toBe(11);
    const error = await failureOf(
      spawn(function* () {
        yield* task(async () => Promise.reject(new Error('async')));
      }),
    );
    expect(error).toMatchObject({ message: 'async' });
    expect(
      await failureOf(
        task(() => {
          throw new Error('plain');
        }),
      ),
    ).toMatchObject({ message: 'plain' });
  });

  it('takes a coroutine object as well', async () => {
    function* work(): Coroutine<string> {
      yield* pause();
      return 'done';
    }
    expect(await task(work())).toBe('done');
    expect(await toPromise(work())).toBe('done');
  });

  it('runs a coroutine object once, and says so', async () => {
    function* work(): Coroutine<number> {
      yield* pause();
      return 1;
    }
    const once = work();
    expect(await toPromise(once)).toBe(1);
    for (const again of [() => toPromise(once), () => task(once), () => task(() => all([once])).start()]) {
      const error = await failureOf((async (): Promise<unknown> => again())());
      expect(error).toMatchObject({ code: 'ICHOR_COROUTINES_ALREADY_RUN' });
    }
    const twice = work();
    expect(await failureOf(all([twice, twice]))).toMatchObject({ code: 'ICHOR_COROUTINES_ALREADY_RUN' });
  });

  it('refuses what is no routine', () => {
    expect(thrownBy(() => task(42 as never))).toMatchObject({ code: 'ICHOR_COROUTINES_OPTION' });
  });

  it('explains when something is yielded that cannot be waited for', async () => {
    const wrong: [unknown, RegExp][] = [
      [5, /yield\* before an awaitable/u],
      [Promise.resolve(), /fromPromise/u],
      [() => 1, /Call it/u],
      [[1], /yield\*/u],
      [undefined, /undefined was yielded/u],
    ];
    for (const [value, hint] of wrong) {
      const error = await failureOf(
        spawn(function* () {
          yield value as Suspension;
        }),
      );
      expect(IchorError.is(error, 'ICHOR_COROUTINES_NOT_AWAITABLE')).toBe(true);
      expect((error as Error).message).toMatch(hint);
    }
  });

  it('waits for promises and throws their errors', async () => {
    const result = spawn(function* () {
      const value = yield* fromPromise(Promise.resolve('a'));
      try {
        yield* fromPromise(Promise.reject(new Error('b')));
      } catch (error) {
        return value + (error as Error).message;
      }
      return 'not thrown';
    });
    expect(await result).toBe('ab');
    expect(await fromPromise(Promise.resolve(1))).toBe(1);
    expect(thrownBy(() => fromPromise(5 as never))).toMatchObject({ code: 'ICHOR_COROUTINES_NOT_AWAITABLE' });
  });
});

describe('a failure that nobody awaits', () => {
  it('is reported once, with the name and the place of the start', async () => {
    const failures = collectUnhandled();
    const event = new AutoResetEvent();
    const error = new Error('lonely');
    spawn(function* () {
      yield* event.wait();
      throw error;
    }, 'loner');
    event.set();
    await settle();
    expect(failures.map((failure) => failure.error)).toEqual([error]);
    expect(failures[0]!.coroutine.name).toBe('loner');
    expect(failures[0]!.coroutine.startedAt).toContain('task.test.ts');
  });

  it('is reported at once on the scheduler of a loop', () => {
    const scheduler = new SteppingScheduler();
    const event = new AutoResetEvent();
    scheduler.start(function* () {
      yield* event.wait();
      throw new Error('lonely');
    });
    event.set();
    expect(scheduler.unhandledFailures).toMatchObject([{ error: { message: 'lonely' } }]);
  });

  it('is not reported when an await was written down before, though not attached yet', async () => {
    const failures = collectUnhandled();
    const event = new AutoResetEvent();
    const failing = spawn(function* () {
      yield* event.wait();
      throw new Error('expected');
    });
    const awaiting = failureOf(failing);
    event.set();
    expect(await awaiting).toMatchObject({ message: 'expected' });
    await settle();
    expect(failures).toEqual([]);
  });

  it('is not reported when somebody awaited before it came', async () => {
    const failures = collectUnhandled();
    const event = new AutoResetEvent();
    const failing = spawn(function* () {
      yield* event.wait();
      throw new Error('expected');
    });
    const awaiting = failureOf(failing);
    await Promise.resolve();
    event.set();
    expect(await awaiting).toMatchObject({ message: 'expected' });
    expect(failures).toEqual([]);
  });

  it('of the first step leaves the starter time to await it', async () => {
    const failures = collectUnhandled();
    const failing = spawn(function* (): Coroutine<void> {
      throw new Error('at once');
    });
    expect(await failureOf(failing)).toMatchObject({ message: 'at once' });
    expect(failures).toEqual([]);
    spawn(function* (): Coroutine<void> {
      throw new Error('left');
    });
    await settle();
    expect(failures).toMatchObject([{ error: { message: 'left' } }]);
  });

  it('is not a cancellation', async () => {
    const failures = collectUnhandled();
    const event = new AutoResetEvent();
    spawn(function* () {
      yield* event.wait();
    }).cancel();
    await settle();
    expect(failures).toEqual([]);
  });

  it('reaches uncaughtException with context when there is no hook', async () => {
    const caught: unknown[] = [];
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', (error) => caught.push(error));
    try {
      const event = new AutoResetEvent();
      spawn(function* () {
        yield* event.wait();
        throw new Error('root');
      }, 'detached work');
      event.set();
      await settle();
    } finally {
      for (const listener of listeners) process.on('uncaughtException', listener);
    }
    expect(caught).toHaveLength(1);
    expect(caught[0]).toMatchObject({ code: 'ICHOR_COROUTINES_UNHANDLED', cause: { message: 'root' } });
    expect((caught[0] as Error).message).toMatch(/"detached work".*root/u);
    expect((caught[0] as Error).message).toContain('task.test.ts');
  });

  it('tells its owner about its end before anybody who waits', async () => {
    const order: string[] = [];
    const event = new AutoResetEvent();
    const owned = startTask(
      function* () {
        yield* event.wait();
        return 4;
      },
      {
        onEnd: (ended, succeeded, result) => order.push(`${ended.name} ${succeeded} ${String(result)}`),
        name: 'owned',
      },
    );
    const waiting = spawn(function* () {
      order.push(`got ${yield* owned}`);
    });
    event.set();
    await waiting;
    expect(order).toEqual(['owned true 4', 'got 4']);
  });
});

describe('cancelling a task', () => {
  it('before it started means it never runs', async () => {
    let ran = false;
    const lazy = task(function* () {
      ran = true;
    });
    lazy.cancel('why not');
    const error = await failureOf(lazy);
    expect(isCancelled(error) && error.reason).toBe('why not');
    expect(ran).toBe(false);
  });

  it('that is an async function ignores what comes later', async () => {
    const failures = collectUnhandled();
    let finish!: () => void;
    const waiting = task(async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      throw new Error('late');
    }).start();
    waiting.cancel();
    expect(isCancelled(await failureOf(waiting))).toBe(true);
    finish();
    await settle();
    expect(failures).toEqual([]);
  });

  it('that has ended changes nothing', async () => {
    const done = task(() => 1).start();
    done.cancel();
    expect(await done).toBe(1);
  });
});
