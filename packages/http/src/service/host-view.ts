// The HttpHost of one consumer: its routes are owned by that consumer and use its queue, so that they go with it.

import type { Consumer } from '@ichor/core';
import { invalidOption } from '../contract/option-error.ts';
import type { HttpMethod } from '../contract/http-method.ts';
import type {
  HostAddress,
  HttpHost,
  InjectedResponse,
  InjectOptions,
  RegisterRoute,
  RouteOptions,
} from '../contract/http-host.ts';
import { checkTlsOptions, type HostTlsOptions } from '../contract/tls-options.ts';
import type { UpgradeHandler, UpgradeOptions } from '../contract/upgrade.ts';
import type { RouteMethod } from '../routing/path-trie.ts';
import { Router, type RoutePath } from '../routing/router.ts';
import type { ConnectionHost } from '../server/connection-host.ts';
import { inject } from '../server/inject.ts';
import { Route, type AnyHandler } from '../server/route.ts';

/** What a view needs of the service that provides it. */
export interface HostParts {
  readonly connections: ConnectionHost;
  readonly listener: {
    readonly address: HostAddress | undefined;
    reloadTls(options: HostTlsOptions): void;
  };
}

export class HttpHostView implements HttpHost {
  readonly #parts: HostParts;
  readonly #consumer: Consumer;
  #priority: number;

  constructor(parts: HostParts, consumer: Consumer) {
    this.#parts = parts;
    this.#consumer = consumer;
    this.#priority = parts.connections.options.priority;
  }

  get address(): HostAddress | undefined {
    return this.#parts.listener.address;
  }

  get url(): string | undefined {
    const address = this.address;
    if (address === undefined || 'path' in address) return undefined;
    const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    const scheme = this.#parts.connections.options.tls === undefined ? 'http' : 'https';
    return `${scheme}://${host}:${address.port}`;
  }

  reloadTls(options: HostTlsOptions): void {
    this.#consumer.assertConnected();
    this.#parts.listener.reloadTls(checkTlsOptions(options));
  }

  get priority(): number {
    return this.#priority;
  }

  set priority(priority: number) {
    if (!Number.isSafeInteger(priority) || priority < 0) {
      throw invalidOption('priority', priority, 'an integer of at least 0');
    }
    this.#priority = priority;
  }

  readonly get = this.#registrar('GET');
  readonly post = this.#registrar('POST');
  readonly put = this.#registrar('PUT');
  readonly delete = this.#registrar('DELETE');
  readonly patch = this.#registrar('PATCH');
  readonly head = this.#registrar('HEAD');
  readonly options = this.#registrar('OPTIONS');

  route(
    methods: RouteMethod | readonly RouteMethod[],
    path: RoutePath,
    options: RouteOptions,
    handler: AnyHandler,
  ): Disposable {
    return this.#add(this.#parts.connections.pipeline.router, methods, path, this.#routeOf(handler, options));
  }

  upgrade<Path extends RoutePath>(path: Path, options: UpgradeOptions, handler: UpgradeHandler<Path>): Disposable {
    const { protocol, priority } = options;
    if (typeof protocol !== 'string' || protocol === '') {
      throw invalidOption('protocol', protocol, "the name of a protocol, such as 'websocket'");
    }
    const { upgrades } = this.#parts.connections.pipeline;
    const name = protocol.toLowerCase();
    let router = upgrades.get(name);
    if (router === undefined) upgrades.set(name, (router = new Router()));
    const routeOptions: RouteOptions = { body: 'none', ...(priority === undefined ? {} : { priority }) };
    return this.#add(router, 'GET', path, this.#routeOf(handler, routeOptions));
  }

  inject(request?: InjectOptions | string): Promise<InjectedResponse> {
    this.#consumer.assertConnected();
    return inject(this.#parts.connections, request);
  }

  #registrar(method: HttpMethod): RegisterRoute {
    const register = (path: RoutePath, second: RouteOptions | AnyHandler, third?: AnyHandler): Disposable =>
      typeof second === 'function' ? this.route(method, path, {}, second) : this.route(method, path, second, third!);
    return register;
  }

  #routeOf(handler: AnyHandler, options: RouteOptions): Route {
    this.#consumer.assertConnected();
    const { context } = this.#consumer;
    const { limits, timeouts } = this.#parts.connections.options;
    return new Route(`${context.name} (${context.id})`, context.queue, handler, options, {
      priority: this.#priority,
      bodyBytes: limits.bodyBytes,
      handlerMs: timeouts.handlerMs,
    });
  }

  #add(
    router: Router<Route>,
    methods: RouteMethod | readonly RouteMethod[],
    path: RoutePath,
    route: Route,
  ): Disposable {
    const entry = router.add(methods, path, route);
    const consumer = this.#consumer;
    const remove = (): void => {
      router.remove(entry);
    };
    // The owner stops: what it streams ends as well. A route that is disposed by hand leaves its requests alone (HT-16).
    const stop = consumer.own((): void => {
      remove();
      for (const stream of [...route.streams]) stream.stop();
    });
    return {
      [Symbol.dispose](): void {
        if (consumer.disown(stop)) remove();
      },
    };
  }
}
