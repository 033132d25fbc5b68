// The service that provides WebSocketHost on the HttpHost it requires.

import {
  forConsumer,
  inspectService,
  Logger,
  nullLogger,
  optional,
  required,
  type Consumer,
  type Injected,
  type ProvidesViews,
  type ServiceContext,
} from '@ichor/core';
import { HttpHost } from '@ichor/http';
import { WebSocketHost, type WebSocketHostOptions } from '../contract/websocket-host.ts';
import { resolveHostOptions, type ResolvedHostOptions } from '../options/endpoint-options.ts';
import { optionsSchema } from '../options/schema.ts';
import { HostConnections } from './host-connections.ts';
import { WebSocketHostView } from './host-view.ts';

/**
 * Provides {@link WebSocketHost} on the HTTP host of the program: its routes and the WebSocket endpoints share address and port. For a port of its own, register an `HttpHostService` for it.
 *
 * A connection belongs to the service whose endpoint took it: when that stops, its connections are closed with 1001, all at once,
 * within `closeTimeoutMs`. When the program quits, nothing new is let in from the first moment.
 *
 * @example
 * ```ts
 * import { DependencyManager, required, type IchorError, type Injected } from '@ichor/core';
 * import { HttpHostService } from '@ichor/http';
 * import { WebSocketClient, WebSocketClientService, WebSocketHost, WebSocketHostService } from '@ichor/websocket';
 *
 * class Lobby {
 *   static readonly dependencies = { host: required(WebSocketHost), client: required(WebSocketClient) };
 *   readonly #deps;
 *   constructor(deps: Injected<typeof Lobby.dependencies>) {
 *     this.#deps = deps;
 *     const lobby = deps.host.room('lobby');
 *     deps.host.endpoint('/lobby', { authorise: ({ query }) => query['key'] === 'sesame' }, (connection) => {
 *       lobby.join(connection);
 *       lobby.broadcast(`${lobby.size} here`);
 *     });
 *   }
 *   async start() {
 *     const { url } = this.#deps.host;
 *     try {
 *       await this.#deps.client.connect(`${url}/lobby`);
 *     } catch (error) {
 *       console.log((error as IchorError).code); // ICHOR_WEBSOCKET_REFUSED
 *     }
 *     const connection = await this.#deps.client.connect(`${url}/lobby?key=sesame`);
 *     const first = await connection.messages().next();
 *     console.log(first.value?.text); // 1 here
 *     void manager.quit();
 *   }
 * }
 *
 * const manager = new DependencyManager();
 * manager.register(HttpHostService, { options: { address: '127.0.0.1', port: 0 } });
 * manager.register(WebSocketHostService);
 * manager.register(WebSocketClientService);
 * manager.register(Lobby);
 * await manager.run();
 * ```
 */
export class WebSocketHostService implements ProvidesViews<WebSocketHost> {
  static readonly provides = [WebSocketHost];
  static readonly dependencies = { http: required(HttpHost), log: optional(Logger) };
  static readonly options = optionsSchema<WebSocketHostOptions, ResolvedHostOptions>(resolveHostOptions);
  readonly #http: HttpHost;
  readonly #connections: HostConnections;

  constructor(deps: Injected<typeof WebSocketHostService.dependencies>, self: ServiceContext<ResolvedHostOptions>) {
    this.#http = deps.http;
    this.#connections = new HostConnections(self.options, self.clock, () => deps.log.current ?? nullLogger);
  }

  [forConsumer](consumer: Consumer): WebSocketHost {
    return new WebSocketHostView(this.#http, this.#connections, consumer);
  }

  /** What `inspect()` shows of it. */
  [inspectService](): Record<string, unknown> {
    return { connections: this.#connections.size };
  }

  quiescing(): void {
    this.#connections.isQuiescing = true;
  }

  /** Waits for the closing handshakes of connections whose services have stopped already. */
  async stop(): Promise<void> {
    await this.#connections.end();
  }
}
