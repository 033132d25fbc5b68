// What `register()` returns: a service in the hands of whoever registered it. One small object per service.

import type { ServiceHandle, ServiceState } from '../contract/service.ts';
import { checkStopOptions } from '../errors/checks.ts';
import type { ServiceRecord } from '../lifecycle/service-record.ts';

/** Asks that a service stop. */
export type RequestStop = (record: ServiceRecord, remove: boolean) => void;

export class Handle implements ServiceHandle {
  readonly #record: ServiceRecord;
  readonly #requestStop: RequestStop;

  constructor(record: ServiceRecord, requestStop: RequestStop) {
    this.#record = record;
    this.#requestStop = requestStop;
  }

  get id(): number {
    return this.#record.id;
  }

  get name(): string {
    return this.#record.name;
  }

  get state(): ServiceState {
    return this.#record.state;
  }

  stop(options: { readonly remove?: boolean } = {}): void {
    checkStopOptions(options);
    this.#requestStop(this.#record, options.remove === true);
  }
}
