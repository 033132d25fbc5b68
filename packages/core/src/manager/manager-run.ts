// The one run of a manager, from `run()` to its end: what ends it, what it failed with, and what goes with it.

import type { Clock } from '@ichor/coroutines';
import { coreError } from '../errors/catalogue.ts';
import { checkKeys, invalidOption } from '../errors/checks.ts';
import type { EventSystem } from '../events/event-system.ts';
import { Quit } from '../events/internal-events.ts';
import type { Kernel } from '../lifecycle/kernel.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import type { LoopHost } from '../queue/loop-host.ts';
import type { RunLoop } from '../queue/run-loop.ts';
import { combined, type Failures } from './failures.ts';
import type { Replacements } from './replacements.ts';
import type { Shutdown } from './shutdown.ts';
import { SignalWatch } from './signal-watch.ts';
import type { StartupWatch } from './startup-watch.ts';
import type { Watchers } from './watchers.ts';

/** How `run()` runs. */
export interface RunOptions {
  /** Signals that begin an orderly quit; a second one, more than a second later, forces it. Default: none. */
  readonly signals?: readonly string[];
}

/** What it needs of its manager. */
export interface RunParts {
  readonly name: string;
  readonly clock: Clock;
  readonly host: LoopHost;
  readonly events: EventSystem;
  readonly loop: RunLoop;
  readonly kernel: Kernel;
  readonly lifecycle: Lifecycle;
  readonly failures: Failures;
  readonly shutdown: Shutdown;
  readonly startup: StartupWatch;
  readonly watchers: Watchers;
  readonly replacements: Replacements;
}

export class ManagerRun {
  readonly #parts: RunParts;
  readonly #errors: unknown[] = [];
  readonly #resources = new Set<Disposable>();
  #phase: 'new' | 'running' | 'ended' = 'new';
  #end: { resolve(): void; reject(error: unknown): void } | undefined;
  #ended: Promise<void> | undefined;

  constructor(parts: RunParts) {
    this.#parts = parts;
    parts.events.internal[Quit.id] = () => {
      this.#beginToQuit();
    };
  }

  get phase(): 'new' | 'running' | 'ended' {
    return this.#phase;
  }

  /** @throws ICHOR_MANAGER_RUNNING, ICHOR_OPTION_INVALID */
  begin(options: RunOptions): Promise<void> {
    const { name, clock, host, startup, loop } = this.#parts;
    if (this.#phase !== 'new')
      throw coreError(
        'ICHOR_MANAGER_RUNNING',
        `${name} ${this.#phase === 'running' ? 'runs already' : 'has run'}; a manager runs once. Make a new one.`,
      );
    checkRunOptions(options);
    const { signals } = options;
    if (signals !== undefined) {
      const force = (): void => {
        this.#forceQuit('A second signal came while it was quitting');
      };
      const quit = (): void => {
        this.#pushQuit();
      };
      this.#resources.add(new SignalWatch(host, clock, signals, { quit, force }));
    }
    this.#phase = 'running';
    this.#ended = new Promise((resolve, reject) => {
      this.#end = { resolve, reject };
    });
    this.#resources.add(host.keepAlive());
    startup.begin();
    loop.open();
    return this.#ended;
  }

  quit(): Promise<void> {
    if (this.#phase === 'new') this.finish();
    else if (this.#phase === 'running') this.#pushQuit();
    const ended = (this.#ended ?? Promise.resolve()).catch(() => undefined);
    // A handler that waits for the end must not be waited for by it.
    this.#parts.events.endAsked(ended);
    return ended;
  }

  /** Ends the program in order; `run()` rejects with `error`. */
  quitWith(error: unknown): void {
    if (!this.#errors.includes(error)) this.fail(error);
    this.#pushQuit();
  }

  /** `run()` will reject with `error`, among others. Nothing starts any more. */
  fail(error: unknown): void {
    this.#parts.lifecycle.population.isEnding = true;
    this.#errors.push(error);
  }

  /** Undone when the manager ends, last first, after its services are gone. */
  own(resource: Disposable): void {
    this.#resources.add(resource);
  }

  disown(resource: Disposable): void {
    this.#resources.delete(resource);
  }

  /** Everything has stopped. */
  finish(): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    const { kernel, loop, startup, events, watchers, failures, lifecycle } = this.#parts;
    kernel.queueParts.isClosed = true;
    loop.close();
    const quit = this.quitError();
    startup.closeWith(quit);
    events.discardAll('quit');
    events.below.close(quit);
    for (const completion of [...events.completions.values()]) completion.result.reject(quit);
    events.completions.clear();
    watchers.close(quit);
    failures.close();
    for (const record of lifecycle.table.values()) if (!record.isInternal) record.state = 'uninstalled';
    lifecycle.table.clear();
    const resources = [...this.#resources].reverse();
    this.#resources.clear();
    for (const resource of resources) resource[Symbol.dispose]();
    if (this.#errors.length === 0) this.#end?.resolve();
    else this.#end?.reject(combined(this.#errors));
  }

  quitError(): Error {
    return coreError('ICHOR_MANAGER_QUIT', `${this.#parts.name} has quit.`);
  }

  #beginToQuit(): void {
    const { name, failures, startup, replacements, watchers, shutdown } = this.#parts;
    failures.close();
    startup.close();
    replacements.close(this.quitError());
    watchers.quitting(coreError('ICHOR_MANAGER_QUIT', `${name} is quitting.`));
    shutdown.begin();
  }

  #pushQuit(): void {
    const { events, shutdown } = this.#parts;
    if (this.#phase === 'ended' || shutdown.isBegun) return;
    events.push(Quit.id, 0, Quit.priority, undefined, Number.POSITIVE_INFINITY);
    shutdown.expect(() => {
      this.#forceQuit();
    });
  }

  /** Begins to quit at once where more urgent events do not let the queue come to it, and stops what does not stop by itself. */
  #forceQuit(because?: string): void {
    if (this.#phase !== 'running') return;
    const { events, shutdown } = this.#parts;
    if (!shutdown.isBegun) events.push(Quit.id, 0, 0, undefined, Number.POSITIVE_INFINITY);
    shutdown.force(because);
  }
}

const knownOfRun: ReadonlySet<string> = new Set(['signals']);

function checkRunOptions(options: RunOptions): void {
  checkKeys('run()', options, knownOfRun);
  const { signals } = options;
  if (signals !== undefined && !(Array.isArray(signals) && signals.every((signal) => typeof signal === 'string')))
    throw invalidOption('signals', signals, "arrays of the names of signals, such as ['SIGINT', 'SIGTERM']");
}
