// The service that provides HttpHost: listens when it starts, drains when it stops. Everything else is in server/ and engines/.

import {
  forConsumer,
  IchorError,
  Logger,
  nullLogger,
  optional,
  type Consumer,
  type Injected,
  type ProvidesViews,
  type ServiceContext,
  type StandardSchema,
} from '@ichor/core';
import { resolveHostOptions, type HttpHostOptions, type ResolvedHostOptions } from '../contract/host-options.ts';
import { HttpHost } from '../contract/http-host.ts';
import { Listener } from '../engines/listener.ts';
import { NetEngine } from '../engines/net/net-engine.ts';
import { ConnectionHost } from '../server/connection-host.ts';
import { HttpHostView } from './host-view.ts';

const optionsSchema: StandardSchema<HttpHostOptions, ResolvedHostOptions> = {
  '~standard': {
    version: 1,
    vendor: '@ichor/http',
    validate(given) {
      try {
        return { value: resolveHostOptions(given as HttpHostOptions) };
      } catch (error) {
        const path = IchorError.is(error) ? [String(error.details?.['option'])] : [];
        return { issues: [{ message: (error as Error).message, path }] };
      }
    },
  },
};

/**
 * Provides {@link HttpHost} on one address. Register it once per address; give each its own properties when a program has
 * several and services must tell them apart.
 *
 * Listens in `start`, which fails with ICHOR_HTTP_ADDRESS_IN_USE, ICHOR_HTTP_LISTEN_FAILED or ICHOR_HTTP_TLS_INVALID. When the program quits it stops
 * listening first, while its routes still stand; when it stops it waits up to `drainMs` for the answers in flight, then closes
 * what is left.
 *
 * @example
 * ```ts
 * import { DependencyManager, required, type Injected } from '@ichor/core';
 * import { HttpHost, HttpHostService, text } from '@ichor/http';
 *
 * class Greeter {
 *   static readonly dependencies = { host: required(HttpHost) };
 *   readonly #host: HttpHost;
 *   constructor({ host }: Injected<typeof Greeter.dependencies>) {
 *     this.#host = host;
 *     host.get('/hello/:name', (request) => text(`Hello ${request.params.name}`));
 *   }
 *   async start() {
 *     console.log((await this.#host.inject('/hello/you')).text()); // Hello you
 *     manager.quit();
 *   }
 * }
 *
 * const manager = new DependencyManager();
 * manager.register(HttpHostService, { options: { address: '127.0.0.1', port: 0 } });
 * manager.register(Greeter);
 * await manager.run();
 * ```
 */
export class HttpHostService implements ProvidesViews<HttpHost> {
  static readonly provides = [HttpHost];
  static readonly dependencies = { log: optional(Logger) };
  static readonly options = optionsSchema;

  readonly #options: ResolvedHostOptions;
  readonly #connections: ConnectionHost;
  #listener: Listener | undefined = undefined;

  constructor(deps: Injected<typeof HttpHostService.dependencies>, self: ServiceContext<ResolvedHostOptions>) {
    this.#options = self.options;
    this.#connections = new ConnectionHost(self.options, self.clock, self.queue, () => deps.log.current ?? nullLogger);
  }

  [forConsumer](consumer: Consumer): HttpHost {
    return new HttpHostView({ connections: this.#connections, listener: this.#listener! }, consumer) as HttpHost;
  }

  async start(): Promise<void> {
    const engine =
      this.#options.engine === 'net'
        ? new NetEngine(this.#connections)
        : new (await import('../engines/node-http/node-http-engine.ts')).NodeHttpEngine(this.#connections);
    this.#listener = new Listener(this.#connections, engine);
    await this.#listener.listen(this.#options);
  }

  /** The program is about to stop: nothing new is accepted, and connections close after the answer in flight. */
  quiescing(): void {
    void this.#listener?.close();
    this.#connections.beginDrain();
  }

  async stop(): Promise<void> {
    await this.#listener?.close();
    await this.#connections.drain(this.#options.drainMs);
  }
}
