// How the contract suite reaches the engine it examines: it starts hosts on it and opens connections to them.

import net from 'node:net';
import tls from 'node:tls';
import { DependencyManager, required, type Injected, type ManagerOptions, type ServiceContext } from '@ichor/core';
import type { HttpHostOptions } from '../../contract/host-options.ts';
import { HttpHost } from '../../contract/http-host.ts';
import { HttpHostService } from '../../service/http-host-service.ts';
import { recordLog, type LoggedEntry } from './record-log.ts';

/** A host that listens. */
export interface StartedHost {
  /** The view of the service that registered the routes. */
  readonly host: HttpHost;
  readonly log: readonly LoggedEntry[];
  /** Opens a connection; with TLS, after the handshake. `allowHalfOpen` is on. Rejects when nobody listens any more. */
  connect(): Promise<net.Socket>;
  /** Stops the whole program. Resolves when the host has drained. */
  stop(): Promise<void>;
}

/** What the suite examines. */
export interface EngineUnderTest {
  /** Shown where a case fails. */
  readonly name: string;
  /** Starts a host on a free port, with these routes, options and manager. */
  start(
    setup: (host: HttpHost, self: ServiceContext) => void,
    options: Partial<HttpHostOptions>,
    manager: ManagerOptions,
  ): Promise<StartedHost>;
}

/**
 * An engine of this package as the suite wants it.
 *
 * @param options What selects it: `engine`, and `tls` for encrypted connections.
 * @param client How clients connect to a host with `tls`; at least `ca`.
 */
export function engineUnderTest(
  options: Pick<HttpHostOptions, 'engine' | 'tls'>,
  client: tls.ConnectionOptions = {},
): EngineUnderTest {
  return {
    name: `${options.engine ?? 'net'} over ${options.tls === undefined ? 'plain TCP' : 'TLS'}`,
    async start(setup, caseOptions, managerOptions) {
      const manager = new DependencyManager(managerOptions);
      const log = recordLog(manager);
      let ready: (view: HttpHost) => void = () => undefined;
      const started = new Promise<HttpHost>((resolve) => (ready = resolve));
      class Routes {
        static readonly dependencies = { host: required(HttpHost) };
        readonly #host: HttpHost;
        constructor({ host }: Injected<typeof Routes.dependencies>, self: ServiceContext) {
          this.#host = host;
          setup(host, self);
        }
        start(): void {
          ready(this.#host);
        }
      }
      manager.register(HttpHostService, { options: { address: '127.0.0.1', port: 0, ...options, ...caseOptions } });
      manager.register(Routes);
      const ended = manager.run();
      ended.catch(() => undefined);
      const host = await Promise.race([started, ended.then(() => Promise.reject(new Error('The manager ended.')))]);
      // The log is an optional dependency of the host, which arrives with the next events.
      for (let index = 0; index < 3; index++) await new Promise((resolve) => setImmediate(resolve));
      const { port } = host.address as net.AddressInfo;
      return {
        host,
        log,
        connect: () => opened(port, options.tls === undefined ? undefined : client),
        async stop() {
          await manager.quit();
          await ended;
        },
      };
    },
  };
}

function opened(port: number, client: tls.ConnectionOptions | undefined): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const plain = { host: '127.0.0.1', port, allowHalfOpen: true };
    const socket: net.Socket =
      client === undefined ? net.connect(plain) : tls.connect({ ...plain, servername: 'localhost', ...client });
    socket.once('error', reject);
    socket.once(client === undefined ? 'connect' : 'secureConnect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
