// The WebSocketClient token: what a service requires to connect to servers. Every consumer gets a client of its own.

import { token, type Awaitable } from '@ichor/core';
import type { ClientTlsOptions } from '@ichor/http';
import type { ReconnectPolicy } from '../flow/reconnect-delay.ts';
import type { ConnectionOptions } from './connection-options.ts';
import type { WebSocketConnection } from './websocket-connection.ts';

export type { ClientTlsOptions };

/** How to connect. */
export interface ConnectOptions extends ConnectionOptions {
  /** Longest time to an open connection, in milliseconds, for each attempt. Default: 10000. */
  readonly connectTimeoutMs?: number;
  /** More header fields for the handshake, such as Authorization or Origin. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For `wss:`: authorities, client certificate, verification. */
  readonly tls?: ClientTlsOptions;
  /**
   * Connect again when the connection is lost, or the server closes it with 1001, 1011, 1012, 1013 or 1014. Not for the first
   * attempt: its failure is that of `connect()`. Default: false; `true` is the default policy.
   */
  readonly reconnect?: boolean | ReconnectPolicy;
  /** While reconnecting, `send()` queues by `whenFull` (`queue`), or takes nothing (`refuse`: `full`). Default: `queue`. */
  readonly whileOffline?: 'queue' | 'refuse';
  /** Gives up connecting when it aborts. Without effect once open. */
  readonly signal?: AbortSignal;
}

/** Options of {@link WebSocketClientService}. */
export interface WebSocketClientOptions {
  /**
   * A silent peer is asked for a sign of life this often, in milliseconds from 10, and cut off when it gives none until the next
   * time: a dead one is found within twice this. Infinity: never. Default: 30000.
   */
  readonly heartbeatMs?: number;
}

/** Connects to WebSocket servers, on behalf of the service that required it. What it connects is closed with that service. */
export interface WebSocketClient {
  /**
   * Connects to `url` (`ws:`, `wss:`, `http:` or `https:`).
   * @throws ICHOR_WEBSOCKET_OPTION_INVALID at once; (when awaited) ICHOR_WEBSOCKET_CONNECT_FAILED, ICHOR_WEBSOCKET_CONNECT_TIMEOUT,
   * ICHOR_WEBSOCKET_REFUSED with `details.status`, ICHOR_WEBSOCKET_CONNECT_ABORTED.
   */
  connect(url: string | URL, options?: ConnectOptions): Awaitable<WebSocketConnection>;
}

/** Require this to connect to servers. Provided by `WebSocketClientService`. */
export const WebSocketClient = token<WebSocketClient>('WebSocketClient');
