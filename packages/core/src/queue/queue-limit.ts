// The bound of a queue: tells when it gets long and short again, and refuses pushes where that was asked for (EV-102).

import type { EventType } from '../contract/event-type.ts';
import { coreError } from '../errors/catalogue.ts';

/** How long the queue may get, and what happens then. */
export interface QueueLimit {
  /** Waiting events from which on the queue counts as full. A whole number from 1. */
  readonly highWater: number;
  /** It counts as full until so few wait. Default: half of `highWater`. */
  readonly lowWater?: number;
  /**
   * `'reject'`: pushes of users fail with ICHOR_QUEUE_FULL while `highWater` events wait. Lifecycle events, continued coroutines,
   * and the work of transports and timers, which have bounds of their own, are counted but never refused. Default: `'none'`.
   */
  readonly policy?: 'reject' | 'none';
  /** The queue has become full. Called inside the push, once until `onLow`. Must not throw: a failure is logged. */
  readonly onHigh?: (metrics: QueueMetrics) => void;
  /** The queue has emptied to `lowWater`. Called after the event that did it. */
  readonly onLow?: (metrics: QueueMetrics) => void;
}

/** The queue in numbers. */
export interface QueueMetrics {
  /** Events waiting. */
  readonly size: number;
  /** Events waiting per priority, ascending. */
  readonly depths: Readonly<Record<number, number>>;
  /** For how long the oldest waiting event has waited; undefined when none waits or push times are not recorded. */
  readonly oldestAgeMs: number | undefined;
  /** Between `onHigh` and `onLow`. */
  readonly isHigh: boolean;
  /** Events ever pushed, and pushes ever refused. */
  readonly pushed: number;
  readonly rejected: number;
}

export class LimitWatch {
  readonly highWater: number;
  readonly lowWater: number;
  readonly rejects: boolean;
  isHigh = false;
  rejected = 0;
  readonly #limit: QueueLimit;
  readonly #metrics: () => QueueMetrics;
  readonly #failed: (error: unknown, during: string) => void;

  constructor(limit: QueueLimit, metrics: () => QueueMetrics, failed: (error: unknown, during: string) => void) {
    this.#limit = limit;
    this.highWater = limit.highWater;
    this.lowWater = limit.lowWater ?? Math.floor(limit.highWater / 2);
    this.rejects = limit.policy === 'reject';
    this.#metrics = metrics;
    this.#failed = failed;
  }

  /** @throws ICHOR_QUEUE_FULL when the queue is full and its policy is to refuse. */
  admit(type: EventType, size: number): void {
    if (!this.rejects || size < this.highWater) return;
    this.rejected++;
    throw coreError(
      'ICHOR_QUEUE_FULL',
      `${type.name} was not queued: ${size} events wait, and the limit is ${this.highWater}. ` +
        'Wait with `yield* queue.whenBelow(n)` before pushing, or push less.',
      { details: { type: type.name, size, highWater: this.highWater } },
    );
  }

  becameHigh(): void {
    this.isHigh = true;
    this.#call('onHigh');
  }

  becameLow(): void {
    this.isHigh = false;
    this.#call('onLow');
  }

  #call(name: 'onHigh' | 'onLow'): void {
    try {
      this.#limit[name]?.(this.#metrics());
    } catch (error) {
      this.#failed(error, `queueLimit.${name}`);
    }
  }
}
