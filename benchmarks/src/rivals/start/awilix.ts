// Awilix: all registrations in one call, singletons with a disposer, undone by dispose().

import { asFunction, createContainer, InjectionMode } from 'awilix';
import type { Rival } from '../../rival.ts';
import { Log, StartedService } from './started-service.ts';

export const run: Rival = async (count) => {
  const facts = { started: 0, stopped: 0 };
  const container = createContainer<Record<string, unknown>>({ injectionMode: InjectionMode.PROXY });
  const registrations = Array.from({ length: count }, (_, index) => [
    [`log${index}`, asFunction(() => new Log()).singleton()] as const,
    [
      `service${index}`,
      asFunction((cradle: Record<string, Log>) => new StartedService(cradle[`log${index}`] as Log, facts))
        .singleton()
        .disposer((service) => service.stop()),
    ] as const,
  ]).flat();
  container.register(Object.fromEntries(registrations));
  for (let index = 0; index < count; index++) container.resolve(`service${index}`);
  await container.dispose();
  return { facts };
};
