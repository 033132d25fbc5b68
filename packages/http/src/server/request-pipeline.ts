// The way of a request, top-down: admit → route → (middleware) → read body → enqueue → (intercept, by the queue) → handle →
// encode → (middleware) → write → release, each with its error exit. Engines call `admit`; the queue calls `handle`, `encode`,
// `fail` and `discarded`. Requests without middleware have no chain and skip everything about it.

import { defineWork, IchorError, type Clock, type DiscardReason, type Handled, type Logger } from '@ichor/core';
import { HttpError } from '../contract/http-error.ts';
import type { ResolvedHostOptions } from '../contract/host-options.ts';
import { HttpResponse, empty, switchedProtocols } from '../contract/response.ts';
import type { UpgradedConnection } from '../contract/upgrade.ts';
import { httpError } from '../errors/catalogue.ts';
import { Chain, HttpMiddlewareWork, type ChainEnds } from '../middleware/chain.ts';
import { combined, noLayers, type Layer } from '../middleware/layer.ts';
import { tellFinished } from '../middleware/outcome.ts';
import { Router } from '../routing/router.ts';
import { jsonCodec, negotiate } from './accept.ts';
import type { BodyReader } from './body-collector.ts';
import { checkContentType, decodeBody, validated } from './body-decoder.ts';
import { IncomingBody } from './body-stream.ts';
import type { Exchange, ExchangeSteps } from './exchange.ts';
import { OverloadGuard } from './overload-guard.ts';
import { problemResponse } from './problem.ts';
import type { Route } from './route.ts';
import { StreamWriter } from './stream-writer.ts';

/** The type of the events that requests are in the queue. */
export const HttpRequestWork = defineWork('HttpRequest');

export class RequestPipeline implements ExchangeSteps, BodyReader, ChainEnds<Exchange> {
  readonly router = new Router<Route>();
  /** Routes that take connections over, by protocol in lower case. */
  readonly upgrades = new Map<string, Router<Route>>();
  readonly overload: OverloadGuard;
  /** The host stops: routes are going away. */
  isDraining = false;
  /** Middleware around all requests, outermost first. */
  layers: readonly Layer[] = noLayers;
  readonly #options: ResolvedHostOptions;
  readonly #clock: Clock;
  readonly #log: () => Logger;

  constructor(options: ResolvedHostOptions, clock: Clock, log: () => Logger) {
    this.overload = new OverloadGuard(options.limits);
    this.#options = options;
    this.#clock = clock;
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

  // Route: path, method. Error exits: 400, 404, 405, 426.
  #route(exchange: Exchange): void {
    const { head } = exchange;
    const router = this.#upgradeRouter(exchange) ?? this.router;
    const route = router.find(head.method, head.path, head.pathAndQuery);
    if (route === undefined) {
      exchange.unrouted = this.#answerWithoutRoute(exchange);
      if (this.layers.length !== 0) return this.#enterMiddleware(exchange, this.layers);
      return this.#answerUnrouted(exchange, exchange.unrouted);
    }
    exchange.route = route;
    exchange.params = router.params;
    exchange.captures = router.captures;
    const layers = route.layers.length === 0 ? this.layers : combined(this.layers, route.layers);
    if (layers.length !== 0) return this.#enterMiddleware(exchange, layers);
    this.#takeBody(exchange, route);
  }

  // Middleware: enters the chain in the queue, on behalf of the service of the outermost layer. Error exit: 503 when it has stopped.
  #enterMiddleware(exchange: Exchange, layers: readonly Layer[]): void {
    const chain = new Chain<Exchange>(this, exchange, layers);
    exchange.chain = chain;
    exchange.layers = layers;
    exchange.startedAt = this.#clock.now();
    exchange.state = 'queued';
    exchange.queuedAt = this.overload.now;
    try {
      const { queue } = layers[0]!.context;
      queue.pushWork(HttpMiddlewareWork, chain, exchange.route?.priority ?? this.#options.priority);
    } catch (error) {
      exchange.chain = undefined;
      this.#log().debug('A request was refused because its middleware has stopped', { request: exchange.id, error });
      this.refuse(exchange, gone());
    }
  }

  /** Called by the chain: the request has left the queue and enters its middleware. */
  entered(exchange: Exchange): void {
    if (exchange.state !== 'queued') return;
    exchange.state = 'reading';
    this.overload.started(exchange.queuedAt);
  }

  /** Called by the chain behind the innermost layer. */
  proceed(exchange: Exchange): void {
    const { route, unrouted } = exchange;
    if (exchange.state !== 'reading') return;
    if (route === undefined) return this.#answerUnrouted(exchange, unrouted!);
    try {
      this.#takeBody(exchange, route);
    } catch (error) {
      this.fail(exchange, error);
    }
    // A handler that is due now runs in this turn of the queue; middleware may have come here from elsewhere.
    route.queue.wake();
  }

