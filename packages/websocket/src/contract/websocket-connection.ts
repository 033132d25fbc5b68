// What users see of a connection: the same on both sides. Every service that holds one has a view of its own.

import { token, type Awaitable, type Handled, type MessageType } from '@ichor/core';

/** Where a connection is. `connecting` only on the client side: before it is open first, and between attempts to reconnect. */
export type ConnectionState = 'connecting' | 'open' | 'closing' | 'closed';

/**
 * What became of a message: handed to the socket (`sent`), waiting for room in the socket or for a reconnection (`queued`), not
 * taken because the queue is full (`full`), or not taken because the connection is closing or closed (`closed`).
 */
export type SendResult = 'sent' | 'queued' | 'full' | 'closed';

/** How a connection ended. */
export interface CloseInfo {
  /** The close code: of the side that closed first, or 1006 when the connection broke without a closing handshake. */
  readonly code: number;
  readonly reason: string;
  /** Both sides have closed by handshake. */
  readonly wasClean: boolean;
  /** Who ended it: this side, the peer, or nobody (`lost`: network, time-out). */
  readonly by: 'us' | 'peer' | 'lost';
}

/** A received message. Decoded on first use. */
export interface WebSocketMessage {
  readonly isBinary: boolean;
  /** The payload; of a text message its UTF-8, which has been checked. Belongs to the receiver. */
  readonly bytes: Uint8Array;
  /** The payload as text, with its byte order mark if there is one. */
  readonly text: string;
  /** The payload parsed as JSON, unchecked: prefer `channel()`. @throws SyntaxError */
  json(): unknown;
}

/** What can be sent: text, bytes (which must not change until they are sent), or a received message as it is. */
export type WebSocketData = string | Uint8Array | ArrayBuffer | WebSocketMessage;

/** Counters of one connection. */
export interface ConnectionMetrics {
  /** Bytes that wait in the socket and in the queue of the connection. */
  readonly bufferedBytes: number;
  /** Messages that wait in the queue of the connection. */
  readonly queued: number;
  /** Messages handed to the socket. */
  readonly sent: number;
  /** Messages dropped by the policy for full queues, or in the queue when the connection closed. */
  readonly dropped: number;
  readonly received: number;
  /** Received messages that wait for handlers or are being handled. */
  readonly pending: number;
  /** Whether reading is paused because too many are pending. */
  readonly isPaused: boolean;
}

/** Messages in order of arrival, for `for await` and for coroutines. Ends with the connection. */
export interface MessageStream<T> extends AsyncIterable<T>, Disposable {
  /** Waits for the next message; `done` when the connection has closed. */
  next(): Awaitable<IteratorResult<T, undefined>>;
}

/** Messages of one type on a connection: encoded when sent, decoded and validated when received. */
export interface MessageChannel<T> {
  readonly type: MessageType<T>;
  /** The content type in use: that of the codec chosen by the sub-protocol. */
  readonly contentType: string;
  /** Sends a value. @throws an IchorError of the codec when the value does not fit the type. */
  send(value: T): SendResult;
  /** Handles each message that fits; others close the connection with 1007. Disposing ends it. */
  onMessage(handler: (value: T) => Handled): Disposable;
  messages(): MessageStream<T>;
}

