// An awaitable that runs a coroutine anew each time it is awaited: what combinators, scopes and conditions return. The coroutine
// gets a frame of its own, nested in its awaiter's: with native delegation a `finally` that waits would lose the cancellation
// (the outer generator of a `yield*` goes on normally when the inner one ends after having yielded during `return()`).

import type { Continuation, Coroutine, Suspension } from '../contract/awaitable.ts';
import type { CoroutineHandle, CoroutineHost, Scheduler } from '../contract/scheduler.ts';
import { currentScheduler } from './current-scheduler.ts';
import { Frame, startCoroutine } from './frame.ts';
import { inlineScheduler } from './inline-scheduler.ts';
import { AwaitableBase, defaultPriority, promiseOn } from './promise-host.ts';

/** With `await`, the coroutine runs on the scheduler that was current when the awaitable was made. */
export class CoroutineAwaitable<T> extends AwaitableBase<T> {
  readonly name: string;
  readonly #make: () => Coroutine<T>;
  readonly #scheduler = currentScheduler();

  /** @param name For diagnostics, such as `all()`. */
  constructor(name: string, make: () => Coroutine<T>) {
    super();
    this.name = name;
    this.#make = make;
  }

  [Symbol.iterator](): Iterator<Suspension, T, unknown> {
    return new NestedRun(this.name, this.#make);
  }

  override then<Fulfilled = T, Rejected = never>(
    onFulfilled?: ((value: T) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((error: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    const scheduler = this.#scheduler ?? currentScheduler() ?? inlineScheduler;
    return promiseOn<T>(scheduler, this).then(onFulfilled, onRejected);
  }
}

/** One run: iterator and suspension of the awaiter, host of the nested frame. */
class NestedRun<T> implements Iterator<Suspension, T, unknown>, Suspension, CoroutineHost {
  readonly name: string;
  readonly #make: () => Coroutine<T>;
  #awaiter: Continuation | undefined = undefined;
  /** Only when the awaiter is no frame that this one could be nested in. */
  #handle: CoroutineHandle | undefined = undefined;

  constructor(name: string, make: () => Coroutine<T>) {
    this.name = name;
    this.#make = make;
  }

  get scheduler(): Scheduler {
    return this.#awaiter instanceof Frame ? this.#awaiter.scheduler : inlineScheduler;
  }

  get priority(): number {
    return this.#awaiter instanceof Frame ? this.#awaiter.host.priority : defaultPriority;
  }

  next(received: unknown): IteratorResult<Suspension, T> {
    return this.#awaiter === undefined ? { done: false, value: this } : { done: true, value: received as T };
  }

  throw(error: unknown): IteratorResult<Suspension, T> {
    throw error;
  }

  suspend(continuation: Continuation): void {
    this.#awaiter = continuation;
    if (continuation instanceof Frame) continuation.nest(new Frame(this.#make(), this, undefined));
    else this.#handle = startCoroutine(this.#make(), this);
  }

  cancel(): void {
    this.#handle?.cancel();
  }

  describe(): string {
    return this.name;
  }

  returned(value: unknown): void {
    if (!(this.#awaiter instanceof Frame)) this.#awaiter?.resume(value);
  }

  threw(error: unknown): void {
    if (!(this.#awaiter instanceof Frame)) this.#awaiter?.fail(error);
  }
}
