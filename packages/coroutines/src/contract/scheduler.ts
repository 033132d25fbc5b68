// The scheduler port: who decides when a coroutine continues. The default resumes inline; @ichor/core routes through its queue.

import type { Clock } from './clock.ts';

/** Something that a scheduler runs once, later. */
export interface Resumable {
  /** Continues the work. Called exactly once per `schedule`, by the scheduler, in its own time. Does not throw. */
  run(): void;
}

/** A coroutine as diagnostics and schedulers see it. */
export interface CoroutineInfo {
  /** Ascending per thread, from 1, given when it first suspends; 0 for one that never did. */
  readonly id: number;
  /** Name of the generator function, or the one given at start. */
  readonly name: string;
  /** What it waits for now, or undefined while it runs. Through nested tasks it is a chain: `load > Mutex.lock()`. */
  readonly waitingFor: string | undefined;
  /** Where it was started, as a stack trace, when traces are recorded. */
  readonly startedAt: string | undefined;
}

/**
 * Decides where and when coroutines continue.
 *
 * A release resumes inline when the scheduler of the waiting coroutine is the current one (or none is current);
 * a release that comes out of another scheduler's code goes through `schedule`.
 */
export interface Scheduler {
  /** The clock for time-outs and grace periods of the coroutines that run here. */
  readonly clock: Clock;
  /** Runs `resumable` later: after the running code, in order of `priority` (lower first), FIFO within one. */
  schedule(resumable: Resumable, priority: number): void;
  /** A coroutine failed and nobody waits for it. Must not throw. */
  unhandled(error: unknown, coroutine: CoroutineInfo): void;
  /** Captures ambient context (AsyncLocalStorage stores) at the start of a coroutine. Absent: nothing is captured or paid. */
  captureContext?(): unknown;
  /** Runs `resumable` with the context captured at the start of its coroutine. */
  runInContext?(context: unknown, resumable: Resumable): void;
}

/** Who started a coroutine and receives its end. One object may host any number of coroutines. */
export interface CoroutineHost {
  readonly scheduler: Scheduler;
  /** Name of its coroutines for diagnostics. Default: `coroutine`. */
  readonly name?: string;
  /** Priority with which it is queued by `pause()` and by releases from elsewhere. Lower runs first. */
  readonly priority: number;
  /** The coroutine returned. `handle` is undefined when it ended before `startCoroutine` returned. Must not throw. */
  returned(value: unknown, handle: CoroutineHandle | undefined): void;
  /** It threw, or was cancelled (then `error` is a CancelledError). `handle` as in `returned`. Must not throw. */
  threw(error: unknown, handle: CoroutineHandle | undefined): void;
}

/** A suspended coroutine in the hands of its host. */
export interface CoroutineHandle extends CoroutineInfo {
  readonly host: CoroutineHost;
  /**
   * Cancels it: at once when suspended, at its next suspension when running or already released. Its `finally` blocks run
   * and may wait for up to `cleanupMs` (default 1000) milliseconds of the scheduler's clock in all; then it is abandoned and
   * `threw` gets ICHOR_COROUTINES_CLEANUP_TIMEOUT. Delivered once: later calls do nothing.
   */
  cancel(reason?: unknown, cleanupMs?: number): void;
}
