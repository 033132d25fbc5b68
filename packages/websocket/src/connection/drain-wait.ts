// The wait for room in a connection. One per connection, made when somebody first waits.

import type { Continuation } from '@ichor/coroutines';
import { nothing, passed, Wait, WaitList } from '@ichor/coroutines/spi';
import { webSocketError } from '../errors/catalogue.ts';

/** What the wait looks at. */
export interface Drainable {
  readonly id: number;
  readonly isDrained: boolean;
  readonly isOver: boolean;
}

export class DrainWait extends Wait<void> {
  readonly #connection: Drainable;
  readonly #waiters = new WaitList();

  constructor(connection: Drainable) {
    super();
    this.#connection = connection;
  }

  get hasWaiters(): boolean {
    return !this.#waiters.isEmpty;
  }

  suspend(continuation: Continuation): void {
    this.#waiters.push(continuation);
  }

  describe(): string {
    return `drained() of WebSocket connection ${this.#connection.id}`;
  }

  /** Lets those through who wait, as long as there is room; all fail when the connection is over. */
  release(): void {
    while (this.#connection.isOver || this.#connection.isDrained) {
      const waiter = this.#waiters.shift();
      if (waiter === undefined) return;
      if (this.#connection.isOver) waiter.fail(this.#closed());
      else waiter.resume(nothing);
    }
  }

  protected tryNow(): IteratorReturnResult<void> | undefined {
    if (this.#connection.isOver) throw this.#closed();
    return this.#connection.isDrained && this.#waiters.isEmpty ? passed : undefined;
  }

  protected override finish(): IteratorReturnResult<void> {
    return passed;
  }

  #closed(): Error {
    return webSocketError(
      'ICHOR_WEBSOCKET_CLOSED',
      `WebSocket connection ${this.#connection.id} closed while somebody waited in drained(). Look at closeInfo for the reason.`,
    );
  }
}
