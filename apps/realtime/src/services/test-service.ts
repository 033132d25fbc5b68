// The measured service: once both optional services are there, a chain of events at priority 10, each running the workload (RB-82, RB-83).

import { defineEvent, Logger, many, Quit, required, type Injected, type ServiceContext } from '@ichor/core';
import { Deadlines, type DeadlineWatch } from '@ichor/realtime';
import type { Recording } from '../report/recording.ts';
import type { GsmWorkload } from '../workload.ts';
import { OptionalService } from './optional-service.ts';

const ExecuteTask = defineEvent('ExecuteTask', { priority: 10 });
const awaitedOptionals = 2;

/** Options of {@link TestService}. */
export interface TestServiceOptions {
  readonly workload: GsmWorkload;
  readonly recording: Recording;
}

export class TestService {
  static readonly dependencies = {
    log: required(Logger),
    deadlines: required(Deadlines),
    optionals: many(OptionalService),
  };
  readonly #deps: Injected<typeof TestService.dependencies>;
  readonly #self: ServiceContext<TestServiceOptions>;
  #watch: DeadlineWatch | undefined;
  #injected = 0;
  #isStarted = false;

  constructor(deps: Injected<typeof TestService.dependencies>, self: ServiceContext<TestServiceOptions>) {
    this.#deps = deps;
    this.#self = self;
  }

  start(): void {
    const { maxUs } = this.#self.options.recording;
    this.#deps.deadlines.watch(ExecuteTask, {});
    // Whole microseconds are compared, as the recording does.
    this.#watch = this.#deps.deadlines.measure('encode', { budgetMs: (maxUs + 0.5) / 1000 });
    this.#self.on(ExecuteTask, () => this.#execute());
    this.#isStarted = true;
    this.#begin();
  }

  added(): void {
    this.#injected++;
    this.#deps.log.info('optional service injected');
    this.#begin();
  }

  #begin(): void {
    if (this.#isStarted && this.#injected === awaitedOptionals) this.#self.queue.push(ExecuteTask);
  }

  #execute(): void {
    const { workload, recording } = this.#self.options;
    const startedMs = performance.now();
    workload.run();
    const us = Math.floor((performance.now() - startedMs) * 1000);
    const index = recording.count;
    recording.add(us);
    this.#watch?.record(startedMs, startedMs, startedMs + us / 1000, index);
    if (recording.isFull) this.#self.queue.push(Quit, undefined, { priority: 1000 });
    else this.#self.queue.push(ExecuteTask);
  }
}
