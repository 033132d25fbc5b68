// Starting, stopping and removing single services from outside, by id or through their handles.

import type { Awaitable } from '@ichor/coroutines';
import { coreError } from '../errors/catalogue.ts';
import { checkStopOptions } from '../errors/checks.ts';
import { Deferred } from '../events/deferred.ts';
import { StartService, StopService } from '../events/internal-events.ts';
import type { Kernel } from '../lifecycle/kernel.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import type { ServiceRecord } from '../lifecycle/service-record.ts';
import type { Failures } from './failures.ts';
import type { Watchers } from './watchers.ts';

/** What it needs of its manager. */
export interface ControlParts {
  readonly name: string;
  readonly kernel: Kernel;
  readonly lifecycle: Lifecycle;
  readonly watchers: Watchers;
  readonly failures: Failures;
}

export class ServiceControl {
  readonly #parts: ControlParts;

  constructor(parts: ControlParts) {
    this.#parts = parts;
  }

  /** @throws ICHOR_SERVICE_UNKNOWN */
  recordOf(id: number): ServiceRecord {
    const record = this.#parts.lifecycle.table.get(id);
    if (record === undefined)
      throw coreError(
        'ICHOR_SERVICE_UNKNOWN',
        `${this.#parts.name} has no service ${id}. It was removed, or belongs to another manager.`,
      );
    return record;
  }

  start(id: number): Awaitable<void> {
    const record = this.recordOf(id);
    if (!record.isGoingDown) return this.#start(record);
    // The event means nothing to a service that is on its way down (LC-82): it is pushed once that has stopped.
    const restarted = new Deferred<void>(`${record.name} (${id}) to stop and become active again`);
    this.#parts.watchers.down(record, false).onSettled(() => {
      this.#start(record).onSettled((_, error) => {
        if (error === undefined) restarted.resolve();
        else restarted.reject(error);
      });
    });
    return restarted;
  }

  stop(id: number, options: { readonly remove?: boolean }): Awaitable<void> {
    const record = this.recordOf(id);
    checkStopOptions(options);
    if (record.isInternal)
      throw coreError(
        'ICHOR_OPTION_INVALID',
        `${record.name} (${id}) is part of the manager: it is there until quit().`,
      );
    const remove = options.remove === true;
    const down = this.#parts.watchers.down(record, remove);
    this.requestStop(record, remove);
    return down;
  }

  /** Settles when it is active. Fails at once when it has failed and will not start again by itself. */
  whenActive(id: number): Awaitable<void> {
    const record = this.recordOf(id);
    const active = this.#parts.watchers.active(record);
    const { failure, state } = record;
    if (state === 'installed' && failure !== undefined && !this.#parts.failures.willRestart(record))
      active.reject(
        coreError('ICHOR_SERVICE_START_FAILED', `${record.name} (${id}) is not running: ${failure.during} failed.`, {
          cause: failure.error,
        }),
      );
    return active;
  }

  /** Does nothing when the service, or the manager, is gone. */
  requestStop(record: ServiceRecord, remove: boolean): void {
    if (record.state === 'uninstalled' || this.#parts.kernel.queueParts.isClosed) return;
    // Whatever stops it first: it is removed then.
    if (remove && !record.isInternal) record.removeAfterStop = true;
    if (record.state === 'installed') {
      record.isHeld = true;
      if (remove) this.#parts.lifecycle.remove(record);
      return;
    }
    this.#push(StopService.id, record, { serviceId: record.id, removeAfter: remove });
  }

  #start(record: ServiceRecord): Deferred<void> {
    const active = this.#parts.watchers.active(record);
    this.#push(StartService.id, record, { serviceId: record.id });
    return active;
  }

  #push(typeId: number, record: ServiceRecord, payload: object): void {
    this.#parts.kernel.events.push(typeId, 0, Math.min(100, record.priority), payload, Number.POSITIVE_INFINITY);
  }
}
