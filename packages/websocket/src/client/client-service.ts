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

/** Provides {@link WebSocketClient}: every consumer gets a client of its own, whose connections are closed when it stops. */
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
