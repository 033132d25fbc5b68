// Generators of values that may wait between them: the producer is a coroutine that emits, the consumer takes one value after the
// other. The producer only runs when a value is wanted (or the buffer has room), so a slow consumer slows it down.

import type { Awaitable, Continuation, Coroutine } from '../contract/awaitable.ts';
import type { Task } from '../contract/task.ts';
import { CoroutineAwaitable } from '../driver/coroutine-awaitable.ts';
import { Fifo } from '../driver/fifo.ts';
import { task, type TaskOptions } from '../driver/task.ts';
import { WaitList } from '../driver/wait-list.ts';
import { nothing, passed, Wait } from '../driver/wait.ts';
import { isCancelled } from '../errors/cancelled-error.ts';
import { checkCount, checkFunction } from '../errors/check-option.ts';

/** Gives a value to the consumer, and waits until the next one is wanted. */
export type Emit<T> = (value: T) => Awaitable<void>;

/** How {@link stream} runs its producer. */
export interface StreamOptions extends TaskOptions {
  /** How many values the producer may be ahead: an integer from 0 (default: it continues when the next value is asked for), or Infinity. */
  readonly buffer?: number;
}

/**
 * Makes a stream of what `producer` emits (CO-20…31). Nothing runs before the first `next()`.
 *
 * @example
 * ```ts
 * import { stream } from '@ichor/coroutines';
 *
 * const squares = stream<number>(function* (emit) {
 *   for (let n = 1; ; n++) yield* emit(n * n);
 * });
 * for await (const square of squares) {
 *   if (square > 20) break; // ends the producer, its finally blocks run
 *   console.log(square); // 1, 4, 9, 16
 * }
 * ```
 */
export function stream<T>(producer: (emit: Emit<T>) => Coroutine<void>, options?: StreamOptions): Stream<T> {
  checkFunction('producer', producer);
  return new Stream(producer, options);
}

/** Values in order, one consumer after the other. Made by {@link stream}. */
export class Stream<T> implements AsyncIterable<T>, Disposable {
  readonly #state: StreamState<T>;
  readonly #next: StreamNext<T>;

  constructor(producer: (emit: Emit<T>) => Coroutine<void>, options?: StreamOptions) {
    this.#state = new StreamState(producer, options, checkCount('buffer', options?.buffer ?? 0, 0, true));
    this.#next = new StreamNext(this.#state);
  }

  /** The producer has returned, thrown or been cancelled. Buffered values may remain. */
  get isEnded(): boolean {
    return this.#state.ended;
  }

  /**
   * The next value, or `{ done: true }` after the last one. Does not suspend when the producer has one ready or makes one at once.
   * What the producer throws is thrown once, by the `next()` that meets it; after that the stream is done.
   */
  next(): Awaitable<IteratorResult<T, undefined>> {
    return this.#next;
  }

  /** Ends the producer where it waits (CO-28): its `finally` blocks run. Consumers get what is buffered, then the end. */
  cancel(reason?: unknown): void {
    this.#state.cancel(reason);
  }

  [Symbol.dispose](): void {
    this.cancel();
  }

  /** Leaving the loop early cancels the producer and waits for its clean-up. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        const { done, value } = await this.#next;
        if (done === true) return;
        yield value;
      }
    } finally {
      if (!this.isEnded) {
        this.cancel();
        await this.#state.producing.then(undefined, ignoreCancellation);
      }
    }
  }
}

function ignoreCancellation(error: unknown): void {
  if (!isCancelled(error)) throw error;
}

/** What a waiting consumer is resumed with when the stream has ended. */
const endMark: unique symbol = Symbol('end');

class StreamState<T> {
  readonly limit: number;
  readonly producing: Task<void>;
  /** `nothing` stands for undefined. */
  readonly values = new Fifo<unknown>();
  readonly consumers = new WaitList();
  /** The producer, while it waits in `emit`. */
  producer: Continuation | undefined = undefined;
  begun = false;
  ended = false;
  cancelled = false;
  failure: { readonly error: unknown } | undefined = undefined;

  constructor(producer: (emit: Emit<T>) => Coroutine<void>, options: TaskOptions | undefined, limit: number) {
    this.limit = limit;
    const emit: Emit<T> = (value) => new Emission(this, value);
    this.producing = task(
      () => this.produce(new CoroutineAwaitable(producer.name || 'producer', () => producer(emit))),
      { name: producer.name || 'stream', ...options },
    );
  }

  *produce(producer: Awaitable<void>): Coroutine<void> {
    try {
      yield* producer;
    } catch (error) {
      if (this.cancelled) throw error;
      this.failure = { error };
    } finally {
      this.finish();
    }
  }

  /** Lets the producer run until it emits, waits or ends. */
  pull(): void {
    if (!this.begun) {
      this.begun = true;
      this.producing.start();
      return;
    }
    const { producer } = this;
    this.producer = undefined;
    producer?.resume(nothing);
  }

  cancel(reason: unknown): void {
    this.cancelled = true;
    this.producing.cancel(reason);
    if (!this.begun) this.finish();
  }

  finish(): void {
    this.ended = true;
    for (let consumer = this.consumers.shift(); consumer !== undefined; consumer = this.consumers.shift())
      consumer.resume(endMark);
  }
}

class Emission<T> extends Wait<void> {
  readonly #state: StreamState<T>;
  readonly #value: T;

  constructor(state: StreamState<T>, value: T) {
    super();
    this.#state = state;
    this.#value = value;
  }

  protected tryNow(): undefined {
    return undefined;
  }

  protected override finish(): IteratorReturnResult<void> {
    return passed;
  }

  suspend(continuation: Continuation): void {
    const state = this.#state;
    state.producer = continuation;
    const sent = this.#value === undefined ? nothing : this.#value;
    const consumer = state.consumers.shift();
    if (consumer === undefined) state.values.push(sent);
    else consumer.resume(sent);
    // With consumers waiting or room in the buffer the next value is wanted already.
    if (state.producer === continuation && (!state.consumers.isEmpty || state.values.size < state.limit)) {
      state.producer = undefined;
      continuation.resume(nothing);
    }
  }

  override cancel(): void {
    this.#state.producer = undefined;
  }

  describe(): string {
    return 'emit(), for the next value to be wanted';
  }
}

class StreamNext<T> extends Wait<IteratorResult<T, undefined>> {
  readonly #state: StreamState<T>;

  constructor(state: StreamState<T>) {
    super();
    this.#state = state;
  }

  protected tryNow(): IteratorReturnResult<IteratorResult<T, undefined>> | undefined {
    const state = this.#state;
    if (state.values.size === 0 && !state.ended && state.consumers.isEmpty) state.pull();
    const value = state.values.shift();
    if (value !== undefined) {
      if (state.limit > 0 && state.producer !== undefined && state.values.size < state.limit) state.pull();
      return this.finish(value);
    }
    return state.ended ? this.finish(endMark) : undefined;
  }

  protected override finish(received: unknown): IteratorReturnResult<IteratorResult<T, undefined>> {
    if (received === endMark) {
      const { failure } = this.#state;
      this.#state.failure = undefined;
      if (failure !== undefined) throw failure.error;
      return { done: true, value: { done: true, value: undefined } };
    }
    return { done: true, value: { done: false, value: (received === nothing ? undefined : received) as T } };
  }

  suspend(continuation: Continuation): void {
    this.#state.consumers.push(continuation);
  }

  describe(): string {
    return 'Stream.next()';
  }
}
