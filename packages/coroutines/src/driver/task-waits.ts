// The waits for a task: for its result (`yield*`, `then`) and for its end (`whenReady()`).

import type { Continuation, Suspension } from '../contract/awaitable.ts';
import { AwaitableBase } from './promise-host.ts';

/** A task as its waits see it. */
interface AwaitedTask<T> {
  readonly name: string;
  readonly isReady: boolean;
  /** The result, once ready. */
  take(): T;
  /** The awaiter begins to wait. @param exclusive It wants to be the only one. */
  attach(continuation: Continuation, exclusive: boolean): void;
  /** The awaiter is cancelled. */
  detach(continuation: Continuation, exclusive: boolean): void;
}

/** One `yield*` (exclusive) or `then` (shared) of a task. */
export class TaskResult<T> implements Iterator<Suspension, T, unknown>, Suspension {
  readonly #task: AwaitedTask<T>;
  readonly #shared: boolean;

  constructor(awaited: AwaitedTask<T>, shared = false) {
    this.#task = awaited;
    this.#shared = shared;
  }

  next(): IteratorResult<Suspension, T> {
    const awaited = this.#task;
    if (!awaited.isReady) return { done: false, value: this };
    return { done: true, value: awaited.take() };
  }

  throw(error: unknown): never {
    throw error;
  }

  suspend(continuation: Continuation): void {
    this.#task.attach(continuation, !this.#shared);
  }

  cancel(continuation: Continuation): void {
    this.#task.detach(continuation, !this.#shared);
  }

  describe(): string {
    return `task ${this.#task.name}`;
  }
}

/** One wait of `whenReady()`. */
export class TaskEnd<T> extends AwaitableBase<void> implements Iterator<Suspension, void, unknown>, Suspension {
  readonly #task: AwaitedTask<T>;

  constructor(awaited: AwaitedTask<T>) {
    super();
    this.#task = awaited;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Suspension, void> {
    return this.#task.isReady ? { done: true, value: undefined } : { done: false, value: this };
  }

  /** The task was nested in its awaiter and failed: that is an end, too. */
  throw(): IteratorResult<Suspension, void> {
    return { done: true, value: undefined };
  }

  suspend(continuation: Continuation): void {
    this.#task.attach(continuation, false);
  }

  cancel(continuation: Continuation): void {
    this.#task.detach(continuation, false);
  }

  describe(): string {
    return `end of task ${this.#task.name}`;
  }
}
