// A manager as far as a channel needs it. `DependencyManager` is one.

import type { Clock } from '@ichor/coroutines';
import type { Queue } from '../contract/queue.ts';

/** What a channel needs of a manager that takes part in it. */
export interface ConnectedManager {
  readonly id: number;
  readonly name: string;
  readonly clock: Clock;
  readonly queue: Queue;
  /** The channel it is in. Set by the channel. */
  channel: object | undefined;
  queueOf(origin: number): Queue;
  atEnd(callback: () => void): Disposable;
}
