// Middleware: names requests. Takes over the id that a proxy has given, when that is allowed, and tells the client its id.

import type { Middleware, MiddlewareRequest } from '../contract/middleware.ts';
import { defineMiddleware } from '../contract/middleware.ts';
import { invalidOption } from '../contract/option-error.ts';
import { isToken } from '../parser/characters.ts';

/** The options of {@link requestId}. */
export interface RequestIdOptions {
  /** The header in requests and answers. Default: `X-Request-Id`. */
  readonly header?: string;
  /**
   * Whether an id that comes with the request is taken over: only sensible behind a proxy that sets it, since clients can
   * write what they like. A function decides for each request, such as by `request.peer.address`. Default: false.
   */
  readonly accept?: boolean | ((request: MiddlewareRequest) => boolean);
  /** Makes the other ids. Default: the id that every request has anyway, unique in this process. */
  readonly generate?: () => string;
}

/** What is accepted: no white space, no control characters, nothing that means something in a log or in a URL; at most 128. */
const acceptable = /^[A-Za-z0-9._~:/+=@-]{1,128}$/;

/**
 * Gives each request an id that stands in `request.id`, in logs, in problem documents and in the answer. An id that comes with
 * the request is taken over when `accept` says so and it consists of 1 to 128 of `A-Z a-z 0-9 . _ ~ : / + = @ -`.
 * Put it outermost, so that all other middleware knows the id: `host.use(requestId(), { order: 0 })`.
 *
 * @throws ICHOR_HTTP_OPTION_INVALID
 */
export function requestId(options: RequestIdOptions = {}): Middleware {
  const { header = 'X-Request-Id', accept = false, generate } = options;
  if (typeof header !== 'string' || !isToken(header)) throw invalidOption('header', header, 'the name of a header');
  if (typeof accept !== 'boolean' && typeof accept !== 'function') {
    throw invalidOption('accept', accept, 'true, false, or a function of the request');
  }
  if (generate !== undefined && typeof generate !== 'function') {
    throw invalidOption('generate', generate, 'a function that returns text');
  }
  return defineMiddleware({
    name: 'requestId',
    before(request) {
      const isTrusted = typeof accept === 'function' ? accept(request) : accept;
      const values = isTrusted ? request.headers.getAll(header) : [];
      const [given] = values;
      if (values.length === 1 && acceptable.test(given!)) request.id = given!;
      else if (generate !== undefined) request.id = generate();
    },
    after: (request, response) => response.withHeaders([[header, request.id]]),
  });
}
