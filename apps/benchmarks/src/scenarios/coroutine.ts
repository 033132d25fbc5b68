// RB-20…22: a coroutine waits; an event is pushed whose coroutine releases it; inline resumption; again. Memory stays flat.

import { Logger, Queue, Quit, required, type Coroutine, type Injected } from '@ichor/core';
import { AutoResetEvent } from '@ichor/coroutines';
import { runProgram } from '../program.ts';
import type { Scenario } from '../scenario.ts';

const dependencies = { log: required(Logger), queue: required(Queue) };

export const coroutine: Scenario = {
  name: 'coroutine',
  summary: 'N times: wait, push an event whose coroutine releases the waiting one, resume',
  variants: ['generator'],
  unit: 'coroutines/s',
  defaultCount: () => 5_000_000,

  async run({ count }) {
    const facts = { resumed: 0, released: 0 };

    class Waiter {
      static readonly dependencies = dependencies;
      readonly #event = new AutoResetEvent();
      readonly #queue: Queue;
      constructor({ queue }: Injected<typeof dependencies>) {
        this.#queue = queue;
      }

      start(): void {
        const event = this.#event;
        const queue = this.#queue;
        // oxlint-disable-next-line require-yield -- the body of each event is a coroutine, though it never waits
        function* release(): Coroutine {
          facts.released++;
          event.set();
        }
        function* wait(): Coroutine {
          for (let i = 0; i < count; i++) {
            yield* event.wait();
            facts.resumed++;
            queue.post(release);
          }
          queue.push(Quit);
        }
        queue.post(wait);
        queue.post(release);
      }
    }

    await runProgram((manager) => manager.register(Waiter));
    return { facts };
  },
};
