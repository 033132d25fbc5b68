// Handlers written against the Web standards (https://fetch.spec.whatwg.org), mounted with `host.mount`.

import type { HttpRequest } from './request.ts';

/** What a mounted handler gets beside the request; Hono has it as `c.env`. */
export interface FetchContext {
  /** The request as other handlers see it, for what `Request` does not have: peer, locals of middleware, id. Its body is a stream. */
  readonly request: HttpRequest<unknown>;
}

/** `request.signal` aborts when the client leaves. The body is read while it arrives; what is read slowly slows the client down. */
export type FetchHandler = (request: Request, context: FetchContext) => Response | PromiseLike<Response>;

/** A handler, or an object that has one, such as a Hono application. */
export type FetchApplication = FetchHandler | { readonly fetch: FetchHandler };
