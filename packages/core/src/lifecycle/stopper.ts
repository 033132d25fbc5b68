// Stops one service: grace for its coroutines, stop(), `removed` for what it holds, and what it owns undone in reverse.
// Every step may wait; every wait is bounded (D8).

import { CancelledError, isCancelled, type ScheduledCall } from '@ichor/coroutines';
import { coreError } from '../errors/catalogue.ts';
import type { Activation } from './activation.ts';
import { eject } from './injection.ts';
import type { Kernel } from './kernel.ts';
import { undo } from './owned-resources.ts';
import type { ServiceRecord } from './service-record.ts';
import { lifecyclePriority } from './starter.ts';
import { transitions } from './states.ts';
import { isWaiting } from './waiting.ts';

/** Where a stop ends. */
export interface StopEnd {
  stopped(record: ServiceRecord): void;
}

export class Stopper {
  readonly #kernel: Kernel;
  readonly #stopped: (activation: Activation) => void;

  constructor(kernel: Kernel, end: StopEnd) {
    this.#kernel = kernel;
    this.#stopped = (activation) => {
      end.stopped(activation.record);
    };
  }

  /** The record is uninjecting and has no consumers left. Called again each time one of its coroutines ends. */
  stop(record: ServiceRecord): void {
    const activation = record.activation as Activation;
    activation.abort('the service stops');
    if (activation.running !== undefined && activation.running.size > 0 && !activation.isGraceOver) {
      this.#giveGrace(activation);
      return;
    }
    if (activation.stopTimer !== undefined) clearStopTimer(activation);
    record.transition(transitions.stop);
    if (record.isFrameworkLogger) this.#kernel.stopping(record);
    this.#endInstance(activation);
  }

  /** Ends an activation whose start failed: its coroutines are cancelled, and what was built is disposed without a stop(). */
  giveUp(activation: Activation, done: () => void): void {
    activation.isEnding = true;
    clearStopTimer(activation);
    activation.abort('its start failed');
    this.#cancelAll(activation, 'its start failed', () => {
      const steps = activation.instance === undefined ? noSteps : disposeSteps(activation);
      this.#run(activation, steps, () => {
        this.tearDown(activation, done);
      });
    });
  }

  /** Takes everything back from an instance that has stopped, or failed to start, and revokes its context. */
  tearDown(activation: Activation, done: (activation: Activation) => void): void {
    const { record } = activation;
    activation.isEnding = true;
    if (activation.running !== undefined) this.abandon(record);
    const { slots } = record;
    for (let i = slots.length - 1; i >= 0; i--) {
      const { link, links } = slots[i] as (typeof slots)[number];
      if (link !== undefined && link.isInjected) eject(link);
      if (links !== undefined && links.size > 0) for (const one of [...links].reverse()) if (one.isInjected) eject(one);
    }
    const owned = activation.takeOwned();
    if (owned.length === 0) {
      tornDown(activation);
      done(activation);
      return;
    }
    const steps = owned.map((resource) => ({ name: 'undoing what it owns', run: () => undo(resource) }));
    this.#run(activation, steps, () => {
      tornDown(activation);
      done(activation);
    });
  }

  /** Ends the instance; where that is nothing but a synchronous stop(), as it mostly is, without making steps. */
  #endInstance(activation: Activation): void {
    const instance = activation.instance as Instance;
    const dispose = instance[Symbol.asyncDispose] ?? instance[Symbol.dispose];
    const { preDestroy } = activation.record.definition;
    if (dispose === undefined && preDestroy.length === 0) {
      const { stop } = instance;
      let result: unknown;
      try {
        if (typeof stop === 'function') result = stop.call(instance);
      } catch (error) {
        this.#kernel.stopFailed(activation.record, error, 'stop()');
      }
      if (result === undefined || !isWaiting(result)) this.tearDown(activation, this.#stopped);
      else
        this.#run(activation, [{ name: 'stop()', run: () => result }], () => {
          this.tearDown(activation, this.#stopped);
        });
      return;
    }
    const steps = [...stepOf(instance, 'stop()', instance.stop), ...disposeSteps(activation)];
    this.#run(activation, steps, () => {
      this.tearDown(activation, this.#stopped);
    });
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
      activation.isGraceOver = true;
      for (const execution of [...activation.executions])
        if (execution.handle === undefined) this.#report(activation, execution.name, graceMs);
      this.#cancelAll(activation, 'the service stops', () => {
        this.#kernel.settled(activation.record);
      });
    }, graceMs);
  }

  /** Cancels all that runs, and goes on when it has ended, or when its time to clean up is over. */
  #cancelAll(activation: Activation, reason: string, done: () => void): void {
    for (const execution of [...activation.executions]) execution.cancel(reason, this.#kernel.cleanupMs);
    if (activation.executionCount === 0) {
      done();
      return;
    }
    clearStopTimer(activation);
    // The clean-up of what was cancelled is bounded by itself; this ends what was started meanwhile.
    activation.stopTimer = this.#kernel.clock.schedule(() => {
      this.abandon(activation.record);
    }, this.#kernel.cleanupMs + 1);
    activation.whenIdle = () => {
      activation.whenIdle = undefined;
      clearStopTimer(activation);
      done();
    };
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
      if (!isWaiting(result)) continue;
      const rest = steps.slice(index + 1);
      const goOn = (): void => {
        timer?.cancel();
        this.#run(activation, rest, done);
      };
      let timer: ScheduledCall | undefined;
      let isLate = false;
      const execution = this.#kernel.events.execute(activation, () => result, {
        name: step.name,
        resumePriority: lifecyclePriority(activation.record),
        returned: goOn,
        threw: (error) => {
          if (!isLate && !isCancelled(error)) this.#kernel.stopFailed(activation.record, error, step.name);
          goOn();
        },
      });
      if (execution !== undefined && this.#kernel.stopTimeoutMs !== Number.POSITIVE_INFINITY)
        timer = this.#kernel.clock.schedule(() => {
          isLate = true;
          const late = stopTimeout(activation.record, step.name, this.#kernel.stopTimeoutMs);
          this.#kernel.stopFailed(activation.record, late, step.name);
          execution.cancel(late, this.#kernel.cleanupMs);
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

/** What undoes the construction of an instance: the `@preDestroy` methods, then its own dispose method. */
function disposeSteps(activation: Activation): readonly Step[] {
  const instance = activation.instance as Instance;
  const { preDestroy } = activation.record.definition;
  return [
    ...preDestroy.flatMap((name) => stepOf(instance, `${String(name)}()`, instance[name])),
    ...stepOf(instance, 'its dispose method', instance[Symbol.asyncDispose] ?? instance[Symbol.dispose]),
  ];
}

function stepOf(instance: Instance, name: string, method: unknown): Step[] {
  return typeof method === 'function' ? [{ name, run: () => (method as () => unknown).call(instance) }] : [];
}

function clearStopTimer(activation: Activation): void {
  activation.stopTimer?.cancel();
  activation.stopTimer = undefined;
}

function tornDown(activation: Activation): void {
  if (activation.stopTimer !== undefined) clearStopTimer(activation);
  activation.revoke();
  // What its clean-up has started meanwhile. The context is revoked, so nothing follows.
  if (activation.running !== undefined)
    for (const execution of [...activation.running])
      execution.abandon(new CancelledError('its service has stopped', execution.name));
  activation.record.activation = undefined;
}

function stopTimeout(record: ServiceRecord, what: string, limitMs: number): Error {
  return coreError(
    'ICHOR_STOP_TIMEOUT',
    `${record.name} (${record.id}) did not stop in time: ${what} went on for more than ${limitMs} ms and was abandoned. ` +
      'End it in stop() or when self.signal aborts, or give it more time.',
    { details: { service: record.name, serviceId: record.id, waitingFor: what } },
  );
}
