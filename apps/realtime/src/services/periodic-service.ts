// Periodic mode: one frame per period on an absolute schedule; what is recorded is how late each release began, as cyclictest does.

import { Logger, Quit, required, type Injected, type ServiceContext } from '@ichor/core';
import { Deadlines, type Release } from '@ichor/realtime';
import type { Recording } from '../report/recording.ts';
import type { GsmWorkload } from '../workload.ts';

/** Options of {@link PeriodicService}. */
export interface PeriodicServiceOptions {
  readonly workload: GsmWorkload;
  readonly recording: Recording;
  readonly periodUs: number;
}

/** Below this period, timers of the event loop are too coarse. */
const sleepBelowMs = 3;

export class PeriodicService {
  static readonly dependencies = { log: required(Logger), deadlines: required(Deadlines) };
  readonly #deps: Injected<typeof PeriodicService.dependencies>;
  readonly #self: ServiceContext<PeriodicServiceOptions>;

  constructor(deps: Injected<typeof PeriodicService.dependencies>, self: ServiceContext<PeriodicServiceOptions>) {
    this.#deps = deps;
    this.#self = self;
  }

  start(): void {
    const { periodUs, recording } = this.#self.options;
    const periodMs = periodUs / 1000;
    this.#deps.deadlines.periodic(
      {
        name: 'frame',
        periodMs,
        // Not at once: start-up should be over.
        phaseMs: 50,
        priority: 10,
        startMs: (recording.maxUs + 0.999) / 1000,
        deadlineMs: Math.max(periodMs, (recording.maxUs + 1) / 1000),
        waiting: { between: periodMs < sleepBelowMs ? 'sleep' : 'yield', spinMs: Math.min(0.1, periodMs / 5) },
      },
      (release) => this.#release(release),
    );
  }

  #release(release: Release): void {
    const { workload, recording } = this.#self.options;
    if (recording.isFull) return;
    recording.missedReleases += release.missed;
    recording.add(Math.floor((performance.now() - release.plannedMs) * 1000));
    workload.runFrame();
    if (recording.isFull) this.#self.queue.push(Quit, undefined, { priority: 0 });
  }
}
