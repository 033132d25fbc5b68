import { describe, expect, it } from 'vitest';
import {
  AutoResetEvent,
  fromAsyncIterable,
  task,
  isCancelled,
  pause,
  race,
  stream,
  toPromise,
  withTimeout,
  type Coroutine,
} from '../src/index.ts';
import { settle, VirtualClock } from '../src/testing/index.ts';
import { collectUnhandled, failureOf, spawn, thrownBy } from './support.ts';

describe('a stream', () => {
  it('is lazy and runs its producer one value at a time (CO-20, CO-22)', () => {
    const log: string[] = [];
    const numbers = stream<number>(function* (emit) {
      for (let n = 0; ; n++) {
        log.push(`make ${n}`);
        yield* emit(n);
      }
    });
    expect(log).toEqual([]);
    const consumer = spawn(function* () {
      for (let i = 0; i < 3; i++) {
        const next = yield* numbers.next();
        log.push(`got ${next.value}`);
      }
    });
    expect(consumer.isReady).toBe(true);
    expect(log).toEqual(['make 0', 'got 0', 'make 1', 'got 1', 'make 2', 'got 2']);
  });

  it('gives values to who waits, inline, when the producer waits for something else (CO-26)', () => {
    const tick = new AutoResetEvent();
    const ticks = stream<number>(function* (emit) {
      for (let n = 1; n <= 2; n++) {
        yield* tick.wait();
        yield* emit(n);
      }
    });
    const got: unknown[] = [];
    spawn(function* () {
      for (;;) {
        const next = yield* ticks.next();
        got.push(next.value);
        if (next.done === true) return;
      }
    });
    expect(got).toEqual([]);
    tick.set();
    expect(got).toEqual([1]);
    tick.set();
    expect(got).toEqual([1, 2, undefined]);
    expect(ticks.isEnded).toBe(true);
  });

  it('holds a producer back: it is never further ahead than its buffer', async () => {
    for (const buffer of [0, 1, 5]) {
      let made = 0;
      const numbers = stream<number>(
        function* (emit) {
          for (;;) yield* emit(made++);
        },
        { buffer },
      );
      await numbers.next();
      expect(made).toBe(Math.max(1, buffer + 1));
      for (let i = 1; i < 4; i++) expect(await numbers.next()).toEqual({ done: false, value: i });
      expect(made).toBe(Math.max(4, buffer + 4));
      numbers.cancel();
    }
  });

  it("throws the producer's failure once, after its values, and is done then (CO-29)", async () => {
    const failing = stream<string>(
      function* (emit) {
        yield* emit('a');
        yield* emit('b');
        throw new Error('broken');
      },
      { buffer: 4 },
    );
    expect(await failing.next()).toEqual({ done: false, value: 'a' });
    expect(await failing.next()).toEqual({ done: false, value: 'b' });
    expect(await failureOf(failing.next())).toMatchObject({ message: 'broken' });
    expect(await failing.next()).toEqual({ done: true, value: undefined });
  });

  it('ends its producer when the consumer leaves the loop, and waits for its clean-up (CO-28)', async () => {
    const log: string[] = [];
    const numbers = stream<number>(function* (emit) {
      try {
        for (let n = 0; ; n++) yield* emit(n);
      } finally {
        yield* pause();
        log.push('cleaned');
      }
    });
    for await (const n of numbers) {
      if (n === 2) break;
    }
    expect(log).toEqual(['cleaned']);
    expect(numbers.isEnded).toBe(true);
    expect(await numbers.next()).toEqual({ done: true, value: undefined });
  });

  it('cancelled before it began never begins', async () => {
    let ran = false;
    const never = stream<number>(function* () {
      ran = true;
    });
    never.cancel();
    expect(await never.next()).toEqual({ done: true, value: undefined });
    expect(ran).toBe(false);
  });

  it('cancelled while its producer waits elsewhere ends there, and waiting consumers with it', async () => {
    const failures = collectUnhandled();
    const event = new AutoResetEvent();
    const waiting = stream<number>(function* (emit) {
      yield* event.wait();
      yield* emit(1);
    });
    const next = toPromise(waiting.next());
    waiting[Symbol.dispose]();
    expect(await next).toEqual({ done: true, value: undefined });
    event.set();
    expect(event.isSet).toBe(true);
    expect(failures).toEqual([]);
  });

  it('keeps the value for the next consumer when one gives up waiting', async () => {
    const clock = new VirtualClock();
    const tick = new AutoResetEvent();
    const ticks = stream<number>(function* (emit) {
      for (let n = 1; ; n++) {
        yield* tick.wait();
        yield* emit(n);
      }
    });
    const failure = failureOf(withTimeout(ticks.next(), 10, { clock }));
    await clock.advanceAsync(10);
    expect(await failure).toMatchObject({ code: 'ICHOR_COROUTINES_TIMEOUT' });
    tick.set();
    expect(await ticks.next()).toEqual({ done: false, value: 1 });
  });

  it('carries undefined, and serves several consumers in order', async () => {
    const event = new AutoResetEvent();
    const values = stream<undefined>(function* (emit) {
      for (;;) {
        yield* event.wait();
        yield* emit(undefined);
      }
    });
    const order: number[] = [];
    const consumers = [0, 1].map((index) =>
      spawn(function* () {
        expect(yield* values.next()).toEqual({ done: false, value: undefined });
        order.push(index);
      }),
    );
    event.set();
    event.set();
    for (const consumer of consumers) await consumer;
    expect(order).toEqual([0, 1]);
    values.cancel();
  });

  it('may be raced', async () => {
    const silent = stream<number>(function* (): Coroutine<void> {
      yield* new AutoResetEvent().wait();
    });
    expect(await race([silent.next(), Promise.resolve('other')])).toBe('other');
  });

  it('throws what the clean-up throws out of the loop that left it', async () => {
    const bad = stream<number>(function* (emit) {
      try {
        yield* emit(1);
      } finally {
        // oxlint-disable-next-line no-unsafe-finally
        throw new Error('clean-up');
      }
    });
    const leaving = (async () => {
      for await (const _value of bad) break;
    })();
    const error = await failureOf(leaving);
    expect(error).toMatchObject({ message: 'clean-up' });
    expect(isCancelled(error)).toBe(false);
  });

  it('refuses wrong arguments', () => {
    expect(thrownBy(() => stream(5 as never))).toMatchObject({ code: 'ICHOR_COROUTINES_OPTION' });
    expect(thrownBy(() => stream(function* () {}, { buffer: -1 }))).toMatchObject({ code: 'ICHOR_COROUTINES_OPTION' });
  });
});

