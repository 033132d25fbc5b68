// How statistics, the journal and tools see every event with its times. Registered with `manager.observe()`.

import type { EventView } from './event-type.ts';

/** An event as observers see it. Valid until the call returns. Times are milliseconds of the manager's clock. */
export interface ObservedEvent extends EventView {
  /** When it was pushed; NaN where the queue does not record times. */
  readonly pushedAt: number;
  /** Id of the event during whose processing it was pushed; -1 for one that came from outside (a promise, a timer, I/O). */
  readonly cause: number;
}

/** Sees every event around its processing. Its methods must be quick; one that throws is taken out and reported. */
export interface EventObserver {
  /** Before the interceptors. */
  processing?(event: ObservedEvent, startedAt: number): void;
  /** One handler, or a continued coroutine, has run on behalf of a service: until it returned or suspended. */
  handled?(event: ObservedEvent, serviceId: number, startedAt: number, endedAt: number): void;
  /**
   * After the interceptors. What handlers started asynchronously may still go on.
   * @param isProcessed It was not vetoed and somebody handles its type.
   */
  processed(event: ObservedEvent, startedAt: number, endedAt: number, isProcessed: boolean, isVetoed: boolean): void;
}

/** What an observer needs recorded with each push. Once switched on, it stays on for the manager. */
export interface ObserveOptions {
  /** Push times, for queue latency: one clock read per push. Default: false. */
  readonly pushTimes?: boolean;
  /** Which event caused which. Default: false. */
  readonly causes?: boolean;
}
