// A bounded queue between coroutines: senders wait while it is full, receivers while it is empty, both first come, first served.

import type { Awaitable, Continuation } from '../contract/awaitable.ts';
import { Fifo } from '../driver/fifo.ts';
import { WaitList } from '../driver/wait-list.ts';
import { nothing, passed, Wait } from '../driver/wait.ts';
import { coroutineError } from '../errors/catalogue.ts';
import { checkCount } from '../errors/check-option.ts';
import { disposedError, failAll } from './disposed.ts';

/**
 * Passes values from senders to receivers in the order of sending, each to exactly one.
 *
 * @example
 * ```ts
 * import { Channel, task } from '@ichor/coroutines';
 *
 * const lines = new Channel<string>(8);
 * task(function* () {
 *   for (const line of ['one', 'two', 'three']) yield* lines.send(line);
 *   lines.close();
 * }).start();
 * for await (const line of lines) console.log(line);
 * ```
 */
export class Channel<T> implements AsyncIterable<T>, Disposable {
  readonly #state: ChannelState<T>;
  readonly #receive: Receive<T>;
  readonly #next: ReceiveNext<T>;

  /**
   * @param capacity How many values may wait in it: an integer from 0 (default: a sender waits until somebody receives),
   * or Infinity. @throws ICHOR_COROUTINES_OPTION
   */
  constructor(capacity = 0) {
    this.#state = new ChannelState(checkCount('capacity', capacity, 0, true));
    this.#receive = new Receive(this.#state);
    this.#next = new ReceiveNext(this.#state);
  }

  get capacity(): number {
    return this.#state.capacity;
  }

  /** Values that wait in it, without those whose senders wait. */
  get size(): number {
    return this.#state.values.size;
  }

  get isClosed(): boolean {
    return this.#state.closed;
  }

