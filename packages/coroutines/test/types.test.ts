// What users see in their editors: every wait infers its result.

import { describe, expectTypeOf, it } from 'vitest';
import {
  all,
  allSettled,
  any,
  AutoResetEvent,
  Channel,
  Condition,
  fromPromise,
  ManualResetEvent,
  Mutex,
  pause,
  race,
  Scope,
  Semaphore,
  shield,
  sleep,
  stream,
  task,
  toPromise,
  ValueEvent,
  withTimeout,
  type Awaitable,
  type Coroutine,
  type MutexLock,
  type SemaphorePermit,
  type Settled,
  type Stream,
  type Task,
} from '../src/index.ts';

function* text(): Coroutine<string> {
  yield* pause();
  return 'x';
}

/** Never run: only its types are looked at. */
export function* inside(): Coroutine {
  expectTypeOf(yield* new AutoResetEvent().wait()).toEqualTypeOf<void>();
  expectTypeOf(yield* new ManualResetEvent().wait()).toEqualTypeOf<void>();
  expectTypeOf(yield* new ValueEvent<Date>().wait()).toEqualTypeOf<Date>();
  expectTypeOf(yield* new Mutex().lock()).toEqualTypeOf<MutexLock>();
  expectTypeOf(yield* new Semaphore(1).acquire()).toEqualTypeOf<SemaphorePermit>();
  expectTypeOf(yield* new Channel<number>().send(1)).toEqualTypeOf<void>();
  expectTypeOf(yield* new Channel<number>().receive()).toEqualTypeOf<number>();
  expectTypeOf(yield* new Channel<number>().next()).toEqualTypeOf<IteratorResult<number, undefined>>();
  expectTypeOf(yield* new Condition().wait()).toEqualTypeOf<void>();
  expectTypeOf(yield* new Condition().waitUntil(() => true)).toEqualTypeOf<void>();
  expectTypeOf(yield* fromPromise(Promise.resolve(5))).toEqualTypeOf<number>();
  expectTypeOf(yield* sleep(1)).toEqualTypeOf<void>();
  expectTypeOf(yield* task(text)).toEqualTypeOf<string>();
  expectTypeOf(yield* task(text).whenReady()).toEqualTypeOf<void>();
  expectTypeOf(yield* task(async () => 5)).toEqualTypeOf<number>();
  expectTypeOf(yield* task((): boolean => true)).toEqualTypeOf<boolean>();
  expectTypeOf(yield* task(text())).toEqualTypeOf<string>();
  expectTypeOf(yield* text()).toEqualTypeOf<string>();
  expectTypeOf(yield* shield(text())).toEqualTypeOf<string>();
  expectTypeOf(yield* shield(new Mutex().lock())).toEqualTypeOf<MutexLock>();
  expectTypeOf(yield* all([text(), Promise.resolve(1), new ValueEvent<Date>().wait()])).toEqualTypeOf<
    [string, number, Date]
  >();
  expectTypeOf(yield* all([1, 2].map(() => text()))).toEqualTypeOf<string[]>();
  expectTypeOf(yield* allSettled([text(), task(async () => 1)])).toEqualTypeOf<[Settled<string>, Settled<number>]>();
  expectTypeOf(yield* race([text(), Promise.resolve(1)])).toEqualTypeOf<string | number>();
  expectTypeOf(yield* any([text(), Promise.resolve(1)])).toEqualTypeOf<string | number>();
  expectTypeOf(yield* withTimeout(text(), 10)).toEqualTypeOf<string>();
  expectTypeOf(yield* withTimeout(new Mutex().lock(), 10)).toEqualTypeOf<MutexLock>();
  expectTypeOf(yield* Scope.run(() => text())).toEqualTypeOf<string>();
  expectTypeOf(yield* Scope.run(async () => 5)).toEqualTypeOf<number>();
  yield* Scope.run(function* (scope) {
    expectTypeOf(scope.start(text)).toEqualTypeOf<Task<string>>();
    expectTypeOf(scope.start(async ({ signal }) => signal.aborted)).toEqualTypeOf<Task<boolean>>();
  });
  expectTypeOf(
    yield* stream<number>(function* (emit) {
      yield* emit(1);
    }).next(),
  ).toEqualTypeOf<IteratorResult<number, undefined>>();
}

describe('types', () => {
  it('infer with await as well', () => {
    const awaited = async () => ({
      value: await new ValueEvent<Date>().wait(),
      lock: await new Mutex().lock(),
      both: await all([text(), Promise.resolve(1)]),
      task: await task(text),
      promise: await toPromise(text()),
    });
    expectTypeOf<Awaited<ReturnType<typeof awaited>>>().toEqualTypeOf<{
      value: Date;
      lock: MutexLock;
      both: [string, number];
      task: string;
      promise: string;
    }>();
  });

  it('say what things are', () => {
    expectTypeOf(new AutoResetEvent().wait()).toEqualTypeOf<Awaitable<void>>();
    expectTypeOf(task(text)).toEqualTypeOf<Task<string>>();
    expectTypeOf(new Mutex().tryLock()).toEqualTypeOf<MutexLock | undefined>();
    expectTypeOf(new Channel<number>().tryReceive()).toEqualTypeOf<{ readonly value: number } | undefined>();
    expectTypeOf(stream<number>(function* () {})).toEqualTypeOf<Stream<number>>();
  });

  it('refuse mistakes', () => {
    expectTypeOf(task).not.toBeAny();
    // @ts-expect-error a value is not awaitable
    void (() => all([5]));
    // @ts-expect-error a channel carries one type
    void (() => new Channel<number>().send('x'));
    // @ts-expect-error a routine is a function
    void (() => task(5));
    void function* (): Coroutine {
      // @ts-expect-error a promise has to be wrapped
      yield Promise.resolve();
      // @ts-expect-error yield* is needed
      yield new Mutex().lock();
    };
  });
});
