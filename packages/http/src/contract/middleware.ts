// Middleware: code around the handling of requests, for a whole host (`host.use`) or for single routes (route option `middleware`).

import type { Awaitable, Handled } from '@ichor/core';
import type { HttpRequest } from './request.ts';
import type { HttpResponse } from './response.ts';
import { invalidOption } from './option-error.ts';

declare const localsType: unique symbol;

/** A request as middleware sees it: not read yet, so `body` is undefined before the handler has run. */
export interface MiddlewareRequest<Locals extends object = object> extends HttpRequest<unknown, unknown, unknown> {
  /** Setting it renames the request in logs and problem documents. */
  id: string;
  /** What middleware leaves for the handlers and for other middleware of this request. Made on first read, without prototype. */
  readonly locals: Partial<Locals>;
}

/**
 * Goes on with the inner middleware, the reading of the body, and the handler. Resolves with their answer, rejects with what
 * was thrown there: an `HttpError`, also for 404, 405 and refused bodies, or whatever a handler threw. To be called once, at
 * once or later: @throws ICHOR_HTTP_MIDDLEWARE_NEXT
 */
export type Next = () => Awaitable<HttpResponse>;

/** What became of a request, told when it is over. */
export interface RequestOutcome {
  /** Status that was sent (101 when the connection was handed over); undefined when the client left before there was an answer. */
  readonly status: number | undefined;
  /** Bytes of the answer's body given to the connection, without head and framing. */
  readonly bodyBytes: number;
  /** From the arrival of the complete head to the end of the answer, on the manager's clock. */
  readonly durationMs: number;
  /** The client left before it was answered, or before the system could send all of the answer, or a stream broke off. */
  readonly aborted: boolean;
  /** What the answer was made of when the handling failed: an `HttpError`, or what was thrown. */
  readonly failure: unknown;
}

/**
 * One layer around the handling of requests. All members are optional; each may be plain, async, or a coroutine, except
 * `finished`. A layer that fails fails the request; the layers around it see that like a failure of the handler.
 * Type parameter: what it puts into `request.locals`, so that routes that list it have it typed.
 */
export interface Middleware<Locals extends object = object> {
  /** For messages and logs. Default: `middleware`. */
  readonly name?: string;
  /** Runs before everything inside. A response that it returns is the answer: what is inside, and its own `around` and `after`, do not run. */
  before?(request: MiddlewareRequest<Locals>): Handled<HttpResponse | undefined | void>;
  /**
   * Runs around everything inside, which `next()` runs. Returns the answer; returning nothing after `next()` leaves what came
   * from inside as it is, its failure too. Returning nothing without `next()` fails with ICHOR_HTTP_MIDDLEWARE_ANSWER.
   */
  around?(request: MiddlewareRequest<Locals>, next: Next): Handled<HttpResponse | undefined | void>;
  /**
   * Runs when the head of the answer is known and nothing has been sent. A response that it returns replaces the answer.
   * @param response For a failure, the problem document that will be sent.
   * @param failure What was thrown inside; undefined when nothing was.
   */
  after?(
    request: MiddlewareRequest<Locals>,
    response: HttpResponse,
    failure: unknown,
  ): Handled<HttpResponse | undefined | void>;
  /** The answer has been given to the system completely, or never will be. What it throws is logged. */
  finished?(request: MiddlewareRequest<Locals>, outcome: RequestOutcome): void;
  readonly [localsType]?: Locals;
}

/** `around` alone. */
export type MiddlewareFunction = (request: MiddlewareRequest, next: Next) => Handled<HttpResponse | undefined | void>;

/** What `host.use` and the route option `middleware` take. */
export type AnyMiddleware = Middleware | MiddlewareFunction;

/** Where host middleware stands. */
export interface UseOptions {
  /** Lower is further outside; equal ones in the order of registration. Default: 1000. */
  readonly order?: number;
}

type LocalsOfOne<M> = M extends { readonly [localsType]?: infer Locals } ? NonNullable<Locals> : object;
type Intersection<Union> = (Union extends unknown ? (value: Union) => void : never) extends (value: infer All) => void
  ? All
  : never;

/** What a list of middleware puts into `request.locals`. */
export type LocalsOf<List> = List extends readonly unknown[]
  ? Intersection<{ [Index in keyof List]: LocalsOfOne<List[Index]> }[number]> & object
  : object;

const hooks = ['before', 'around', 'after', 'finished'] as const;

/**
 * Makes a middleware whose locals are typed; checks its members.
 *
 * @throws ICHOR_HTTP_OPTION_INVALID
 * @example
 * ```ts
 * import { defineMiddleware, HttpError } from '@ichor/http';
 *
 * const authenticate = defineMiddleware<{ user: string }>({
 *   name: 'authenticate',
 *   before(request) {
 *     const token = request.headers.get('authorization');
 *     if (token === undefined) throw new HttpError(401);
 *     request.locals.user = token;
 *   },
 * });
 * // host.get('/me', { middleware: [authenticate] }, (request) => text(request.locals.user));
 * console.log(authenticate.name); // authenticate
 * ```
 */
export function defineMiddleware<Locals extends object = object>(middleware: Middleware<Locals>): Middleware<Locals> {
  asMiddleware(middleware);
  return middleware;
}

/** The object form of a middleware. @throws ICHOR_HTTP_OPTION_INVALID */
export function asMiddleware(given: AnyMiddleware): Middleware {
  if (typeof given === 'function') return { name: given.name || 'middleware', around: given };
  const allowed = `a function (request, next), or an object with at least one of ${hooks.join(', ')}`;
  if (typeof given !== 'object' || given === null) throw invalidOption('middleware', given, allowed);
  let count = 0;
  for (const hook of hooks) {
    const member: unknown = given[hook];
    if (member === undefined) continue;
    if (typeof member !== 'function') throw invalidOption(`middleware.${hook}`, member, 'a function');
    count++;
  }
  if (count === 0) throw invalidOption('middleware', JSON.stringify(given), allowed);
  return given;
}
