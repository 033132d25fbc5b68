// Time as a port: everything that waits takes a Clock, so that tests and simulations can move time by hand.

/** One call that a {@link Clock} will make. Disposing cancels it. */
export interface ScheduledCall extends Disposable {
  /** Takes the call back. Does nothing once the callback ran or the call was cancelled. */
  cancel(): void;
}

/** How a call is scheduled. */
export interface ScheduleOptions {
  /** Whether the pending call keeps the process running, as `setTimeout` does. Default: true. */
  readonly keepAlive?: boolean;
}

/** A source of time and of delayed calls. `systemClock` is the real one; `VirtualClock` of the test kits is moved by hand. */
export interface Clock {
  /** Monotonic time in milliseconds, with fractions, from an arbitrary origin. Never jumps with the wall clock. */
  now(): number;
  /** Wall-clock time: milliseconds since the Unix epoch. May jump. */
  wallTime(): number;
  /**
   * Calls `callback` once, in at least `delayMs` milliseconds of `now()` time: never early.
   * A delay that is negative or NaN counts as 0; `Infinity` never fires. Calls due at the same time run in the order of scheduling.
   * `callback` must not throw.
   */
  schedule(callback: () => void, delayMs: number, options?: ScheduleOptions): ScheduledCall;
}
