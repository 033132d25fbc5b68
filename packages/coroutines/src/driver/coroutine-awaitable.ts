// An awaitable that runs a coroutine anew each time it is awaited: what combinators and scopes return.

import type { Coroutine } from '../contract/awaitable.ts';
import { currentScheduler } from './current-scheduler.ts';
import { inlineScheduler } from './inline-scheduler.ts';
import { AwaitableBase, promiseOn } from './promise-host.ts';

/** With `await`, the coroutine runs on the scheduler that was current when the awaitable was made. */
export class CoroutineAwaitable<T> extends AwaitableBase<T> {
  readonly #make: () => Coroutine<T>;
  readonly #scheduler = currentScheduler();

  constructor(make: () => Coroutine<T>) {
    super();
    this.#make = make;
  }

  [Symbol.iterator](): Coroutine<T> {
    return this.#make();
  }

  override then<Fulfilled = T, Rejected = never>(
    onFulfilled?: ((value: T) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((error: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    const scheduler = this.#scheduler ?? currentScheduler() ?? inlineScheduler;
    return promiseOn<T>(scheduler, this).then(onFulfilled, onRejected);
  }
}
