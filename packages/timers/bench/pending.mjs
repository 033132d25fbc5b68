// A million pending timers: time to arm, to take back and to fire, and memory per timer, beside setTimeout in the same run.
// Build first, then: node --expose-gc packages/timers/bench/pending.mjs [count]

import { DependencyManager, required } from '@ichor/core';
import { TimerFactory, TimerService } from '@ichor/timers';

const count = Number(process.argv[2] ?? 1_000_000);
const noop = () => undefined;
// Spread over an hour in an order that is neither ascending nor descending.
const delays = Float64Array.from({ length: count }, (_, i) => 60_000 + ((i * 7919) % count) * (3_600_000 / count));

/** A clock without timers, so that only the work of the package is measured. */
class BareClock {
  time = 0;
  callback;
  now = () => this.time;
  wallTime = () => this.time;
  schedule(callback, delayMs) {
    const call = {
      at: this.time + delayMs,
      cancel: () => this.callback === call && (this.callback = undefined),
      callback,
    };
    this.callback = call;
    return call;
  }
}

async function memory() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

function report(what, operation, ms, bytes) {
  const perOperation = ((ms * 1e6) / count).toFixed(0).padStart(5);
  console.log(
    `${what.padEnd(28)} ${operation.padEnd(8)} ${perOperation} ns${bytes === undefined ? '' : `  ${(bytes / count).toFixed(0)} bytes each`}`,
  );
}

async function measure(what, { arm, cancel }) {
  const armed = new Array(count);
  const before = await memory();
  let begin = performance.now();
  for (let i = 0; i < count; i++) armed[i] = arm(delays[i]);
  const armMs = performance.now() - begin;
  report(what, 'arm', armMs, (await memory()) - before);
  begin = performance.now();
  for (let i = 0; i < count; i++) cancel(armed[(i * 31) % count]);
  report(what, 'cancel', performance.now() - begin);
}

const clock = new BareClock();
const manager = new DependencyManager({ startupReportMs: Infinity, sliceMs: 1e9 });
let timers;
class Owner {
  static dependencies = { timers: required(TimerFactory) };
  constructor(dependencies) {
    timers = dependencies.timers;
  }
}
// The service gets the bare clock, the manager keeps the real one.
class BareTimerService extends TimerService {
  constructor(dependencies, self) {
    super(dependencies, Object.create(self, { clock: { value: clock }, queue: { value: self.queue } }));
  }
}
manager.register(BareTimerService);
manager.register(Owner);
const ended = manager.run();
await manager.started();

console.log(`${count} pending, node ${process.version}`);
for (let round = 0; round < 2; round++) {
  await measure('setTimeout', { arm: (ms) => setTimeout(noop, ms), cancel: clearTimeout });
  await measure('timers.once', { arm: (ms) => timers.once(ms, noop), cancel: (timer) => timer.stop() });
  await measure('timers.every', { arm: (ms) => timers.every(ms, noop), cancel: (timer) => timer.stop() });
  const waits = new Set();
  await measure('timers.sleep (awaited)', {
    arm: (ms) => {
      const sleep = timers.sleep(ms);
      const iterator = sleep[Symbol.iterator]();
      const continuation = {
        resume: noop,
        fail: noop,
        nextWaiter: undefined,
        previousWaiter: undefined,
        waitList: undefined,
      };
      iterator.next(undefined).value.suspend(continuation);
      return { sleep, continuation };
    },
    cancel: ({ sleep, continuation }) => sleep.cancel(continuation),
  });
  waits.clear();

  let ticks = 0;
  for (let i = 0; i < count; i++) timers.once(delays[i], () => ticks++);
  const begin = performance.now();
  clock.time += 4_000_000;
  clock.callback.callback();
  while (ticks < count) await new Promise((resolve) => setImmediate(resolve));
  report('timers.once', 'fire', performance.now() - begin);
}
await manager.quit();
await ended;
