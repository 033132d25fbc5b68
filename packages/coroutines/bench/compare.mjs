// Uncontended lock and unlock, event hand-over, switches and channel traffic: this package against async-mutex, p-queue, native
// promises and Effect, interleaved in one process. Prints nanoseconds per operation, the best of several rounds.
// Run: node packages/coroutines/bench/compare.mjs [rounds] [--json]

import { Mutex as AsyncMutex, Semaphore as AsyncSemaphore } from 'async-mutex';
import { Effect, Queue, Semaphore as EffectSemaphore } from 'effect';
import PQueue from 'p-queue';
import { all, AutoResetEvent, Channel, Mutex, pause, Scope, Semaphore, task, toPromise } from '../dist/index.js';

const rounds = Number(process.argv[2] ?? 5);

/** Runs a coroutine to its end, which it must reach without the event loop. */
function run(routine) {
  const running = task(routine).start();
  if (!running.isReady) throw new Error('it did not end');
}

/** @type {Record<string, Record<string, [count: number, run: (count: number) => unknown]>>} */
const scenarios = {
  'lock + unlock, uncontended': {
    'ichor, yield*': [
      2_000_000,
      (count) => {
        const mutex = new Mutex();
        run(function* () {
          for (let i = 0; i < count; i++) (yield* mutex.lock()).unlock();
        });
      },
    ],
    'ichor, await': [
      200_000,
      async (count) => {
        const mutex = new Mutex();
        for (let i = 0; i < count; i++) (await mutex.lock()).unlock();
      },
    ],
    'async-mutex': [
      200_000,
      async (count) => {
        const mutex = new AsyncMutex();
        for (let i = 0; i < count; i++) (await mutex.acquire())();
      },
    ],
    'Effect semaphore': [
      100_000,
      async (count) => {
        const semaphore = Effect.runSync(EffectSemaphore.make(1));
        await Effect.runPromise(
          Effect.gen(function* () {
            for (let i = 0; i < count; i++) yield* semaphore.withPermits(1)(Effect.void);
          }),
        );
      },
    ],
  },
  'permit of a semaphore, uncontended': {
    'ichor, yield*': [
      2_000_000,
      (count) => {
        const semaphore = new Semaphore(4);
        run(function* () {
          for (let i = 0; i < count; i++) (yield* semaphore.acquire()).release();
        });
      },
    ],
    'async-mutex': [
      200_000,
      async (count) => {
        const semaphore = new AsyncSemaphore(4);
        for (let i = 0; i < count; i++) (await semaphore.acquire())[1]();
      },
    ],
  },
  'event hand-over (two coroutines, per switch)': {
    'ichor, yield*': [
      4_000_000,
      (count) => {
        const [ping, pong] = [new AutoResetEvent(), new AutoResetEvent()];
        const other = task(function* () {
          for (;;) {
            yield* ping.wait();
            pong.set();
          }
        }).start();
        run(function* () {
          for (let i = 0; i < count / 2; i++) {
            ping.set();
            yield* pong.wait();
          }
        });
        other.cancel();
      },
    ],
    'native promises': [
      400_000,
      async (count) => {
        let ping = deferred();
        let pong = deferred();
        const other = (async () => {
          for (let i = 0; i < count / 2; i++) {
            await ping.promise;
            ping = deferred();
            pong.resolve();
          }
        })();
        for (let i = 0; i < count / 2; i++) {
          ping.resolve();
          await pong.promise;
          pong = deferred();
        }
        await other;
      },
    ],
  },
  'step of a running program': {
    'ichor: yield* of a set event': [
      4_000_000,
      (count) => {
        const event = new AutoResetEvent();
        run(function* () {
          for (let i = 0; i < count; i++) {
            event.set();
            yield* event.wait();
          }
        });
      },
    ],
    'ichor: nested task': [
      1_000_000,
      (count) => {
        function* leaf() {
          return 1;
        }
        run(function* () {
          for (let i = 0; i < count; i++) yield* task(leaf);
        });
      },
    ],
    'native: await of a settled promise': [
      2_000_000,
      async (count) => {
        const settled = Promise.resolve();
        for (let i = 0; i < count; i++) await settled;
      },
    ],
    'Effect: yield* of a succeeded effect': [
      1_000_000,
      (count) =>
        Effect.runPromise(
          Effect.gen(function* () {
            for (let i = 0; i < count; i++) yield* Effect.void;
          }),
        ),
    ],
  },
  'channel: send + receive, buffered': {
    ichor: [
      1_000_000,
      (count) => {
        const channel = new Channel(16);
        run(function* () {
          for (let i = 0; i < count; i++) {
            yield* channel.send(i);
            yield* channel.receive();
          }
        });
      },
    ],
    'Effect queue': [
      100_000,
      (count) =>
        Effect.runPromise(
          Effect.gen(function* () {
            const queue = yield* Queue.bounded(16);
            for (let i = 0; i < count; i++) {
              yield* Queue.offer(queue, i);
              yield* Queue.take(queue);
            }
          }),
        ),
    ],
  },
  'channel: send + receive, rendezvous of two coroutines': {
    ichor: [
      1_000_000,
      (count) => {
        const channel = new Channel();
        const receiver = task(function* () {
          for (;;) yield* channel.receive();
        }).start();
        run(function* () {
          for (let i = 0; i < count; i++) yield* channel.send(i);
        });
        receiver.cancel();
      },
    ],
  },
  '1,000 jobs, 10 at a time, each giving way once (per job)': {
    'ichor: semaphore and scope': [
      20_000,
      async (count) => {
        for (let batch = 0; batch < count / 1000; batch++) {
          const semaphore = new Semaphore(10);
          function* job() {
            const permit = yield* semaphore.acquire();
            yield* pause();
            permit.release();
          }
          await Scope.run((scope) => {
            for (let i = 0; i < 1000; i++) scope.start(job);
          });
        }
      },
    ],
    'ichor: all': [
      20_000,
      async (count) => {
        for (let batch = 0; batch < count / 1000; batch++) {
          const semaphore = new Semaphore(10);
          function* job() {
            const permit = yield* semaphore.acquire();
            yield* pause();
            permit.release();
          }
          await all(Array.from({ length: 1000 }, () => job()));
        }
      },
    ],
    'p-queue': [
      20_000,
      async (count) => {
        for (let batch = 0; batch < count / 1000; batch++) {
          const queue = new PQueue({ concurrency: 10 });
          const jobs = [];
          for (let i = 0; i < 1000; i++) jobs.push(queue.add(() => new Promise(setImmediate)));
          await Promise.all(jobs);
        }
      },
    ],
  },
  'one awaited task (per task)': {
    'ichor: await task': [
      200_000,
      async (count) => {
        for (let i = 0; i < count; i++) await toPromise(body());
      },
    ],
    'native: await async function': [
      1_000_000,
      async (count) => {
        for (let i = 0; i < count; i++) await asyncBody();
      },
    ],
  },
};

function* body() {
  return 1;
}

async function asyncBody() {
  return 1;
}

function deferred() {
  let resolve;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const best = {};
for (let round = 0; round < rounds; round++) {
  for (const [scenario, subjects] of Object.entries(scenarios)) {
    const entries = Object.entries(subjects);
    if (round % 2 === 1) entries.reverse();
    for (const [subject, [count, measured]] of entries) {
      const started = process.hrtime.bigint();
      await measured(count);
      const nanoseconds = Number(process.hrtime.bigint() - started) / count;
      best[scenario] ??= {};
      best[scenario][subject] = Math.min(best[scenario][subject] ?? Infinity, nanoseconds);
    }
  }
}

if (process.argv.includes('--json')) console.log(JSON.stringify(best));
else {
  for (const [scenario, subjects] of Object.entries(scenarios)) {
    console.log(scenario);
    for (const subject of Object.keys(subjects))
      console.log(`  ${subject.padEnd(40)} ${best[scenario][subject].toFixed(1).padStart(9)} ns`);
  }
}
