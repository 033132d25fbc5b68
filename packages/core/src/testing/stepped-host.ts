// The run loop's platform for tests: nothing happens until the test runs it. Signals, exits and emergency messages are recorded.

import type { LoopHost } from '../queue/loop-host.ts';

/**
 * A {@link LoopHost} that is moved by hand. `testManager()` makes one; use it alone to drive a plain `DependencyManager`.
 *
 * @example
 * ```ts
 * import { DependencyManager } from '@ichor/core';
 * import { SteppedHost } from '@ichor/core/testing';
 *
 * const host = new SteppedHost();
 * const manager = new DependencyManager({ host });
 * const ended = manager.run({ signals: ['SIGTERM'] });
 * host.signal('SIGTERM');
 * host.runAll(); // nothing is processed before this line
 * await ended;
 * console.log(host.keptAlive); // 0
 * ```
 */
export class SteppedHost implements LoopHost {
  /** What `emergencyLog` was given: warnings and errors of managers without a FrameworkLogger. */
  readonly messages: string[] = [];
  /** What `exit` was called with. The process goes on. */
  readonly exitCodes: number[] = [];
  readonly #callbacks: (() => void)[] = [];
  readonly #signals = new Map<string, Set<() => void>>();
  #keptAlive = 0;

  /** Callbacks that wait to be run. */
  get pending(): number {
    return this.#callbacks.length;
  }

  /** How many want the process to go on. */
  get keptAlive(): number {
    return this.#keptAlive;
  }

  /** Signal handlers that are registered. */
  get signalHandlers(): number {
    let count = 0;
    for (const handlers of this.#signals.values()) count += handlers.size;
    return count;
  }

  defer(callback: () => void): void {
    this.#callbacks.push(callback);
  }

  checkpoint(callback: () => void): void {
    this.#callbacks.push(callback);
  }

  keepAlive(): Disposable {
    this.#keptAlive++;
    return once(() => this.#keptAlive--);
  }

  onSignal(signal: string, callback: () => void): Disposable {
    const handlers = this.#signals.get(signal) ?? new Set();
    this.#signals.set(signal, handlers);
    const handler = (): void => {
      callback();
    };
    handlers.add(handler);
    return once(() => handlers.delete(handler));
  }

  exit(code: number): void {
    this.exitCodes.push(code);
  }

  emergencyLog(message: string): void {
    this.messages.push(message);
  }

  /** Delivers a signal. False when nobody listens, where a real process would end. */
  signal(signal: string): boolean {
    const handlers = [...(this.#signals.get(signal) ?? [])];
    for (const handler of handlers) handler();
    return handlers.length > 0;
  }

  /** Runs the callback that was queued first. False when there is none. */
  runNext(): boolean {
    const callback = this.#callbacks.shift();
    callback?.();
    return callback !== undefined;
  }

  /**
   * Runs callbacks until none is left, without letting promises settle in between.
   *
   * @param maxCallbacks Default: 1,000,000. @throws Error when it does not come to an end.
   */
  runAll(maxCallbacks = 1_000_000): void {
    for (let count = 0; this.runNext(); count++)
      if (count >= maxCallbacks)
        throw new Error(
          `The host made ${maxCallbacks} callbacks and there are more. Look for an event that pushes itself.`,
        );
  }
}

function once(undo: () => unknown): Disposable {
  let isDone = false;
  return {
    [Symbol.dispose]() {
      if (isDone) return;
      isDone = true;
      undo();
    },
  };
}
