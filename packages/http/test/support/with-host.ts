// A running manager with one HttpHostService on a free port and one service that registers routes.

import {
  DependencyManager,
  Logger,
  optional,
  required,
  type Injected,
  type ManagerOptions,
  type ServiceContext,
} from '@ichor/core';
import { HttpHost, HttpHostService, type HttpHostOptions } from '../../src/index.ts';
import { recordLog, type LoggedEntry } from '../../src/testing/index.ts';

export interface RunningHost {
  readonly manager: DependencyManager;
  readonly host: HttpHost;
  readonly self: ServiceContext;
  readonly port: number;
  readonly url: string;
  readonly log: readonly LoggedEntry[];
  /** Quits and waits until `run()` has ended. */
  stop(): Promise<void>;
}

/** Starts a host, waits until `setup` has registered its routes, runs `use`, and quits. */
export async function withHost<T>(
  setup: (host: HttpHost, self: ServiceContext) => void,
  use: (running: RunningHost) => Promise<T> | T,
  options: HttpHostOptions = {},
  managerOptions: ManagerOptions = {},
): Promise<T> {
  const manager = new DependencyManager(managerOptions);
  const log = recordLog(manager);
  let ready: (parts: { host: HttpHost; self: ServiceContext }) => void;
  const started = new Promise<{ host: HttpHost; self: ServiceContext }>((resolve) => {
    ready = resolve;
  });
  class Routes {
    static readonly dependencies = { host: required(HttpHost), log: optional(Logger) };
    readonly #host: HttpHost;
    readonly #self: ServiceContext;
    constructor({ host }: Injected<typeof Routes.dependencies>, self: ServiceContext) {
      this.#host = host;
      this.#self = self;
      setup(host, self);
    }
    start(): void {
      ready({ host: this.#host, self: this.#self });
    }
  }
  manager.register(HttpHostService, {
    options: options.path === undefined ? { address: '127.0.0.1', port: 0, ...options } : options,
  });
  manager.register(Routes);
  const run = manager.run();
  run.catch(() => undefined);
  const { host, self } = await Promise.race([started, run.then(() => Promise.reject(new Error('The manager ended.')))]);
  // Optional dependencies (the logger of the host) arrive with the next events.
  for (let index = 0; index < 3; index++) await new Promise((resolve) => setImmediate(resolve));
  const address = host.address!;
  const port = 'port' in address ? address.port : 0;
  let isStopped = false;
  const stop = async (): Promise<void> => {
    isStopped = true;
    await manager.quit();
    await run;
  };
  try {
    return await use({ manager, host, self, port, url: host.url ?? '', log, stop });
  } finally {
    if (!isStopped) await stop();
  }
}
