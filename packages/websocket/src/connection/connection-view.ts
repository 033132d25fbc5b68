// A connection as one service sees it: what is registered through it belongs to that service.

import type { Awaitable, Consumer, Handled, MessageType } from '@ichor/core';
import type {
  CloseInfo,
  ConnectionMetrics,
  ConnectionState,
  MessageChannel,
  MessageStream,
  SendResult,
  WebSocketConnection,
  WebSocketData,
  WebSocketMessage,
} from '../contract/websocket-connection.ts';
import { webSocketError } from '../errors/catalogue.ts';
import { checkHandler, checkMessageType } from '../options/checks.ts';
import { checkClose } from '../protocol/close-codes.ts';
import type { Connection, Watcher } from './connection.ts';
import { StreamSubscription } from './message-stream.ts';
import { HandlerSubscription } from './subscription.ts';
import { TypedChannel } from './typed-channel.ts';

/** The connections behind the views, for rooms. */
const behind = new WeakMap<WebSocketConnection, Connection>();

/** Undefined when it is no connection of this package. */
export function connectionOf(view: WebSocketConnection): Connection | undefined {
  return behind.get(view);
}

export class ConnectionView implements WebSocketConnection, Disposable {
  readonly #connection: Connection;
  readonly #consumer: Consumer;
  #registered: Set<Disposable> | undefined = undefined;

  constructor(connection: Connection, consumer: Consumer) {
    this.#connection = connection;
    this.#consumer = consumer;
    behind.set(this, connection);
  }

  get id(): number {
    return this.#connection.id;
  }

  get side(): 'server' | 'client' {
    return this.#connection.parts.side;
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  get protocol(): string {
    return this.#connection.protocol;
  }

  get path(): string {
    return this.#connection.parts.path;
  }

  get metrics(): ConnectionMetrics {
    return this.#connection.metrics;
  }

  get bufferedBytes(): number {
    return this.#connection.bufferedBytes;
  }

  get closeInfo(): CloseInfo | undefined {
    return this.#connection.closeInfo;
  }

  send(data: WebSocketData): SendResult {
    if (!this.#consumer.connected) this.#consumer.assertConnected();
    if (typeof data === 'string') return this.#connection.send(data, false);
    if (data instanceof Uint8Array) return this.#connection.send(data, true);
    const { bytes, isBinary } = payloadOf(data);
    return this.#connection.send(bytes, isBinary);
  }

  drained(): Awaitable<void> {
    return this.#connection.drained();
  }

  channel<T>(type: MessageType<T>): MessageChannel<T> {
    checkMessageType(type);
    return new TypedChannel(type, this.#connection, this.#consumer, this);
  }

  onMessage(handler: (message: WebSocketMessage) => Handled): Disposable {
    checkHandler(handler);
    return this.subscribe(new HandlerSubscription(this.#connection, this.#consumer, handler));
  }

  messages(): MessageStream<WebSocketMessage> {
    return this.subscribe(new StreamSubscription(this.#connection, this.#consumer, (message) => ({ value: message })));
  }

  onClose(handler: (close: CloseInfo) => Handled): Disposable {
    const watcher = this.#watcher(handler);
    this.#connection.onClose(watcher);
    return this.#registration(watcher);
  }

  onState(handler: (state: ConnectionState) => Handled): Disposable {
    const watcher = this.#watcher(handler);
    this.#connection.onState(watcher);
    return this.#registration(watcher);
  }

  close(code = 1000, reason = ''): void {
    checkClose(code, reason);
    this.#connection.close(code, reason);
  }

  terminate(): void {
    this.#connection.terminate();
  }

  whenClosed(): Awaitable<CloseInfo> {
    return this.#connection.whenClosed();
  }

  /** The service has stopped: its handlers go. */
  [Symbol.dispose](): void {
    const registered = this.#registered;
    this.#registered = undefined;
    if (registered !== undefined) for (const each of registered) each[Symbol.dispose]();
  }

  /** Adds a subscription that goes with the service. */
  subscribe<S extends HandlerSubscription | StreamSubscription<unknown>>(subscription: S): S {
    this.#consumer.assertConnected();
    const registered = (this.#registered ??= new Set());
    registered.add(subscription);
    subscription.gone = () => void registered.delete(subscription);
    this.#connection.subscribe(subscription);
    return subscription;
  }

  #watcher<T>(handler: (value: T) => Handled): Watcher<T> {
    this.#consumer.assertConnected();
    checkHandler(handler);
    return { consumer: this.#consumer, handler };
  }

  #registration<T>(watcher: Watcher<T>): Disposable {
    const registration = {
      [Symbol.dispose]: (): void => {
        this.#connection.unwatch(watcher);
        this.#registered?.delete(registration);
      },
    };
    (this.#registered ??= new Set()).add(registration);
    return registration;
  }
}

/** What is to be sent of something that is neither text nor a Uint8Array. @throws ICHOR_WEBSOCKET_DATA_INVALID */
export function payloadOf(data: WebSocketData): { readonly bytes: Uint8Array | string; readonly isBinary: boolean } {
  if (typeof data === 'string') return { bytes: data, isBinary: false };
  if (data instanceof Uint8Array) return { bytes: data, isBinary: true };
  if (data instanceof ArrayBuffer) return { bytes: new Uint8Array(data), isBinary: true };
  const message: Partial<WebSocketMessage> | null | undefined = data;
  if (typeof message === 'object' && message !== null && message.bytes instanceof Uint8Array)
    return { bytes: message.bytes, isBinary: message.isBinary === true };
  throw webSocketError(
    'ICHOR_WEBSOCKET_DATA_INVALID',
    `A WebSocket message is text, a Uint8Array, an ArrayBuffer or a received message; received ${
      message === null ? 'null' : typeof message
    }. Use channel() to send values.`,
  );
}
