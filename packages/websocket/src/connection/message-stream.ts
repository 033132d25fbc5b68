// A subscriber that is read at its own pace. What it has not given out yet counts as pending, so that a slow reader slows the peer.

import type { Awaitable, Continuation } from '@ichor/coroutines';
import { Wait, WaitList } from '@ichor/coroutines/spi';
import type { Consumer } from '@ichor/core';
import type { MessageStream, WebSocketMessage } from '../contract/websocket-connection.ts';
import type { IncomingMessage } from './incoming-message.ts';
import { Subscription, type Source } from './subscription.ts';

interface Kept<T> {
  readonly message: IncomingMessage;
  readonly value: T;
}

export class StreamSubscription<T> extends Subscription implements MessageStream<T> {
  readonly keeps = true;
  readonly #convert: (message: WebSocketMessage) => { readonly value: T } | undefined;
  readonly #next: StreamWait<T>;
  #kept: Kept<T>[] = [];
  #isEnded = false;

  /** @param convert Undefined for a message that is left out. */
  constructor(
    connection: Source,
    consumer: Consumer,
    convert: (message: WebSocketMessage) => { readonly value: T } | undefined,
  ) {
    super(connection, consumer);
    this.#convert = convert;
    this.#next = new StreamWait(connection.id, () => this.#take());
  }

  deliver(message: IncomingMessage): void {
    const converted = this.connection.isMuted ? undefined : this.#convert(message);
    if (this.#isEnded || converted === undefined) return this.finished(message, undefined, false);
    const { value } = converted;
    const waiter = this.#next.waiters.shift();
    if (waiter === undefined) {
      this.#kept.push({ message, value });
      return;
    }
    this.finished(message, undefined, false);
    waiter.resume({ done: false, value });
  }

  next(): Awaitable<IteratorResult<T, undefined>> {
    return this.#next;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        const next = await this.#next;
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      this[Symbol.dispose]();
    }
  }

  /** What it holds can still be read. */
  override ended(): void {
    this.#isEnded = true;
    for (let waiter = this.#next.waiters.shift(); waiter !== undefined; waiter = this.#next.waiters.shift())
      waiter.resume({ done: true, value: undefined });
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    const kept = this.#kept;
    this.#kept = [];
    for (const { message } of kept) this.finished(message, undefined, false);
    this.ended();
  }

  #take(): IteratorResult<T, undefined> | undefined {
    const first = this.#kept.shift();
    if (first === undefined) return this.#isEnded ? { done: true, value: undefined } : undefined;
    this.finished(first.message, undefined, false);
    return { done: false, value: first.value };
  }
}

class StreamWait<T> extends Wait<IteratorResult<T, undefined>> {
  readonly waiters = new WaitList();
  readonly #connectionId: number;
  readonly #take: () => IteratorResult<T, undefined> | undefined;

  constructor(connectionId: number, take: () => IteratorResult<T, undefined> | undefined) {
    super();
    this.#connectionId = connectionId;
    this.#take = take;
  }

  protected tryNow(): IteratorReturnResult<IteratorResult<T, undefined>> | undefined {
    const value = this.#take();
    return value === undefined ? undefined : { done: true, value };
  }

  suspend(continuation: Continuation): void {
    this.waiters.push(continuation);
  }

  describe(): string {
    return `the next message of WebSocket connection ${this.#connectionId}`;
  }
}
