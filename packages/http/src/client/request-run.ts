// One call on a client, from the first attempt to the answer: retries, redirects, the total time-out, the caller's signal.

import { IchorError, type Clock, type ScheduledCall } from '@ichor/core';
import type { RequestOptions } from '../contract/http-client.ts';
import type { RawAnswer } from '../engines/undici/raw-answer.ts';
import type { UndiciTransport } from '../engines/undici/undici-transport.ts';
import { httpClientError } from '../errors/client-catalogue.ts';
import type { ResolvedDefaults } from './client-options.ts';
import type { OutgoingRequest } from './outgoing-request.ts';
import { RequestAbort } from './request-abort.ts';

/** Methods that mean the same when done twice (RFC 9110 section 9.2.2). */
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
const defaultRetryStatuses: readonly number[] = [429, 502, 503, 504];
const redirectStatuses = new Set([301, 302, 303, 307, 308]);
/** Not sent to another origin than the one they were meant for. */
const credentials = new Set(['authorization', 'cookie', 'proxy-authorization']);

/** The answer together with the URL that gave it. */
export interface Answered {
  readonly answer: RawAnswer;
  readonly url: URL;
}

export class RequestRun {
  /** Ends it with a reason. */
  readonly abort = new RequestAbort();
  readonly #transport: UndiciTransport;
  readonly #clock: Clock;
  readonly #defaults: ResolvedDefaults;
  readonly #signal: AbortSignal | undefined;
  readonly #onSignal = (): void => {
    this.abort.abort(
      httpClientError('ICHOR_HTTP_REQUEST_ABORTED', `${this.#what} was aborted.`, { cause: this.#signal?.reason }),
    );
  };
  #request: OutgoingRequest;
  #totalTimer: ScheduledCall | undefined;

  constructor(
    transport: UndiciTransport,
    clock: Clock,
    request: OutgoingRequest,
    defaults: ResolvedDefaults,
    options: RequestOptions,
  ) {
    this.#transport = transport;
    this.#clock = clock;
    this.#request = request;
    this.#defaults = defaults;
    this.#signal = options.signal;
  }

  get #what(): string {
    return `${this.#request.method} ${this.#request.url.origin}${this.#request.url.pathname}`;
  }

  /** Whether the total time or the caller's signal may end it. */
  get isLimited(): boolean {
    return this.#signal !== undefined || this.#defaults.timeouts.totalMs !== Number.POSITIVE_INFINITY;
  }

  /** Up to the headers of the answer. */
  run(): Promise<Answered> {
    const { retry, redirect, timeouts } = this.#defaults;
    if (this.isLimited || retry.attempts > 0 || redirect !== 'manual') return this.#run();
    const { url } = this.#request;
    return this.#transport.send(this.#request, timeouts, this.abort).then((answer) => ({ answer, url }));
  }

