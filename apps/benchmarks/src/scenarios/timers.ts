// N one-shot timers of one service, due over 50 ms, in real time: made, planned, fired, gone.

import { DependencyManager, required, type Injected } from '@ichor/core';
import { TimerFactory, TimerService } from '@ichor/timers';
import { runProgram } from '../program.ts';
import type { Scenario } from '../scenario.ts';

const dependencies = { timers: required(TimerFactory), manager: required(DependencyManager) };

/** Delays are spread over so many milliseconds, in no order. */
const spreadMs = 50;

export const timers: Scenario = {
  name: 'timers',
  summary: `N one-shot timers of one service, due within ${spreadMs} ms, until the last has fired`,
  variants: ['once'],
  unit: 'timers/s',
  defaultCount: () => 200_000,

  async run({ count }) {
    const facts = { fired: 0, early: 0, left: 0 };

    class TimerOwner {
      static readonly dependencies = dependencies;
      readonly #deps: Injected<typeof dependencies>;
      constructor(deps: Injected<typeof dependencies>) {
        this.#deps = deps;
      }

      start(): void {
        const { timers: factory, manager } = this.#deps;
        for (let i = 0; i < count; i++) {
          const delayMs = (i * 7919) % spreadMs;
          const dueAt = factory.now() + delayMs;
          factory.once(delayMs, () => {
            if (factory.now() < dueAt) facts.early++;
            if (++facts.fired < count) return;
            facts.left = factory.list().length;
            void manager.quit();
          });
        }
      }
    }

    await runProgram((manager) => {
      manager.register(TimerService);
      manager.register(TimerOwner);
    });
    return { facts };
  },
};
