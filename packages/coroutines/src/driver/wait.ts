// Base of the waits of the primitives. The object is awaitable, iterator and suspension in one and keeps no state of any one wait,
// so that a primitive can hand out the same object for ever and a wait allocates nothing: the driver's first `next` comes with
// undefined, later ones with what the primitive resumed with, which is therefore never undefined (`nothing` stands for it).

import type { Continuation, Suspension } from '../contract/awaitable.ts';
import { AwaitableBase } from './promise-host.ts';
import { WaitList } from './wait-list.ts';

/** Stands for the value undefined in `resume`. */
export const nothing: unique symbol = Symbol('nothing');

/** The end of a wait that has no value. */
export const passed: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });

/** One kind of waiting for one primitive. */
export abstract class Wait<T> extends AwaitableBase<T> implements Suspension, Iterator<Suspension, T, unknown> {
  #pending: IteratorYieldResult<Suspension> | undefined = undefined;

  [Symbol.iterator](): this {
    return this;
  }

  next(received: unknown): IteratorResult<Suspension, T> {
    if (received !== undefined) return this.finish(received);
    return this.tryNow() ?? (this.#pending ??= { done: false, value: this });
  }

  throw(error: unknown): IteratorResult<Suspension, T> {
    throw error;
  }

  cancel(continuation: Continuation): void {
    WaitList.remove(continuation);
  }

  /** Passes without waiting where that is possible. May throw. */
  protected abstract tryNow(): IteratorReturnResult<T> | undefined;

  /** What the coroutine gets for what the primitive resumed it with. */
  protected finish(received: unknown): IteratorReturnResult<T> {
    return { done: true, value: (received === nothing ? undefined : received) as T };
  }

  abstract suspend(continuation: Continuation): void;
  abstract describe(): string;
}
