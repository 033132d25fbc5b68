// Cordis: a service that N plugins inject leaves and returns. As in the scenario, timed are the rounds, not the first start.

import { Context } from '@cordisjs/core';
import type { Rival } from '../../rival.ts';

/** As many as the scenario does. */
const rounds = 20;

export const run: Rival = async (count) => {
  const facts = { starts: 0, stops: 0 };
  const root = new Context();
  const { lifecycle } = root as unknown as { lifecycle: { flush(): Promise<void> } };
  let withdraw = root.set('provided', { answer: 42 });
  for (let index = 0; index < count; index++) {
    root.plugin({
      name: `consumer${index}`,
      inject: ['provided'],
      apply(context: Context) {
        if ((context.get('provided') as { answer: number }).answer === 42) facts.starts++;
        context.on('dispose', () => {
          facts.stops++;
        });
      },
    });
  }
  await root.start();
  const began = performance.now();
  for (let round = 0; round < rounds; round++) {
    withdraw();
    await lifecycle.flush();
    withdraw = root.set('provided', { answer: 42 });
    await lifecycle.flush();
  }
  const seconds = (performance.now() - began) / 1000 / rounds;
  withdraw();
  await lifecycle.flush();
  await root.stop();
  return { facts, seconds };
};
