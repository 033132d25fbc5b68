// RB-30…34: N services and their N loggers are registered, started, stopped and removed. The last one to start quits.

import {
  Logger,
  Quit,
  required,
  ServiceContext,
  DependencyManager,
  type Injected,
  type ServiceClass,
} from '@ichor/core';
import { inject, injectable } from 'inversify';
import { runProgram } from '../program.ts';
import type { Scenario, ScenarioRun } from '../scenario.ts';
import { EventStatistics } from './event-statistics.ts';

/** Counts starts, and ends the program with the last one. */
interface Progress {
  started: number;
  readonly count: number;
}

const dependencies = { log: required(Logger, { properties: { level: 'warn' } }) };
type Deps = Injected<typeof dependencies>;

export const start: Scenario = {
  name: 'start',
  summary: 'start and stop N services with a logger each; distinct: N different classes',
  variants: ['advanced', 'constructor', 'distinct'],
  labels: { advanced: 'advanced injection', constructor: 'constructor injection', distinct: 'distinct classes' },
  hasNoRate: true,
  unit: 'services/s',
  defaultCount: (variant) => (variant === 'distinct' ? 2000 : 10_000),

  async run(run) {
    const progress: Progress = { started: 0, count: run.count };
    const statistics = run.variant === 'constructor' && run.isSingle ? new EventStatistics() : undefined;
    const make = variants[run.variant] ?? advanced;
    await runProgram((manager) => {
      const classOf = make(progress);
      for (let i = 0; i < run.count; i++) {
        manager.register(classOf(i), { properties: { Iteration: i, LogLevel: 'warn' } });
      }
      if (statistics !== undefined) manager.intercept('all', statistics);
    });
    if (statistics !== undefined) print(run, statistics);
    return { facts: { started: progress.started } };
  },
};

/** Makes the class of each service. */
type Variant = (progress: Progress) => (index: number) => ServiceClass;

const advanced: Variant = (progress) => {
  class Started {
    static readonly dependencies = dependencies;
    readonly #self: ServiceContext;
    constructor(_deps: Deps, self: ServiceContext) {
      this.#self = self;
    }

    start(): void {
      progress.started++;
      if (this.#self.properties['Iteration'] === progress.count - 1) this.#self.queue.push(Quit);
    }
  }
  return () => Started;
};

const byConstructor: Variant = (progress) => {
  @injectable()
  class Started {
    constructor(
      @inject(Logger) _log: Logger,
      @inject(DependencyManager) _manager: DependencyManager,
      @inject(ServiceContext) self: ServiceContext,
    ) {
      progress.started++;
      if (self.properties['Iteration'] === progress.count - 1) self.queue.push(Quit);
    }
  }
  return () => Started;
};

const distinct: Variant = (progress) => () =>
  class Started {
    static readonly dependencies = { log: required(Logger, { properties: { level: 'warn' } }) };
    readonly #self: ServiceContext;
    constructor(_deps: Deps, self: ServiceContext) {
      this.#self = self;
    }

    start(): void {
      progress.started++;
      if (this.#self.properties['Iteration'] === progress.count - 1) this.#self.queue.push(Quit);
    }
  };

const variants: Readonly<Record<string, Variant>> = { advanced, constructor: byConstructor, distinct };

function print(run: ScenarioRun, statistics: EventStatistics): void {
  for (const line of statistics.lines()) run.print(line);
}
