// A scheduler that is stepped by hand: tests decide when each queued resumption happens, and see what is queued and what failed.

import type { Clock } from '../contract/clock.ts';
import type { CoroutineInfo, Resumable, Scheduler } from '../contract/scheduler.ts';
import type { Task } from '../contract/task.ts';
import { enterScheduler } from '../driver/current-scheduler.ts';
import { startTask, type TaskRoutine } from '../driver/task.ts';
import { coroutineError } from '../errors/catalogue.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A failure that nobody awaited. */
export interface UnhandledFailure {
  readonly error: unknown;
  readonly coroutine: CoroutineInfo;
}

/**
 * Queues what is scheduled (`pause()`, releases from other schedulers' code) until it is stepped: lower priorities first,
 * first-in-first-out within one.
 *
 * @example
 * ```ts
 * import { pause } from '@ichor/coroutines';
 * import { SteppingScheduler } from '@ichor/coroutines/testing';
 *
 * const scheduler = new SteppingScheduler();
 * const counting = scheduler.start(function* () {
 *   let steps = 0;
 *   while (steps < 3) {
 *     yield* pause();
 *     steps++;
 *   }
 *   return steps;
 * });
 * while (scheduler.step()) console.log(scheduler.size, counting.isReady);
 * ```
 */
export class SteppingScheduler implements Scheduler {
  readonly clock: Clock;
  /** Failures that nobody awaited, in order. A test should find it empty at its end. */
  readonly unhandledFailures: UnhandledFailure[] = [];
  /** In the order in which they will run. */
  readonly #queue: { readonly resumable: Resumable; readonly priority: number }[] = [];

  /** @param clock Default: a new VirtualClock. */
  constructor(clock: Clock = new VirtualClock()) {
    this.clock = clock;
  }

  /** Resumptions waiting. */
  get size(): number {
    return this.#queue.length;
  }

  schedule(resumable: Resumable, priority: number): void {
    let at = this.#queue.length;
    while (at > 0 && this.#queue[at - 1]!.priority > priority) at--;
    this.#queue.splice(at, 0, { resumable, priority });
  }

  unhandled(error: unknown, coroutine: CoroutineInfo): void {
    this.unhandledFailures.push({ error, coroutine });
  }

  /** Starts a task that continues here. */
  start<T>(routine: TaskRoutine<T>, options?: { readonly name?: string; readonly priority?: number }): Task<T> {
    return startTask(routine, { ...options, scheduler: this });
  }

  /** Calls `work` as code of this scheduler: what it releases here resumes inline. */
  run<T>(work: () => T): T {
    const previous = enterScheduler(this);
    try {
      return work();
    } finally {
      enterScheduler(previous);
    }
  }

  /** Runs the first resumption. False when there is none. */
  step(): boolean {
    const entry = this.#queue.shift();
    if (entry === undefined) return false;
    this.run(() => entry.resumable.run());
    return true;
  }

  /**
   * Steps until nothing is queued.
   *
   * @param maxSteps Default: 1,000,000.
   * @returns how many steps that were. @throws ICHOR_COROUTINES_VIRTUAL_TIME when it does not end.
   */
  runAll(maxSteps = 1_000_000): number {
    for (let steps = 0; ; steps++) {
      if (!this.step()) return steps;
      if (steps >= maxSteps) {
        throw coroutineError(
          'ICHOR_COROUTINES_VIRTUAL_TIME',
          `The stepping scheduler made ${maxSteps} steps and ${this.size} resumptions are still queued. Look for a loop around pause(), or raise maxSteps.`,
        );
      }
    }
  }
}
