// A task started with `self.run()`: followed like a handler, so that stop waits for it, and awaitable by whoever started it.

import { CancelledError, isCancelled, type Awaitable, type Suspension, type Task } from '@ichor/coroutines';
import type { Priority } from '../contract/event-type.ts';
import { checkFunction, checkKeys, checkText } from '../errors/checks.ts';
import { Deferred } from '../events/deferred.ts';
import { priorityNumber } from '../events/define-event.ts';
import type { EventSystem } from '../events/event-system.ts';
import type { Execution, ExecutionOwner } from '../events/execution.ts';
import { Continue } from '../events/internal-events.ts';
import type { Routine } from '../contract/queue.ts';

/** Receives the end of the execution as its `work`. */
export class OwnedTask<T> implements Task<T> {
  readonly name: string;
  readonly resumePriority: number | undefined;
  /** Set while it is suspended. */
  execution: Execution | undefined;
  readonly #result: Deferred<T>;
  readonly #unhandled: (error: unknown) => void;
  #isAwaited = false;

  /**
   * @param resumePriority With which it goes on after it has suspended. Undefined: that of its owner.
   * @param unhandled Called with the failure when nobody has begun to wait by the time it happens.
   */
  constructor(name: string, resumePriority: number | undefined, unhandled: (error: unknown) => void) {
    this.name = name;
    this.resumePriority = resumePriority;
    this.#result = new Deferred(`task ${name}`);
    this.#unhandled = unhandled;
  }

  get isReady(): boolean {
    return this.#result.isSettled;
  }

  get isAwaited(): boolean {
    return this.#isAwaited;
  }

  start(): this {
    return this;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- an Awaitable is awaited.
  then<R1 = T, R2 = never>(
    onResolved?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    this.#isAwaited = true;
    return this.#result.then(onResolved, onRejected);
  }

  [Symbol.iterator](): Iterator<Suspension, T, unknown> {
    this.#isAwaited = true;
    return this.#result[Symbol.iterator]();
  }

  whenReady(): Awaitable<void> {
    const ready = new Deferred<void>(`the end of task ${this.name}`);
    this.#result.onSettled(() => {
      ready.resolve();
    });
    return ready;
  }

  cancel(reason?: unknown): void {
    if (this.isReady) return;
    if (this.execution === undefined) this.threw(new CancelledError(reason, `Task ${this.name}`));
    else this.execution.cancel(reason);
  }

  returned(value: unknown): void {
    this.#result.resolve(value as T);
  }

  threw(error: unknown): void {
    if (!this.#isAwaited && !isCancelled(error)) this.#unhandled(error);
    this.#result.reject(error);
  }
}

/** How a task runs. */
export interface TaskOptions {
  /** For reports. Default: the name of the function. */
  readonly name?: string;
  /** With which it goes on after `pause()` and releases from outside. Default: the priority of the service. */
  readonly priority?: Priority;
}

const known: ReadonlySet<string> = new Set(['name', 'priority']);

/**
 * Runs `routine` at once on behalf of `owner`.
 *
 * @param failed Receives a failure that nobody waits for. A failure before the first suspension is given until the event
 * being processed has ended, so that the caller can await the task it has just received.
 */
export function startOwnedTask<T>(
  events: EventSystem,
  owner: ExecutionOwner,
  routine: Routine<T>,
  options: TaskOptions,
  failed: (error: unknown, name: string) => void,
): OwnedTask<T> {
  checkFunction('run()', routine);
  checkKeys('run()', options, known);
  if (options.name !== undefined) checkText('name', options.name);
  const taskName = options.name ?? (routine.name === '' ? 'anonymous' : routine.name);
  const priority = options.priority === undefined ? undefined : priorityNumber(options.priority, 0);
  let isStarting = true;
  const task: OwnedTask<T> = new OwnedTask<T>(taskName, priority, (error) => {
    if (!isStarting) {
      failed(error, taskName);
      return;
    }
    const check = {
      run(): void {
        if (!task.isAwaited) failed(error, taskName);
      },
    };
    events.push(Continue.id, owner.id, priority ?? owner.priority, check, Number.POSITIVE_INFINITY);
  });
  task.execution = events.execute(owner, routine, task);
  isStarting = false;
  return task;
}
