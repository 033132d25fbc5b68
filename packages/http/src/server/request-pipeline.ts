// The way of a request, top-down: admit → route → read body → enqueue → (intercept, by the queue) → handle → encode → write →
// release, each with its error exit. Engines call `admit`; the queue calls `handle`, `encode`, `fail` and `discarded`.

import { defineWork, IchorError, type DiscardReason, type Handled, type Logger } from '@ichor/core';
import { HttpError } from '../contract/http-error.ts';
import type { ResolvedHostOptions } from '../contract/host-options.ts';
import { HttpResponse, empty } from '../contract/response.ts';
import type { UpgradedConnection } from '../contract/upgrade.ts';
import { httpError } from '../errors/catalogue.ts';
import { Router } from '../routing/router.ts';
import { jsonCodec, negotiate } from './accept.ts';
import { BodyCollector, type BodyReader } from './body-collector.ts';
import { checkContentType, decodeBody, validated } from './body-decoder.ts';
import { IncomingBody } from './body-stream.ts';
import type { Exchange, ExchangeSteps } from './exchange.ts';
import { OverloadGuard } from './overload-guard.ts';
import { problemResponse } from './problem.ts';
import type { Route } from './route.ts';
import { StreamWriter } from './stream-writer.ts';

/** The type of the events that requests are in the queue. */
export const HttpRequestWork = defineWork('HttpRequest');

export class RequestPipeline implements ExchangeSteps, BodyReader {
  readonly router = new Router<Route>();
  /** Routes that take connections over, by protocol in lower case. */
  readonly upgrades = new Map<string, Router<Route>>();
  readonly overload: OverloadGuard;
  /** The host stops: routes are going away. */
  isDraining = false;
  readonly #log: () => Logger;

  constructor(options: ResolvedHostOptions, log: () => Logger) {
    this.overload = new OverloadGuard(options.limits);
    this.#log = log;
  }

  /** Admit: is there room, and who answers? Error exits: 503, 404, 405. */
  admit(exchange: Exchange): void {
    const { hasRoom } = this.overload;
    this.overload.admitted();
    if (!hasRoom) return this.refuse(exchange, overloaded());
    try {
      this.#route(exchange);
    } catch (error) {
      // A matcher or schema of the program failed.
      this.fail(exchange, error);
    }
  }

