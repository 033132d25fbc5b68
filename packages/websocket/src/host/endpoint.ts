// One endpoint: admits upgrade requests (handshake, origin, limits, sub-protocol, authorisation), turns them into connections
// that belong to the service that made the endpoint, and keeps the open ones.

import { defineWork, type Consumer, type Handled, type MessageType } from '@ichor/core';
import { fromPromise, type Coroutine } from '@ichor/coroutines';
import { isCoroutine } from '@ichor/coroutines/spi';
import { HttpError, HttpResponse, type UpgradedConnection, type UpgradeRequest } from '@ichor/http';
import { Connection } from '../connection/connection.ts';
import { shutDown, WebSocketConnectionService } from '../connection/connection-service.ts';
import { ConnectionView } from '../connection/connection-view.ts';
import type { WebSocketConnection, WebSocketData } from '../contract/websocket-connection.ts';
import type {
  BroadcastOptions,
  BroadcastResult,
  ConnectionHandler,
  Endpoint,
  Verdict,
} from '../contract/websocket-host.ts';
import { Acceptor } from '../node/ws-socket.ts';
import type { ResolvedEndpointOptions } from '../options/endpoint-options.ts';
import { webSocketError } from '../errors/catalogue.ts';
import { shown } from '../options/checks.ts';
import { compressionOffers } from '../protocol/compression-offers.ts';
import { broadcast, broadcastMessage } from './audience.ts';
import { chooseProtocol, handshakeKey, offeredProtocols } from './handshake.ts';
import type { HostConnections } from './host-connections.ts';

/** The event type with which endpoints call their handlers for new connections. */
export const WebSocketOpen = defineWork('WebSocketOpen');

export class HostEndpoint implements Endpoint {
  readonly path: string;
  readonly #options: ResolvedEndpointOptions;
  readonly #handler: ConnectionHandler;
  readonly #host: HostConnections;
  readonly #consumer: Consumer;
  readonly #acceptor: Acceptor;
  readonly #connections = new Map<Connection, ConnectionView>();
  #admitted = 0;
  #isDisposed = false;
  /** The route, once registered. */
  route: Disposable | undefined = undefined;
  /** Called when it is disposed and has no connections any more. */
  gone: (() => void) | undefined = undefined;

  constructor(
    path: string,
    options: ResolvedEndpointOptions,
    handler: ConnectionHandler,
    host: HostConnections,
    consumer: Consumer,
  ) {
    this.path = path;
    this.#options = options;
    this.#handler = handler;
    this.#host = host;
    this.#consumer = consumer;
    this.#acceptor = new Acceptor(options);
  }

  get size(): number {
    return this.#connections.size;
  }

