// One provider with N consumers leaves and returns; timed are only these rounds, not the first start and the end.

import { DependencyManager, required, token, type Injected } from '@ichor/core';
import type { Scenario } from '../scenario.ts';

interface Provided {
  readonly answer: number;
}
const Provided = token<Provided>('Provided');

class Provider implements Provided {
  static readonly provides = [Provided];
  static readonly dependencies = {};
  readonly answer = 42;
}

const dependencies = { provider: required(Provided) };

/** Rounds per run: enough that the median does not depend on the first, cold one. */
const rounds = 20;

export const cascade: Scenario = {
  name: 'cascade',
  summary: `a provider with N consumers leaves and returns, ${rounds} times`,
  variants: ['leave-return'],
  unit: 'restarts/s',
  defaultCount: () => 1000,

  async run({ count, print }) {
    const facts = { starts: 0, stops: 0 };

    class Consumer {
      static readonly dependencies = dependencies;
      readonly #deps: Injected<typeof dependencies>;
      constructor(deps: Injected<typeof dependencies>) {
        this.#deps = deps;
      }

      start(): void {
        if (this.#deps.provider.answer === 42) facts.starts++;
      }

      stop(): void {
        facts.stops++;
      }
    }

    await using manager = new DependencyManager();
    const provider = manager.register(Provider);
    const consumers = Array.from({ length: count }, () => manager.register(Consumer));
    const ended = manager.run();
    await manager.started();

    const leaving: number[] = [];
    const returning: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const began = performance.now();
      await manager.stopService(provider.id);
      const left = performance.now();
      await manager.startService(provider.id);
      await Promise.all(consumers.map(({ id }) => manager.whenActive(id)));
      leaving.push(left - began);
      returning.push(performance.now() - left);
    }
    print(
      `median of ${rounds} rounds with ${count} consumers: leave ${median(leaving)} ms, return ${median(returning)} ms`,
    );
    await manager.quit();
    await ended;
    const seconds = [...leaving, ...returning].reduce((sum, ms) => sum + ms, 0) / 1000 / rounds;
    return { facts, seconds };
  },
};

function median(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor(sorted.length / 2)] ?? 0).toFixed(2);
}