describe('a stream of an async iterable', () => {
  /** Numbers, with a log of what the generator did. */
  function source(log: string[], fail = false) {
    return (async function* () {
      try {
        for (let n = 0; n < 3; n++) {
          log.push(`make ${n}`);
          await Promise.resolve();
          yield n;
        }
        if (fail) throw new Error('source');
      } finally {
        await Promise.resolve();
        log.push('closed');
      }
    })();
  }

  it('gives its values to a coroutine, asking for one at a time', async () => {
    const log: string[] = [];
    const values = fromAsyncIterable(source(log));
    const sum = await task(function* () {
      let total = 0;
      for (let next = yield* values.next(); next.done !== true; next = yield* values.next()) {
        log.push(`got ${next.value}`);
        total += next.value;
      }
      return total;
    });
    expect(sum).toBe(3);
    expect(log).toEqual(['make 0', 'got 0', 'make 1', 'got 1', 'make 2', 'got 2', 'closed']);
  });

  it('passes its failure on', async () => {
    const values = fromAsyncIterable(source([], true));
    for (let n = 0; n < 3; n++) await values.next();
    expect(await failureOf(values.next())).toMatchObject({ message: 'source' });
    expect(await values.next()).toEqual({ done: true, value: undefined });
  });

  it('closes the source when it is left or cancelled', async () => {
    const log: string[] = [];
    for await (const _value of fromAsyncIterable(source(log))) break;
    expect(log).toEqual(['make 0', 'closed']);
    const values = fromAsyncIterable(source(log));
    await values.next();
    values.cancel();
    await settle();
    expect(log).toEqual(['make 0', 'closed', 'make 0', 'closed']);
  });

  it('refuses what is no async iterable', () => {
    expect(thrownBy(() => fromAsyncIterable([1] as never))).toMatchObject({ code: 'ICHOR_COROUTINES_OPTION' });
  });
});
