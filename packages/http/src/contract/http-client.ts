// The HttpClient token and what a service does with its client.

import { token, type Awaitable, type MessageType, type RestartPolicy } from '@ichor/core';
import type { HeaderValues } from './headers.ts';
import type { StreamSource } from './response.ts';

/** Where a request went wrong in time. */
export type TimeoutPhase = 'connect' | 'headers' | 'body' | 'total';

/** Time-outs in milliseconds; each may be `Infinity`. */
export interface ClientTimeouts {
  /** Until the connection, with TLS, stands. Default 10000. Runs on the system clock. */
  readonly connectMs: number;
  /** From the end of the request to the headers of the answer. Default 30000. Runs on the system clock. */
  readonly headersMs: number;
  /** Longest pause between two pieces of the answer's body. Default 30000. Runs on the system clock. */
  readonly bodyMs: number;
  /** From the call to the end of the answer, over all retries, redirects and the wait for a connection. Default `Infinity`. */
  readonly totalMs: number;
}

/** When a failed request is sent again: only with idempotent methods, and bodies that can be sent twice. */
export interface RetryPolicy extends Pick<RestartPolicy, 'delayMs' | 'factor' | 'maxDelayMs'> {
  /** Attempts beside the first. Default: 0, which means no retries. */
  readonly attempts: number;
  /**
   * Statuses that are tried again, beside failed and lost connections and time-outs. Default: 429, 502, 503, 504. A Retry-After is
   * kept to; one that is longer than `maxDelayMs` (default 30000) makes the answer the result.
   */
  readonly statuses?: readonly number[];
}

/** What happens with a redirect: it is the answer, it is followed, or it is an error. */
export type RedirectPolicy = 'manual' | 'follow' | 'error';

