// The WebSocketHost token: what a service requires to offer endpoints. Every consumer gets a view of its own.

import { token, type Handled, type MessageType } from '@ichor/core';
import type { HttpResponse, UpgradeRequest } from '@ichor/http';
import type { ConnectionOptions } from './connection-options.ts';
import type { WebSocketConnection, WebSocketData } from './websocket-connection.ts';

/** Options of {@link WebSocketHostService}. */
export interface WebSocketHostOptions {
  /** Connections of all endpoints together; more are answered 503. Default: 16384. */
  readonly maxConnections?: number;
  /**
   * A silent peer is asked for a sign of life this often, in milliseconds from 10, and cut off when it gives none until the next
   * time: a dead one is found within twice this. One sweep for all connections. Infinity: never. Default: 30000.
   */
  readonly heartbeatMs?: number;
}

/** What `authorise` says: only true lets the client in, false answers 403, a response is sent as it is. */
export type Verdict = boolean | HttpResponse;

/** How an endpoint takes connections. */
export interface EndpointOptions extends ConnectionOptions {
  /**
   * Origins that may connect, such as `https://example.org`, compared without regard to case; others are answered 403. Requests
   * without Origin, which do not come from browsers, are let in. Default: all.
   */
  readonly origins?: readonly string[] | ((origin: string) => boolean);
  /** Refuses clients that offer none of `protocols`, with 400. Default: only those that offer nothing but others. */
  readonly requireProtocol?: boolean;
  /** Connections of this endpoint; more are answered 503. Default: Infinity. */
  readonly maxConnections?: number;
  /**
   * Decides who may connect: plain, async or a coroutine. What it throws is answered like the failure of a route: an `HttpError`
   * as it says, all else 500, as is a result that is no verdict. `request.signal` aborts when the client leaves meanwhile.
   */
  readonly authorise?: (request: UpgradeRequest) => Handled<Verdict>;
}

/** Called for each connection when it is open, as the service that made the endpoint. When it fails, 1011 closes the connection. */
export type ConnectionHandler = (connection: WebSocketConnection, request: UpgradeRequest) => Handled;

/** How many receivers of a broadcast got what result of `send()`. */
export interface BroadcastResult {
  readonly sent: number;
  readonly queued: number;
  readonly full: number;
  readonly closed: number;
}

/** How a broadcast is sent. */
export interface BroadcastOptions {
  /** One that does not get it, such as the author. */
  readonly except?: WebSocketConnection;
}

/** Several receivers. A message is encoded once for all; each one has a queue and a policy of its own. */
export interface Audience {
  readonly size: number;
  /** O(receivers). */
  broadcast(data: WebSocketData, options?: BroadcastOptions): BroadcastResult;
  /** As `broadcast`, for a value of a message type: encoded once per codec that the sub-protocols of the receivers ask for. */
  broadcastMessage<T>(type: MessageType<T>, value: T, options?: BroadcastOptions): BroadcastResult;
}

/** One endpoint and its connections. Disposing removes it; connections that are open stay. */
export interface Endpoint extends Audience, Disposable {
  readonly path: string;
  connections(): Iterable<WebSocketConnection>;
}

/** Connections with something in common, known by a name to all services on a host. A connection that closes leaves it. */
export interface Room extends Audience {
  readonly name: string;
  /** False when it was there already, or is closed. @throws ICHOR_WEBSOCKET_OPTION_INVALID for what is no connection. */
  join(connection: WebSocketConnection): boolean;
  /** False when it was not there. */
  leave(connection: WebSocketConnection): boolean;
  has(connection: WebSocketConnection): boolean;
}

/** A WebSocket host on an HTTP host, as one service sees it: endpoints and their connections belong to that service. */
export interface WebSocketHost {
  /** `ws://127.0.0.1:8080`; undefined before it listens, and on a Unix path. */
  readonly url: string | undefined;
  /** Open connections of all endpoints of the host. */
  readonly size: number;
  /**
   * Offers an endpoint. `path` is a pattern as for routes.
   * @throws ICHOR_WEBSOCKET_OPTION_INVALID, ICHOR_HTTP_ROUTE_CONFLICT, ICHOR_HTTP_ROUTE_INVALID
   */
  endpoint(path: string, handler: ConnectionHandler): Endpoint;
  endpoint(path: string, options: EndpointOptions, handler: ConnectionHandler): Endpoint;
  /** The room of that name; it exists as long as somebody is in it. */
  room(name: string): Room;
}

/** Require this to offer endpoints. Provided by `WebSocketHostService`. */
export const WebSocketHost = token<WebSocketHost>('WebSocketHost');
