// The HttpClient of one consumer: what it sends belongs to that consumer and ends with it.

import type { Awaitable } from '@ichor/core';
import { fromPromise } from '@ichor/coroutines';
import type { ClientResponse, HttpClient, HttpClientOptions, RequestOptions } from '../contract/http-client.ts';
import type { UndiciTransport } from '../engines/undici/undici-transport.ts';
import { ClientCall } from './client-call.ts';
import type { ClientLife } from './client-life.ts';
import {
  resolveClientOptions,
  resolveDefaults,
  type ConnectionOptions,
  type ResolvedClientOptions,
} from './client-options.ts';
import { outgoingRequest } from './outgoing-request.ts';
import { RequestRun } from './request-run.ts';
import { RequestTargets } from './request-target.ts';

/** What views need of the service that provides them. */
export interface ClientParts {
  /** Connections are shared by clients with the same connection options, and kept as long as one of their users. */
  transportFor(options: ConnectionOptions, user: object): UndiciTransport;
  /** `user` needs no connections any more. */
  release(user: object): void;
}

const noOptions: RequestOptions = Object.freeze({});

export class HttpClientView implements HttpClient, Disposable {
  readonly #parts: ClientParts;
  /** Shared by the client of a consumer and those made of it with `with()`. */
  readonly #life: ClientLife;
  readonly #options: ResolvedClientOptions;
  readonly #targets: RequestTargets;
  #transport: UndiciTransport | undefined;

  constructor(parts: ClientParts, life: ClientLife, options: ResolvedClientOptions) {
    this.#parts = parts;
    this.#life = life;
    this.#options = options;
    this.#targets = new RequestTargets(options.baseUrl);
  }

  get outstanding(): number {
    return this.#life.outstanding.size;
  }

  request(method: string, url: string | URL, options: RequestOptions = noOptions): Awaitable<ClientResponse> {
    this.#life.consumer.assertConnected();
    let run: RequestRun;
    try {
      run = this.#prepared(method, url, options);
    } catch (error) {
      return refused(error);
    }
    return new ClientCall(run.run(), run);
  }

  get(url: string | URL, options?: RequestOptions): Awaitable<ClientResponse> {
    return this.request('GET', url, options);
  }

  head(url: string | URL, options?: RequestOptions): Awaitable<ClientResponse> {
    return this.request('HEAD', url, options);
  }

  post(url: string | URL, options?: RequestOptions): Awaitable<ClientResponse> {
    return this.request('POST', url, options);
  }

  put(url: string | URL, options?: RequestOptions): Awaitable<ClientResponse> {
    return this.request('PUT', url, options);
  }

  patch(url: string | URL, options?: RequestOptions): Awaitable<ClientResponse> {
    return this.request('PATCH', url, options);
  }

  delete(url: string | URL, options?: RequestOptions): Awaitable<ClientResponse> {
    return this.request('DELETE', url, options);
  }

  with(options: HttpClientOptions): HttpClient {
    this.#life.consumer.assertConnected();
    return new HttpClientView(this.#parts, this.#life, resolveClientOptions(this.#options, options));
  }

  [Symbol.dispose](): void {
    this.#life.end();
    this.#parts.release(this.#life);
  }

  #prepared(method: string, url: string | URL, options: RequestOptions): RequestRun {
    const request = outgoingRequest(method, url, options, this.#options, this.#targets);
    const defaults = options === noOptions ? this.#options : resolveDefaults(this.#options, options);
    return new RequestRun(
      this.#life,
      this.#transportFor(defaults.timeouts.connectMs),
      request,
      defaults,
      options.signal,
    );
  }

  #transportFor(connectMs: number): UndiciTransport {
    const { connection } = this.#options;
    if (connectMs !== connection.connectMs) return this.#parts.transportFor({ ...connection, connectMs }, this.#life);
    return (this.#transport ??= this.#parts.transportFor(connection, this.#life));
  }
}

function refused(reason: unknown): Awaitable<never> {
  // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- one of our errors
  const promise = Promise.reject<never>(reason);
  // As for requests that were sent: not an unhandled rejection when nobody waits.
  promise.catch(() => undefined);
  return fromPromise(promise);
}
