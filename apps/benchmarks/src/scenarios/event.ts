// RB-10…12: all events are queued before the first one is processed, then dispatched in order. Peak memory is part of the result.

import { defineEvent, Logger, Queue, Quit, required, type Injected, type ServiceContext } from '@ichor/core';
import { runProgram } from '../program.ts';
import type { Scenario } from '../scenario.ts';

const Useless = defineEvent('UselessEvent');
const Numbered = defineEvent<{ readonly sequence: number }>('NumberedEvent');

/** Lanes of the variant `handled`: high, normal and low. */
const priorities = [100, 1000, 10_000] as const;

const dependencies = { log: required(Logger, { properties: { level: 'warn' } }), queue: required(Queue) };
type Deps = Injected<typeof dependencies>;

export const event: Scenario = {
  name: 'event',
  summary: 'queue N events that nobody handles, then process them; handled: three priorities, payloads checked',
  variants: ['plain', 'handled'],
  unit: 'events/s',
  defaultCount: () => 5_000_000,

  async run({ variant, count }) {
    const facts = { pushed: 0, handled: 0, outOfOrder: 0 };

    class Pusher {
      static readonly dependencies = dependencies;
      readonly #deps: Deps;
      constructor(deps: Deps) {
        this.#deps = deps;
      }

      start(): void {
        const { log, queue } = this.#deps;
        const began = performance.now();
        for (let i = 0; i < count; i++) queue.push(Useless);
        facts.pushed = count;
        queue.push(Quit);
        log.warn('inserted', { ms: performance.now() - began });
      }
    }

    class CheckedPusher {
      static readonly dependencies = dependencies;
      readonly #deps: Deps;
      readonly #self: ServiceContext;
      constructor(deps: Deps, self: ServiceContext) {
        this.#deps = deps;
        this.#self = self;
      }

      start(): void {
        const { log, queue } = this.#deps;
        // Events of one priority come in the order of their pushes, and all of a more urgent one before the next.
        let expected = 0;
        let lane = 0;
        this.#self.on(Numbered, ({ sequence }) => {
          if (expected >= count && lane < priorities.length - 1) expected = ++lane;
          if (sequence !== expected) facts.outOfOrder++;
          expected = sequence + priorities.length;
          facts.handled++;
        });
        const began = performance.now();
        for (let i = 0; i < count; i++) queue.push(Numbered, { sequence: i }, options[i % 3]!);
        facts.pushed = count;
        queue.push(Quit, undefined, { priority: priorities[2] });
        log.warn('inserted', { ms: performance.now() - began });
      }
    }

    await runProgram((manager) => manager.register(variant === 'handled' ? CheckedPusher : Pusher));
    return { facts };
  },
};

const options = priorities.map((priority) => ({ priority }));
