// Runs several waits at once for one coroutine: the engine of all combinators. Each wait is a branch with a frame of its own.
// When the outcome is decided, or the coroutine is cancelled, the other branches are cancelled, and their clean-up is waited for.

import type { Awaitable, Continuation, Coroutine, Suspension } from '../contract/awaitable.ts';
import type { CoroutineHandle, CoroutineHost, Scheduler } from '../contract/scheduler.ts';
import { CoroutineAwaitable } from '../driver/coroutine-awaitable.ts';
import { currentScheduler } from '../driver/current-scheduler.ts';
import { Frame, startCoroutine } from '../driver/frame.ts';
import { inlineScheduler } from '../driver/inline-scheduler.ts';
import { defaultPriority } from '../driver/promise-host.ts';
import { isCancelled } from '../errors/cancelled-error.ts';
import { giveBack } from '../primitives/guard.ts';
import { branchOf } from './waitable.ts';

/** Looks at each end of a branch and decides when the whole is decided. */
export type Judge = (group: Group, index: number, succeeded: boolean, result: unknown) => void;

/** The branches of one wait. It is the suspension of the coroutine that waits. */
export class Group implements Suspension {
  readonly works: readonly unknown[];
  readonly #judge: Judge;
  /** The combinator, such as `all()`. */
  readonly name: string;
  readonly #branches: Branch[] = [];
  #continuation: Continuation | undefined = undefined;
  #decision: 'open' | 'value' | 'error' | 'cancelled' = 'open';
  #outcome: unknown = undefined;
  #starting = true;
  /** Branches that have begun and not ended. */
  running = 0;
  /** Branches that ended before the decision. */
  ended = 0;
  /** What the branches returned; guards among it are given back when the coroutine does not receive the outcome. */
  readonly results: unknown[];
  /** Why the coroutine is cancelled, and how long clean-up may take. */
  #reason: unknown = undefined;
  #cleanupMs: number | undefined = undefined;
  /** Called when the branches are started, and what undoes it when all is decided. */
  onStart: ((continuation: Continuation) => Disposable | undefined) | undefined = undefined;
  #undo: Disposable | undefined = undefined;

  constructor(works: readonly unknown[], judge: Judge, name: string) {
    this.works = works;
    this.results = works.map(() => undefined);
    this.#judge = judge;
    this.name = name;
  }

  /** Not decided yet. */
  get isOpen(): boolean {
    return this.#decision === 'open';
  }

  /** What the branches wait for, for messages. */
  get waitingFor(): string {
    return this.#branches
      .map((branch) => branch.handle?.waitingFor)
      .filter((wait) => wait !== undefined)
      .join(', ');
  }

  /** Runs the branches and gives the outcome. */
  *run(): Coroutine<unknown> {
    try {
      yield this;
    } finally {
      if (this.running > 0) {
        this.cancelBranches();
        if (this.running > 0) yield new Drain(this);
      }
      this.#undo?.[Symbol.dispose]();
      if (this.#decision !== 'value') this.results.forEach(giveBack);
    }
    if (this.#decision === 'error') throw this.#outcome;
    return this.#outcome;
  }

  succeed(outcome: unknown): void {
    this.#decide('value', outcome);
  }

  failWith(error: unknown): void {
    this.#decide('error', error);
  }

  suspend(continuation: Continuation): void {
    const framed = continuation instanceof Frame ? continuation : undefined;
    const scheduler = framed?.scheduler ?? currentScheduler() ?? inlineScheduler;
    const priority = framed?.host.priority ?? defaultPriority;
    this.#continuation = continuation;
    const branches = this.works.map((work) => branchOf(work, this.name));
    this.#undo = this.onStart?.(continuation);
    for (const [index, iterator] of branches.entries()) {
      if (!this.isOpen) break;
      const branch = new Branch(this, index, scheduler, priority);
      this.#branches.push(branch);
      this.running++;
      branch.handle = startCoroutine(iterator, branch);
    }
    this.#starting = false;
    if (!this.isOpen) this.#finish();
  }

  cancel(continuation: Continuation): void {
    this.#continuation = undefined;
    this.#decision = 'cancelled';
    if (!(continuation instanceof Frame)) return;
    this.#reason = continuation.cancellation?.reason;
    this.#cleanupMs = continuation.cancellation?.cleanupMs;
  }

  describe(): string {
    return `[${this.waitingFor}]`;
  }

  cancelBranches(): void {
    for (const branch of this.#branches) branch.handle?.cancel(this.#reason, this.#cleanupMs);
  }

  branchEnded(branch: Branch, succeeded: boolean, result: unknown): void {
    this.running--;
    branch.handle = undefined;
    if (this.isOpen) {
      this.ended++;
      if (succeeded) this.results[branch.index] = result;
      this.#judge(this, branch.index, succeeded, result);
      return;
    }
    if (succeeded) giveBack(result);
    else if (!isCancelled(result)) branch.scheduler.unhandled(result, branch);
    if (this.running === 0) this.#finish();
  }

  /** Called when the last branch has ended after the decision. */
  drained: (() => void) | undefined = undefined;

  #decide(decision: 'value' | 'error', outcome: unknown): void {
    if (!this.isOpen) return;
    this.#decision = decision;
    this.#outcome = outcome;
    if (!this.#starting) this.#finish();
  }

  #finish(): void {
    if (this.running > 0) this.cancelBranches();
    if (this.running > 0) return;
    const continuation = this.#continuation;
    this.#continuation = undefined;
    continuation?.resume();
    const { drained } = this;
    this.drained = undefined;
    drained?.();
  }
}

/** Waits until no branch of a group runs. */
class Drain implements Suspension {
  readonly #group: Group;

  constructor(group: Group) {
    this.#group = group;
  }

  suspend(continuation: Continuation): void {
    this.#group.drained = () => continuation.resume();
  }

  cancel(): void {
    this.#group.drained = undefined;
  }

  describe(): string {
    return `the clean-up of ${this.#group.describe()}`;
  }
}

/** One wait of a group: host of its frame. */
class Branch implements CoroutineHost {
  readonly #group: Group;
  readonly index: number;
  readonly scheduler: Scheduler;
  readonly priority: number;
  handle: CoroutineHandle | undefined = undefined;
  readonly id = 0;
  readonly waitingFor = undefined;
  readonly startedAt = undefined;

  constructor(group: Group, index: number, scheduler: Scheduler, priority: number) {
    this.#group = group;
    this.index = index;
    this.scheduler = scheduler;
    this.priority = priority;
  }

  get name(): string {
    return this.#group.name;
  }

  returned(value: unknown): void {
    this.#group.branchEnded(this, true, value);
  }

  threw(error: unknown): void {
    this.#group.branchEnded(this, false, error);
  }
}

/** An awaitable that runs a new group each time it is awaited. `T` is what its judge decides on. */
export function runGroup<T>(name: string, make: () => Group): Awaitable<T> {
  return new CoroutineAwaitable(name, () => make().run() as Coroutine<T>);
}
