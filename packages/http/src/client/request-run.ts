// One call on a client, from the first attempt to the end of the answer: retries, redirects, the total time, the caller's signal.

import type { ScheduledCall } from '@ichor/core';
import type { ClientResponse } from '../contract/http-client.ts';
import type { AnswerOwner, RawAnswer } from '../engines/undici/raw-answer.ts';
import type { UndiciTransport } from '../engines/undici/undici-transport.ts';
import { httpClientError } from '../errors/client-catalogue.ts';
import type { ClientLife } from './client-life.ts';
import type { ResolvedDefaults } from './client-options.ts';
import type { OutgoingRequest } from './outgoing-request.ts';
import { ReceivedResponse, type AnsweredCall } from './received-response.ts';
import { redirected, redirectTarget } from './redirect.ts';
import { RequestAbort } from './request-abort.ts';
import { unwatchSignal, watchSignal, type SignalTarget } from './signal-targets.ts';
import { isTransient } from './transient.ts';

/** Methods that mean the same when done twice (RFC 9110 section 9.2.2). */
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
const defaultRetryStatuses: readonly number[] = [429, 502, 503, 504];

export class RequestRun implements AnswerOwner, AnsweredCall, SignalTarget {
  /** Ends it with a reason. */
  readonly abort = new RequestAbort();
  readonly life: ClientLife;
  /** What is asked now: redirects change it. */
  request: OutgoingRequest;
  readonly #transport: UndiciTransport;
  readonly #defaults: ResolvedDefaults;
  readonly #signal: AbortSignal | undefined;
  #totalTimer: ScheduledCall | undefined;

  constructor(
    life: ClientLife,
    transport: UndiciTransport,
    request: OutgoingRequest,
    defaults: ResolvedDefaults,
    signal: AbortSignal | undefined,
  ) {
    this.life = life;
    this.request = request;
    this.#transport = transport;
    this.#defaults = defaults;
    this.#signal = signal;
  }

  get maxResponseBytes(): number {
    return this.#defaults.maxResponseBytes;
  }

  /** Up to the headers of the answer. */
  async run(): Promise<ClientResponse> {
    const { retry, redirect, timeouts } = this.#defaults;
    this.life.outstanding.add(this);
    try {
      this.#arm();
      const answer =
        retry.attempts > 0 || redirect !== 'manual'
          ? await this.#followed()
          : await this.#transport.send(this.request, timeouts, this.abort);
      answer.ownedBy(this);
      return new ReceivedResponse(answer, this);
    } catch (error) {
      this.over();
      throw error;
    }
  }

  over(): void {
    this.life.outstanding.delete(this);
    this.#totalTimer?.cancel();
    if (this.#signal !== undefined) unwatchSignal(this.#signal, this);
  }

  /** Nobody waits for it any more. */
  abandoned(): void {
    if (!this.life.outstanding.has(this)) return;
    this.abort.abort(
      httpClientError('ICHOR_HTTP_REQUEST_ABORTED', `${this.#what} was given up: nobody waits for its answer.`),
    );
  }

  signalled(reason: unknown): void {
    this.abort.abort(httpClientError('ICHOR_HTTP_REQUEST_ABORTED', `${this.#what} was aborted.`, { cause: reason }));
  }

  get #what(): string {
    return `${this.request.method} ${this.request.target.shown}`;
  }

  async #followed(): Promise<RawAnswer> {
    for (let redirects = 0; ; redirects++) {
      const answer = await this.#attempts();
      const target = redirectTarget(this.request, answer, this.#defaults.redirect);
      if (target === undefined) return answer;
      await answer.dump();
      if (redirects >= this.#defaults.maxRedirects)
        throw httpClientError(
          'ICHOR_HTTP_REDIRECT',
          `${this.#what} was redirected more than ${this.#defaults.maxRedirects} times, at last to ${target.href}.`,
          { details: { status: answer.status, location: target.href } },
        );
      this.request = redirected(this.request, target, answer.status);
    }
  }

  /** Begins to count the total time and to listen to the caller's signal. */
  #arm(): void {
    const { totalMs } = this.#defaults.timeouts;
    if (totalMs !== Number.POSITIVE_INFINITY)
      this.#totalTimer = this.life.consumer.context.clock.schedule(() => {
        this.abort.abort(
          httpClientError(
            'ICHOR_HTTP_REQUEST_TIMEOUT',
            `${this.#what} was not answered completely within ${totalMs} ms in total.`,
            { details: { method: this.request.method, url: this.request.target.url.href, phase: 'total' } },
          ),
        );
      }, totalMs);
    if (this.#signal !== undefined) watchSignal(this.#signal, this);
  }

  async #attempts(): Promise<RawAnswer> {
    const { retry, timeouts } = this.#defaults;
    const { delayMs = 100, factor = 2, maxDelayMs = 30_000 } = retry;
    const mayRetry = retry.attempts > 0 && this.request.isRepeatable && idempotent.has(this.request.method);
    for (let attempt = 0; ; attempt++) {
      if (this.abort.aborted) throw this.abort.reason;
      const isLast = !mayRetry || attempt >= retry.attempts;
      let askedMs = 0;
      try {
        const answer = await this.#transport.send(this.request, timeouts, this.abort);
        if (isLast || !(retry.statuses ?? defaultRetryStatuses).includes(answer.status)) return answer;
        askedMs = retryAfterMs(answer.headers['retry-after'], this.life.consumer.context.clock.wallTime());
        // Sooner would be against the server's wish, and so late is not worth waiting for.
        if (askedMs > maxDelayMs) return answer;
        await answer.dump();
      } catch (error) {
        if (isLast || this.abort.aborted || !isTransient(error)) throw error;
      }
      await this.#pause(Math.max(askedMs, Math.min(maxDelayMs, delayMs * factor ** attempt)));
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const call = this.life.consumer.context.clock.schedule(resolve, ms);
      this.abort.target = {
        aborted(reason) {
          call.cancel();
          // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- always one of our errors
          reject(reason);
        },
      };
    });
  }
}

/** Seconds or a date (RFC 9110 section 10.2.3), as milliseconds from now; 0 when nothing is asked for. */
function retryAfterMs(value: string | string[] | undefined, now: number): number {
  if (typeof value !== 'string') return 0;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
