// What has ended or was dropped is collected, and primitives keep nobody who left.

import { describe, expect, it } from 'vitest';
import {
  all,
  AutoResetEvent,
  Channel,
  Condition,
  ManualResetEvent,
  Mutex,
  race,
  Scope,
  Semaphore,
  stream,
  task,
  toPromise,
  ValueEvent,
  type Awaitable,
  type Coroutine,
} from '../src/index.ts';
import { settle } from '../src/testing/index.ts';
import { spawn } from './support.ts';

/** Whether the target is collected soon. */
async function isCollected(reference: WeakRef<object>): Promise<boolean> {
  for (let attempt = 0; attempt < 10; attempt++) {
    await settle();
    globalThis.gc!();
    if (reference.deref() === undefined) return true;
  }
  return false;
}

/** Starts a coroutine that holds a big object while it waits. */
function hold(wait: () => Awaitable<unknown>): { cancel(): void; held: WeakRef<object> } {
  let held!: WeakRef<object>;
  function* holding(): Coroutine {
    const big = { bytes: new Uint8Array(1000) };
    held = new WeakRef(big);
    yield* wait();
    big.bytes[0] = 1;
  }
  const running = spawn(holding);
  return { cancel: () => running.cancel(), held };
}

describe('a cancelled waiter leaves nothing in', () => {
  const never = new ManualResetEvent();
  const mutex = new Mutex();
  mutex.tryLock();
  const semaphore = new Semaphore(1);
  semaphore.tryAcquire();
  const full = new Channel<object>(0);
  const empty = new Channel<object>(0);
  const endless = task(function* () {
    yield* never.wait();
  }).start();
  const silent = stream<number>(function* () {
    yield* never.wait();
  });
  const waits: Record<string, () => Awaitable<unknown>> = {
    ManualResetEvent: () => never.wait(),
    AutoResetEvent: (
      (event) => () =>
        event.wait()
    )(new AutoResetEvent()),
    ValueEvent: (
      (event) => () =>
        event.wait()
    )(new ValueEvent<object>()),
    Mutex: () => mutex.lock(),
    Semaphore: () => semaphore.acquire(),
    'Channel.send': () => full.send({}),
    'Channel.receive': () => empty.receive(),
    Condition: (
      (condition) => () =>
        condition.wait()
    )(new Condition()),
    task: () => endless.whenReady(),
    stream: () => silent.next(),
    all: () => all([never.wait(), mutex.lock()]),
    Scope: () => Scope.run(() => never.wait()),
  };
  for (const [name, wait] of Object.entries(waits)) {
    it(`the ${name}`, async () => {
      const waiter = hold(wait);
      waiter.cancel();
      expect(await isCollected(waiter.held)).toBe(true);
    });
  }
});

it('a coroutine that waits for something nobody holds any more is collected (CO-7)', async () => {
  const start = (): WeakRef<object> => hold(() => new AutoResetEvent().wait()).held;
  expect(await isCollected(start())).toBe(true);
});

it('losers of a race leave nothing in what they waited for', async () => {
  const never = new ManualResetEvent();
  let held!: WeakRef<object>;
  await race([
    (function* (): Coroutine {
      const big = { bytes: 1 };
      held = new WeakRef(big);
      yield* never.wait();
      big.bytes++;
    })(),
    Promise.resolve(),
  ]);
  expect(await isCollected(held)).toBe(true);
});

it('values that were received are not kept', async () => {
  const [channel, event, mutex] = [new Channel<object>(4), new ValueEvent<object>(), new Mutex()];
  const references = await (async () => {
    const values = [{ a: 1 }, { b: 1 }];
    const received = [toPromise(channel.receive()), toPromise(event.wait())];
    channel.trySend(values[0]!);
    event.set(values[1]!);
    event.reset();
    await Promise.all(received);
    const lock = await mutex.lock();
    lock.unlock();
    return [...values, lock].map((value) => new WeakRef(value));
  })();
  for (const reference of references) expect(await isCollected(reference)).toBe(true);
});

it('tasks that ended are not kept by anything', async () => {
  const references = await (async () => {
    const ended = [
      task(() => ({})),
      task(function* () {
        return {};
      }),
      task(async () => ({})),
    ];
    const values = await Promise.all(ended);
    return [...ended, ...values].map((value) => new WeakRef(value));
  })();
  for (const reference of references) expect(await isCollected(reference)).toBe(true);
});
