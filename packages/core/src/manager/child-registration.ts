// A service registered by another one: owned by it, so stopped and removed when its parent stops.

import type { ServiceContext, ServiceHandle } from '../contract/service.ts';
import type { ServiceRecord } from '../lifecycle/service-record.ts';
import type { Watchers } from './watchers.ts';

export class ChildRegistration implements AsyncDisposable {
  /** The context of the service that registered it. */
  readonly parent: ServiceContext;
  readonly #record: ServiceRecord;
  readonly #watchers: Watchers;
  readonly #handle: ServiceHandle;

  constructor(parent: ServiceContext, record: ServiceRecord, watchers: Watchers, handle: ServiceHandle) {
    this.parent = parent;
    this.#record = record;
    this.#watchers = watchers;
    this.#handle = handle;
  }

  /** Nothing to wait for when the child does not run. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#handle.stop({ remove: true });
    return (this.#record.state === 'uninstalled' ? undefined : this.#watchers.down(this.#record, true)) as never;
  }
}
