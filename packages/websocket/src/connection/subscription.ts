// One subscriber of one connection; here those with a handler, in message-stream.ts those that are read at their own pace.
// Belongs to the service of a view.

import { isCancelled } from '@ichor/coroutines';
import type { Consumer, Handled } from '@ichor/core';
import type { WebSocketMessage } from '../contract/websocket-connection.ts';
import type { IncomingMessage, Receiver } from './incoming-message.ts';

/** The connection as its subscriptions see it. */
export interface Source {
  readonly id: number;
  readonly isMuted: boolean;
  finished(message: IncomingMessage): void;
  handlerFailed(error: unknown, handling: string): void;
  unsubscribe(subscription: Subscription): void;
}

/** Something of a consumer that gets messages. */
export abstract class Subscription implements Receiver, Disposable {
  readonly connection: Source;
  readonly consumer: Consumer;
  abstract readonly keeps: boolean;
  /** Called when it is disposed: whoever keeps it lets it go. */
  gone: (() => void) | undefined = undefined;

  constructor(connection: Source, consumer: Consumer) {
    this.connection = connection;
    this.consumer = consumer;
  }

  abstract deliver(message: IncomingMessage): Handled;

  finished(message: IncomingMessage, error: unknown, hasFailed: boolean): void {
    this.connection.finished(message);
    if (hasFailed && !isCancelled(error)) this.connection.handlerFailed(error, 'a message');
  }

  /** No more messages will come. */
  ended(): void {
    // Handlers learn it from onClose.
  }

  [Symbol.dispose](): void {
    this.connection.unsubscribe(this);
    this.gone?.();
  }
}

export class HandlerSubscription extends Subscription {
  readonly keeps = false;
  readonly #handler: (message: WebSocketMessage) => Handled;
  #isDisposed = false;

  constructor(connection: Source, consumer: Consumer, handler: (message: WebSocketMessage) => Handled) {
    super(connection, consumer);
    this.#handler = handler;
  }

  deliver(message: IncomingMessage): Handled {
    return this.#isDisposed || this.connection.isMuted ? undefined : this.#handler(message);
  }

  override [Symbol.dispose](): void {
    this.#isDisposed = true;
    super[Symbol.dispose]();
  }
}
