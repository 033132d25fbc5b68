// Follows what user code returned: nothing, a promise, or a coroutine that then belongs to a service. Code that does not suspend
// costs no object: one execution is used again and again until one is kept.

import { isCoroutine, startCoroutine } from '@ichor/coroutines/spi';
import type { Scheduler } from '@ichor/coroutines';
import { Execution, type ExecutionEnd, type ExecutionOwner } from './execution.ts';
import { CurrentEvent, type Turn } from './turn.ts';

export class Executions {
  /** Promises of the manager's own end, which nothing that it waits for may wait for. */
  readonly endsWithManager = new WeakSet<object>();
  readonly #scheduler: Scheduler;
  readonly #turn: Turn;
  /** An execution that has never suspended, to be used again. */
  #spare: Execution | undefined;

  constructor(scheduler: Scheduler, turn: Turn) {
    this.#scheduler = scheduler;
    this.#turn = turn;
  }

  /**
   * Calls `run` on behalf of `owner`; a failure of the call is treated like a later one. Returns the execution when it has
   * suspended.
   */
  run(
    owner: ExecutionOwner,
    event: CurrentEvent | undefined,
    run: () => unknown,
    work?: ExecutionEnd,
  ): Execution | undefined {
    let result: unknown;
    try {
      result = run();
    } catch (error) {
      this.threw(owner, event, work, error);
      return undefined;
    }
    if (work === undefined && (typeof result !== 'object' || result === null)) return undefined;
    return this.returned(owner, event, work, result);
  }

  /** Code that runs on behalf of `owner` threw at once. */
  threw(owner: ExecutionOwner, event: CurrentEvent | undefined, work: ExecutionEnd | undefined, error: unknown): void {
    const execution = this.#take(owner, event, work);
    execution.threw(error);
    this.#giveBack(execution);
  }

  /** Code that runs on behalf of `owner` returned `result`. Returns the execution when it has suspended. */
  returned(
    owner: ExecutionOwner,
    event: CurrentEvent | undefined,
    work: ExecutionEnd | undefined,
    result: unknown,
  ): Execution | undefined {
    const execution = this.#take(owner, event, work);
    if (isCoroutine(result)) {
      const handle = startCoroutine(result, execution);
      if (handle !== undefined) {
        this.#keep(execution, handle);
        return execution;
      }
    } else if (
      typeof (result as PromiseLike<unknown> | undefined)?.then === 'function' &&
      !this.endsWithManager.has(result as object)
    ) {
      const turn = this.#turn;
      turn.touchedPromise = true;
      if (turn.cause >= 0 && turn.endAskedBy === turn.cause) {
        turn.endAskedBy = -1;
        this.#leaveBehind(execution, owner, result as PromiseLike<unknown>);
        return undefined;
      }
      this.#keep(execution, undefined);
      (result as PromiseLike<unknown>).then(
        (value) => {
          execution.returned(value);
        },
        (error: unknown) => {
          execution.threw(error);
        },
      );
      return execution;
    } else {
      execution.returned(result);
    }
    this.#giveBack(execution);
    return undefined;
  }

  /** Nobody waits for the promise, but its failure has an address. */
  #leaveBehind(execution: Execution, owner: ExecutionOwner, promise: PromiseLike<unknown>): void {
    promise.then(undefined, (error: unknown) => {
      owner.failed(error, undefined);
    });
    execution.returned(undefined);
    this.#giveBack(execution);
  }

  #take(owner: ExecutionOwner, event: CurrentEvent | undefined, work: ExecutionEnd | undefined): Execution {
    const execution = this.#spare ?? new Execution(this.#scheduler);
    this.#spare = undefined;
    execution.owner = owner;
    execution.event = event;
    execution.work = work;
    execution.completion = this.#turn.completion;
    return execution;
  }

  #giveBack(execution: Execution): void {
    execution.owner = undefined;
    execution.event = undefined;
    execution.work = undefined;
    execution.completion = undefined;
    this.#spare = execution;
  }

  /** The code has suspended: its execution, and the event it may look at, are no longer ours to reuse. */
  #keep(execution: Execution, handle: ReturnType<typeof startCoroutine>): void {
    execution.suspended(handle);
    const turn = this.#turn;
    if (execution.event === turn.event) {
      turn.event = new CurrentEvent();
      turn.event.id = execution.event.id;
    }
  }
}
