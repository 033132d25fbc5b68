// RB-40…44: a provider is stopped and started N times; each time its consumer has to stop first and is started again after it.

import {
  Logger,
  Queue,
  Quit,
  required,
  StartService,
  StopService,
  token,
  DependencyManager,
  type Injected,
} from '@ichor/core';
import { runProgram } from '../program.ts';
import type { Scenario } from '../scenario.ts';

interface Tested {
  readonly answer: number;
}
const Tested = token<Tested>('Tested');

const level = { properties: { level: 'info' } };

class TestService implements Tested {
  static readonly provides = [Tested];
  static readonly dependencies = { log: required(Logger, level) };
  readonly answer = 42;
}

export const startStop: Scenario = {
  name: 'start-stop',
  summary: 'N times: stop a provider, its consumer first, and start both again',
  variants: ['cycle'],
  unit: 'start & stop /s',
  defaultCount: () => 1_000_000,

  async run({ count }) {
    const facts = { starts: 0, stops: 0 };
    let provider = 0;
    const dependencies = {
      log: required(Logger, level),
      tested: required(Tested),
      manager: required(DependencyManager),
      queue: required(Queue),
    };

    class StartStopService {
      static readonly dependencies = dependencies;
      readonly #deps: Injected<typeof dependencies>;
      constructor(deps: Injected<typeof dependencies>) {
        this.#deps = deps;
      }

      start(): void {
        const { log, queue } = this.#deps;
        if (facts.starts < count)
          queue.push(StopService, { serviceId: provider, removeAfter: false }, { priority: 100 });
        else {
          queue.push(Quit);
          log.info('done', { cycles: count });
        }
        facts.starts++;
      }

      stop(): void {
        facts.stops++;
        if (facts.starts <= count) this.#deps.queue.push(StartService, { serviceId: provider });
      }
    }

    await runProgram((manager) => {
      provider = manager.register(TestService).id;
      manager.register(StartStopService);
    });
    return { facts };
  },
};
