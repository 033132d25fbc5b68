// The service that stands for one open connection, so that others see it come and go. Registered as a child of its owner.

import { forConsumer, inspectService, type Consumer, type ProvidesViews, type ServiceContext } from '@ichor/core';
import { WebSocketConnection } from '../contract/websocket-connection.ts';
import type { Connection } from './connection.ts';
import { ConnectionView } from './connection-view.ts';

/** What the service is registered with. */
export interface StandsFor {
  readonly connection: Connection;
}

export class WebSocketConnectionService implements ProvidesViews<WebSocketConnection> {
  static readonly provides = [WebSocketConnection];
  static readonly dependencies = {};
  readonly #connection: Connection;

  constructor(_dependencies: object, self: ServiceContext<StandsFor>) {
    this.#connection = self.options.connection;
  }

  [forConsumer](consumer: Consumer): WebSocketConnection {
    return new ConnectionView(this.#connection, consumer);
  }

  /** What `inspect()` shows of it. */
  [inspectService](): Record<string, unknown> {
    const { id, state, metrics } = this.#connection;
    return { connection: id, state, ...metrics };
  }

  /** The closing handshake, bounded by `closeTimeoutMs`. */
  stop(): PromiseLike<unknown> | undefined {
    shutDown(this.#connection);
    return this.#connection.state === 'closed' ? undefined : this.#connection.whenClosed();
  }
}

/** Closes as a program does that ends: a server goes away, a client is done. */
export function shutDown(connection: Connection): void {
  if (connection.parts.side === 'server') connection.shutDown(1001, 'going away');
  else connection.shutDown(1000, '');
}
