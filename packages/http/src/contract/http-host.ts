// The HttpHost token: what a service requires to register routes. Every consumer gets a view of its own.

import { token, type Handled, type MessageType, type SchemaOutput, type StandardSchema } from '@ichor/core';
import type { QueryValues } from '../routing/query.ts';
import type { RoutePath } from '../routing/router.ts';
import type { RouteMethod } from '../routing/path-trie.ts';
import type { HeaderValues } from './headers.ts';
import type { AnyMiddleware, LocalsOf, UseOptions } from './middleware.ts';
import type { FetchApplication } from './fetch-handler.ts';
import type { BodyOf, BodyOption, HttpRequest, ParamsOf } from './request.ts';
import type { HttpResponse } from './response.ts';
import type { HostTlsOptions } from './tls-options.ts';
import type { UpgradeHandler, UpgradeOptions } from './upgrade.ts';

/** How a route is served. Every default is the one of the host. */
export interface RouteOptions {
  /** Priority of its requests in the queue; lower runs first. */
  readonly priority?: number;
  /** What the body is read as. Default: `bytes`. */
  readonly body?: BodyOption;
  /** What the handler may return instead of a response: a value of this message, sent as `message()` does. */
  readonly response?: MessageType<unknown>;
  /** Checks and converts `request.query`. */
  readonly query?: StandardSchema;
  /** Checks and converts `request.params`. */
  readonly params?: StandardSchema;
  /** Longest body in bytes; longer is answered 413. */
  readonly bodyBytes?: number;
  /** Longest time from the complete body to the answer, in milliseconds; then 503 is sent and `request.signal` aborts. */
  readonly handlerTimeoutMs?: number;
  /**
   * Middleware of this route, from the outermost to the innermost, inside that of the host. One that the host has as well
   * runs once, with the host. Default: none.
   */
  readonly middleware?: readonly AnyMiddleware[];
}

/** How an application is mounted. */
export interface MountOptions extends Pick<RouteOptions, 'priority' | 'bodyBytes' | 'handlerTimeoutMs' | 'middleware'> {
  /** Whether the application sees its paths without the prefix. Default: true. */
  readonly stripPrefix?: boolean;
}

type Option<O, Name extends string> = O extends { readonly [K in Name]: infer Value } ? Value : undefined;
type SchemaOr<Schema, Otherwise> = Schema extends StandardSchema ? SchemaOutput<Schema> : Otherwise;

/** The request type of a route with path `Path` and options `O`. */
export type RouteRequest<Path, O> = HttpRequest<
  BodyOf<Option<O, 'body'>>,
  SchemaOr<Option<O, 'params'>, ParamsOf<Path>>,
  SchemaOr<Option<O, 'query'>, QueryValues>,
  LocalsOf<Option<O, 'middleware'>>
>;

/** What the handler of a route with options `O` may answer with. */
export type RouteAnswer<O> = HttpResponse | SchemaOr<Option<O, 'response'>, never>;

/** Plain, async, or coroutine. Belongs to the service that registered the route. */
export type RouteHandler<Path, O> = (request: RouteRequest<Path, O>) => Handled<RouteAnswer<O>>;

/** Registers a route for one method. Disposing what it returns removes the route; requests in flight are not affected. */
export interface RegisterRoute {
  <const Path extends RoutePath>(path: Path, handler: RouteHandler<Path, object>): Disposable;
  <const Path extends RoutePath, const O extends RouteOptions>(
    path: Path,
    options: O,
    handler: RouteHandler<Path, O>,
  ): Disposable;
}

/** Where a host listens. */
export type HostAddress =
  | { readonly address: string; readonly port: number; readonly family: 'IPv4' | 'IPv6' }
  | { readonly path: string };