/**
 * A WebSocket connection, as one service sees it: handlers registered through it belong to that service and go with it.
 *
 * Handlers run on the event queue, as their service, in the order of arrival (unless a priority function says otherwise), each
 * message as one event of the type {@link WebSocketMessageWork}. Messages that arrive before there is a handler wait for the first.
 * Several handlers each get every message from then on. A handler that fails closes the connection with 1011.
 *
 * @example
 * ```ts
 * import { DependencyManager, required, type Injected } from '@ichor/core';
 * import { HttpHostService } from '@ichor/http';
 * import { WebSocketClient, WebSocketClientService, WebSocketHost, WebSocketHostService } from '@ichor/websocket';
 *
 * class Numbers {
 *   static readonly dependencies = { host: required(WebSocketHost), client: required(WebSocketClient) };
 *   readonly #deps;
 *   constructor(deps: Injected<typeof Numbers.dependencies>) {
 *     this.#deps = deps;
 *     // As fast as the receiver reads, and no faster.
 *     deps.host.endpoint('/', function* (connection) {
 *       for (let number = 0; number < 10_000; number++) {
 *         while (connection.send(String(number)) === 'full') yield* connection.drained();
 *       }
 *       connection.close(1000, 'that was all');
 *     });
 *   }
 *   async start() {
 *     const connection = await this.#deps.client.connect(this.#deps.host.url!);
 *     let count = 0;
 *     for await (const message of connection.messages()) if (message.text === String(count)) count++;
 *     console.log(count, connection.closeInfo?.reason); // 10000 that was all
 *     void manager.quit();
 *   }
 * }
 *
 * const manager = new DependencyManager();
 * manager.register(HttpHostService, { options: { address: '127.0.0.1', port: 0 } });
 * manager.register(WebSocketHostService);
 * manager.register(WebSocketClientService);
 * manager.register(Numbers);
 * await manager.run();
 * ```
 */
export interface WebSocketConnection {
  /** Unique in this process. */
  readonly id: number;
  readonly side: 'server' | 'client';
  readonly state: ConnectionState;
  /** The sub-protocol in use; empty when there is none. */
  readonly protocol: string;
  /** Path of the request, without query. */
  readonly path: string;
  readonly metrics: ConnectionMetrics;
  /** Bytes that wait in the socket and in the queue. */
  readonly bufferedBytes: number;
  /** Sends a message after those sent before. Never waits. O(1). @throws ICHOR_WEBSOCKET_DATA_INVALID */
  send(data: WebSocketData): SendResult;
  /** Passes when no more than the low-water mark is waiting. @throws (when awaited) ICHOR_WEBSOCKET_CLOSED */
  drained(): Awaitable<void>;
  /** Typed messages. The codec is chosen by the sub-protocol (`json`, `msgpack`), else the first one of the type. */
  channel<T>(type: MessageType<T>): MessageChannel<T>;
  onMessage(handler: (message: WebSocketMessage) => Handled): Disposable;
  /** All messages from now on (and those that waited for a first handler). */
  messages(): MessageStream<WebSocketMessage>;
  /**
   * Called once, after the messages that came before; in turn, when it has closed already. Not for what the stop of one's own
   * service closes, since handlers go with it: see `closeInfo`.
   */
  onClose(handler: (close: CloseInfo) => Handled): Disposable;
  /** Called when the state changes, such as when a client reconnects. */
  onState(handler: (state: ConnectionState) => Handled): Disposable;
  /**
   * Begins the closing handshake: what was sent before goes first, nothing more is delivered. Does nothing when it is closing.
   * A client does not reconnect.
   * @param code Default: 1000. @param reason At most 123 bytes of UTF-8.
   * @throws ICHOR_WEBSOCKET_CLOSE_INVALID
   */
  close(code?: number, reason?: string): void;
  /** Cuts the connection at once, without handshake. */
  terminate(): void;
  /** How it ended, once it has. */
  readonly closeInfo: CloseInfo | undefined;
  /** Waits until it has closed. */
  whenClosed(): Awaitable<CloseInfo>;
}

/**
 * Provided by every open connection, with the properties `{ path, protocol, side, host }`: require it with `many()` to see
 * connections come and go.
 *
 * @example
 * ```ts
 * import { DependencyManager, many } from '@ichor/core';
 * import { WebSocketConnection } from '@ichor/websocket';
 *
 * class Census {
 *   static readonly dependencies = { connections: many(WebSocketConnection) };
 *   #count = 0;
 *   added(_name: string, connection: WebSocketConnection) {
 *     console.log(`${++this.#count} connections, the last on ${connection.path}`);
 *   }
 *   removed() {
 *     this.#count--;
 *   }
 * }
 *
 * const manager = new DependencyManager();
 * manager.register(Census);
 * const run = manager.run();
 * await manager.quit();
 * await run;
 * ```
 */
export const WebSocketConnection = token<WebSocketConnection>('WebSocketConnection');
