// The way of a request, top-down: admit → route → (middleware) → read body → enqueue → (intercept, by the queue) → handle →
// encode → (middleware) → write → release, each with its error exit. Engines call `admit`; the queue calls `handle`, `encode`,
// `fail` and `discarded`. Requests without middleware have no chain and skip everything about it. The way out, from what a handler
// returned or threw, is in RequestAnswers.

import { defineWork, type Clock, type Handled, type Logger } from '@ichor/core';
import type { HttpError } from '../contract/http-error.ts';
import type { ResolvedHostOptions } from '../contract/host-options.ts';
import { HttpResponse, switchedProtocols } from '../contract/response.ts';
import type { UpgradedConnection } from '../contract/upgrade.ts';
import { Chain, HttpMiddlewareWork, type ChainEnds } from '../middleware/chain.ts';
import { combined, noLayers, type Layer } from '../middleware/layer.ts';
import { tellFinished } from '../middleware/outcome.ts';
import type { BodyReader } from './body-collector.ts';
import { decodeBody, validated } from './body-decoder.ts';
import { IncomingBody } from './body-stream.ts';
import type { Exchange, ExchangeSteps } from './exchange.ts';
import { OverloadGuard } from './overload-guard.ts';
import { gone, notAResponse, overloaded, refusalOfBody } from './refusals.ts';
import { RequestAnswers } from './request-answers.ts';
import type { Route } from './route.ts';
import { RoutingTable } from './routing-table.ts';

/** The type of the events that requests are in the queue. */
export const HttpRequestWork = defineWork('HttpRequest');

export class RequestPipeline extends RequestAnswers implements ExchangeSteps, BodyReader, ChainEnds<Exchange> {
  readonly routes = new RoutingTable();
  readonly overload: OverloadGuard;
  /** Middleware around all requests, outermost first. */
  layers: readonly Layer[] = noLayers;
  readonly #clock: Clock;

  constructor(options: ResolvedHostOptions, clock: Clock, log: () => Logger) {
    super(options, log);
    this.overload = new OverloadGuard(options.limits);
    this.#clock = clock;
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
    const router = this.routes.routerFor(head);
    const route = router.find(head.method, head.path, head.pathAndQuery);
    if (route === undefined) {
      exchange.unrouted = this.routes.answerWithoutRoute(head);
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
      queue.pushWork(HttpMiddlewareWork, chain, exchange.route?.priority ?? this.options.priority);
    } catch (error) {
      exchange.chain = undefined;
      this.log().debug('A request was refused because its middleware has stopped', { request: exchange.id, error });
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
      this.log().debug('A request was refused because its service has stopped', { request: exchange.id, error });
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
    if (value instanceof HttpResponse) return this.respond(exchange, value);
    const type = exchange.route!.response;
    if (type !== undefined) {
      return this.respond(
        exchange,
        new HttpResponse(200, undefined, undefined, { kind: 'message', type, value, json: false }),
      );
    }
    this.fail(exchange, notAResponse(exchange, value));
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
    if (layers.length !== 0) tellFinished(exchange, layers, isComplete, this.#clock, this.log);
  }

  /** Hands a connection over to the handler of an upgrade route. */
  takeOver(exchange: Exchange): UpgradedConnection {
    const connection = exchange.channel.takeOver(exchange);
    exchange.status = 101;
    this.release(exchange, true);
    exchange.chain?.inside(switchedProtocols, undefined);
    return connection;
  }

  #answerUnrouted(exchange: Exchange, answer: HttpResponse | HttpError): void {
    if (answer instanceof HttpResponse) this.respond(exchange, answer);
    else this.refuse(exchange, answer);
  }
}

const noBytes = new Uint8Array(0);
