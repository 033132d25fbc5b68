// The service that provides WebSocketClient: one view per consumer, one heartbeat for all.

import {
  forConsumer,
  Logger,
  nullLogger,
  optional,
  type Consumer,
  type Injected,
  type ProvidesViews,
  type ServiceContext,
} from '@ichor/core';
import { Heartbeat } from '../connection/heartbeat.ts';
import { WebSocketClient, type WebSocketClientOptions } from '../contract/websocket-client.ts';
import { dial } from '../node/ws-socket.ts';
import { resolveClientOptions } from '../options/client-options.ts';
import { optionsSchema } from '../options/schema.ts';
import { WebSocketClientView } from './client-view.ts';

/**
 * Provides {@link WebSocketClient}: every consumer gets a client of its own, whose connections are closed when it stops.
 *
 * @example
 * ```ts
 * import { DependencyManager, required, type Injected } from '@ichor/core';
 * import { HttpHostService } from '@ichor/http';
 * import { WebSocketClient, WebSocketClientService, WebSocketHost, WebSocketHostService } from '@ichor/websocket';
 *
 * class Client {
 *   static readonly dependencies = { host: required(WebSocketHost), client: required(WebSocketClient) };
 *   readonly #deps;
 *   constructor(deps: Injected<typeof Client.dependencies>) {
 *     this.#deps = deps;
 *     deps.host.endpoint('/', { protocols: ['json'] }, (connection) => void connection.send('welcome'));
 *   }
 *   async start() {
 *     const connection = await this.#deps.client.connect(this.#deps.host.url!, {
 *       protocols: ['json'],
 *       connectTimeoutMs: 5000,
 *       reconnect: { attempts: 10, maxDelayMs: 5000 },
 *     });
 *     console.log(connection.protocol, (await connection.messages().next()).value?.text); // json welcome
 *     connection.close(4000, 'done');
 *     console.log(await connection.whenClosed()); // { code: 4000, reason: 'done', wasClean: true, by: 'us' }
 *     void manager.quit();
 *   }
 * }
 *
 * const manager = new DependencyManager();
 * manager.register(HttpHostService, { options: { address: '127.0.0.1', port: 0 } });
 * manager.register(WebSocketHostService);
 * manager.register(WebSocketClientService);
 * manager.register(Client);
 * await manager.run();
 * ```
 */
export class WebSocketClientService implements ProvidesViews<WebSocketClient> {
  static readonly provides = [WebSocketClient];
  static readonly dependencies = { log: optional(Logger) };
  static readonly options = optionsSchema<WebSocketClientOptions, Required<WebSocketClientOptions>>(
    resolveClientOptions,
  );
  readonly #heartbeat: Heartbeat;
  readonly #log: () => Logger;

  constructor(
    deps: Injected<typeof WebSocketClientService.dependencies>,
    self: ServiceContext<Required<WebSocketClientOptions>>,
  ) {
    this.#heartbeat = new Heartbeat(self.clock, self.options.heartbeatMs);
    this.#log = () => deps.log.current ?? nullLogger;
  }

  [forConsumer](consumer: Consumer): WebSocketClient {
    return new WebSocketClientView(
      { heartbeat: this.#heartbeat, log: this.#log, random: () => Math.random(), dial },
      consumer,
    );
  }

  stop(): void {
    this.#heartbeat[Symbol.dispose]();
  }
}
