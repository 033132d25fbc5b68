import { describe, expect, it } from 'vitest';
import { AutoResetEvent, ManualResetEvent, task, toPromise, ValueEvent, type Coroutine } from '../src/index.ts';
import { failureOf, spawn } from './support.ts';

describe('ManualResetEvent', () => {
  it('begins not set unless told otherwise (CO-40)', () => {
    expect(new ManualResetEvent().isSet).toBe(false);
    expect(new ManualResetEvent(true).isSet).toBe(true);
  });

  it('does not suspend a waiter when set (CO-41)', () => {
    const event = new ManualResetEvent(true);
    expect(spawn(() => wait(event)).isReady).toBe(true);
  });

  it('resumes all waiters inline in order of waiting, once, and stays set (CO-42)', () => {
    const event = new ManualResetEvent();
    const order: number[] = [];
    for (let i = 0; i < 4; i++) {
      spawn(function* () {
        yield* event.wait();
        order.push(i);
      });
    }
    event.set();
    expect(order).toEqual([0, 1, 2, 3]);
    event.set();
    expect(order).toHaveLength(4);
    expect(event.isSet).toBe(true);
  });

  it('reset affects later waits only (CO-43)', () => {
    const event = new ManualResetEvent(true);
    event.reset();
    const waiting = spawn(() => wait(event));
    event.reset();
    expect(waiting.isReady).toBe(false);
    event.set();
    expect(waiting.isReady).toBe(true);
  });

  it('lets a waiter that waits again pass, or wait for the next set when it was reset (CO-44)', () => {
    const event = new ManualResetEvent();
    const order: string[] = [];
    spawn(function* () {
      yield* event.wait();
      order.push('a1');
      yield* event.wait();
      order.push('a2');
      event.reset();
      yield* event.wait();
      order.push('a3');
    });
    spawn(function* () {
      yield* event.wait();
      order.push('b1');
      yield* event.wait();
      order.push('b2');
    });
    event.set();
    expect(order).toEqual(['a1', 'a2', 'b1']);
    event.set();
    expect(order).toEqual(['a1', 'a2', 'b1', 'a3', 'b2']);
  });

  it('may be disposed by a waiter it resumes; the others are resumed as well (CO-46)', async () => {
    const event = new ManualResetEvent();
    const order: string[] = [];
    spawn(function* () {
      yield* event.wait();
      event[Symbol.dispose]();
      order.push('disposed');
    });
    spawn(function* () {
      yield* event.wait();
      order.push('second');
    });
    event.set();
    expect(order).toEqual(['disposed', 'second']);
    expect(await failureOf(event.wait())).toMatchObject({ code: 'ICHOR_COROUTINES_DISPOSED' });
  });

  it('fails its waiters when it is disposed (CO-45)', async () => {
    const event = new ManualResetEvent();
    const waiting = toPromise(event.wait());
    event[Symbol.dispose]();
    event[Symbol.dispose]();
    expect(await failureOf(waiting)).toMatchObject({
      code: 'ICHOR_COROUTINES_DISPOSED',
      details: { what: 'ManualResetEvent' },
    });
  });

  it('does not resume a waiter that another one cancelled meanwhile', () => {
    const event = new ManualResetEvent();
    const order: string[] = [];
    spawn(function* () {
      yield* event.wait();
      victim.cancel();
    });
    const victim = spawn(function* () {
      yield* event.wait();
      order.push('victim');
    });
    spawn(function* () {
      yield* event.wait();
      order.push('last');
    });
    event.set();
    expect(order).toEqual(['last']);
  });

  it('works with await, and toPromise begins to wait at once', async () => {
    const event = new ManualResetEvent();
    const waiting = toPromise(event.wait());
    event.set();
    event.reset();
    await waiting;
    const later = (async () => {
      await event.wait();
      return 'async';
    })();
    await Promise.resolve();
    event.set();
    expect(await later).toBe('async');
  });
});

