// inversify: two singletons per service, resolved by identifier, undone by unbindAll(), which calls the deactivation handlers.

import { Container } from 'inversify';
import type { Rival } from '../../rival.ts';
import { Log, StartedService } from './started-service.ts';

export const run: Rival = (count) => {
  const facts = { started: 0, stopped: 0 };
  const container = new Container();
  const identifiers = Array.from({ length: count }, (_, index) => Symbol(`service ${index}`));
  for (const identifier of identifiers) {
    const log = Symbol('log');
    container
      .bind(log)
      .toResolvedValue(() => new Log())
      .inSingletonScope();
    container
      .bind<StartedService>(identifier)
      .toResolvedValue((dependency: Log) => new StartedService(dependency, facts), [log])
      .inSingletonScope()
      .onDeactivation((service) => service.stop());
  }
  for (const identifier of identifiers) container.get<StartedService>(identifier);
  container.unbindAll();
  return { facts };
};
