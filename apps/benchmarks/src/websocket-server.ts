// The server of the scenario `websocket`, a process of its own: /echo sends every message back, /broadcast sends it to everybody.
// Also the contestant of harnesses that bring clients of their own. Prints where it listens; ends in order on SIGTERM.

import { DependencyManager, required, type Injected } from '@ichor/core';
import { HttpHost, HttpHostService } from '@ichor/http';
import { FrameworkLoggerService, LoggerFactory, NullSink } from '@ichor/logging';
import { WebSocketHost, WebSocketHostService } from '@ichor/websocket';

const dependencies = { http: required(HttpHost), host: required(WebSocketHost) };

class Echo {
  static readonly dependencies = dependencies;
  readonly #deps: Injected<typeof dependencies>;
  constructor(deps: Injected<typeof dependencies>) {
    this.#deps = deps;
  }

  start(): void {
    const { http, host } = this.#deps;
    host.endpoint('/echo', (connection) => {
      connection.onMessage((message) => void connection.send(message));
    });
    const everybody = host.endpoint('/broadcast', (connection) => {
      connection.onMessage((message) => void everybody.broadcast(message));
    });
    console.log(`listening ${http.url}`);
  }
}

const manager = new DependencyManager();
manager.register(FrameworkLoggerService, { options: { sinks: [new NullSink()] } });
manager.register(LoggerFactory, { options: { sinks: [new NullSink()] } });
manager.register(HttpHostService, { options: { address: '127.0.0.1', port: 0 } });
manager.register(WebSocketHostService);
manager.register(Echo);
await manager.run({ signals: ['SIGINT', 'SIGTERM'] });
