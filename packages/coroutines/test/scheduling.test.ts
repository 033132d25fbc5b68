import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import {
  AutoResetEvent,
  fromPromise,
  ManualResetEvent,
  pause,
  task,
  toPromise,
  type Coroutine,
  type CoroutineHandle,
  type CoroutineHost,
  type Resumable,
  type Scheduler,
} from '../src/index.ts';
import {
  asyncReleases,
  currentScheduler,
  enterScheduler,
  inlineScheduler,
  isCoroutine,
  startCoroutine,
  startTask,
} from '../src/spi/index.ts';
import { SteppingScheduler } from '../src/testing/index.ts';

/** A host that records what it is told. */
function recorder(
  scheduler: Scheduler,
  priority = 7,
): CoroutineHost & { ends: [string, unknown, CoroutineHandle | undefined][] } {
  const ends: [string, unknown, CoroutineHandle | undefined][] = [];
  return {
    scheduler,
    priority,
    name: 'recorded',
    ends,
    returned: (value, handle) => void ends.push(['returned', value, handle]),
    threw: (error, handle) => void ends.push(['threw', error, handle]),
  };
}

describe('startCoroutine', () => {
  it('reports a coroutine that never suspends without a handle', () => {
    const host = recorder(inlineScheduler);
    function* quick(): Coroutine<number> {
      return 5;
    }
    function* failing(): Coroutine {
      throw new Error('x');
    }
    function* passing(): Coroutine<string> {
      yield* new ManualResetEvent(true).wait();
      return yield* task(() => 'nested');
    }
    for (const routine of [quick, failing, passing]) expect(startCoroutine(routine(), host)).toBe(undefined);
    expect(host.ends.map(([kind, , handle]) => [kind, handle])).toEqual([
      ['returned', undefined],
      ['threw', undefined],
      ['returned', undefined],
    ]);
  });

  it('returns the handle of one that suspends, and reports with it later', () => {
    const host = recorder(inlineScheduler);
    const event = new AutoResetEvent();
    const handle = startCoroutine(
      (function* () {
        yield* event.wait();
        return 'done';
      })(),
      host,
    )!;
    expect(handle.name).toBe('recorded');
    expect(handle.id).toBeGreaterThan(0); // CO-23
    expect(handle.waitingFor).toBe('AutoResetEvent.wait()');
    expect(handle.host).toBe(host);
    event.set();
    expect(host.ends).toEqual([['returned', 'done', handle]]);
  });

  it('says of a promise what is waited for, as far as it was told', () => {
    for (const [options, expected] of [
      [undefined, 'a promise'],
      [{ description: 'an answer' }, 'an answer'],
    ] as const) {
      const waiting = (function* () {
        yield* fromPromise(new Promise(() => undefined), options);
      })();
      expect(startCoroutine(waiting, recorder(inlineScheduler))?.waitingFor).toBe(expected);
    }
  });
});

describe('where a coroutine resumes', () => {
  it('is inside the release when its scheduler is the current one, or none is', () => {
    const scheduler = new SteppingScheduler();
    const event = new AutoResetEvent();
    const seen: (Scheduler | undefined)[] = [];
    scheduler.start(function* () {
      for (;;) {
        seen.push(currentScheduler());
        yield* event.wait();
      }
    });
    event.set();
    scheduler.run(() => event.set());
    expect(seen).toEqual([scheduler, scheduler, scheduler]);
    expect(currentScheduler()).toBe(undefined);
    expect(scheduler.size).toBe(0);
  });

  it("is its own scheduler's queue when the release comes out of another scheduler's code (CO-32)", () => {
    const [mine, other] = [new SteppingScheduler(), new SteppingScheduler()];
    const event = new AutoResetEvent();
    const waiting = mine.start(function* () {
      yield* event.wait();
      return currentScheduler();
    });
    other.run(() => event.set());
    expect(waiting.isReady).toBe(false);
    expect(mine.size).toBe(1);
    mine.step();
    expect(waiting.isReady).toBe(true);
    const cancelled = mine.start(function* () {
      yield* event.wait();
    });
    other.run(() => cancelled.cancel());
    expect(cancelled.isReady).toBe(false);
    mine.step();
    expect(cancelled.isReady).toBe(true);
  });

  it('is the release for coroutines without a scheduler, whoever releases', () => {
    const scheduler = new SteppingScheduler();
    const event = new AutoResetEvent();
    const waiting = task(function* () {
      yield* event.wait();
    }).start();
    scheduler.run(() => event.set());
    expect(waiting.isReady).toBe(true);
  });

  it("a task made in a scheduler's code belongs to it", () => {
    const scheduler = new SteppingScheduler();
    const order: string[] = [];
    scheduler.run(() =>
      task(function* () {
        yield* pause();
        order.push('continued');
      }).start(),
    );
    expect(scheduler.size).toBe(1);
    scheduler.step();
    expect(order).toEqual(['continued']);
  });

  it('enterScheduler gives the one before back', () => {
    const scheduler = new SteppingScheduler();
    expect(enterScheduler(scheduler)).toBe(undefined);
    expect(enterScheduler(undefined)).toBe(scheduler);
  });
});

