// Replacements that are under way (`manager.replace`): the new service starts, takes over from the old one, the old one leaves,
// and the consumers that had to stop run again. Until then the events that those handle wait in the queue.

import type { ScheduledCall } from '@ichor/coroutines';
import type { RegisterOptions, ServiceHandle } from '../contract/service.ts';
import { coreError } from '../errors/catalogue.ts';
import { Deferred } from '../events/deferred.ts';
import { StartService } from '../events/internal-events.ts';
import type { Kernel } from '../lifecycle/kernel.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import { mustStopBefore } from '../lifecycle/needs.ts';
import { affectedBy } from '../lifecycle/replacer.ts';
import type { ServiceRecord } from '../lifecycle/service-record.ts';
import { checkDuration, checkKeys, invalidOption } from '../errors/checks.ts';

/** How a replacement is done. */
export interface ReplaceOptions {
  /**
   * `'start-first'`: the new service starts while the old one still runs. `'stop-first'`: the old one stops before the new one
   * starts, for what cannot exist twice, such as a listening port; if the new one fails, the old one is started again.
   * Default: `'start-first'`.
   */
  readonly order?: 'start-first' | 'stop-first';
  /** How long the new service may take to become active, in milliseconds, before it is given up. Default: no limit. */
  readonly timeoutMs?: number;
  /**
   * How long events are kept for consumers that have to restart, in milliseconds. Then they are delivered to whoever handles
   * them by then. Default: 10000.
   */
  readonly holdMs?: number;
}

/** What replacements need of their manager. */
export interface ReplacementContext {
  readonly kernel: Kernel;
  readonly lifecycle: Lifecycle;
  requestStop(record: ServiceRecord, remove: boolean): void;
}

export class Replacements {
  readonly #context: ReplacementContext;
  readonly #active = new Set<Replacement>();
  /** Replacements under way. */
  count = 0;

  constructor(context: ReplacementContext) {
    this.#context = context;
  }