/** TLS of the connections; PEM text or bytes. */
export interface ClientTlsOptions {
  /** Authorities to trust instead of the system's. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[];
  readonly cert?: string | Uint8Array;
  readonly key?: string | Uint8Array;
  readonly passphrase?: string;
  /** Name to ask for and to verify. Default: that of the URL. */
  readonly serverName?: string;
  /** False accepts certificates that cannot be verified: for tests only. Default: true. */
  readonly verify?: boolean;
  /** Default: TLSv1.2. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
}

/** What can be set for a client and for a single request. */
export interface RequestDefaults {
  /** Sent with every request; a request's own headers win. */
  readonly headers?: HeaderValues;
  readonly timeouts?: Partial<ClientTimeouts>;
  readonly retry?: RetryPolicy;
  /** Default: `'manual'`. */
  readonly redirect?: RedirectPolicy;
  /** Redirects followed in a row. Default: 5. */
  readonly maxRedirects?: number;
  /** Longest body that `bytes()`, `text()`, `json()` and `message()` collect. Default 10 MiB. */
  readonly maxResponseBytes?: number;
}

/** The options of `HttpClientService`, and of one client (`client.with(...)`, or the properties of the dependency). */
export interface HttpClientOptions extends RequestDefaults {
  /** What paths are resolved against, such as `https://api.example.org/v1/`. Default: requests need whole URLs. */
  readonly baseUrl?: string;
  /** Connections per origin. Default: 64. */
  readonly connections?: number;
  /** Requests that may be sent on a connection before the first is answered. Default: 1. */
  readonly pipelining?: number;
  /** How long an idle connection is kept. Default: 4000. */
  readonly keepAliveMs?: number;
  readonly tls?: ClientTlsOptions;
}

/** The body of a request; at most one. */
export interface RequestBody {
  /** A value of a message, sent with the first codec of the message. */
  readonly message?: readonly [type: MessageType<never> | MessageType<unknown>, value: unknown];
  readonly json?: unknown;
  readonly text?: string;
  readonly bytes?: Uint8Array;
  readonly form?: Readonly<Record<string, string>>;
  /**
   * Sent as it comes, asked for more when the server has taken more; chunked unless `headers` has a `Content-Length`.
   * Cannot be retried. Ended with `return()` when the request ends first.
   */
  readonly stream?: StreamSource;
}

/** One request. */
export interface RequestOptions extends RequestDefaults, RequestBody {
  /** Added to the query of the path. */
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** Gives up, wherever the request is up to the last byte of the answer, with ICHOR_HTTP_REQUEST_ABORTED. */
  readonly signal?: AbortSignal;
}

/**
 * An answer. Its body has to be read or dumped: a long one that is not holds its connection until the answer is garbage, and what
 * has come of it (up to 64 KiB, or one read of the socket).
 */
export interface ClientResponse {
  readonly status: number;
  /** By name in lower case; repeated fields as arrays. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** URL that answered, after redirects. */
  readonly url: string;
  /** 200 to 299. */
  readonly ok: boolean;
  /** This answer when `ok`. @throws ICHOR_HTTP_RESPONSE_STATUS with the beginning of the body */
  expectOk(): Awaitable<ClientResponse>;
  /** The body as it comes. Reading slowly slows the server down; leaving it early gives its connection up. */
  body(): AsyncIterable<Uint8Array>;
  bytes(): Awaitable<Uint8Array>;
  text(): Awaitable<string>;
  json(): Awaitable<unknown>;
  /** The body as a message, by the codec of its content type. */
  message<T>(type: MessageType<T>): Awaitable<T>;
  /** Reads the body away, so that the connection can be used again. */
  dump(): Awaitable<void>;
}

/**
 * An HTTP client of one service: requests that are outstanding when the service stops fail with ICHOR_HTTP_CLIENT_STOPPED.
 * Works in coroutines (`yield*`) and async functions (`await`). A coroutine that is cancelled while it waits aborts the request.
 *
 * @example
 * ```ts
 * import { DependencyManager, required, type Injected } from '@ichor/core';
 * import { HttpClient, HttpClientService, HttpHost, HttpHostService, text } from '@ichor/http';
 *
 * const manager = new DependencyManager();
 *
 * class Greeting {
 *   static readonly dependencies = { host: required(HttpHost), http: required(HttpClient) };
 *   readonly #deps: Injected<typeof Greeting.dependencies>;
 *   constructor(deps: Injected<typeof Greeting.dependencies>) {
 *     this.#deps = deps;
 *     deps.host.get('/hello', () => text('hello'));
 *   }
 *   *start() {
 *     const response = yield* this.#deps.http.get(`${this.#deps.host.url}/hello`);
 *     console.log(yield* response.text()); // hello
 *     manager.quit();
 *   }
 * }
 *
 * manager.register(HttpHostService, { options: { address: '127.0.0.1', port: 0 } });
 * manager.register(HttpClientService);
 * manager.register(Greeting);
 * await manager.run();
 * ```
 */
export interface HttpClient {
  /** Sends a request; settles with the headers of the answer, whatever its status. */
  request(method: string, url: string | URL, options?: RequestOptions): Awaitable<ClientResponse>;
  get(url: string | URL, options?: RequestOptions): Awaitable<ClientResponse>;
  head(url: string | URL, options?: RequestOptions): Awaitable<ClientResponse>;
  post(url: string | URL, options?: RequestOptions): Awaitable<ClientResponse>;
  put(url: string | URL, options?: RequestOptions): Awaitable<ClientResponse>;
  patch(url: string | URL, options?: RequestOptions): Awaitable<ClientResponse>;
  delete(url: string | URL, options?: RequestOptions): Awaitable<ClientResponse>;
  /** A client with other defaults, owned by the same service; with other connection options it has connections of its own. */
  with(options: HttpClientOptions): HttpClient;
  /** Requests that have not been answered completely. */
  readonly outstanding: number;
}

/** Require this to get a client of one's own. Provided by `HttpClientService`; request properties override its options. */
export const HttpClient = token<HttpClient>('HttpClient');
