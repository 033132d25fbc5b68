// Starting, stopping and removing single services from outside, by id or through their handles.

import type { Awaitable } from '@ichor/coroutines';
import { coreError } from '../errors/catalogue.ts';
import { StartService, StopService } from '../events/internal-events.ts';
import type { Kernel } from '../lifecycle/kernel.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import type { ServiceRecord } from '../lifecycle/service-record.ts';
import type { Watchers } from './watchers.ts';

/** What it needs of its manager. */
export interface ControlParts {
  readonly name: string;
  readonly kernel: Kernel;
  readonly lifecycle: Lifecycle;
  readonly watchers: Watchers;
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
    const active = this.#parts.watchers.active(record);
    this.#push(StartService.id, record, { serviceId: id });
    return active;
  }

  stop(id: number, remove: boolean): Awaitable<void> {
    const record = this.recordOf(id);
    const down = this.#parts.watchers.down(record, remove);
    this.requestStop(record, remove);
    return down;
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

  #push(typeId: number, record: ServiceRecord, payload: object): void {
    this.#parts.kernel.events.push(typeId, 0, Math.min(100, record.priority), payload, Number.POSITIVE_INFINITY);
  }
}
