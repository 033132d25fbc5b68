// The HttpHost of one consumer: its routes and its middleware are owned by that consumer and use its queue, so that they go with it.

import type { Consumer } from '@ichor/core';
import { invalidOption } from '../contract/option-error.ts';
import type { FetchApplication } from '../contract/fetch-handler.ts';
import type { HttpMethod } from '../contract/http-method.ts';
import type {
  HostAddress,
  HttpHost,
  InjectedResponse,
  InjectOptions,
  MountOptions,
  RegisterRoute,
  RouteOptions,
} from '../contract/http-host.ts';
import { checkTlsOptions, type HostTlsOptions } from '../contract/tls-options.ts';
import type { AnyMiddleware, UseOptions } from '../contract/middleware.ts';
import type { UpgradeHandler, UpgradeOptions } from '../contract/upgrade.ts';
import { fetchRoutes } from '../middleware/fetch-routes.ts';
import { Layer, noLayers, withLayer } from '../middleware/layer.ts';
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

const defaultOrder = 1000;

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
    return this.#add(
      this.#parts.connections.pipeline.routes.router,
      methods,
      path,
      this.#routeOf(path, handler, options),
    );
  }

  use(middleware: AnyMiddleware, options: UseOptions = {}): Disposable {
    this.#consumer.assertConnected();
    const order = options.order ?? defaultOrder;
    if (!Number.isFinite(order)) throw invalidOption('order', order, 'a finite number');
    const { pipeline } = this.#parts.connections;
    const layer = new Layer(this.#consumer, middleware, order);
    pipeline.layers = withLayer(pipeline.layers, layer);
    const consumer = this.#consumer;
    const remove = consumer.own((): void => {
      pipeline.layers = pipeline.layers.filter((other) => other !== layer);
    });
    return {
      [Symbol.dispose](): void {
        if (consumer.disown(remove)) remove();
      },
    };
  }

  mount(prefix: string, application: FetchApplication, options: MountOptions = {}): Disposable {
    const routes: Disposable[] = [];
    const remove = (): void => {
      for (const route of routes.splice(0)) route[Symbol.dispose]();
    };
    try {
      for (const { path, methods, routeOptions, handler } of fetchRoutes(prefix, application, options)) {
        routes.push(this.route(methods, path, routeOptions, handler));
      }
    } catch (error) {
      remove();
      throw error;
    }
    return { [Symbol.dispose]: remove };
  }

  upgrade<Path extends RoutePath>(path: Path, options: UpgradeOptions, handler: UpgradeHandler<Path>): Disposable {
    const { protocol, priority } = options;
    if (typeof protocol !== 'string' || protocol === '') {
      throw invalidOption('protocol', protocol, "the name of a protocol, such as 'websocket'");
    }
    const { upgrades } = this.#parts.connections.pipeline.routes;
    const name = protocol.toLowerCase();
    let router = upgrades.get(name);
    if (router === undefined) upgrades.set(name, (router = new Router()));
    const routeOptions: RouteOptions = { body: 'none', ...(priority === undefined ? {} : { priority }) };
    return this.#add(router, 'GET', path, this.#routeOf(path, handler, routeOptions));
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

  #routeOf(path: RoutePath, handler: AnyHandler, options: RouteOptions): Route {
    const consumer = this.#consumer;
    consumer.assertConnected();
    const { context } = consumer;
    const { limits, timeouts } = this.#parts.connections.options;
    const defaults = { priority: this.#priority, bodyBytes: limits.bodyBytes, handlerMs: timeouts.handlerMs };
    const route = new Route(`${context.name} (${context.id})`, context.queue, handler, options, defaults);
    route.path = typeof path === 'object' && !(path instanceof RegExp) ? 'custom matcher' : String(path);
    route.layers = layersOf(consumer, options.middleware);
    return route;
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

function layersOf(consumer: Consumer, middleware: readonly AnyMiddleware[] | undefined): readonly Layer[] {
  if (middleware === undefined) return noLayers;
  if (!Array.isArray(middleware)) throw invalidOption('middleware', middleware, 'a list of middleware');
  const distinct = [...new Set(middleware as readonly AnyMiddleware[])];
  return distinct.map((one) => new Layer(consumer, one, defaultOrder));
}
