// The HttpClient of one consumer: what it sends belongs to that consumer and ends with it.

import type { Awaitable, Consumer } from '@ichor/core';
import { fromPromise } from '@ichor/coroutines';
import type { ClientResponse, HttpClient, HttpClientOptions, RequestOptions } from '../contract/http-client.ts';
import type { UndiciTransport } from '../engines/undici/undici-transport.ts';
import { httpClientError } from '../errors/client-catalogue.ts';
import {
  resolveClientOptions,
  resolveDefaults,
  type ConnectionOptions,
  type ResolvedClientOptions,
} from './client-options.ts';
import { outgoingRequest } from './outgoing-request.ts';
import { ReceivedResponse } from './received-response.ts';
import { RequestRun } from './request-run.ts';

/** What views need of the service that provides them. */
export interface ClientParts {
  /** Connections are shared by clients with the same connection options. */
  transportFor(options: ConnectionOptions): UndiciTransport;
}

const noOptions: RequestOptions = Object.freeze({});

/** Requests of one consumer that are not complete, shared by its client and those made with `with()`. */
type Outstanding = Set<RequestRun>;

export class HttpClientView implements HttpClient, Disposable {
  readonly #parts: ClientParts;
  readonly #consumer: Consumer;
  readonly #options: ResolvedClientOptions;
  readonly #outstanding: Outstanding;
  #transport: UndiciTransport | undefined;

  constructor(
    parts: ClientParts,
    consumer: Consumer,
    options: ResolvedClientOptions,
    outstanding: Outstanding = new Set(),
  ) {
    this.#parts = parts;
    this.#consumer = consumer;
    this.#options = options;
    this.#outstanding = outstanding;
  }

  get outstanding(): number {
    return this.#outstanding.size;
  }

  request(method: string, url: string | URL, options: RequestOptions = noOptions): Awaitable<ClientResponse> {
    this.#consumer.assertConnected();
    return settledBy(this.#send(method, url, options));
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
    this.#consumer.assertConnected();
    return new HttpClientView(
      this.#parts,
      this.#consumer,
      resolveClientOptions(this.#options, options),
      this.#outstanding,
    );
  }

  /** The consumer, or the client service, has stopped: what is outstanding fails (HC-13). */
  [Symbol.dispose](): void {
    for (const run of this.#outstanding)
      run.abort.abort(
        httpClientError(
          'ICHOR_HTTP_CLIENT_STOPPED',
          `The HTTP client of ${this.#consumer.context.name} stopped before the answer was complete.`,
        ),
      );
    this.#outstanding.clear();
  }

  async #send(method: string, url: string | URL, options: RequestOptions): Promise<ClientResponse> {
    const defaults = options === noOptions ? this.#options : resolveDefaults(this.#options, options);
    const request = outgoingRequest(method, url, options, this.#options);
    const run = new RequestRun(
      (this.#transport ??= this.#parts.transportFor(this.#options.connection)),
      this.#consumer.context.clock,
      request,
      defaults,
      options,
    );
    this.#outstanding.add(run);
    const finished = (): void => {
      this.#outstanding.delete(run);
    };
    try {
      const { answer, url: answeredBy } = await run.run();
      if (request.method === 'HEAD') finished();
      return new ReceivedResponse(answer, answeredBy, {
        maxResponseBytes: defaults.maxResponseBytes,
        finished,
        reading: (read) => settledBy(run.isLimited ? limited(run, read) : read()),
        streaming: (body) => streamed(run, body, finished),
      });
    } catch (error) {
      finished();
      throw error;
    }
  }
}

async function limited<T>(run: RequestRun, read: () => Promise<T>): Promise<T> {
  run.arm();
  try {
    return await read();
  } finally {
    run.disarm();
  }
}

async function* streamed(
  run: RequestRun,
  body: AsyncIterable<Uint8Array>,
  finished: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  run.arm();
  try {
    yield* body;
  } finally {
    run.disarm();
    finished();
  }
}

/** A wait whose failure is not an unhandled rejection when the waiting code was cancelled, or never waited. */
function settledBy<T>(promise: Promise<T>): Awaitable<T> {
  promise.catch(() => undefined);
  return fromPromise(promise);
}