  /** @param register Registers the new service next to the old one. */
  begin(old: ServiceRecord, register: () => ServiceHandle, options: ReplaceOptions): Deferred<ServiceHandle> {
    const ended = (): void => {
      this.#active.delete(replacement);
      this.count = this.#active.size;
    };
    const replacement = new Replacement(old, this.#context, register, options, ended);
    this.#active.add(replacement);
    this.count = this.#active.size;
    replacement.begin();
    return replacement.result;
  }

  isReplaced(record: ServiceRecord): boolean {
    for (const replacement of this.#active) if (replacement.old === record || replacement.next === record) return true;
    return false;
  }

  /** Looks what has become possible. Called after each event while there are any. */
  check(): void {
    for (const replacement of this.#active) replacement.check();
  }

  /** The new service has become active: it takes over within the same event. */
  arrived(next: ServiceRecord): void {
    for (const replacement of this.#active) if (replacement.next === next) replacement.handOver();
  }

  /** Whether the failed start was one of a new service, whose failure belongs to the caller of `replace`. */
  startFailed(record: ServiceRecord, error: unknown, during: string): boolean {
    for (const replacement of this.#active)
      if (replacement.next === record && record.replaces !== undefined) {
        record.removeAfterStop = true;
        replacement.fail(`${during} failed`, error);
        return true;
      }
    return false;
  }

  /** The manager quits. */
  close(error: Error): void {
    for (const replacement of this.#active) replacement.end(error);
  }
}

class Replacement {
  readonly old: ServiceRecord;
  next: ServiceRecord | undefined;
  readonly result: Deferred<ServiceHandle>;
  readonly #context: ReplacementContext;
  readonly #register: () => ServiceHandle;
  readonly #options: ReplaceOptions;
  readonly #ended: () => void;
  #phase: 'stopping' | 'starting' | 'leaving' | 'resuming' = 'starting';
  #handle: ServiceHandle | undefined;
  /** Services that have to run again before it is complete. */
  #affected = new Set<ServiceRecord>();
  #hold: Disposable | undefined;
  readonly #exceptFrom = new Set<number>();
  #holdTimer: ScheduledCall | undefined;
  #startTimer: ScheduledCall | undefined;
  /** Why it is being undone. */
  #failure: Error | undefined;

  constructor(
    old: ServiceRecord,
    context: ReplacementContext,
    register: () => ServiceHandle,
    options: ReplaceOptions,
    ended: () => void,
  ) {
    this.old = old;
    this.#context = context;
    this.#register = register;
    this.#options = options;
    this.#ended = ended;
    this.result = new Deferred(`the replacement of ${old.name} (${old.id})`);
  }

  begin(): void {
    if (this.#options.order === 'stop-first' && this.old.isUp) {
      this.#phase = 'stopping';
      this.old.isMakingRoom = true;
      this.#keepEventsFor([this.old, ...this.#findAffected()]);
      this.#context.requestStop(this.old, false);
    } else this.#startNext();
  }

  check(): void {
    const { old, next } = this;
    if (this.#phase === 'stopping' && !old.isUp) this.#startNext();
    if (this.#phase === 'starting' && next?.state === 'uninstalled' && this.#failure === undefined)
      this.fail('it was removed', undefined);
    if (this.#phase === 'leaving' && old.state === 'uninstalled') this.#phase = 'resuming';
    if (this.#phase !== 'resuming') return;
    for (const record of this.#affected) if (!isSettled(record)) return;
    this.end(this.#failure);
  }

  /** The new service is active, and the old one, if it runs, still is: consumers change over. */
  handOver(): void {
    const { old, next } = this as { old: ServiceRecord; next: ServiceRecord };
    const { lifecycle } = this.#context;
    if (this.#phase !== 'starting' || next.replaces === undefined) return;
    if (old.isUp) {
      const affected = this.#findAffected();
      if (affected.has(next)) {
        this.#context.requestStop(next, true);
        this.fail(`it needs ${old.name} itself, directly or through others`, undefined);
        return;
      }
      this.#keepEventsFor(affected);
    }
    this.#startTimer?.cancel();
    this.#phase = 'leaving';
    next.replaces = undefined;
    lifecycle.succeed(old, next);
  }

  /** The new service does not take over: it goes, and the old one stays or is started again. */
  fail(reason: string, cause: unknown): void {
    const { old, next } = this;
    const { kernel } = this.#context;
    this.#startTimer?.cancel();
    this.#failure = coreError(
      'ICHOR_REPLACE_FAILED',
      `${next === undefined ? 'The new service' : `${next.name} (${next.id})`} could not replace ${old.name} (${old.id}), which stays: ${reason}.`,
      { ...(cause === undefined ? {} : { cause }), details: { serviceId: old.id, replacementId: next?.id } },
    );
    kernel.logger.warn(this.#failure.message, cause === undefined ? {} : { error: cause });
    if (this.#options.order !== 'stop-first' || old.state === 'uninstalled') {
      this.end(this.#failure);
      return;
    }
    this.#phase = 'resuming';
    this.#affected.add(old);
    old.isMakingRoom = false;
    old.isHeld = false;
    const priority = Math.min(100, old.priority);
    kernel.events.push(StartService.id, old.id, priority, { serviceId: old.id }, Number.POSITIVE_INFINITY);
  }

  end(error: Error | undefined): void {
    this.#ended();
    this.old.isMakingRoom = false;
    this.#startTimer?.cancel();
    this.#endHold();
    if (error === undefined) this.result.resolve(this.#handle as ServiceHandle);
    else this.result.reject(error);
  }

  #startNext(): void {
    const { timeoutMs } = this.#options;
    this.#phase = 'starting';
    let record: ServiceRecord;
    try {
      this.#handle = this.#register();
      record = this.next = this.#context.lifecycle.table.get(this.#handle.id) as ServiceRecord;
    } catch (error) {
      this.fail('its registration was refused', error);
      return;
    }
    record.replaces = this.old;
    this.#exceptFrom.add(record.id);
    if (timeoutMs !== undefined && timeoutMs !== Number.POSITIVE_INFINITY)
      this.#startTimer = this.#context.kernel.clock.schedule(() => {
        this.#context.requestStop(record, true);
        this.fail(`it was not active after ${timeoutMs} ms`, undefined);
      }, timeoutMs);
  }

  #findAffected(): Set<ServiceRecord> {
    const { lifecycle } = this.#context;
    return (this.#affected = affectedBy(this.old, lifecycle.table, mustStopBefore));
  }

  #keepEventsFor(records: Iterable<ServiceRecord>): void {
    const { events, clock, logger } = this.#context.kernel;
    const { holdMs = 10_000 } = this.#options;
    const typeIds = new Set<number>();
    const ids = new Set(Array.from(records, (record) => record.id));
    for (const id of ids) this.#exceptFrom.add(id);
    for (const [typeId, entry] of events.handlers.all()) if (ids.has(entry.owner.id)) typeIds.add(typeId);
    if (typeIds.size === 0) return;
    this.#hold ??= events.hold({ typeIds, exceptFrom: this.#exceptFrom });
    if (holdMs !== Number.POSITIVE_INFINITY)
      this.#holdTimer ??= clock.schedule(() => {
        this.#endHold();
        logger.warn(
          `Replacing ${this.old.name} (${this.old.id}) takes longer than ${holdMs} ms: the events kept for its consumers are delivered now.`,
        );
      }, holdMs);
  }

  #endHold(): void {
    this.#holdTimer?.cancel();
    this.#hold?.[Symbol.dispose]();
    this.#hold = undefined;
  }
}

/** It runs, or will not run without something else happening. Asked between events only. */
function isSettled(record: ServiceRecord): boolean {
  const { state } = record;
  if (state !== 'installed') return state === 'active' || state === 'uninstalled';
  return record.missing > 0 || record.failure !== undefined || record.isHeld;
}

/** @throws ICHOR_OPTION_INVALID */
export function checkReplaceOptions(options: ReplaceOptions): void {
  checkKeys('replace()', options, known);
  const { order, timeoutMs, holdMs } = options;
  if (order !== undefined && order !== 'start-first' && order !== 'stop-first')
    throw invalidOption('order', order, "'start-first' and 'stop-first'");
  checkDuration('timeoutMs', timeoutMs);
  checkDuration('holdMs', holdMs);
}

const known: ReadonlySet<string> = new Set(['order', 'timeoutMs', 'holdMs']);

/** The registration of the new service: that of the old one, overridden. It offers everything that the old one offered. */
export function inheritedRegistration(old: ServiceRecord, registration: RegisterOptions | undefined): RegisterOptions {
  return {
    ...old.registration,
    ...registration,
    provides: [...old.provides, ...(registration?.provides ?? [])],
  };
}

/** Waits for `done`, and gives `value`. */
export function mapped<T>(done: Deferred<void>, value: T): Deferred<T> {
  const result = new Deferred<T>('a replaced service to become active');
  done.onSettled((_, error) => {
    if (error === undefined) result.resolve(value);
    else result.reject(error);
  });
  return result;
}
