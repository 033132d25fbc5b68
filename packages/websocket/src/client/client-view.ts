// The WebSocketClient of one consumer: its connections belong to it.

import type { Awaitable, Consumer } from '@ichor/core';
import { fromPromise } from '@ichor/coroutines';
import { shutDown, WebSocketConnectionService } from '../connection/connection-service.ts';
import { ConnectionView } from '../connection/connection-view.ts';
import type { ConnectOptions, WebSocketClient } from '../contract/websocket-client.ts';
import type { WebSocketConnection } from '../contract/websocket-connection.ts';
import { checkedUrl, resolveConnect, type ResolvedConnect } from '../options/client-options.ts';
import { ClientConnection, type ClientParts } from './client-connection.ts';

export class WebSocketClientView implements WebSocketClient, Disposable {
  readonly #parts: ClientParts;
  readonly #consumer: Consumer;
  readonly #connections = new Map<ClientConnection, ConnectionView>();
  #watchesSignal = false;

  constructor(parts: ClientParts, consumer: Consumer) {
    this.#parts = parts;
    this.#consumer = consumer;
  }

  connect(url: string | URL, options: ConnectOptions = {}): Awaitable<WebSocketConnection> {
    this.#consumer.assertConnected();
    const connected = this.#connect(checkedUrl(url), resolveConnect(options));
    // Whoever connects may have been cancelled meanwhile.
    connected.catch(() => undefined);
    return fromPromise(connected);
  }

  /** One side has stopped. */
  [Symbol.dispose](): void {
    this.#shutDown();
    for (const view of this.#connections.values()) view[Symbol.dispose]();
  }

  async #connect(url: URL, options: ResolvedConnect): Promise<WebSocketConnection> {
    const { context } = this.#consumer;
    if (!this.#watchesSignal) {
      this.#watchesSignal = true;
      context.signal.addEventListener('abort', this.#shutDown, { once: true });
    }
    const made = new ClientConnection(url, options, this.#consumer, this.#parts, () => this.#connections.delete(made));
    const { connection } = made;
    const view = new ConnectionView(connection, this.#consumer);
    this.#connections.set(made, view);
    await made.first();
    if (!this.#consumer.connected) return view;
    connection.standsFor(
      context.register(WebSocketConnectionService, {
        options: { connection },
        properties: { path: url.pathname, protocol: connection.protocol, side: 'client', host: url.host },
        name: 'WebSocketConnection',
      }),
    );
    return view;
  }

  /** The consumer begins to stop: what is not open yet is given up, the rest closed. */
  readonly #shutDown = (): void => {
    for (const made of [...this.#connections.keys()]) {
      made.abandon(`${this.#consumer.context.name} stops`);
      shutDown(made.connection);
    }
  };
}
