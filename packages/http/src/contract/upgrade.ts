// Handing a connection over to another protocol (RFC 9110 section 7.8): what @ichor/websocket builds on.

import type { Handled } from '@ichor/core';
import type { HttpRequest, ParamsOf } from './request.ts';
import type { HttpResponse } from './response.ts';

/** Which upgrades a route takes. */
export interface UpgradeOptions {
  /** The protocol in the Upgrade header, compared without regard to case, such as `websocket`. */
  readonly protocol: string;
  /** Priority of its requests in the queue. Default: that of the host. */
  readonly priority?: number;
}

/** A connection that no longer speaks HTTP. */
export interface UpgradedConnection {
  /**
   * The connection as a duplex stream of bytes: a `Duplex` of node:stream on the engines of this package. Nothing has been
   * written to it; the answer (101) is the receiver's to send. Ended or destroyed by the receiver.
   */
  readonly socket: unknown;
  /** What the client sent behind its request. */
  readonly head: Uint8Array;
}

/** A request that asks to upgrade. */
export interface UpgradeRequest<Params = Readonly<Record<string, string>>> extends HttpRequest<undefined, Params> {
  /**
   * Takes the connection over. From then on it counts neither for the limits nor for the drain of the host, and the
   * handler's result is ignored.
   * @throws ICHOR_HTTP_UPGRADE_INVALID when it was taken over or answered already, or the client has gone.
   */
  takeOver(): UpgradedConnection;
}

/** Takes the connection over, or refuses by returning a response. */
export type UpgradeHandler<Path = string> = (
  request: UpgradeRequest<ParamsOf<Path>>,
) => Handled<HttpResponse | undefined | void>;
