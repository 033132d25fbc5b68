// Cordis: one plugin per service, which starts when its logger is there; all are disposed with their scope. The one rival that
// follows what comes and goes at run time, too.

import { Context } from '@cordisjs/core';
import type { Rival } from '../../rival.ts';
import { Log, StartedService } from './started-service.ts';

export const run: Rival = async (count) => {
  const facts = { started: 0, stopped: 0 };
  const root = new Context();
  for (let index = 0; index < count; index++) {
    const name = `log${index}`;
    root.plugin({
      name: `service${index}`,
      inject: [name],
      apply(context: Context) {
        const service = new StartedService(context.get(name) as Log, facts);
        context.on('dispose', () => service.stop());
      },
    });
    root.set(name, new Log());
  }
  await root.start();
  for (const scope of [...root.registry.values()]) if (scope !== root.scope) scope.dispose();
  await root.stop();
  return { facts };
};
