// Quit: sources stop admitting work, then everything stops, consumers before providers, bounded by time without progress (D8).

import type { ScheduledCall } from '@ichor/coroutines';
import { isCancelled, CancelledError } from '@ichor/coroutines';
import { explain } from '../diagnostics/explain.ts';
import { StopService } from '../events/internal-events.ts';
import type { ExecutionOwner } from '../events/execution.ts';
import type { Activation } from '../lifecycle/activation.ts';
import type { Kernel } from '../lifecycle/kernel.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import type { ServiceRecord } from '../lifecycle/service-record.ts';
import { quitTimeout } from './failures.ts';

/** Time of each step of a quit once it is forced. */
const forcedStepMs = 100;

export interface ShutdownContext {
  readonly kernel: Kernel;
  readonly lifecycle: Lifecycle;
  /** Owner of code that belongs to no service. */
  readonly root: ExecutionOwner;
  readonly quitTimeoutMs: number;
  /** Everything has stopped. */
  finished(): void;
  /** Something went wrong that `run()` has to reject with. */
  failed(error: unknown): void;
}

export class Shutdown {
  readonly #context: ShutdownContext;
  /** Quit was asked for. Read after each event. */
  isBegun = false;
  #isForced = false;
  #timer: ScheduledCall | undefined;
  #rootGrace: ScheduledCall | undefined;
  /** Runs while a quit that was asked for waits for its turn in the queue. */
  #expected: ScheduledCall | undefined;

  constructor(context: ShutdownContext) {
    this.#context = context;
  }

  /** Quit was asked for: calls back when it has not begun within the time-out, because more urgent events keep it waiting. */
  expect(late: () => void): void {
    const { kernel, quitTimeoutMs } = this.#context;
    if (this.isBegun || this.#expected !== undefined || quitTimeoutMs === Number.POSITIVE_INFINITY) return;
    this.#expected = kernel.clock.schedule(late, quitTimeoutMs);
  }

  /** Begins to quit. Further calls do nothing. */
  begin(): void {
    if (this.isBegun) return;
    this.isBegun = true;
    this.#context.lifecycle.population.isEnding = true;
    this.#expected?.cancel();
    const { kernel, lifecycle } = this.#context;
    const up: ServiceRecord[] = [];
    for (const record of lifecycle.table.values()) if (record.isUp && !record.isInternal) up.push(record);
    up.sort((a, b) => a.activationOrder - b.activationOrder);
    for (const record of up) this.#quiesce(record);
    for (let i = up.length - 1; i >= 0; i--) {
      const { id, priority } = up[i] as ServiceRecord;
      const payload = { serviceId: id, removeAfter: true };
      const urgency = this.#isForced ? 0 : Math.max(priority, 100);
      kernel.events.push(StopService.id, 0, urgency, payload, Number.POSITIVE_INFINITY);
    }
    this.#endRootCode();
    if (this.#isForced) this.#forceAgain();
    else this.#watch();
  }

  /** Looks whether everything has stopped. Called after each event. */
  check(): void {
    const { kernel, lifecycle, root } = this.#context;
    if (lifecycle.population.up > 0 || root.executions.size > 0) return;
    if (kernel.events.completions.size > 0 && !this.#isForced) return;
    this.#timer?.cancel();
    this.#rootGrace?.cancel();
    this.#context.finished();
  }

  /**
   * Stops waiting: whatever still runs is abandoned, in order.
   *
   * @param because Why, for the error.
   */
  force(because = `Quitting made no progress for ${this.#context.quitTimeoutMs} ms`): void {
    const { kernel, lifecycle, root } = this.#context;
    if (!this.#isForced) {
      this.#isForced = true;
      this.#context.failed(quitTimeout(this.report(), because));
    }
    if (!this.isBegun) return;
    for (const execution of [...root.executions])
      execution.abandon(new CancelledError('the manager quits by force', execution.name));
    for (const record of [...lifecycle.table.values()].sort((a, b) => b.activationOrder - a.activationOrder))
      if (record.isUp && !record.isInternal) lifecycle.force(record);
    kernel.queueParts.loop.schedule();
    this.#forceAgain();
  }

  /** What follows in the order of stopping has little time each. */
  #forceAgain(): void {
    this.#timer?.cancel();
    this.#timer = this.#context.kernel.clock.schedule(() => {
      this.force();
    }, forcedStepMs);
  }

  /** Who keeps the manager from ending, and by what. */
  report(): string {
    const { kernel, lifecycle, root } = this.#context;
    const lines: string[] = [];
    const texts = new Map(explain(lifecycle).map(({ serviceId, text }) => [serviceId, text]));
    for (const record of lifecycle.table.values()) {
      if (!record.isUp || record.isInternal) continue;
      const text = texts.get(record.id);
      if (text !== undefined) {
        lines.push(`- ${text}`);
        continue;
      }
      const reasons = lifecycle.waitingFor(record);
      lines.push(
        `- ${record.name} (${record.id}) is ${record.state}${reasons.length === 0 ? '' : `: ${reasons.join('; ')}`}`,
      );
    }
    for (const execution of root.executions)
      lines.push(`- ${execution.name}, which belongs to no service (waits for ${execution.waitingFor})`);
    for (const completion of kernel.events.completions.values())
      lines.push(`- ${completion.description} is still being waited for`);
    return lines.length === 0 ? '- nothing that is known' : lines.join('\n');
  }

  #quiesce(record: ServiceRecord): void {
    const activation = record.activation as Activation;
    const instance: { quiescing?(): unknown } | undefined = activation.instance;
    if (typeof instance?.quiescing !== 'function' || record.state === 'starting') return;
    this.#context.kernel.events.execute(activation, () => instance.quiescing?.(), {
      threw: (error) => {
        if (!isCancelled(error)) this.#context.kernel.stopFailed(record, error, 'quiescing()');
      },
    });
  }

  /** Coroutines of nobody have the same grace as those of services. */
  #endRootCode(): void {
    const { kernel, root } = this.#context;
    if (root.executions.size === 0) return;
    this.#rootGrace = kernel.clock.schedule(() => {
      for (const execution of [...root.executions])
        execution.cancel(new CancelledError('the manager quits', execution.name), kernel.cleanupMs);
      kernel.queueParts.loop.schedule();
    }, kernel.defaultStopGraceMs);
  }

  #watch(): void {
    const { kernel, lifecycle, quitTimeoutMs } = this.#context;
    if (quitTimeoutMs === Number.POSITIVE_INFINITY) return;
    const seen = lifecycle.population.progress;
    this.#timer = kernel.clock.schedule(() => {
      if (seen === lifecycle.population.progress) this.force();
      else this.#watch();
    }, quitTimeoutMs);
  }
}
