// What the lifecycle tells the manager.

import type { ServiceRecord } from './service-record.ts';

export interface LifecycleObserver {
  /** A service became active, was stopped, failed to start or was removed: something has moved. */
  progressed(record: ServiceRecord): void;
  startFailed(record: ServiceRecord, error: unknown, during: string): void;
  /** A service that replaces another one is active and was offered: it takes over now. */
  arrived(record: ServiceRecord): void;
}