  // Route: path, method, then whether the body can be taken at all. Error exits: 400, 404, 405, 413, 415, 417, 426.
  #route(exchange: Exchange): void {
    const { head } = exchange;
    const router = this.#upgradeRouter(exchange) ?? this.router;
    const route = router.find(head.method, head.path, head.target);
    if (route === undefined) return this.#routeMissing(exchange);
    exchange.route = route;
    exchange.params = router.params;
    exchange.captures = router.captures;
    if (head.bodyLength !== 0) {
      const refusal = refusalOfBody(route, exchange);
      if (refusal !== undefined) return this.refuse(exchange, refusal);
    }
    this.#readBody(exchange, route);
  }

  // Read body: none, streamed, or gathered. Error exits (from the channel): 400, 408, 413, client gone.
  #readBody(exchange: Exchange, route: Route): void {
    const { head, channel } = exchange;
    if (route.bodyKind === 'stream') {
      const body = new IncomingBody(channel, exchange, route.bodyBytes);
      exchange.body = body;
      this.#check(exchange, route);
      if (head.bodyLength === 0) body.end('');
      else channel.readBody(exchange, body);
      return;
    }
    if (head.bodyLength === 0) return this.bodyRead(exchange, noBytes, 0, 0);
    channel.readBody(exchange, new BodyCollector(this, exchange, head.bodyLength));
  }

  /** The body is complete: decode it. `bytes` are only valid during the call. Error exits: 400, 415. */
  bodyRead(exchange: Exchange, bytes: Uint8Array, start: number, end: number): void {
    const route = exchange.route!;
    if (route.bodyKind !== 'none') {
      try {
        const body = decodeBody(route, exchange.head.contentType, bytes, start, end);
        if (body instanceof Promise)
          return this.#settle(exchange, body, (value) => this.#decoded(exchange, route, value));
        exchange.body = body;
      } catch (error) {
        return this.refuse(exchange, error);
      }
    }
    this.#check(exchange, route);
  }

  #decoded(exchange: Exchange, route: Route, body: unknown): void {
    exchange.body = body;
    this.#check(exchange, route);
    route.queue.wake();
  }

  // Parameters and query, where the route has schemas for them. Error exit: 400.
  #check(exchange: Exchange, route: Route): void {
    if (route.params === undefined && route.query === undefined) return this.#enqueue(exchange, route);
    try {
      const params =
        route.params && validated('path', route.params['~standard'].validate({ ...(exchange.params as object) }));
      const query =
        route.query && validated('query', route.query['~standard'].validate({ ...(exchange.query as object) }));
      if (params instanceof Promise || query instanceof Promise) {
        return this.#settle(exchange, Promise.all([params, query]), ([settledParams, settledQuery]) => {
          this.#checked(exchange, route, settledParams, settledQuery);
          route.queue.wake();
        });
      }
      this.#checked(exchange, route, params, query);
    } catch (error) {
      this.refuse(exchange, error);
    }
  }

  #checked(exchange: Exchange, route: Route, params: unknown, query: unknown): void {
    if (route.params !== undefined) exchange.params = params;
    if (route.query !== undefined) exchange.query = query;
    this.#enqueue(exchange, route);
  }

  #settle<T>(exchange: Exchange, promise: Promise<T>, then: (value: T) => void): void {
    promise.then(then).catch((error: unknown) => {
      this.refuse(exchange, error);
    });
  }

  // Enqueue at the priority of the route, with its service as origin. Error exit: 503 when that service has stopped.
  #enqueue(exchange: Exchange, route: Route): void {
    if (exchange.state !== 'reading') return;
    exchange.state = 'queued';
    exchange.queuedAt = this.overload.now;
    try {
      route.queue.pushWork(HttpRequestWork, exchange, route.priority);
    } catch (error) {
      this.#log().debug('A request was refused because its service has stopped', { request: exchange.id, error });
      this.refuse(exchange, gone());
    }
  }

  /** Handle: called by the queue in turn, after the interceptors. */
  handle(exchange: Exchange): Handled {
    if (exchange.state !== 'queued') return undefined;
    exchange.state = 'running';
    this.overload.started(exchange.queuedAt);
    return exchange.route!.handler(exchange as never);
  }

  /** Encode what the handler returned. Error exit: 500 when it is not a response or cannot be encoded. */
  encode(exchange: Exchange, value: unknown): void {
    if (exchange.state !== 'running') return;
    if (value instanceof HttpResponse) return this.#write(exchange, value);
    const type = exchange.route!.response;
    if (type !== undefined) {
      return this.#write(
        exchange,
        new HttpResponse(200, undefined, undefined, { kind: 'message', type, value, json: false }),
      );
    }
    this.fail(exchange, notAResponse(exchange, value));
  }

  // Write: whole answers at once, the others piece by piece. Error exit: 406, or 500 before the first byte.
  #write(exchange: Exchange, response: HttpResponse): void {
    const { content } = response;
    try {
      if (content.kind === 'message') {
        const codec = content.json ? jsonCodec(content.type) : this.#negotiate(exchange, response);
        if (codec === undefined) return this.#notAcceptable(exchange, response);
        exchange.state = 'answering';
        exchange.channel.sendWhole(exchange, response, codec);
      } else if (content.kind === 'stream') {
        exchange.state = 'answering';
        new StreamWriter(exchange, response, content.source, this.#streamFailed).start(
          content.lengthBytes,
          content.trailers,
        );
      } else {
        exchange.state = 'answering';
        exchange.channel.sendWhole(exchange, response, undefined);
      }
    } catch (error) {
      exchange.state = 'running';
      this.fail(exchange, error);
    }
  }

  #negotiate(exchange: Exchange, response: HttpResponse): ReturnType<typeof negotiate> {
    const type = response.content.kind === 'message' ? response.content.type : undefined;
    return type && negotiate(type, exchange.headers.get('accept'), exchange.head.contentType);
  }

  #notAcceptable(exchange: Exchange, response: HttpResponse): void {
    const type = response.content.kind === 'message' ? response.content.type : undefined;
    const offered = type?.codecs.map((codec) => codec.contentType) ?? [];
    this.refuse(exchange, new HttpError(406, `This answer is only available as ${offered.join(' or ')}.`));
  }

  /** The error exit of handlers: HttpError as it says, a cancelled handler 503, everything else 500 and a log entry. */
  fail(exchange: Exchange, error: unknown): void {
    if (exchange.state === 'done' || exchange.state === 'answering') {
      this.#log().debug('A handler failed after its request was over', { request: exchange.id, error });
      return;
    }
    if (error instanceof HttpError) return this.refuse(exchange, error);
    if (isCancellation(error)) return this.refuse(exchange, gone());
    this.#log().error('A request handler failed', {
      request: exchange.id,
      method: exchange.method,
      path: exchange.path,
      service: exchange.route?.owner,
      error,
    });
    this.refuse(exchange, new HttpError(500, 'The server failed to answer this request.'));
  }

  /** The error exit of the queue: vetoed by an interceptor, or its service has stopped meanwhile. */
  discarded(exchange: Exchange, reason: DiscardReason): void {
    if (exchange.state === 'done') return;
    this.refuse(exchange, reason === 'vetoed' ? new HttpError(403, 'This request was refused.') : gone());
  }

  /** Answers with a problem document. Anything but an HttpError is a failure of the server. */
  refuse(exchange: Exchange, error: unknown): void {
    if (exchange.state === 'answering' || exchange.state === 'done') return;
    if (!(error instanceof HttpError)) return this.fail(exchange, error);
    exchange.state = 'answering';
    const id = error.status >= 500 ? exchange.id : undefined;
    try {
      exchange.channel.sendWhole(exchange, problemResponse(error, id), undefined);
    } catch (failure) {
      this.#log().error('An error answer could not be sent', { request: exchange.id, error: failure });
      const plain = new HttpError(500, 'The server failed to answer this request.');
      exchange.channel.sendWhole(exchange, problemResponse(plain, exchange.id), undefined);
    }
  }

  /** Called by the sweep: the handler has not answered in time. Its later result is ignored. */
  timedOut(exchange: Exchange): void {
    const { handlerMs } = exchange.route!;
    this.#log().warn('A request handler ran out of time', { request: exchange.id, path: exchange.path, handlerMs });
    exchange.keepAlive = false;
    exchange.abort(
      httpError(
        'ICHOR_HTTP_HANDLER_TIMEOUT',
        `The handler of ${exchange.method} ${exchange.path} did not answer within ${handlerMs} ms. Raise handlerTimeoutMs or answer sooner.`,
      ),
    );
    this.refuse(exchange, new HttpError(503, 'The answer took too long.', { headers: retryAfter }));
  }

  /** Release: the answer is on its way, or nobody waits for it any more. Called once per admitted request by its channel. */
  release(exchange: Exchange): void {
    if (exchange.state === 'done') return;
    exchange.state = 'done';
    this.overload.released();
  }

  /** Hands a connection over to the handler of an upgrade route. */
  takeOver(exchange: Exchange): UpgradedConnection {
    const connection = exchange.channel.takeOver(exchange);
    this.release(exchange);
    return connection;
  }

  // A streamed answer broke off.
  readonly #streamFailed = (exchange: Exchange, error: unknown): void => {
    this.#log().error('A streamed answer broke off', { request: exchange.id, path: exchange.path, error });
  };

  #upgradeRouter(exchange: Exchange): Router<Route> | undefined {
    const { upgrade, bodyLength, method, minorVersion } = exchange.head;
    if (upgrade === undefined || this.upgrades.size === 0 || bodyLength !== 0 || method !== 'GET') return undefined;
    // RFC 9110 section 7.8: Upgrade is ignored in HTTP/1.0.
    if (minorVersion === 0) return undefined;
    for (const protocol of upgrade.split(',')) {
      const router = this.upgrades.get(protocol.trim().toLowerCase());
      if (router?.find(exchange.method, exchange.path, exchange.target) !== undefined) return router;
    }
    return undefined;
  }

  #routeMissing(exchange: Exchange): void {
    const { method, path, target } = exchange.head;
    if (method === 'OPTIONS' && path === '*') return this.#answer(exchange, empty(204));
    if (this.router.isMalformed) {
      return this.refuse(exchange, new HttpError(400, 'The percent-encoding of the path is not valid UTF-8.'));
    }
    if (this.isDraining) return this.refuse(exchange, gone());
    const allowed = this.router.allowed(path, target);
    const protocols = this.#protocolsAt(exchange);
    if (protocols.length > 0) {
      if (method === 'GET' || method === 'HEAD') return this.refuse(exchange, upgradeRequired(protocols));
      if (!allowed.includes('GET')) allowed.unshift('GET');
    }
    if (allowed.length === 0) return this.refuse(exchange, new HttpError(404, 'There is nothing at this path.'));
    const headers = { Allow: allowed.join(', ') };
    if (method === 'OPTIONS') return this.#answer(exchange, empty(204, { headers }));
    this.refuse(exchange, new HttpError(405, `This path answers ${allowed.join(', ')}.`, { headers }));
  }

  /** The protocols to which a GET of this path could upgrade. */
  #protocolsAt({ path, target }: Exchange): string[] {
    const protocols: string[] = [];
    for (const [protocol, router] of this.upgrades)
      if (router.find('GET', path, target) !== undefined) protocols.push(protocol);
    return protocols;
  }

  #answer(exchange: Exchange, response: HttpResponse): void {
    exchange.state = 'answering';
    exchange.channel.sendWhole(exchange, response, undefined);
  }
}