  connections(): Iterable<WebSocketConnection> {
    return [...this.#connections.values()];
  }

  broadcast(data: WebSocketData, options?: BroadcastOptions): BroadcastResult {
    this.#consumer.assertConnected();
    return broadcast(this.#connections.keys(), data, options);
  }

  broadcastMessage<T>(type: MessageType<T>, value: T, options?: BroadcastOptions): BroadcastResult {
    this.#consumer.assertConnected();
    return broadcastMessage(this.#connections.keys(), type, value, options);
  }

  /** Its service stops: 1001 to all at once, so that all handshakes share one bound. */
  shutDownAll(): void {
    for (const connection of [...this.#connections.keys()]) shutDown(connection);
  }

  /** Its service has stopped. */
  forget(): void {
    for (const view of this.#connections.values()) view[Symbol.dispose]();
  }

  /** Ends the route. What is open stays, what waits for its authorisation is refused. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.route?.[Symbol.dispose]();
    if (this.#connections.size === 0) this.gone?.();
  }

  /** The handler of the upgrade route. @throws HttpError for refusals. */
  upgrade(request: UpgradeRequest): Handled<HttpResponse | undefined> {
    const key = handshakeKey(request.headers);
    const { allowsOrigin, protocols, requireProtocol, authorise } = this.#options;
    const origin = request.headers.get('origin');
    if (origin !== undefined && allowsOrigin !== undefined && !this.#said('origins', allowsOrigin(origin)))
      throw new HttpError(403, 'Connections from this origin are not allowed.');
    const protocol = chooseProtocol(offeredProtocols(request.headers), protocols, requireProtocol);
    const offers = this.#offers(request);
    this.#checkRoom();
    if (authorise === undefined) return this.#accept(request, key, protocol, offers);
    return this.#authorise(authorise, request, key, protocol, offers);
  }

  *#authorise(
    authorise: NonNullable<ResolvedEndpointOptions['authorise']>,
    request: UpgradeRequest,
    key: string,
    protocol: string,
    offers: string,
  ): Coroutine<HttpResponse | undefined> {
    // Requests that are being looked at count, as long as somebody is at the door: a crowd must not get in at once.
    this.#admitted++;
    this.#host.admitted++;
    let isCounted = true;
    const uncount = (): void => {
      if (!isCounted) return;
      isCounted = false;
      this.#admitted--;
      this.#host.admitted--;
    };
    let verdict: unknown;
    try {
      const handled = authorise(request);
      if (isCoroutine(handled) || isThenable(handled)) {
        request.signal.addEventListener('abort', uncount, { once: true });
        verdict = yield* isCoroutine(handled) ? handled : fromPromise(handled);
      } else verdict = handled;
    } finally {
      uncount();
    }
    if (verdict instanceof HttpResponse) return verdict;
    if (!this.#said('authorise', verdict)) throw new HttpError(403, 'This connection is not allowed.');
    this.#checkRoom();
    if (this.#isDisposed) throw new HttpError(404, 'There is nothing at this path.');
    return this.#accept(request, key, protocol, offers);
  }

  #offers({ headers }: UpgradeRequest): string {
    if (this.#options.compression === undefined) return '';
    return compressionOffers(headers.getAll('sec-websocket-extensions').join(', '));
  }

  /** A hook that says neither yes nor no has a mistake: nobody gets in by that. */
  #said(hook: 'origins' | 'authorise', verdict: unknown): boolean {
    if (typeof verdict === 'boolean') return verdict;
    throw webSocketError(
      'ICHOR_WEBSOCKET_VERDICT_INVALID',
      `${hook} of the WebSocket endpoint ${this.path} gave ${shown(verdict)}. Return true or false${hook === 'authorise' ? ', or an HTTP response' : ''}.`,
    );
  }

  #checkRoom(): void {
    const isEnding = !this.#consumer.connected || this.#consumer.context.signal.aborted;
    if (isEnding || this.#host.isQuiescing) throw new HttpError(503, 'This host is shutting down.');
    const isFull =
      this.#connections.size + this.#admitted >= this.#options.maxConnections ||
      this.#host.size + this.#host.admitted >= this.#host.maxConnections;
    if (isFull) throw new HttpError(503, 'There are too many connections.', { headers: { 'Retry-After': '1' } });
  }

  #accept(request: UpgradeRequest, key: string, protocol: string, offers: string): undefined {
    let upgraded: UpgradedConnection;
    try {
      upgraded = request.takeOver();
    } catch {
      // The client has gone meanwhile: nobody is left to tell.
      return;
    }
    const consumer = this.#consumer;
    const connection = new Connection({
      side: 'server',
      path: request.path,
      options: this.#options,
      owner: consumer,
      log: this.#host.log,
      over: this.#over,
    });
    const socket = this.#acceptor.accept(upgraded, key, offers, protocol, connection);
    if (socket === undefined) return;
    const view = new ConnectionView(connection, consumer);
    this.#connections.set(connection, view);
    this.#host.add(connection);
    connection.opened(socket);
    try {
      connection.standsFor(
        consumer.context.register(WebSocketConnectionService, {
          options: { connection },
          properties: { path: request.path, protocol, side: 'server', host: consumer.provider.id },
          name: 'WebSocketConnection',
        }),
      );
      consumer.context.queue.pushWork(
        WebSocketOpen,
        {
          run: () => this.#handler(view, request),
          threw: (error) => connection.handlerFailed(error, 'the opening'),
          discarded: () => connection.shutDown(1001, 'going away'),
        },
        this.#options.priority,
      );
    } catch (error) {
      connection.handlerFailed(error, 'the opening');
    }
  }

  readonly #over = (connection: Connection): void => {
    this.#connections.delete(connection);
    this.#host.remove(connection);
    if (this.#isDisposed && this.#connections.size === 0) this.gone?.();
  };
}

function isThenable(value: unknown): value is PromiseLike<Verdict> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}
