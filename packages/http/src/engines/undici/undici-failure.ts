// Errors of undici in our codes (HC-1).

import { errors } from 'undici';
import type { OutgoingRequest } from '../../client/outgoing-request.ts';
import type { ClientTimeouts } from '../../contract/http-client.ts';
import { httpClientError } from '../../errors/client-catalogue.ts';

const unreachable = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
  'ENOENT',
]);

/** What went wrong with `request`. */
export function failureOf(error: unknown, request: OutgoingRequest, timeouts: ClientTimeouts): Error {
  const what = `${request.method} ${request.url.origin}${request.url.pathname}`;
  const options = { cause: error, details: { method: request.method, url: request.url.href } };
  const timedOut = (phase: 'connect' | 'headers' | 'body', ms: number): Error =>
    httpClientError('ICHOR_HTTP_REQUEST_TIMEOUT', `${what}: the ${phase} did not come within ${ms} ms.`, {
      cause: error,
      details: { ...options.details, phase },
    });
  if (error instanceof errors.ConnectTimeoutError) return timedOut('connect', timeouts.connectMs);
  if (error instanceof errors.HeadersTimeoutError) return timedOut('headers', timeouts.headersMs);
  if (error instanceof errors.BodyTimeoutError) return timedOut('body', timeouts.bodyMs);
  if (error instanceof errors.HTTPParserError || error instanceof errors.ResponseContentLengthMismatchError)
    return httpClientError(
      'ICHOR_HTTP_RESPONSE_MALFORMED',
      `${what}: the answer is not HTTP: ${(error as Error).message}.`,
      options,
    );
  const { code, message } = error as { readonly code?: string; readonly message: string };
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return httpClientError(
      'ICHOR_HTTP_RESPONSE_MALFORMED',
      `${what}: the headers of the answer are too long.`,
      options,
    );
  if (
    error instanceof AggregateError ||
    (code !== undefined &&
      (unreachable.has(code) || /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_|UNABLE_TO|HOSTNAME)/.test(code)))
  ) {
    const reason = error instanceof AggregateError ? error.errors.map((one: Error) => one.message).join('; ') : message;
    return httpClientError('ICHOR_HTTP_CONNECT_FAILED', `${what}: no connection: ${reason}.`, options);
  }
  return httpClientError(
    'ICHOR_HTTP_CONNECTION_LOST',
    `${what}: the connection ended before the answer was complete: ${message}.`,
    options,
  );
}
