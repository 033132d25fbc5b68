// A running manager with an HTTP host on a free port, a WebSocket host and client, and one service that uses them.

import { DependencyManager, Logger, optional, required, type Injected, type ServiceContext } from '@ichor/core';
import { HttpHost, HttpHostService, type HttpHostOptions } from '@ichor/http';
import {
  WebSocketClient,
  WebSocketClientService,
  WebSocketHost,
  WebSocketHostService,
  type WebSocketHostOptions,
} from '../../src/index.ts';
import { recordLog, type LoggedEntry } from '@ichor/http/testing';

export interface Parts {
  readonly host: WebSocketHost;
  readonly client: WebSocketClient;
  readonly http: HttpHost;
  readonly self: ServiceContext;
}

export interface Running extends Parts {
  readonly manager: DependencyManager;
  readonly port: number;
  /** `ws://127.0.0.1:…` */
  readonly url: string;
  readonly log: readonly LoggedEntry[];
  /** Id of the service that has the endpoints. */
  readonly owner: number;
  stop(): Promise<void>;
}

export async function withHost<T>(
  setup: (parts: Parts) => void,
  use: (running: Running) => Promise<T>,
  options: WebSocketHostOptions = {},
  httpOptions: HttpHostOptions = {},
): Promise<T> {
  const manager = new DependencyManager();
  const log = recordLog(manager);
  let ready: (parts: Parts) => void;
  const started = new Promise<Parts>((resolve) => (ready = resolve));
  class Owner {
    static readonly dependencies = {
      host: required(WebSocketHost),
      client: required(WebSocketClient),
      http: required(HttpHost),
      log: optional(Logger),
    };
    readonly #parts: Parts;
    constructor({ host, client, http }: Injected<typeof Owner.dependencies>, self: ServiceContext) {
      this.#parts = { host, client, http, self };
      setup(this.#parts);
    }
    start(): void {
      ready(this.#parts);
    }
  }
  manager.register(HttpHostService, { options: { address: '127.0.0.1', port: 0, ...httpOptions } });
  manager.register(WebSocketHostService, { options });
  manager.register(WebSocketClientService);
  const owner = manager.register(Owner);
  const run = manager.run();
  run.catch(() => undefined);
  const parts = await Promise.race([started, run.then(() => Promise.reject(new Error('The manager ended.')))]);
  const address = parts.http.address!;
  const port = 'port' in address ? address.port : 0;
  let isStopped = false;
  const stop = async (): Promise<void> => {
    isStopped = true;
    await manager.quit();
    await run;
  };
  try {
    return await use({ ...parts, manager, port, url: parts.host.url!, log, owner: owner.id, stop });
  } finally {
    if (!isStopped) await stop();
  }
}

/** Waits until `check` gives something, looking after each turn of the event loop. */
export async function until<T>(check: () => T | undefined | false, limitMs = 10_000): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const value = check();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`Not so within ${limitMs} ms: ${String(check)}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
