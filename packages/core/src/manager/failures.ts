// Failures without a recipient: what they do to the service, when it is started again, and what run() rejects with (D13).

import type { ScheduledCall } from '@ichor/coroutines';
import type { FailureInfo, FailurePolicy, RestartPolicy } from '../contract/service.ts';
import { coreError } from '../errors/catalogue.ts';
import { hasMethods, shown } from '../errors/checks.ts';
import { StartService, StopService } from '../events/internal-events.ts';
import type { Kernel } from '../lifecycle/kernel.ts';
import type { ServiceRecord } from '../lifecycle/service-record.ts';

/** What the failures need of their manager. */
export interface FailureContext {
  readonly kernel: Kernel;
  readonly policy: FailurePolicy;
  /** Start failures end the program now. */
  isFailFast(record: ServiceRecord): boolean;
  /** Any service that runs, or will. */
  hasWork(): boolean;
  /** Ends the program in order; run() rejects with `error`. */
  quitWith(error: unknown): void;
}

export class Failures {
  readonly #context: FailureContext;
  /** Restarts that wait for their delay. */
  readonly #restarts = new Map<ServiceRecord, ScheduledCall>();
  /** Services that failed, whose stop has to be followed by a look at what is left. */
  readonly #stopping = new Set<ServiceRecord>();
  #isClosed = false;

  constructor(context: FailureContext) {
    this.#context = context;
  }

  get pendingRestarts(): number {
    return this.#restarts.size;
  }

  /** Whether it waits for its next attempt. */
  willRestart(record: ServiceRecord): boolean {
    return this.#restarts.has(record);
  }

  /** Code of `record` (or of nobody) failed and nobody waits for it. */
  report(record: ServiceRecord | undefined, error: unknown, during: string): void {
    const { kernel } = this.#context;
    if (record?.state === 'uninjecting' || record?.state === 'stopping' || record?.activation?.isEnding === true) {
      // It stops already: its failure changes nothing but the outcome of a quit.
      kernel.stopFailed(record, error, during);
      return;
    }
    const who = record === undefined ? 'Code that belongs to no service' : `${record.name} (${record.id})`;
    kernel.logger.error(`${who} failed in ${during}.`, { error });
    switch (this.#decide(record, error, during)) {
      case 'log':
        return;
      case 'quit':
        this.#context.quitWith(error);
        return;
      default:
        if (record === undefined) this.#context.quitWith(error);
        else if (record.isUp) this.#failService(record, error, during);
    }
  }

  /** A start failed; the service is installed again. */
  startFailed(record: ServiceRecord, error: unknown, during: string): void {
    record.failure = { error, during };
    this.#context.kernel.logger.error(`${record.name} (${record.id}) could not start: ${during} failed.`, { error });
    if (this.#scheduleRestart(record)) return;
    if (this.#context.isFailFast(record) || this.#decide(record, error, during) === 'quit')
      this.#context.quitWith(error);
    else if (!this.#context.hasWork()) this.#context.quitWith(error);
  }

  /** A service has stopped or was removed. */
  afterDown(record: ServiceRecord): void {
    if (record.state === 'uninstalled' && record.restart !== undefined) this.#cancelRestart(record);
    if (this.#stopping.size === 0 || !this.#stopping.delete(record) || record.failure === undefined) return;
    if (this.#scheduleRestart(record)) return;
    if (!this.#context.hasWork()) this.#context.quitWith(record.failure.error);
  }

  /** No restarts from now on. */
  close(): void {
    this.#isClosed = true;
    for (const call of this.#restarts.values()) call.cancel();
    this.#restarts.clear();
  }

  #decide(record: ServiceRecord | undefined, error: unknown, during: string): 'failService' | 'quit' | 'log' {
    const policy = record?.registration.onFailure ?? this.#context.policy;
    if (typeof policy !== 'function') return policy;
    const info: FailureInfo = { service: record, during };
    const { logger } = this.#context.kernel;
    let decision: unknown;
    try {
      decision = policy(error, info);
    } catch (policyError) {
      logger.error('The failure policy itself failed; the program quits.', { error: policyError });
      return 'quit';
    }
    if (decision === 'failService' || decision === 'quit' || decision === 'log') return decision;
    if (hasMethods(decision, ['then'])) (decision as PromiseLike<unknown>).then(undefined, () => undefined);
    logger.error(
      `The failure policy returned ${shown(decision)}; allowed are 'failService', 'quit', 'log', at once. The service fails.`,
    );
    return 'failService';
  }

  #failService(record: ServiceRecord, error: unknown, during: string): void {
    if (record.failure === undefined || !this.#stopping.has(record)) {
      record.failure = { error, during };
      this.#stopping.add(record);
    }
    const { kernel } = this.#context;
    kernel.events.push(
      StopService.id,
      record.id,
      Math.min(100, record.priority),
      { serviceId: record.id, removeAfter: false },
      Number.POSITIVE_INFINITY,
    );
  }

  #scheduleRestart(record: ServiceRecord): boolean {
    const policy = record.registration.restart;
    if (policy === undefined || this.#isClosed) return false;
    const { kernel } = this.#context;
    // Having run for as long as the longest delay counts as recovered.
    if (
      record.activeSince !== undefined &&
      kernel.clock.now() - record.activeSince > (policy.maxDelayMs ?? defaultMaxDelayMs)
    )
      record.restarts = 0;
    record.activeSince = undefined;
    if (record.restarts >= (policy.attempts ?? 5)) return false;
    const attempt = ++record.restarts;
    this.#cancelRestart(record);
    const call = kernel.clock.schedule(
      () => {
        this.#restarts.delete(record);
        kernel.events.push(
          StartService.id,
          record.id,
          Math.min(100, record.priority),
          { serviceId: record.id },
          Number.POSITIVE_INFINITY,
        );
      },
      delayOf(policy, attempt),
    );
    this.#restarts.set(record, call);
    return true;
  }

  #cancelRestart(record: ServiceRecord): void {
    this.#restarts.get(record)?.cancel();
    this.#restarts.delete(record);
  }
}

const defaultMaxDelayMs = 30_000;

/** Delay before the given attempt, counted from 1. */
function delayOf(policy: RestartPolicy, attempt: number): number {
  const { delayMs = 100, factor = 2, maxDelayMs = defaultMaxDelayMs } = policy;
  return Math.min(maxDelayMs, delayMs * factor ** (attempt - 1));
}

/** One error out of all that went wrong: the only one, or an aggregate. */
export function combined(errors: readonly unknown[]): unknown {
  if (errors.length === 1) return errors[0];
  return new AggregateError(errors, `The program ended with ${errors.length} failures.`);
}

/** The error of quitting by force. */
export function quitTimeout(report: string, because: string): Error {
  return coreError('ICHOR_QUIT_TIMEOUT', `${because}, and the rest was stopped by force. It waited for:\n${report}`);
}