/** A request for {@link HttpHost.inject}. */
export interface InjectOptions {
  readonly method?: string;
  /** With query. Default: `/`. */
  readonly target?: string;
  /** A Host header is added unless there is one. */
  readonly headers?: HeaderValues;
  /** Sent with Content-Length; anything but bytes and text is sent as JSON with its content type. */
  readonly body?: unknown;
}

/** The answer to an injected request. */
export interface InjectedResponse {
  readonly status: number;
  /** By name in lower case; repeated fields joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly trailers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  text(): string;
  json(): unknown;
}

/**
 * An HTTP/1.1 host, as the service that required it sees it. Routes belong to that service and go when it stops.
 * A path pattern is made of literal segments, `:name` for one segment, and `*name` for the rest. For one request the most
 * specific pattern wins, segment by segment: literal, then parameter, then wildcard; regular expressions and custom matchers
 * come after all patterns, in the order of registration. A HEAD request is answered by the GET route, OPTIONS and 405 are
 * answered from the routes there are.
 */
export interface HttpHost {
  /** Where it listens; undefined before it started. */
  readonly address: HostAddress | undefined;
  /** `http://127.0.0.1:8080`, or `https:…` with TLS; undefined on a Unix path. */
  readonly url: string | undefined;
  /** Default priority of routes registered from now on. */
  priority: number;
  readonly get: RegisterRoute;
  readonly post: RegisterRoute;
  readonly put: RegisterRoute;
  readonly delete: RegisterRoute;
  readonly patch: RegisterRoute;
  readonly head: RegisterRoute;
  readonly options: RegisterRoute;
  /**
   * Registers a route for any methods (HT-1); `any` answers those that have no route of their own on that path.
   * @throws ICHOR_HTTP_ROUTE_CONFLICT, ICHOR_HTTP_ROUTE_INVALID, ICHOR_HTTP_OPTION_INVALID
   */
  route<const Path extends RoutePath, const O extends RouteOptions>(
    methods: RouteMethod | readonly RouteMethod[],
    path: Path,
    options: O,
    handler: RouteHandler<Path, O>,
  ): Disposable;
  /** Takes over connections whose GET request asks to upgrade to `options.protocol`. */
  upgrade<const Path extends RoutePath>(path: Path, options: UpgradeOptions, handler: UpgradeHandler<Path>): Disposable;
  /**
   * Replaces the TLS options of the host while it runs: certificates, keys, authorities, names, what is asked of clients.
   * Connections made from now on use them; those that stand, and handshakes under way, are not affected. When the new ones are
   * wrong, nothing changes.
   * @throws ICHOR_HTTP_OPTION_INVALID, or ICHOR_HTTP_TLS_INVALID, which names the option; also on a host without TLS.
   */
  reloadTls(options: HostTlsOptions): void;
  /**
   * Puts middleware around all requests of this host, from now on: also around those that no route answers (404, 405,
   * OPTIONS). Belongs to the service that calls, and goes when it stops; requests that are inside by then are answered 503
   * where they depend on it. Disposing what it returns leaves requests in flight alone.
   * @throws ICHOR_HTTP_OPTION_INVALID
   */
  use(middleware: AnyMiddleware, options?: UseOptions): Disposable;
  /**
   * Answers everything at and below `prefix` with a handler written against the Web standards: a function
   * `(request: Request) => Response`, or an object with such a method `fetch`, such as a Hono application. O(methods).
   * @param prefix Such as `/api`; `/` for the whole host. Without parameters and wildcards.
   * @throws ICHOR_HTTP_ROUTE_CONFLICT, ICHOR_HTTP_ROUTE_INVALID, ICHOR_HTTP_OPTION_INVALID
   */
  mount(prefix: string, application: FetchApplication, options?: MountOptions): Disposable;
  /** Runs a request through the whole pipeline without a socket, from its bytes to the bytes of the answer. */
  inject(request?: InjectOptions | string): Promise<InjectedResponse>;
}

/** Require this to register routes. Provided by `HttpHostService`. */
export const HttpHost = token<HttpHost>('HttpHost');
