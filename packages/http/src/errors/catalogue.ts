// The error codes of this package. docs/errors/http.md lists the same codes; a test compares both.

import { errorsOf } from '@ichor/core';

/** Codes of @ichor/http and what they mean. */
export const httpErrors = {
  ICHOR_HTTP_ERROR: 'An HttpError: the answer a handler wants to give instead of its result.',
  ICHOR_HTTP_OPTION_INVALID: 'An option of the host or of a route has a value that is not allowed.',
  ICHOR_HTTP_ADDRESS_IN_USE: 'The host cannot listen because the port or path is taken.',
  ICHOR_HTTP_LISTEN_FAILED: 'The host cannot listen for a reason other than a taken port.',
  ICHOR_HTTP_TLS_INVALID: 'The certificate, key, pass phrase or authorities of a host or client cannot be used.',
  ICHOR_HTTP_ROUTE_CONFLICT: 'A route with the same method and the same path exists already.',
  ICHOR_HTTP_ROUTE_INVALID: 'The path or matcher of a route is malformed.',
  ICHOR_HTTP_HEADER_INVALID: 'A header of a response has a name or a value that must not be sent.',
  ICHOR_HTTP_RESPONSE_INVALID: 'A handler returned something that is not a response.',
  ICHOR_HTTP_BODY_ABORTED: 'The body of a request ended before it was complete.',
  ICHOR_HTTP_BODY_REFUSED: 'The body of a request was malformed, too long or too slow.',
  ICHOR_HTTP_BODY_USED: 'The body of a request was read a second time.',
  ICHOR_HTTP_CLIENT_GONE: 'The client closed the connection before it had the answer.',
  ICHOR_HTTP_HANDLER_TIMEOUT: 'A handler did not answer in time.',
  ICHOR_HTTP_MIDDLEWARE_ANSWER:
    'A middleware returned something that is not a response, or neither answered nor called next().',
  ICHOR_HTTP_MIDDLEWARE_NEXT: 'A middleware called next() twice, or after it had answered.',
  ICHOR_HTTP_HOST_STOPPED: 'The host has stopped.',
  ICHOR_HTTP_UPGRADE_INVALID: 'A connection was upgraded twice, or after its answer.',
} as const;

/** Makes an error of this package. */
export const httpError = errorsOf(httpErrors);
