// What a coroutine is, what it can wait for, and the protocol between an awaitable and the driver that runs the coroutine.

/**
 * A generator coroutine: a `function*` whose waiting is written `const x = yield* awaitable`.
 * It yields {@link Suspension}s to its driver and returns a `T`.
 */
export type Coroutine<T = void> = Generator<Suspension, T, unknown>;

/**
 * Something to wait for in both worlds: `yield*` in a generator coroutine (resumed inline, inside the call that releases it)
 * and `await` in an async function (resumed in a microtask).
 *
 * An awaitable of this package is lazy: the wait begins when it is awaited, not when it is made. `await` begins to wait one
 * microtask after the expression was evaluated (that is how JavaScript treats every object with a `then`); `toPromise()` begins at once.
 */
export interface Awaitable<T> extends PromiseLike<T> {
  [Symbol.iterator](): Iterator<Suspension, T, unknown>;
}

/**
 * One wait of one coroutine, yielded to the driver. After yielding, the driver calls {@link Suspension.suspend} once;
 * from then on the suspension owes the continuation exactly one `resume` or `fail`, unless it is cancelled first.
 */
export interface Suspension {
  /** Registers the continuation. May call `resume`/`fail` before it returns. What it throws is thrown into the coroutine. */
  suspend(continuation: Continuation): void;
  /** The coroutine stops waiting (it is being cancelled): forget the continuation and never call it again. O(1). */
  cancel(continuation: Continuation): void;
  /** What is being waited for, for diagnostics, such as `Mutex.lock()`. */
  describe(): string;
}

/** The suspended coroutine as its suspension sees it. */
export interface Continuation extends WaitLinks {
  /** Continues the coroutine with `value` as the result of its `yield`; inline where its scheduler allows it. */
  resume(value?: unknown): void;
  /** Continues the coroutine by throwing `error` at its `yield`. */
  fail(error: unknown): void;
}

/**
 * Links with which a suspension can keep its continuations in a list without allocating. A coroutine waits for one thing at
 * a time, so they belong to the suspension from `suspend` until it resumes, fails or is cancelled.
 */
export interface WaitLinks {
  nextWaiter: Continuation | undefined;
  previousWaiter: Continuation | undefined;
  /** The list that holds it now. */
  waitList: object | undefined;
  /** Whatever the suspension has to know about this wait, such as the value to send. */
  waitDetail: unknown;
}