  async #run(): Promise<Answered> {
    this.arm();
    try {
      for (let redirects = 0; ; redirects++) {
        const answer = await this.#attempts();
        const target = this.#redirectTarget(answer);
        if (target === undefined) return { answer, url: this.#request.url };
        await answer.dump();
        if (redirects >= this.#defaults.maxRedirects)
          throw httpClientError(
            'ICHOR_HTTP_REDIRECT',
            `${this.#what} was redirected more than ${this.#defaults.maxRedirects} times, at last to ${target.href}.`,
          );
        this.#request = redirected(this.#request, target, answer.status);
      }
    } finally {
      this.disarm();
    }
  }

  /** Begins to count the total time and to listen to the caller's signal. */
  arm(): void {
    const { totalMs } = this.#defaults.timeouts;
    if (totalMs !== Number.POSITIVE_INFINITY)
      this.#totalTimer = this.#clock.schedule(() => {
        this.abort.abort(
          httpClientError(
            'ICHOR_HTTP_REQUEST_TIMEOUT',
            `${this.#what} was not answered within ${totalMs} ms in total.`,
            {
              details: { phase: 'total' },
            },
          ),
        );
      }, totalMs);
    if (this.#signal === undefined) return;
    if (this.#signal.aborted) this.#onSignal();
    else this.#signal.addEventListener('abort', this.#onSignal, { once: true });
  }

  disarm(): void {
    this.#totalTimer?.cancel();
    this.#totalTimer = undefined;
    this.#signal?.removeEventListener('abort', this.#onSignal);
  }

  async #attempts(): Promise<RawAnswer> {
    const { retry, timeouts } = this.#defaults;
    const mayRetry = retry.attempts > 0 && this.#request.isRepeatable && idempotent.has(this.#request.method);
    for (let attempt = 0; ; attempt++) {
      if (this.abort.aborted) throw this.abort.reason;
      const isLast = !mayRetry || attempt >= retry.attempts;
      let waitMs: number | undefined;
      try {
        const answer = await this.#transport.send(this.#request, timeouts, this.abort);
        if (isLast || !(retry.statuses ?? defaultRetryStatuses).includes(answer.status)) return answer;
        waitMs = retryAfterMs(answer.headers['retry-after'], this.#clock.wallTime());
        await answer.dump();
      } catch (error) {
        if (isLast || this.abort.aborted || !isTransient(error)) throw error;
      }
      const { delayMs = 100, factor = 2, maxDelayMs = 30_000 } = retry;
      await this.#pause(Math.max(waitMs ?? 0, Math.min(maxDelayMs, delayMs * factor ** attempt)));
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const call = this.#clock.schedule(resolve, ms);
      this.abort.target = {
        aborted(reason) {
          call.cancel();
          // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- always one of our errors
          reject(reason);
        },
      };
    });
  }

  #redirectTarget(answer: RawAnswer): URL | undefined {
    const { location } = answer.headers;
    if (this.#defaults.redirect === 'manual' || !redirectStatuses.has(answer.status) || typeof location !== 'string')
      return undefined;
    const target = URL.canParse(location, this.#request.url.href) ? new URL(location, this.#request.url) : undefined;
    const isPossible =
      this.#defaults.redirect === 'follow' &&
      target !== undefined &&
      (target.protocol === 'http:' || target.protocol === 'https:') &&
      (this.#request.isRepeatable || answer.status === 303);
    if (isPossible) return target;
    void answer.dump().catch(() => undefined);
    throw httpClientError(
      'ICHOR_HTTP_REDIRECT',
      `${this.#what} was redirected (${answer.status}) to ${JSON.stringify(location)}, which is not followed.`,
      {
        details: { status: answer.status, location },
      },
    );
  }
}

function isTransient(error: unknown): boolean {
  return (
    IchorError.is(error, 'ICHOR_HTTP_CONNECT_FAILED') ||
    IchorError.is(error, 'ICHOR_HTTP_CONNECTION_LOST') ||
    IchorError.is(error, 'ICHOR_HTTP_REQUEST_TIMEOUT')
  );
}

/** Seconds or a date (RFC 9110 section 10.2.3), as milliseconds from now. */
function retryAfterMs(value: string | string[] | undefined, now: number): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The request that follows a redirect (RFC 9110 section 15.4): 303, and POST after 301 or 302, become GET without a body. */
function redirected(request: OutgoingRequest, target: URL, status: number): OutgoingRequest {
  const becomesGet =
    (status === 303 && request.method !== 'HEAD') || ((status === 301 || status === 302) && request.method === 'POST');
  const isSameOrigin = target.origin === request.url.origin;
  const headers: string[] = [];
  for (let i = 0; i < request.headers.length; i += 2) {
    const name = (request.headers[i] as string).toLowerCase();
    if (name === 'host' || (!isSameOrigin && credentials.has(name)) || (becomesGet && name.startsWith('content-')))
      continue;
    headers.push(request.headers[i] as string, request.headers[i + 1] as string);
  }
  return {
    ...request,
    method: becomesGet ? 'GET' : request.method,
    url: target,
    headers,
    body: becomesGet ? undefined : request.body,
    isRepeatable: becomesGet || request.isRepeatable,
  };
}
