// The only file that knows undici: connections for one set of connection options, and its errors in our codes.

import type { Readable } from 'node:stream';
import { Agent, errors, type Dispatcher } from 'undici';
import type { ConnectionOptions } from '../../client/client-options.ts';
import type { OutgoingRequest } from '../../client/outgoing-request.ts';
import type { RequestAbort } from '../../client/request-abort.ts';
import type { ClientTimeouts } from '../../contract/http-client.ts';
import { httpClientError } from '../../errors/client-catalogue.ts';

/** An answer whose body has not been read. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  /** Bytes as they come; ends with a coded error. */
  readonly body: AsyncIterable<Uint8Array>;
  /** The whole body. */
  collect(): Promise<Uint8Array>;
  /** Reads the body away. */
  dump(): Promise<void>;
}

/** Redirects are decided by the client; undici is told where to go. */
export class UndiciTransport {
  readonly #agent: Agent;

  constructor(options: ConnectionOptions) {
    const { tls } = options;
    this.#agent = new Agent({
      connections: options.connections,
      pipelining: options.pipelining,
      keepAliveTimeout: options.keepAliveMs,
      connect: {
        timeout: finite(options.connectMs),
        minVersion: tls?.minVersion ?? 'TLSv1.2',
        ...(tls?.ca === undefined ? {} : { ca: tls.ca as string }),
        ...(tls?.cert === undefined ? {} : { cert: tls.cert as string, key: tls.key as string }),
        ...(tls?.passphrase === undefined ? {} : { passphrase: tls.passphrase }),
        ...(tls?.serverName === undefined ? {} : { servername: tls.serverName }),
        ...(tls?.verify === false ? { rejectUnauthorized: false } : {}),
      },
    });
  }

  /** Sends once. Rejects with what is in {@link failureOf}, or the reason of `abort`. */
  send(request: OutgoingRequest, timeouts: ClientTimeouts, abort: RequestAbort): Promise<RawAnswer> {
    const { url } = request;
    const failed = (error: unknown): never => {
      throw abort.aborted ? abort.reason : failureOf(error, request, timeouts);
    };
    return this.#agent
      .request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method,
        headers: request.headers as string[],
        // Any async iterable is taken, though the types name only streams.
        body: (request.body ?? null) as string | Uint8Array | Readable | null,
        headersTimeout: finite(timeouts.headersMs),
        bodyTimeout: finite(timeouts.bodyMs),
        signal: abort,
      })
      .then((answer) => new UndiciAnswer(answer, failed), failed);
  }

  /** Ends all connections, with the requests on them. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

class UndiciAnswer implements RawAnswer {
  readonly status: number;
  readonly headers: RawAnswer['headers'];
  readonly #body: Dispatcher.ResponseData['body'];
  readonly #failed: (error: unknown) => never;

  constructor(answer: Dispatcher.ResponseData, failed: (error: unknown) => never) {
    this.status = answer.statusCode;
    this.headers = answer.headers;
    this.#body = answer.body;
    this.#failed = failed;
  }

  get body(): AsyncIterable<Uint8Array> {
    return translatedBody(this.#body, this.#failed);
  }

  collect(): Promise<Uint8Array> {
    return this.#body.bytes().catch(this.#failed);
  }

  async dump(): Promise<void> {
    await this.#body.dump().catch(this.#failed);
  }
}

async function* translatedBody(
  body: AsyncIterable<Uint8Array>,
  failed: (error: unknown) => never,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* body;
  } catch (error) {
    failed(error);
  }
}

/** 0 is undici's word for no time-out. */
function finite(ms: number): number {
  return ms === Number.POSITIVE_INFINITY ? 0 : ms;
}

const unreachable = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
  'ENOENT',
]);

/** What went wrong, in our codes (HC-1). */
function failureOf(error: unknown, request: OutgoingRequest, timeouts: ClientTimeouts): Error {
  const what = `${request.method} ${request.url.origin}${request.url.pathname}`;
  const options = { cause: error, details: { method: request.method, url: request.url.href } };
  const timedOut = (phase: 'connect' | 'headers' | 'body', ms: number): Error =>
    httpClientError('ICHOR_HTTP_REQUEST_TIMEOUT', `${what}: the ${phase} did not come within ${ms} ms.`, {
      cause: error,
      details: { ...options.details, phase },
    });
  if (error instanceof errors.ConnectTimeoutError) return timedOut('connect', timeouts.connectMs);
  if (error instanceof errors.HeadersTimeoutError) return timedOut('headers', timeouts.headersMs);
  if (error instanceof errors.BodyTimeoutError) return timedOut('body', timeouts.bodyMs);
  if (error instanceof errors.HTTPParserError || error instanceof errors.ResponseContentLengthMismatchError)
    return httpClientError(
      'ICHOR_HTTP_RESPONSE_MALFORMED',
      `${what}: the answer is not HTTP: ${(error as Error).message}.`,
      options,
    );
  const { code, message } = error as { readonly code?: string; readonly message: string };
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return httpClientError(
      'ICHOR_HTTP_RESPONSE_MALFORMED',
      `${what}: the headers of the answer are too long.`,
      options,
    );
  if (
    error instanceof AggregateError ||
    (code !== undefined &&
      (unreachable.has(code) || /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_|UNABLE_TO|HOSTNAME)/.test(code)))
  ) {
    const reason = error instanceof AggregateError ? error.errors.map((one: Error) => one.message).join('; ') : message;
    return httpClientError('ICHOR_HTTP_CONNECT_FAILED', `${what}: no connection: ${reason}.`, options);
  }
  return httpClientError(
    'ICHOR_HTTP_CONNECTION_LOST',
    `${what}: the connection ended before the answer was complete: ${message}.`,
    options,
  );
}
