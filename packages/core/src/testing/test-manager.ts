// A manager that a test moves by hand: virtual time, a stepped platform, microtasks after every event.

import { settle, VirtualClock } from '@ichor/coroutines/testing';
import { DependencyManager } from '../manager/dependency-manager.ts';
import type { RunOptions } from '../manager/manager-run.ts';
import type { ManagerOptions } from '../manager/options.ts';
import { SteppedHost } from './stepped-host.ts';

/** How a test manager is made: as a manager, with virtual time and a stepped platform. */
export interface TestManagerOptions extends Omit<ManagerOptions, 'clock' | 'host'> {
  /** Default: a new one that begins at 0. */
  readonly clock?: VirtualClock;
  /** Default: a new one. */
  readonly host?: SteppedHost;
}

/** Events and timer calls in one `settle()` or `advance()` before they are taken for an endless loop. */
const maxSteps = 1_000_000;

/**
 * A `DependencyManager` on virtual time that processes events only when told to. Everything else is the real thing.
 * Made by {@link testManager}.
 */
export class TestManager extends DependencyManager {
  declare readonly clock: VirtualClock;
  #ended: Promise<void> | undefined;
  #outcome: 'new' | 'running' | 'resolved' | 'rejected' = 'new';
  #failure: unknown;

  constructor(options: TestManagerOptions = {}) {
    super({
      checkpoint: 'every-event',
      ...options,
      clock: options.clock ?? new VirtualClock(),
      host: options.host ?? new SteppedHost(),
    });
  }

  override get host(): SteppedHost {
    return super.host as SteppedHost;
  }

  /** Where `run()` is: not called, going on, or how it ended. */
  get outcome(): 'new' | 'running' | 'resolved' | 'rejected' {
    return this.#outcome;
  }

  /** What `run()` rejected with. */
  get failure(): unknown {
    return this.#failure;
  }

  /** As in `DependencyManager`. A rejection that the test does not await is kept in `failure` instead of being unhandled. */
  override run(options?: RunOptions): Promise<void> {
    const ended = super.run(options);
    this.#outcome = 'running';
    this.#ended = ended.then(
      () => {
        this.#outcome = 'resolved';
      },
      (error: unknown) => {
        this.#outcome = 'rejected';
        this.#failure = error;
      },
    );
    return ended;
  }

  /** Calls `run()` and settles. Rejects with what `run()` rejected with when start-up failed. */
  async begin(options?: RunOptions): Promise<void> {
    void this.run(options);
    await this.settle();
    if (this.#outcome === 'rejected') throw this.#failure;
  }

  /**
   * Processes everything that can be processed without time passing: events, and the promises and coroutines they wait for.
   *
   * @throws Error after a million events, which is taken for an endless loop.
   */
  async settle(): Promise<void> {
    // Idle twice in a row, with promises settled in between: what still waits in the queue is held or not being processed.
    for (let steps = 0, idle = 0; idle < 2; steps++) {
      if (steps >= maxSteps) throw endless('settle()');
      idle = this.host.runNext() || this.step() ? 0 : idle + 1;
      await settle();
    }
  }

  /**
   * Moves virtual time on by `durationMs`, settling before, after each timer that falls due, and at the end.
   *
   * @throws Error after a million timer calls.
   */
  async advance(durationMs: number): Promise<void> {
    const end = this.clock.now() + durationMs;
    await this.settle();
    for (let steps = 0; (this.clock.nextDueAt ?? Number.POSITIVE_INFINITY) <= end; steps++) {
      if (steps >= maxSteps) throw endless('advance()');
      this.clock.step();
      await this.settle();
    }
    this.clock.advanceTo(end);
    await this.settle();
  }

  /** Processes what is queued now and what that pushes, synchronously: no promise settles. Returns the number of events. */
  drain(): number {
    for (let steps = 0; ; steps++) {
      if (!this.step()) return steps;
      if (steps >= maxSteps) throw endless('drain()');
    }
  }

  /** As {@link advance}, but synchronously: for programs of plain functions and coroutines. */
  advanceNow(durationMs: number): void {
    const end = this.clock.now() + durationMs;
    this.drain();
    for (let steps = 0; (this.clock.nextDueAt ?? Number.POSITIVE_INFINITY) <= end; steps++) {
      if (steps >= maxSteps) throw endless('advanceNow()');
      this.clock.step();
      this.drain();
    }
    this.clock.advanceTo(end);
    this.drain();
  }

  /** Ends in order, moving virtual time from timer to timer as far as the end needs it. Does not repeat the failure of `run()`. */
  override async quit(): Promise<void> {
    const ended = super.quit();
    for (let steps = 0; this.isRunning; steps++) {
      if (steps >= maxSteps) throw endless('quit()');
      await this.settle();
      if (this.isRunning && !this.clock.step()) break;
    }
    if (this.isRunning)
      throw new Error(`${this.name} does not end: nothing is queued and no timer is pending.\n${this.explainText()}`);
    await ended;
    await this.#ended;
  }

  /** `explain()` as one text. */
  explainText(): string {
    return this.explain()
      .map((explanation) => explanation.text)
      .join('\n');
  }
}

function endless(where: string): Error {
  return new Error(
    `${where} did not come to an end after ${maxSteps} steps. Look for an event or timer that repeats itself.`,
  );
}

/**
 * Makes a manager for tests: virtual time, no event is processed until the test says so, promises settle after every event.
 *
 * @example
 * ```ts
 * import { defineEvent, defineService } from '@ichor/core';
 * import { sleep } from '@ichor/coroutines';
 * import { assertNoLeaks, testManager } from '@ichor/core/testing';
 *
 * const Ping = defineEvent<number>('Ping');
 * const seen: number[] = [];
 * const manager = testManager();
 * manager.register(
 *   defineService({
 *     name: 'Listener',
 *     setup(_, self) {
 *       self.on(Ping, function* (value) {
 *         yield* sleep(1000);
 *         seen.push(value);
 *       });
 *     },
 *   }),
 * );
 * await manager.begin(); // start-up is over, nothing else happens by itself
 * manager.queue.push(Ping, 1);
 * await manager.settle();
 * console.log(seen); // []
 * await manager.advance(1000);
 * console.log(seen); // [1]
 * await manager.quit();
 * assertNoLeaks(manager);
 * ```
 */
export function testManager(options?: TestManagerOptions): TestManager {
  return new TestManager(options);
}
