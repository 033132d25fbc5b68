// Stops one service: grace for its coroutines, stop(), `removed` for what it holds, and what it owns undone in reverse.
// Every step may wait; every wait is bounded (D8).

import { CancelledError, type ScheduledCall } from '@ichor/coroutines';
import { isCoroutine } from '@ichor/coroutines/spi';
import { coreError } from '../errors/catalogue.ts';
import type { Activation } from './activation.ts';
import { eject } from './injection.ts';
import type { Kernel } from './kernel.ts';
import { undo } from './owned-resources.ts';
import type { ServiceRecord } from './service-record.ts';
import { transitions } from './states.ts';

/** Where a stop ends. */
export interface StopEnd {
  stopped(record: ServiceRecord): void;
}

export class Stopper {
  readonly #kernel: Kernel;
  readonly #end: StopEnd;

  constructor(kernel: Kernel, end: StopEnd) {
    this.#kernel = kernel;
    this.#end = end;
  }

  /** The record is uninjecting and has no consumers left. Called again each time one of its coroutines ends. */
  stop(record: ServiceRecord): void {
    const activation = record.activation as Activation;
    activation.abort('the service stops');
    if (activation.executionCount > 0) {
      this.#giveGrace(activation);
      return;
    }
    activation.stopTimer?.cancel();
    activation.stopTimer = undefined;
    record.transition(transitions.stop);
    this.#run(activation, stopSteps(activation), () => {
      this.tearDown(activation, () => {
        this.#end.stopped(record);
      });
    });
  }

  /** Takes everything back from an instance that has stopped, or failed to start, and revokes its context. */
  tearDown(activation: Activation, done: () => void): void {
    const { record } = activation;
    activation.isEnding = true;
    if (activation.executionCount > 0) this.abandon(record);
    for (let i = record.slots.length - 1; i >= 0; i--) {
      const slot = record.slots[i] as (typeof record.slots)[number];
      if (slot.link?.isInjected === true) eject(slot.link);
      if (slot.links !== undefined && slot.links.size > 0)
        for (const link of [...slot.links].reverse()) if (link.isInjected) eject(link);
    }
    const owned = activation.takeOwned();
    this.#run(
      activation,
      owned.length === 0
        ? noSteps
        : owned.map((resource) => ({ name: 'undoing what it owns', run: () => undo(resource) })),
      () => {
        activation.revoke();
        record.activation = undefined;
        done();
      },
    );
  }

  /** Ends whatever a stop waits for. */
  abandon(record: ServiceRecord): void {
    const activation = record.activation;
    if (activation === undefined) return;
    for (const execution of [...activation.executions])
      execution.abandon(new CancelledError('it did not stop in time', record.name));
  }

  /** Its coroutines may go on for the grace; then they are cancelled, and promises abandoned and reported. */
  #giveGrace(activation: Activation): void {
    if (activation.stopTimer !== undefined) return;
    const graceMs = this.#kernel.stopGraceMsOf(activation.record);
    activation.stopTimer = this.#kernel.clock.schedule(() => {
      for (const execution of [...activation.executions]) {
        if (execution.handle === undefined) this.#report(activation, execution.name, graceMs);
        execution.cancel(new CancelledError('the service stops', activation.record.name), this.#kernel.cleanupMs);
      }
    }, graceMs);
  }

  /** Runs steps one after another, synchronously as long as none waits. A failing step is reported and does not stop the rest. */
  #run(activation: Activation, steps: readonly Step[], done: () => void): void {
    for (let index = 0; index < steps.length; index++) {
      const step = steps[index] as Step;
      let result: unknown;
      try {
        result = step.run();
      } catch (error) {
        this.#kernel.stopFailed(activation.record, error, step.name);
        continue;
      }
      if (!isCoroutine(result) && typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') continue;
      const rest = steps.slice(index + 1);
      const goOn = (): void => {
        timer?.cancel();
        this.#run(activation, rest, done);
      };
      let timer: ScheduledCall | undefined;
      const execution = this.#kernel.events.execute(activation, () => result, {
        returned: goOn,
        threw: (error) => {
          this.#kernel.stopFailed(activation.record, error, step.name);
          goOn();
        },
      });
      if (execution !== undefined && this.#kernel.stopTimeoutMs !== Number.POSITIVE_INFINITY)
        timer = this.#kernel.clock.schedule(() => {
          execution.abandon(stopTimeout(activation.record, step.name, this.#kernel.stopTimeoutMs));
        }, this.#kernel.stopTimeoutMs);
      return;
    }
    done();
  }

  #report(activation: Activation, what: string, graceMs: number): void {
    this.#kernel.stopFailed(activation.record, stopTimeout(activation.record, what, graceMs), what);
  }
}

interface Step {
  readonly name: string;
  run(): unknown;
}

type Instance = Partial<Disposable & AsyncDisposable> & Record<PropertyKey, unknown> & { readonly stop?: unknown };

const noSteps: readonly Step[] = [];

/** What ends an instance: stop(), then the `@preDestroy` methods, then its own dispose method. */
function stopSteps(activation: Activation): readonly Step[] {
  const instance = activation.instance as Instance;
  const { stop } = instance;
  const { preDestroy } = activation.record.definition;
  const dispose = instance[Symbol.asyncDispose] ?? instance[Symbol.dispose];
  if (typeof stop !== 'function' && dispose === undefined && preDestroy.length === 0) return noSteps;
  const steps: Step[] = [];
  const call = (name: string, method: unknown): void => {
    if (typeof method === 'function') steps.push({ name, run: () => (method as () => unknown).call(instance) });
  };
  call('stop()', stop);
  for (const name of preDestroy) call(`${String(name)}()`, instance[name]);
  call('its dispose method', dispose);
  return steps;
}

function stopTimeout(record: ServiceRecord, what: string, limitMs: number): Error {
  return coreError(
    'ICHOR_STOP_TIMEOUT',
    `${record.name} (${record.id}) did not stop in time: ${what} went on for more than ${limitMs} ms and was abandoned. ` +
      'End it in stop() or when self.signal aborts, or give it more time.',
    { details: { service: record.name, serviceId: record.id, waitingFor: what } },
  );
}
