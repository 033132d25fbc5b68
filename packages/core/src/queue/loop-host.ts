// What the run loop needs of the platform. node/ has the real one; the test kit has one that is stepped by hand.

/** The platform under the run loop. */
export interface LoopHost {
  /** Calls back in a later turn of the platform's loop, after pending input was read. */
  defer(callback: () => void): void;
  /** Calls back once all microtasks and ticks that are pending now have run, before anything else. */
  checkpoint(callback: () => void): void;
  /** Keeps the process running until disposed. */
  keepAlive(): Disposable;
  /** Calls back on a signal until disposed. Platforms without signals ignore it. */
  onSignal(signal: string, callback: () => void): Disposable;
  /** Ends the process. */
  exit(code: number): void;
  /** Last resort for messages that must be seen when there is no logger. */
  emergencyLog(message: string): void;
}
