// Nothing overflows the stack, and nothing grows.

import { beforeAll, describe, expect, it } from 'vitest';
import {
  AutoResetEvent,
  Channel,
  ManualResetEvent,
  Mutex,
  pause,
  recordStartTraces,
  sleep,
  stream,
  task,
  type Coroutine,
  type Stream,
} from '../src/index.ts';
import { inlineScheduler, startCoroutine } from '../src/spi/index.ts';
import { SteppingScheduler, VirtualClock } from '../src/testing/index.ts';
import { spawn } from './support.ts';

const quiet = { scheduler: inlineScheduler, priority: 1, returned: () => {}, threw: () => {} };

beforeAll(() => {
  const previous = recordStartTraces('off');
  return () => void recordStartTraces(previous);
});

describe('the stack', () => {
  it('holds when one set releases a million waiters, in order', () => {
    const event = new ManualResetEvent();
    let count = 0;
    let inOrder = true;
    function* waiter(index: number): Coroutine {
      yield* event.wait();
      inOrder &&= count === index;
      count++;
    }
    for (let i = 0; i < 1_000_000; i++) startCoroutine(waiter(i), quiet);
    event.set();
    expect(count).toBe(1_000_000);
    expect(inOrder).toBe(true);
  });

  it('holds in a wake-up chain of 100,000 links, in order', () => {
    const events = Array.from({ length: 100_001 }, () => new AutoResetEvent());
    const order: number[] = [];
    function* link(index: number): Coroutine {
      yield* events[index]!.wait();
      order.push(index);
      events[index + 1]!.set();
    }
    for (let i = 0; i < 100_000; i++) startCoroutine(link(i), quiet);
    events[0]!.set();
    expect(order).toHaveLength(100_000);
    expect(order.every((value, index) => value === index)).toBe(true);
    expect(events[100_000]!.isSet).toBe(true);
  });

  it('is used for 128 releases at most; what exceeds that runs in order before the outermost release returns', () => {
    const event = new AutoResetEvent();
    const order: string[] = [];
    const events = Array.from({ length: 130 }, () => new AutoResetEvent());
    function* link(index: number): Coroutine {
      yield* events[index]!.wait();
      order.push(`in ${index}`);
      if (index === 128) event.set();
      events[index + 1]?.set();
      order.push(`out ${index}`);
    }
    for (let i = 0; i < 130; i++) startCoroutine(link(i), quiet);
    startCoroutine(
      (function* (): Coroutine {
        yield* event.wait();
        order.push('side');
      })(),
      quiet,
    );
    events[0]!.set();
    order.push('returned');
    // Links 0 to 127 nest; 128 comes after all of them have left, and then nesting begins anew.
    expect(order.slice(0, 128)).toEqual(Array.from({ length: 128 }, (_, index) => `in ${index}`));
    expect(order.slice(128, 256)).toEqual(Array.from({ length: 128 }, (_, index) => `out ${127 - index}`));
    expect(order.slice(256)).toEqual(['in 128', 'side', 'in 129', 'out 129', 'out 128', 'returned']);
  });

  it('holds 100,000 nested tasks: running, released, failing and cancelled', async () => {
    const depth = 100_000;
    const event = new ManualResetEvent();
    let cleaned = 0;
    function* nest(levels: number): Coroutine<number> {
      try {
        if (levels > 0) return 1 + (yield* task(() => nest(levels - 1)));
        yield* event.wait();
        return 0;
      } finally {
        cleaned++;
      }
    }
    const cancelled = spawn(() => nest(depth));
    cancelled.cancel();
    expect(cleaned).toBe(depth + 1);
    const released = spawn(() => nest(depth));
    event.set();
    expect(await released).toBe(depth);
    function* fail(levels: number): Coroutine<never> {
      if (levels === 0) throw new Error('bottom');
      return yield* task(() => fail(levels - 1));
    }
    await expect(async () => task(() => fail(depth))).rejects.toThrow('bottom');
  });

  it('holds when 100,000 started tasks await each other', async () => {
    const event = new AutoResetEvent();
    let previous = spawn(function* () {
      yield* event.wait();
      return 0;
    });
    for (let i = 0; i < 100_000; i++) {
      const before = previous;
      previous = spawn(function* () {
        return 1 + (yield* before);
      });
    }
    event.set();
    expect(await previous).toBe(100_000);
  });

  it('holds when a mutex goes through 100,000 hands, and a channel feeds itself', () => {
    const mutex = new Mutex();
    const held = mutex.tryLock()!;
    let count = 0;
    function* taker(): Coroutine {
      using _lock = yield* mutex.lock();
      count++;
    }
    for (let i = 0; i < 100_000; i++) startCoroutine(taker(), quiet);
    held.unlock();
    expect(count).toBe(100_000);
    const channel = new Channel<number>();
    const received: number[] = [];
    function* relay(): Coroutine {
      const value = yield* channel.receive();
      received.push(value);
      if (value < 100_000) channel.trySend(value + 1);
    }
    for (let i = 0; i <= 100_000; i++) startCoroutine(relay(), quiet);
    channel.trySend(0);
    expect(received).toHaveLength(100_001);
  });

  it('holds in a stream of streams', async () => {
    function numbers(levels: number): Stream<number> {
      return stream<number>(function* (emit) {
        if (levels === 0) {
          for (let i = 0; i < 3; i++) yield* emit(i);
          return;
        }
        const source = numbers(levels - 1);
        for (;;) {
          const next = yield* source.next();
          if (next.done === true) return;
          yield* emit(next.value + 1);
        }
      });
    }
    const got: number[] = [];
    for await (const value of numbers(200)) got.push(value);
    expect(got).toEqual([200, 201, 202]);
  });
});

describe('memory', () => {
  function usedAfterCollection(): number {
    globalThis.gc!();
    globalThis.gc!();
    return process.memoryUsage().heapUsed;
  }

  it('stays flat in a ping-pong of 10 million switches', () => {
    const [ping, pong] = [new AutoResetEvent(), new AutoResetEvent()];
    startCoroutine(
      (function* (): Coroutine {
        for (;;) {
          yield* ping.wait();
          pong.set();
        }
      })(),
      quiet,
    );
    let rounds = 0;
    let before = 0;
    startCoroutine(
      (function* (): Coroutine {
        for (; rounds < 5_000_000; rounds++) {
          if (rounds === 500_000) before = usedAfterCollection();
          ping.set();
          yield* pong.wait();
        }
      })(),
      quiet,
    );
    expect(rounds).toBe(5_000_000);
    expect(usedAfterCollection() - before).toBeLessThan(200_000);
  });

  it('stays flat over a million sleeps that are cancelled', () => {
    const clock = new VirtualClock();
    function* sleeper(): Coroutine {
      yield* sleep(1e9, { clock });
    }
    const once = (): void => spawn(sleeper).cancel();
    for (let i = 0; i < 1000; i++) once();
    const before = usedAfterCollection();
    for (let i = 0; i < 20_000; i++) once();
    expect(usedAfterCollection() - before).toBeLessThan(300_000);
    expect(clock.pending).toBe(0);
  });

  it('stays flat when a coroutine pauses a million times', () => {
    const scheduler = new SteppingScheduler();
    scheduler.start(function* () {
      for (let i = 0; i < 1_000_000; i++) yield* pause();
    });
    for (let i = 0; i < 1000; i++) scheduler.step();
    const before = usedAfterCollection();
    scheduler.runAll(2_000_000);
    expect(usedAfterCollection() - before).toBeLessThan(200_000);
  });
});