  // Take the body: whether it can be taken at all. Error exits: 413, 415.
  #takeBody(exchange: Exchange, route: Route): void {
    if (exchange.head.bodyLength !== 0) {
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
    channel.readBody(exchange, undefined);
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
    if (value instanceof HttpResponse) return this.#respond(exchange, value);
    const type = exchange.route!.response;
    if (type !== undefined) {
      return this.#respond(
        exchange,
        new HttpResponse(200, undefined, undefined, { kind: 'message', type, value, json: false }),
      );
    }
    this.fail(exchange, notAResponse(exchange, value));
  }

  // Out through the middleware, where there is any.
  #respond(exchange: Exchange, response: HttpResponse): void {
    const { chain } = exchange;
    if (chain === undefined) return this.#write(exchange, response);
    exchange.state = 'leaving';
    chain.inside(response, undefined);
  }

  /** Called by the chain: the answer or the failure has come out of the outermost layer. */
  left(exchange: Exchange, response: HttpResponse | undefined, failure: unknown): void {
    exchange.chain = undefined;
    if (exchange.state === 'answering' || exchange.state === 'done') return;
    if (response === undefined) this.fail(exchange, failure);
    else this.#write(exchange, response);
  }

  /** Called by the chain: the answer that a failure will have, for middleware to see and to replace. */
  answerFor(exchange: Exchange, failure: unknown): HttpResponse {
    const error = failure instanceof HttpError ? failure : isCancellation(failure) ? gone() : serverError();
    return problemResponse(error, error.status >= 500 ? exchange.id : undefined);
  }

  /** Called by the chain: middleware answers a failure of which it does not know whether anybody has seen it. */
  replaced(exchange: Exchange, failure: unknown): void {
    exchange.failure = failure;
    if (!(failure instanceof HttpError) && !isCancellation(failure)) this.#logFailure(exchange, failure);
  }

  // Write: whole answers at once, the others piece by piece. Error exit: 406, or 500 before the first byte.
  #write(exchange: Exchange, response: HttpResponse): void {
    const { content } = response;
    try {
      if (content.kind === 'message') {
        const codec = content.json ? jsonCodec(content.type) : this.#negotiate(exchange, response);
        if (codec === undefined) return this.#notAcceptable(exchange, response);
        exchange.state = 'answering';
        exchange.status = response.status;
        exchange.channel.sendWhole(exchange, response, codec);
      } else if (content.kind === 'stream') {
        exchange.state = 'answering';
        exchange.status = response.status;
        new StreamWriter(exchange, response, content.source, this.#streamFailed).start(
          content.lengthBytes,
          content.trailers,
        );
      } else {
        exchange.state = 'answering';
        exchange.status = response.status;
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
    if (exchange.chain !== undefined) return this.#failInside(exchange, exchange.chain, error);
    if (error instanceof HttpError) return this.refuse(exchange, error);
    exchange.failure = error;
    if (isCancellation(error)) return this.#sendProblem(exchange, gone());
    this.#logFailure(exchange, error);
    this.#sendProblem(exchange, serverError());
  }

  #failInside(exchange: Exchange, chain: Chain<Exchange>, error: unknown): void {
    exchange.state = 'leaving';
    chain.inside(undefined, error);
  }

  // A handler that gives up because its client has left has not failed.
  #logFailure(exchange: Exchange, error: unknown): void {
    this.#log()[exchange.isClientGone ? 'debug' : 'error']('A request handler failed', {
      request: exchange.id,
      method: exchange.method,
      path: exchange.path,
      service: exchange.route?.owner,
      error,
    });
  }

  /** The error exit of the queue: vetoed by an interceptor, or its service has stopped meanwhile. */
  discarded(exchange: Exchange, reason: DiscardReason): void {
    if (exchange.state === 'done') return;
    // Discarded before it entered its middleware: none of it runs.
    if (exchange.chain?.isInside === false) exchange.chain = undefined;
    this.refuse(exchange, reason === 'vetoed' ? new HttpError(403, 'This request was refused.') : gone());
  }

  /** Answers with a problem document. Anything but an HttpError is a failure of the server. */
  refuse(exchange: Exchange, error: unknown): void {
    if (exchange.state === 'answering' || exchange.state === 'done') return;
    if (exchange.chain !== undefined) return this.#failInside(exchange, exchange.chain, error);
    if (!(error instanceof HttpError)) return this.fail(exchange, error);
    exchange.failure = error;
    this.#sendProblem(exchange, error);
  }

  #sendProblem(exchange: Exchange, error: HttpError): void {
    exchange.state = 'answering';
    exchange.status = error.status;
    const id = error.status >= 500 ? exchange.id : undefined;
    try {
      exchange.channel.sendWhole(exchange, problemResponse(error, id), undefined);
    } catch (failure) {
      this.#log().error('An error answer could not be sent', { request: exchange.id, error: failure });
      exchange.status = 500;
      exchange.channel.sendWhole(exchange, problemResponse(serverError(), exchange.id), undefined);
    }
  }

  /** Called by the sweep: the handler has not answered in time. Its later result is ignored. */
  timedOut(exchange: Exchange): void {
    const handlerMs = this.handlerMsOf(exchange);
    this.#log().warn('A request handler ran out of time', { request: exchange.id, path: exchange.path, handlerMs });
    exchange.keepAlive = false;
    exchange.abort(
      httpError(
        'ICHOR_HTTP_HANDLER_TIMEOUT',
        `The handler of ${exchange.method} ${exchange.path} did not answer within ${handlerMs} ms. Raise handlerTimeoutMs or answer sooner.`,
      ),
    );
    const late = new HttpError(503, 'The answer took too long.', { headers: retryAfter });
    // Middleware may have its say about a handler that is late, but not be late itself.
    if (exchange.chain?.isInside === false) {
      exchange.chain.abandon();
      exchange.chain = undefined;
    }
    this.refuse(exchange, late);
  }

  /** Longest time until a request is answered, in milliseconds. */
  handlerMsOf(exchange: Exchange): number {
    return exchange.route?.handlerMs ?? this.#options.timeouts.handlerMs;
  }

  /**
   * Release: the answer is on its way, or nobody waits for it any more. Called once per admitted request by its channel.
   * @param isComplete Whether the whole answer was given to the connection.
   */
  release(exchange: Exchange, isComplete: boolean): void {
    if (exchange.state === 'done') return;
    exchange.state = 'done';
    this.overload.released();
    const layers = exchange.layers ?? this.layers;
    if (layers.length !== 0) tellFinished(exchange, layers, isComplete, this.#clock, this.#log);
  }

  /** Hands a connection over to the handler of an upgrade route. */
  takeOver(exchange: Exchange): UpgradedConnection {
    const connection = exchange.channel.takeOver(exchange);
    exchange.status = 101;
    this.release(exchange, true);
    exchange.chain?.inside(switchedProtocols, undefined);
    return connection;
  }

  // A streamed answer broke off.
  readonly #streamFailed = (exchange: Exchange, error: unknown): void => {
    this.#log().error('A streamed answer broke off', { request: exchange.id, path: exchange.path, error });
  };

  #upgradeRouter(exchange: Exchange): Router<Route> | undefined {
    const { upgrade, bodyLength, method, minorVersion, path, pathAndQuery } = exchange.head;
    if (upgrade === undefined || this.upgrades.size === 0 || bodyLength !== 0 || method !== 'GET') return undefined;
    // RFC 9110 section 7.8: Upgrade is ignored in HTTP/1.0.
    if (minorVersion === 0) return undefined;
    for (const protocol of upgrade.split(',')) {
      const router = this.upgrades.get(protocol.trim().toLowerCase());
      if (router?.find(method, path, pathAndQuery) !== undefined) return router;
    }
    return undefined;
  }

  // Right after `find`: the router remembers what was wrong with the path.
  #answerWithoutRoute(exchange: Exchange): HttpResponse | HttpError {
    const { method, path, pathAndQuery } = exchange.head;
    if (method === 'OPTIONS' && path === '*') return empty(204);
    if (this.router.isMalformed) return new HttpError(400, 'The percent-encoding of the path is not valid UTF-8.');
    if (this.isDraining) return gone();
    const allowed = this.router.allowed(path, pathAndQuery);
    const protocols = this.#protocolsAt(exchange.head);
    if (protocols.length > 0) {
      if (method === 'GET' || method === 'HEAD') return upgradeRequired(protocols);
      if (!allowed.includes('GET')) allowed.unshift('GET');
    }
    if (allowed.length === 0) return new HttpError(404, 'There is nothing at this path.');
    const headers = { Allow: allowed.join(', ') };
    if (method === 'OPTIONS') return empty(204, { headers });
    return new HttpError(405, `This path answers ${allowed.join(', ')}.`, { headers });
  }

  #answerUnrouted(exchange: Exchange, answer: HttpResponse | HttpError): void {
    if (answer instanceof HttpResponse) this.#respond(exchange, answer);
    else this.refuse(exchange, answer);
  }

  /** The protocols to which a GET of this path could upgrade. */
  #protocolsAt({ path, pathAndQuery }: Exchange['head']): string[] {
    const protocols: string[] = [];
    for (const [protocol, router] of this.upgrades)
      if (router.find('GET', path, pathAndQuery) !== undefined) protocols.push(protocol);
    return protocols;
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

function serverError(): HttpError {
  return new HttpError(500, 'The server failed to answer this request.');
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
