// tsyringe: two caching factories per service. Its dispose() calls what implements Disposable and was made by the container itself;
// for what factories made the program has to do that, as here.

// oxlint-disable-next-line import/no-unassigned-import -- a polyfill that the library asks for
import 'reflect-metadata';
import { container as root, instanceCachingFactory } from 'tsyringe';
import type { Rival } from '../../rival.ts';
import { Log, StartedService } from './started-service.ts';

export const run: Rival = async (count) => {
  const facts = { started: 0, stopped: 0 };
  const container = root.createChildContainer();
  const tokens = Array.from({ length: count }, (_, index) => Symbol(`service ${index}`));
  for (const token of tokens) {
    const log = Symbol('log');
    container.register<Log>(log, { useFactory: instanceCachingFactory(() => new Log()) });
    container.register<StartedService>(token, {
      useFactory: instanceCachingFactory((scope) => new StartedService(scope.resolve<Log>(log), facts)),
    });
  }
  const services = tokens.map((token) => container.resolve<StartedService>(token));
  for (const service of services.toReversed()) service.stop();
  await container.dispose();
  return { facts };
};
