import { describe, expect, it } from 'vitest';
import {
  AutoResetEvent,
  CancelledError,
  isCancelled,
  ManualResetEvent,
  pause,
  Scope,
  sleep,
  suppressedBy,
  toPromise,
  type Coroutine,
} from '../src/index.ts';
import { SteppingScheduler, type VirtualClock } from '../src/testing/index.ts';
import { collectUnhandled, failureOf, spawn, thrownBy } from './support.ts';

describe('a scope', () => {
  it('ends after all its children', async () => {
    const order: string[] = [];
    const event = new ManualResetEvent();
    const running = spawn(function* () {
      const value = yield* Scope.run(function* (scope): Coroutine<string> {
        scope.start(function* () {
          yield* event.wait();
          order.push('child');
        });
        order.push('body');
        return 'value';
      });
      order.push('after');
      return value;
    });
    expect(order).toEqual(['body']);
    event.set();
    expect(order).toEqual(['body', 'child', 'after']);
    expect(await running).toBe('value');
  });

  it('gives children as tasks that the body can await', async () => {
    const sum = await Scope.run(function* (scope) {
      const left = scope.start(function* () {
        yield* pause();
        return 1;
      });
      const right = scope.start(async () => 2);
      const plain = scope.start(() => 3);
      return (yield* left) + (yield* right) + (yield* plain);
    });
    expect(sum).toBe(6);
    expect(await Scope.run(async (scope) => (await scope.start(() => 4)) + 1)).toBe(5);
  });

  it('cancels the siblings and the body at the first failure, and throws it with the others attached', async () => {
    const failures = collectUnhandled();
    const order: string[] = [];
    const [fail, never] = [new AutoResetEvent(), new ManualResetEvent()];
    const first = new Error('first');
    const second = new Error('second');
    const running = toPromise(
      Scope.run(function* (scope) {
        scope.start(function* () {
          yield* fail.wait();
          throw first;
        });
        scope.start(function* () {
          try {
            yield* never.wait();
          } finally {
            order.push('sibling');
            // oxlint-disable-next-line no-unsafe-finally
            throw second;
          }
        });
        try {
          yield* never.wait();
        } finally {
          order.push('body');
        }
      }),
    );
    fail.set();
    expect(order.toSorted()).toEqual(['body', 'sibling']);
    const error = await failureOf(running);
    expect(error).toBe(first);
    expect(suppressedBy(error)).toEqual([second]);
    expect(failures).toEqual([]);
  });

  it('reports what cannot be attached to a thrown primitive', async () => {
    const failures = collectUnhandled();
    const never = new ManualResetEvent();
    const error = await failureOf(
      Scope.run(function* (scope): Coroutine<void> {
        scope.start(function* () {
          try {
            yield* never.wait();
          } finally {
            // oxlint-disable-next-line no-unsafe-finally
            throw new Error('other');
          }
        });
        // oxlint-disable-next-line typescript/only-throw-error
        throw 'primitive';
      }),
    );
    expect(error).toBe('primitive');
    expect(failures).toMatchObject([{ error: { message: 'other' } }]);
  });

  it("fails with the body's failure after the children were cancelled", async () => {
    const order: string[] = [];
    const never = new ManualResetEvent();
    const error = await failureOf(
      Scope.run(function* (scope): Coroutine<void> {
        scope.start(function* () {
          try {
            yield* never.wait();
          } finally {
            yield* pause();
            order.push('child');
          }
        });
        throw new Error('body');
      }),
    );
    expect(error).toMatchObject({ message: 'body' });
    expect(order).toEqual(['child']);
  });

  it('takes a child that is cancelled by itself for no failure', async () => {
    const never = new ManualResetEvent();
    const result = await Scope.run(function* (scope): Coroutine<string> {
      scope
        .start(function* () {
          yield* never.wait();
        })
        .cancel();
      return 'fine';
    });
    expect(result).toBe('fine');
  });

  it('is cancelled with the reason by cancel()', async () => {
    const order: string[] = [];
    const never = new ManualResetEvent();
    const error = await failureOf(
      Scope.run(
        function* (scope) {
          scope.start(function* () {
            try {
              yield* never.wait();
            } finally {
              order.push('child');
            }
          });
          scope.cancel('enough');
          try {
            yield* never.wait();
          } finally {
            order.push('body');
          }
        },
        { name: 'work' },
      ),
    );
    expect(error).toBeInstanceOf(CancelledError);
    expect(error).toMatchObject({ reason: 'enough' });
    expect((error as Error).message).toContain('"work"');
    expect(order).toEqual(['child', 'body']);
  });

  it('is cancelled by an AbortSignal, also one that aborted before, and leaves no listener behind', async () => {
    const controller = new AbortController();
    const never = new ManualResetEvent();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...parameters: Parameters<typeof add>) => (listeners++, add(...parameters));
    signal.removeEventListener = (...parameters: Parameters<typeof remove>) => (listeners--, remove(...parameters));
    const running = toPromise(
      Scope.run(
        function* () {
          yield* never.wait();
        },
        { signal },
      ),
    );
    expect(listeners).toBe(1);
    controller.abort('user left');
    const error = await failureOf(running);
    expect(isCancelled(error) && error.reason).toBe('user left');
    expect(listeners).toBe(0);
    let ran = false;
    const late = await failureOf(Scope.run(() => (ran = true), { signal }));
    expect(isCancelled(late) && late.reason).toBe('user left');
    expect(ran).toBe(false);
  });

  it('gives an AbortSignal to async children, and waits for them', async () => {
    const order: string[] = [];
    const fail = new AutoResetEvent();
    const running = toPromise(
      Scope.run(function* (scope) {
        scope.start(async ({ signal }) => {
          await new Promise<void>((resolve, reject) => {
            signal.addEventListener('abort', () =>
              setImmediate(() => (order.push('child'), reject(signal.reason as Error))),
            );
          });
        });
        yield* fail.wait();
        throw new Error('body');
      }),
    );
    fail.set();
    const error = await failureOf(running);
    order.push('scope');
    expect(error).toMatchObject({ message: 'body' });
    expect(suppressedBy(error)).toEqual([]);
    expect(order).toEqual(['child', 'scope']);
  });

  it('abandons children that do not clean up in time, and attaches that', async () => {
    const scheduler = new SteppingScheduler();
    const clock = scheduler.clock as VirtualClock;
    const never = new ManualResetEvent();
    const running = scheduler.start(() =>
      Scope.run(
        function* (scope): Coroutine<void> {
          scope.start(() => new Promise(() => {}), { name: 'deaf' });
          yield* never.wait();
        },
        { cleanupMs: 50 },
      ),
    );
    const failure = failureOf(running);
    await Promise.resolve();
    running.cancel('quit', 200);
    clock.advance(49);
    expect(running.isReady).toBe(false);
    clock.advance(1);
    expect(await failure).toMatchObject({ code: 'ICHOR_COROUTINES_CLEANUP_TIMEOUT', details: { coroutine: 'deaf' } });
    expect(clock.pending).toBe(0);
  });

  it('is cancelled with the coroutine that runs it: children first, then its own finally', async () => {
    const order: string[] = [];
    const [never, cleanup] = [new ManualResetEvent(), new AutoResetEvent()];
    const running = spawn(function* () {
      try {
        yield* Scope.run(function* (scope) {
          scope.start(function* () {
            try {
              yield* never.wait();
            } finally {
              yield* cleanup.wait();
              order.push('child');
            }
          });
          yield* never.wait();
        });
      } finally {
        order.push('parent');
      }
    });
    running.cancel('up');
    expect(order).toEqual([]);
    cleanup.set();
    expect(order).toEqual(['child', 'parent']);
    expect(await failureOf(running)).toMatchObject({ reason: 'up' });
  });

  it('refuses to start anything once it is over', async () => {
    let leaked!: Scope;
    await Scope.run((scope) => {
      leaked = scope;
    });
    expect(leaked.isClosed).toBe(true);
    expect(thrownBy(() => leaked.start(() => 1))).toMatchObject({
      code: 'ICHOR_COROUTINES_SCOPE_CLOSED',
      details: { state: 'ended' },
    });
    expect(thrownBy(() => Scope.run(5 as never))).toMatchObject({ code: 'ICHOR_COROUTINES_OPTION' });
    expect(thrownBy(() => Scope.run(() => 1, { cleanupMs: -1 }))).toMatchObject({ code: 'ICHOR_COROUTINES_OPTION' });
  });

  it('works with virtual time', () => {
    const scheduler = new SteppingScheduler();
    const clock = scheduler.clock as VirtualClock;
    const ended: number[] = [];
    const running = scheduler.start(() =>
      Scope.run(function* (scope): Coroutine<void> {
        for (const delay of [30, 10, 20]) {
          scope.start(function* () {
            yield* sleep(delay);
            ended.push(delay);
          });
        }
      }),
    );
    clock.advance(30);
    expect(ended).toEqual([10, 20, 30]);
    expect(running.isReady).toBe(true);
  });
});
