// An uncontended mutex, N times locked and unlocked inside one coroutine of a service.

import { Queue, Quit, required, type Coroutine, type Injected } from '@ichor/core';
import { Mutex } from '@ichor/coroutines';
import { runProgram } from '../program.ts';
import type { Scenario } from '../scenario.ts';

const dependencies = { queue: required(Queue) };

export const mutex: Scenario = {
  name: 'mutex',
  summary: 'lock and unlock a free mutex N times in a coroutine',
  variants: ['uncontended'],
  unit: 'locks/s',
  defaultCount: () => 5_000_000,

  async run({ count }) {
    const facts = { locked: 0, stillLocked: 0 };

    class Locker {
      static readonly dependencies = dependencies;
      readonly #queue: Queue;
      constructor({ queue }: Injected<typeof dependencies>) {
        this.#queue = queue;
      }

      *start(): Coroutine {
        const free = new Mutex();
        for (let i = 0; i < count; i++) {
          const lock = yield* free.lock();
          facts.locked++;
          lock.unlock();
        }
        facts.stillLocked = free.isLocked ? 1 : 0;
        this.#queue.push(Quit);
      }
    }

    await runProgram((manager) => manager.register(Locker));
    return { facts };
  },
};