  /**
   * Waits until the value is in the channel or with a receiver. A waiting receiver is resumed inline.
   * @throws (when awaited) ICHOR_COROUTINES_CHANNEL_CLOSED
   */
  send(value: T): Awaitable<void> {
    return new Send(this.#state, value);
  }

  /** Sends if that needs no waiting. False when it is full. @throws ICHOR_COROUTINES_CHANNEL_CLOSED */
  trySend(value: T): boolean {
    return this.#state.offer(value);
  }

  /** Waits for a value. @throws (when awaited) the error given to `close`, or ICHOR_COROUTINES_CHANNEL_CLOSED, once it is closed and empty. */
  receive(): Awaitable<T> {
    return this.#receive;
  }

  /** A value if there is one. */
  tryReceive(): { readonly value: T } | undefined {
    if (this.#state.disposed) throw disposedError('Channel');
    const taken = this.#state.take();
    return taken === undefined ? undefined : { value: taken === nothing ? (undefined as T) : (taken as T) };
  }

  /** As `receive`, but the end is `{ done: true }`; only an error given to `close` is thrown. For loops in coroutines. */
  next(): Awaitable<IteratorResult<T, undefined>> {
    return this.#next;
  }

  /**
   * No more values. What is in the channel can still be received; senders that wait fail with ICHOR_COROUTINES_CHANNEL_CLOSED.
   * @param error Thrown to receivers once it is empty, in place of the plain end.
   */
  close(error?: unknown): void {
    this.#state.close(error);
  }

  /** Receives until it is closed. Leaving the loop early leaves the channel as it is. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const { done, value } = await this.#next;
      if (done === true) return;
      yield value;
    }
  }

  /** Closes it, drops what is in it, and fails everybody who waits, and all later uses, with ICHOR_COROUTINES_DISPOSED. */
  [Symbol.dispose](): void {
    this.#state.dispose();
  }
}

/** What a waiting receiver is resumed with when the channel was closed. */
const closedMark: unique symbol = Symbol('closed');

class ChannelState<T> {
  readonly capacity: number;
  /** `nothing` stands for undefined. */
  readonly values = new Fifo<unknown>();
  readonly receivers = new WaitList();
  /** `waitDetail` is the value to send. Not empty only while `values` is full. */
  readonly senders = new WaitList();
  closed = false;
  error: unknown = undefined;
  disposed = false;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  offer(value: T): boolean {
    if (this.closed) throw this.sendError();
    const sent = value === undefined ? nothing : value;
    const receiver = this.receivers.shift();
    if (receiver !== undefined) {
      receiver.resume(sent);
      return true;
    }
    if (this.values.size >= this.capacity) return false;
    this.values.push(sent);
    return true;
  }

  /** The oldest value; what a waiting sender has moves up. Undefined when there is none. */
  take(): unknown {
    const value = this.values.shift();
    const sender = this.senders.shift();
    if (sender === undefined) return value;
    const sent = sender.waitDetail;
    sender.waitDetail = undefined;
    if (value !== undefined) this.values.push(sent);
    sender.resume(nothing);
    return value === undefined ? sent : value;
  }

  close(error: unknown): void {
    if (this.closed) return;
    this.closed = true;
    this.error = error;
    for (let sender = this.senders.shift(); sender !== undefined; sender = this.senders.shift()) {
      sender.waitDetail = undefined;
      sender.fail(this.sendError());
    }
    for (let receiver = this.receivers.shift(); receiver !== undefined; receiver = this.receivers.shift())
      receiver.resume(closedMark);
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.closed = true;
    this.values.clear();
    failAll(this.senders, 'Channel');
    failAll(this.receivers, 'Channel');
  }

  sendError(): Error {
    if (this.disposed) return disposedError('Channel');
    return coroutineError(
      'ICHOR_COROUTINES_CHANNEL_CLOSED',
      'A value was sent to a closed channel. Close it only after its last sender, or stop sending when isClosed is true.',
      { cause: this.error },
    );
  }

  receiveError(): unknown {
    return (
      this.error ??
      coroutineError(
        'ICHOR_COROUTINES_CHANNEL_CLOSED',
        'A value was awaited from a channel that is closed and empty. Use next() or for await, which end with the channel.',
      )
    );
  }
}

class Send<T> extends Wait<void> {
  readonly #state: ChannelState<T>;
  readonly #value: T;

  constructor(state: ChannelState<T>, value: T) {
    super();
    this.#state = state;
    this.#value = value;
  }

  protected tryNow(): IteratorReturnResult<void> | undefined {
    return this.#state.offer(this.#value) ? passed : undefined;
  }

  suspend(continuation: Continuation): void {
    continuation.waitDetail = this.#value === undefined ? nothing : this.#value;
    this.#state.senders.push(continuation);
  }

  override cancel(continuation: Continuation): void {
    super.cancel(continuation);
    continuation.waitDetail = undefined;
  }

  describe(): string {
    return 'Channel.send()';
  }
}

class Receive<T> extends Wait<T> {
  readonly #state: ChannelState<T>;

  constructor(state: ChannelState<T>) {
    super();
    this.#state = state;
  }

  protected tryNow(): IteratorReturnResult<T> | undefined {
    const state = this.#state;
    if (state.disposed) throw disposedError('Channel');
    const taken = state.take();
    if (taken !== undefined) return this.finish(taken);
    if (state.closed) throw state.receiveError();
    return undefined;
  }

  protected override finish(received: unknown): IteratorReturnResult<T> {
    if (received === closedMark) throw this.#state.receiveError();
    return super.finish(received);
  }

  suspend(continuation: Continuation): void {
    this.#state.receivers.push(continuation);
  }

  describe(): string {
    return 'Channel.receive()';
  }
}

class ReceiveNext<T> extends Wait<IteratorResult<T, undefined>> {
  readonly #state: ChannelState<T>;

  constructor(state: ChannelState<T>) {
    super();
    this.#state = state;
  }

  protected tryNow(): IteratorReturnResult<IteratorResult<T, undefined>> | undefined {
    const state = this.#state;
    if (state.disposed) throw disposedError('Channel');
    const taken = state.take();
    if (taken !== undefined) return this.finish(taken);
    return state.closed ? this.finish(closedMark) : undefined;
  }

  protected override finish(received: unknown): IteratorReturnResult<IteratorResult<T, undefined>> {
    if (received === closedMark) {
      if (this.#state.error !== undefined) throw this.#state.receiveError();
      return { done: true, value: { done: true, value: undefined } };
    }
    return { done: true, value: { done: false, value: (received === nothing ? undefined : received) as T } };
  }

  suspend(continuation: Continuation): void {
    this.#state.receivers.push(continuation);
  }

  describe(): string {
    return 'Channel.next()';
  }
}