const noBytes = new Uint8Array(0);
const retryAfter = { 'Retry-After': '1' };

function refusalOfBody(route: Route, exchange: Exchange): HttpError | undefined {
  const { bodyLength, contentType } = exchange.head;
  if (route.bodyKind === 'none') return new HttpError(413, 'This path takes no body.');
  if (bodyLength > route.bodyBytes) {
    return new HttpError(413, `The body is ${bodyLength} bytes long; at most ${route.bodyBytes} are taken here.`);
  }
  try {
    checkContentType(route, contentType);
    return undefined;
  } catch (error) {
    return error as HttpError;
  }
}

function overloaded(): HttpError {
  return new HttpError(503, 'The server is overloaded. Try again later.', { headers: retryAfter });
}

function upgradeRequired(protocols: readonly string[]): HttpError {
  const names = protocols.join(', ');
  return new HttpError(426, `This path only answers requests that upgrade to ${names}.`, {
    headers: { Upgrade: names },
  });
}

function gone(): HttpError {
  return new HttpError(503, 'The service that answers here has stopped.', { headers: retryAfter });
}

function isCancellation(error: unknown): boolean {
  return IchorError.is(error, 'ICHOR_COROUTINES_CANCELLED');
}

function notAResponse(exchange: Exchange, value: unknown): Error {
  const received = value === null ? 'null' : typeof value === 'object' ? value.constructor?.name : typeof value;
  return httpError(
    'ICHOR_HTTP_RESPONSE_INVALID',
    `The handler of ${exchange.method} ${exchange.path} returned ${received}. Return json(), text(), empty() or another response, or declare \`response\` in the options of the route.`,
  );
}
