// N singletons with one dependency each, resolved once. The containers start nothing, stop nothing and follow nothing at run time:
// that is less than the scenario does, and the most they offer.

import { asClass, createContainer, InjectionMode } from 'awilix';
import { Container } from 'inversify';
import type { Rival } from '../rival.ts';

class Log {
  readonly level = 'warn';
}

class Started {
  readonly log: Log;
  constructor(log: Log) {
    this.log = log;
  }
}

export const plain: Rival = {
  name: 'constructors by hand',
  scenario: 'start',
  variant: 'advanced',
  run(count) {
    const services = Array.from({ length: count }, () => new Started(new Log()));
    return { started: services.filter(({ log }) => log.level === 'warn').length };
  },
};

export const inversify: Rival = {
  name: 'inversify, singletons',
  scenario: 'start',
  variant: 'advanced',
  run(count) {
    const container = new Container();
    const identifiers = Array.from({ length: count }, (_, index) => Symbol(`service ${index}`));
    for (const identifier of identifiers) {
      const log = Symbol('log');
      container
        .bind(log)
        .toResolvedValue(() => new Log())
        .inSingletonScope();
      container
        .bind(identifier)
        .toResolvedValue((dependency: Log) => new Started(dependency), [log])
        .inSingletonScope();
    }
    const services = identifiers.map((identifier) => container.get<Started>(identifier));
    return { started: services.filter(({ log }) => log.level === 'warn').length };
  },
};

export const awilix: Rival = {
  name: 'awilix, singletons',
  scenario: 'start',
  variant: 'advanced',
  run(count) {
    const container = createContainer({ injectionMode: InjectionMode.CLASSIC });
    const names = Array.from({ length: count }, (_, index) => `service${index}`);
    for (const name of names) {
      const resolver = asClass(Started).singleton();
      container.register({ [name]: resolver.inject(() => ({ log: new Log() })) });
    }
    const services = names.map((name) => container.resolve<Started>(name));
    return { started: services.filter(({ log }) => log.level === 'warn').length };
  },
};