describe('AutoResetEvent', () => {
  it('lets one pass when set, and resets (CO-60, CO-61)', () => {
    const event = new AutoResetEvent(true);
    expect(spawn(() => wait(event)).isReady).toBe(true);
    expect(event.isSet).toBe(false);
    expect(spawn(() => wait(event)).isReady).toBe(false);
  });

  it('resumes the one who waits longest, and does not add up (CO-62)', () => {
    const event = new AutoResetEvent();
    const order: number[] = [];
    for (let i = 0; i < 3; i++) {
      spawn(function* () {
        yield* event.wait();
        order.push(i);
      });
    }
    event.set();
    expect(order).toEqual([0]);
    expect(event.isSet).toBe(false);
    event.set();
    event.set();
    event.set();
    event.set();
    expect(order).toEqual([0, 1, 2]);
    expect(event.isSet).toBe(true);
    expect(spawn(() => wait(event)).isReady).toBe(true);
    expect(spawn(() => wait(event)).isReady).toBe(false);
  });

  it('setAll resumes everybody in order and is set afterwards (CO-63)', () => {
    const event = new AutoResetEvent();
    const order: number[] = [];
    for (let i = 0; i < 3; i++) {
      spawn(function* () {
        yield* event.wait();
        order.push(i);
      });
    }
    event.setAll();
    expect(order).toEqual([0, 1, 2]);
    expect(event.isSet).toBe(true);
    event.setAll();
    expect(event.isSet).toBe(true);
    event.reset(); // CO-64
    expect(event.isSet).toBe(false);
  });

  it('setAll lets one that waits again pass once, and never leaves a waiter in a set event', () => {
    const event = new AutoResetEvent();
    let passes = 0;
    for (let i = 0; i < 2; i++) {
      spawn(function* () {
        for (;;) {
          yield* event.wait();
          passes++;
        }
      });
    }
    event.setAll();
    expect(passes).toBe(3);
    expect(event.isSet).toBe(false);
  });

  it('may be disposed inside set and setAll', async () => {
    const event = new AutoResetEvent();
    spawn(function* () {
      yield* event.wait();
      event[Symbol.dispose]();
    });
    event.setAll();
    expect(await failureOf(event.wait())).toMatchObject({ code: 'ICHOR_COROUTINES_DISPOSED' });
  });

  it("gives a cancelled waiter's turn to the next", () => {
    const event = new AutoResetEvent();
    const first = spawn(() => wait(event));
    const second = spawn(() => wait(event));
    first.cancel();
    event.set();
    expect(second.isReady).toBe(true);
    expect(event.isSet).toBe(false);
  });

  it('survives a waiter that sets it and waits again inside its own resumption', () => {
    const event = new AutoResetEvent();
    let rounds = 0;
    spawn(function* () {
      while (rounds < 1000) {
        yield* event.wait();
        rounds++;
        event.set();
      }
    });
    event.set();
    expect(rounds).toBe(1000);
  });
});

describe('ValueEvent', () => {
  it('gives the same reference to every waiter, in order (CO-50)', async () => {
    const event = new ValueEvent<object>();
    const value = { big: true };
    const waiting = [0, 1].map(() => task(() => event.wait()).start());
    event.set(value);
    for (const one of waiting) expect(await one).toBe(value);
    expect(event.value).toBe(value);
    event.reset();
    expect(event.value).toBe(undefined);
    expect(event.isSet).toBe(false);
  });

  it('replaces the value for later waits (CO-51)', async () => {
    const event = new ValueEvent<number>();
    event.set(1);
    event.set(2);
    expect(await event.wait()).toBe(2);
  });

  it('gives waiters the value they were released with, whatever the first one does', async () => {
    const event = new ValueEvent<number>();
    const first = spawn(function* () {
      const value = yield* event.wait();
      event.reset();
      event.set(99);
      return value;
    });
    const second = spawn(function* () {
      return yield* event.wait();
    });
    event.set(1);
    expect(await first).toBe(1);
    expect(await second).toBe(1);
    expect(event.value).toBe(99);
  });

  it('carries undefined', async () => {
    const event = new ValueEvent<undefined>();
    const waiting = spawn(function* () {
      return [yield* event.wait()];
    });
    event.set(undefined);
    expect(await waiting).toEqual([undefined]);
    expect(await event.wait()).toBe(undefined);
  });

  it('fails waits when disposed', async () => {
    const event = new ValueEvent<number>();
    const waiting = toPromise(event.wait());
    event[Symbol.dispose]();
    expect(await failureOf(waiting)).toMatchObject({ code: 'ICHOR_COROUTINES_DISPOSED' });
    expect(await failureOf(event.wait())).toMatchObject({ code: 'ICHOR_COROUTINES_DISPOSED' });
  });
});

function* wait(event: ManualResetEvent | AutoResetEvent): Coroutine<void> {
  yield* event.wait();
}

it('one wait object can be used by any number of coroutines, again and again', () => {
  const event = new AutoResetEvent();
  const one = event.wait();
  const order: number[] = [];
  for (let i = 0; i < 2; i++) {
    task(function* () {
      yield* one;
      yield* one;
      order.push(i);
    }).start();
  }
  for (let i = 0; i < 4; i++) event.set();
  expect(order).toEqual([0, 1]);
});