describe('pause', () => {
  it('lets everything of its priority run that was queued before (CO-24)', () => {
    const scheduler = new SteppingScheduler();
    const order: string[] = [];
    function* worker(name: string): Coroutine {
      for (let i = 0; i < 2; i++) {
        order.push(`${name}${i}`);
        yield* pause();
      }
    }
    scheduler.start(() => worker('a'));
    scheduler.start(() => worker('b'));
    scheduler.start(() => worker('urgent'), { priority: 1 });
    scheduler.runAll();
    expect(order).toEqual(['a0', 'b0', 'urgent0', 'urgent1', 'a1', 'b1']);
  });

  it('without a loop takes a turn of the event loop, by priority', async () => {
    const order: string[] = [];
    setImmediate(() => order.push('immediate'));
    const workers = [1000, 5].map((priority) =>
      startTask(
        function* () {
          yield* pause();
          order.push(`p${priority}`);
        },
        { priority },
      ),
    );
    await Promise.all(workers);
    expect(order).toEqual(['immediate', 'p5', 'p1000']);
    await pause();
  });
});

describe('async waiters', () => {
  it('are counted when they are released', async () => {
    const event = new AutoResetEvent();
    const waiting = toPromise(event.wait());
    const before = asyncReleases();
    event.set();
    expect(asyncReleases()).toBe(before + 1);
    task(function* () {
      yield* event.wait();
    }).start();
    event.set();
    expect(asyncReleases()).toBe(before + 1);
    await waiting;
  });
});

it('a captured context is restored at every resumption', () => {
  const storage = new AsyncLocalStorage<string>();
  const scheduler = Object.assign(new SteppingScheduler(), {
    captureContext: () => storage.getStore(),
    runInContext: (context: unknown, resumable: Resumable) => storage.run(context as string, () => resumable.run()),
  });
  const event = new AutoResetEvent();
  const seen: (string | undefined)[] = [];
  function* nested(): Coroutine {
    yield* event.wait();
    seen.push(storage.getStore());
  }
  function* request(): Coroutine {
    yield* event.wait();
    seen.push(storage.getStore());
    yield* pause();
    seen.push(storage.getStore());
    yield* task(nested);
    seen.push(storage.getStore());
  }
  const host: CoroutineHost = { scheduler, priority: 1, returned: () => {}, threw: () => {} };
  storage.run('request A', () => startCoroutine(request(), host));
  storage.run('request B', () => event.set());
  scheduler.step();
  storage.run('request C', () => event.set());
  expect(seen).toEqual(['request A', 'request A', 'request A', 'request A']);
  storage.run('request D', () => startTask(() => request(), { scheduler }));
  event.set();
  expect(seen.at(-1)).toBe('request D');
});

it('recognises generator objects only', () => {
  function* generator(): Coroutine {}
  expect(isCoroutine(generator())).toBe(true);
  for (const value of [
    undefined,
    null,
    1,
    'x',
    [],
    {},
    new Map().keys(),
    (async () => {})(),
    generator,
    (async function* () {})(),
  ]) {
    expect(isCoroutine(value)).toBe(false);
  }
});
