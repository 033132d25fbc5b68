// Starts one service: injects, builds the instance, announces what is present, calls start(). Each step may wait.

import { CancelledError } from '@ichor/coroutines';
import { coreError } from '../errors/catalogue.ts';
import { internalPriority } from '../events/internal-events.ts';
import { Activation } from './activation.ts';
import { announce, injectAll } from './injection.ts';
import type { Kernel } from './kernel.ts';
import type { ServiceRecord } from './service-record.ts';
import { transitions } from './states.ts';
import { isWaiting } from './waiting.ts';

/** Where a start ends. */
export interface StartEnd {
  started(record: ServiceRecord, priority: number, wasAsync: boolean): void;
  failed(activation: Activation, error: unknown, during: string, isCancelled: boolean): void;
}

type Step = 'build' | 'start';

export class Starter {
  readonly #kernel: Kernel;
  readonly #end: StartEnd;

  constructor(kernel: Kernel, end: StartEnd) {
    this.#kernel = kernel;
    this.#end = end;
  }

  /** The record must be installed with nothing missing. Ends in `started` or `failed`, perhaps before it returns. */
  start(record: ServiceRecord, priority: number): void {
    record.transition(transitions.start);
    // A framework logger was built when it was registered (LC-45).
    const activation = (record.activation ??= new Activation(record, this.#kernel)) as Activation;
    let step: Step = 'build';
    try {
      injectAll(record, activation);
      if (activation.instance === undefined) {
        const { definition } = record;
        const built = definition.build(activation);
        if (definition.prototype !== undefined && Object.getPrototypeOf(built) === definition.prototype) {
          activation.instance = built as object;
        } else if (isWaiting(built)) {
          this.#continueLater(activation, built, 'build', priority);
          return;
        } else {
          activation.instance = asInstance(built);
        }
      }
      step = 'start';
      const result = announceAndStart(activation);
      if (result !== undefined && isWaiting(result)) {
        this.#continueLater(activation, result, 'start', priority);
        return;
      }
    } catch (error) {
      this.#end.failed(activation, error, duringOf(step), false);
      return;
    }
    this.#end.started(record, priority, false);
  }

  /** A start that has to end: its signal aborts, and what still runs after the grace is cancelled. */
  cancel(record: ServiceRecord): void {
    const activation = record.activation as Activation;
    if (activation.stopTimer !== undefined || activation.isEnding) return;
    const reason = 'it has to stop while it starts';
    activation.abort(reason);
    activation.stopTimer = this.#kernel.clock.schedule(() => {
      for (const execution of [...activation.executions]) execution.cancel(reason, this.#kernel.cleanupMs);
    }, this.#kernel.stopGraceMsOf(record));
  }

  #continueLater(activation: Activation, waiting: object, step: Step, priority: number): void {
    const { record } = activation;
    this.#kernel.events.execute(activation, () => waiting, {
      name: duringOf(step),
      resumePriority: lifecyclePriority(record),
      returned: (value) => {
        if (step === 'start') {
          clearStopTimer(activation);
          this.#end.started(record, priority, true);
          return;
        }
        let result: unknown;
        try {
          activation.instance = asInstance(value);
          if (record.stopRequested) throw new CancelledError('it had to stop while it was built', record.name);
          result = announceAndStart(activation);
        } catch (error) {
          this.#fail(activation, error, activation.instance === undefined ? 'build' : 'start');
          return;
        }
        if (isWaiting(result)) this.#continueLater(activation, result, 'start', priority);
        else this.#end.started(record, priority, true);
      },
      threw: (error) => {
        this.#fail(activation, error, step);
      },
    });
  }

  #fail(activation: Activation, error: unknown, step: Step): void {
    clearStopTimer(activation);
    this.#end.failed(activation, error, duringOf(step), activation.record.stopRequested);
  }
}

/** With which the coroutines of start() and stop() go on (LC-85). */
export function lifecyclePriority({ priority }: ServiceRecord): number {
  return Math.min(internalPriority.dependency, priority);
}

function clearStopTimer(activation: Activation): void {
  activation.stopTimer?.cancel();
  activation.stopTimer = undefined;
}

function announceAndStart(activation: Activation): unknown {
  announce(activation);
  const instance = activation.instance as { start?(): unknown };
  return typeof instance.start === 'function' ? instance.start() : undefined;
}

function duringOf(step: Step): string {
  return step === 'build' ? 'its construction' : 'start()';
}

/** What a setup function may return instead of an object: nothing. */
function asInstance(built: unknown): object {
  if (built === undefined) return {};
  if (typeof built === 'object' && built !== null) return built;
  if (typeof built === 'function') return built;
  throw coreError(
    'ICHOR_SERVICE_START_FAILED',
    `setup() returned ${typeof built}; return the service object, or nothing.`,
  );
}
