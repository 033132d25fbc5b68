// Waits for a service to become active, to stop, or to be gone.

import { coreError } from '../errors/catalogue.ts';
import { Deferred } from '../events/deferred.ts';
import type { ServiceRecord } from '../lifecycle/service-record.ts';

interface Wait {
  readonly kind: 'active' | 'down' | 'gone';
  readonly result: Deferred<void>;
}

export class Watchers {
  readonly #waits = new Map<ServiceRecord, Wait[]>();
  #closed: Error | undefined;
  /** Set when the manager begins to quit: nothing becomes active any more. */
  #quitting: Error | undefined;

  active(record: ServiceRecord): Deferred<void> {
    const result = new Deferred<void>(`${record.name} (${record.id}) to become active`);
    if (record.state === 'active') result.resolve();
    else if (this.#quitting !== undefined) result.reject(this.#quitting);
    else this.#add(record, { kind: 'active', result });
    return result;
  }

  /** @param isRemoved Also wait until it is removed. */
  down(record: ServiceRecord, isRemoved: boolean): Deferred<void> {
    const result = new Deferred<void>(`${record.name} (${record.id}) to stop`);
    if (record.state === 'uninstalled' || (record.state === 'installed' && !isRemoved)) result.resolve();
    else this.#add(record, { kind: isRemoved ? 'gone' : 'down', result });
    return result;
  }

  /** A service has become active, was stopped or removed. */
  changed(record: ServiceRecord): void {
    this.#settle(record, (wait) => {
      const { state } = record;
      if (wait.kind === 'active') {
        if (state === 'active') wait.result.resolve();
        else if (state === 'uninstalled') wait.result.reject(removed(record));
        else return false;
      } else if (state === 'uninstalled' || (state === 'installed' && wait.kind === 'down')) wait.result.resolve();
      else return false;
      return true;
    });
  }

  startFailed(record: ServiceRecord, error: unknown): void {
    this.#settle(record, (wait) => {
      if (wait.kind === 'active')
        wait.result.reject(
          coreError('ICHOR_SERVICE_START_FAILED', `${record.name} (${record.id}) could not start.`, { cause: error }),
        );
      return wait.kind === 'active';
    });
  }

  /** The manager begins to quit: who waits for a service to become active is told at once (LC-138). */
  quitting(error: Error): void {
    this.#quitting = error;
    for (const [record] of [...this.#waits])
      this.#settle(record, (wait) => {
        if (wait.kind === 'active') wait.result.reject(error);
        return wait.kind === 'active';
      });
  }

  /** The manager has ended: services are gone, and none will become active. */
  close(error: Error): void {
    this.#closed = error;
    const all = [...this.#waits.values()].flat();
    this.#waits.clear();
    for (const wait of all)
      if (wait.kind === 'active') wait.result.reject(error);
      else wait.result.resolve();
  }

  #add(record: ServiceRecord, wait: Wait): void {
    if (this.#closed !== undefined) {
      wait.result.reject(this.#closed);
      return;
    }
    record.isWatched = true;
    const waits = this.#waits.get(record);
    if (waits === undefined) this.#waits.set(record, [wait]);
    else waits.push(wait);
  }

  #settle(record: ServiceRecord, isDone: (wait: Wait) => boolean): void {
    const waits = this.#waits.get(record);
    if (waits === undefined) return;
    this.#waits.delete(record);
    record.isWatched = false;
    const rest = waits.filter((wait) => !isDone(wait));
    if (rest.length > 0) record.isWatched = true;
    if (rest.length > 0) this.#waits.set(record, [...rest, ...(this.#waits.get(record) ?? [])]);
  }
}

function removed(record: ServiceRecord): Error {
  return coreError('ICHOR_SERVICE_UNKNOWN', `${record.name} (${record.id}) was removed before it became active.`);
}
