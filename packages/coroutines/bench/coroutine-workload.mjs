// The "coroutine" workload on the bare primitives: a long-running coroutine awaits an event, then pushes an event whose generator
// body sets it. Prints switches per second for this package and for native promises, measured alternately in one process.
// Run: node packages/coroutines/bench/coroutine-workload.mjs [count]

import { AutoResetEvent } from '../dist/index.js';
import { inlineScheduler, startCoroutine } from '../dist/spi/index.js';

const count = Number(process.argv[2] ?? 5_000_000);

function generators() {
  const queue = Array.from({ length: 1024 });
  let head = 0;
  let tail = 0;
  const state = { done: false };
  const event = new AutoResetEvent();
  const host = {
    scheduler: inlineScheduler,
    priority: 1000,
    returned() {},
    threw(error) {
      throw error;
    },
  };
  function* set() {
    event.set();
  }
  function* loop() {
    for (let i = 0; i < count; i++) {
      yield* event.wait();
      queue[tail++ & 1023] = set;
    }
    state.done = true;
  }
  const started = process.hrtime.bigint();
  startCoroutine(loop(), host);
  event.set();
  while (!state.done) {
    if (head === tail) throw new Error('the chain broke');
    startCoroutine(queue[head++ & 1023](), host);
  }
  return count / (Number(process.hrtime.bigint() - started) / 1e9);
}

async function promises() {
  const total = Math.min(count, 2_000_000);
  class Event {
    constructor() {
      this.waiter = null;
    }
    wait() {
      return new Promise((resolve) => {
        this.waiter = resolve;
      });
    }
    set() {
      const waiter = this.waiter;
      this.waiter = null;
      waiter();
    }
  }
  const queue = [];
  let head = 0;
  const state = { done: false };
  const event = new Event();
  const started = process.hrtime.bigint();
  const loop = async () => {
    for (let i = 0; i < total; i++) {
      await event.wait();
      queue.push(async () => {
        event.set();
      });
    }
    state.done = true;
  };
  const looping = loop();
  event.set();
  while (!state.done) {
    if (head < queue.length) {
      const run = queue[head++];
      if (head === 4096) {
        queue.splice(0, head);
        head = 0;
      }
      await run();
    } else await Promise.resolve();
  }
  await looping;
  return total / (Number(process.hrtime.bigint() - started) / 1e9);
}

const best = { generators: 0, promises: 0 };
for (let round = 0; round < 5; round++) {
  best.generators = Math.max(best.generators, generators());
  best.promises = Math.max(best.promises, await promises());
}
console.log(JSON.stringify({ ...best, ratio: best.generators / best.promises }));
