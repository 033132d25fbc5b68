// Start-up: when it has settled, and a report when it makes no progress.

import type { Clock, ScheduledCall } from '@ichor/coroutines';

export interface StartupContext {
  readonly clock: Clock;
  readonly reportMs: number;
  /** A count of what has moved. */
  progress(): number;
  /** Nothing is starting, and nothing that could start something is queued. */
  isSettled(): boolean;
  /** Prints what does not start. */
  report(): void;
}

export class StartupWatch {
  readonly #context: StartupContext;
  #timer: ScheduledCall | undefined;
  #isSettled = false;
  #failure: Error | undefined;
  #waits: { resolve(): void; reject(error: unknown): void }[] = [];

  constructor(context: StartupContext) {
    this.#context = context;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  begin(): void {
    if (this.#context.reportMs !== Number.POSITIVE_INFINITY) this.#watch();
  }

  /** Called after each event until settled. */
  check(): void {
    if (!this.#context.isSettled()) return;
    this.#isSettled = true;
    for (const wait of this.#waits) wait.resolve();
    this.#waits = [];
  }

  settled(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#isSettled) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waits.push({ resolve, reject });
    });
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** The manager ends: whoever still waits is told. */
  closeWith(error: Error): void {
    this.close();
    if (this.#isSettled) return;
    this.#failure = error;
    for (const wait of this.#waits) wait.reject(error);
    this.#waits = [];
  }

  /** Reports once, after the first stretch of time in which nothing moved although something is not active. */
  #watch(): void {
    const seen = this.#context.progress();
    this.#timer = this.#context.clock.schedule(
      () => {
        this.#timer = undefined;
        if (seen === this.#context.progress()) this.#context.report();
        else this.#watch();
      },
      this.#context.reportMs,
      { keepAlive: false },
    );
  }
}
