// The answers that the host gives by itself, when a request cannot be handled or its handling failed.

import { IchorError } from '@ichor/core';
import { HttpError } from '../contract/http-error.ts';
import { httpError } from '../errors/catalogue.ts';
import { checkContentType } from './body-decoder.ts';
import type { Exchange } from './exchange.ts';
import type { Route } from './route.ts';

const retryAfter = { 'Retry-After': '1' };

/** Why a body is not taken, as far as the head tells: 413 or 415. */
export function refusalOfBody(route: Route, exchange: Exchange): HttpError | undefined {
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

/** There are too many requests. */
export function overloaded(): HttpError {
  return new HttpError(503, 'The server is overloaded. Try again later.', { headers: retryAfter });
}

/** Only other protocols are spoken at a path. */
export function upgradeRequired(protocols: readonly string[]): HttpError {
  const names = protocols.join(', ');
  return new HttpError(426, `This path only answers requests that upgrade to ${names}.`, {
    headers: { Upgrade: names },
  });
}

/** The service that owns a route, or its middleware, has stopped. */
export function gone(): HttpError {
  return new HttpError(503, 'The service that answers here has stopped.', { headers: retryAfter });
}

/** A failure of which the client is told nothing. */
export function serverError(): HttpError {
  return new HttpError(500, 'The server failed to answer this request.');
}

/** Whether a handler was cancelled because its service stops. */
export function isCancellation(error: unknown): boolean {
  return IchorError.is(error, 'ICHOR_COROUTINES_CANCELLED');
}

/** For the log: what a handler returned. */
export function notAResponse(exchange: Exchange, value: unknown): Error {
  const received = value === null ? 'null' : typeof value === 'object' ? value.constructor?.name : typeof value;
  return httpError(
    'ICHOR_HTTP_RESPONSE_INVALID',
    `The handler of ${exchange.method} ${exchange.path} returned ${received}. Return json(), text(), empty() or another response, or declare \`response\` in the options of the route.`,
  );
}

/** A handler was too slow. */
export function late(): HttpError {
  return new HttpError(503, 'The answer took too long.', { headers: retryAfter });
}
