// Errors of undici in our codes (HC-1).

import { IchorError } from '@ichor/core';
import { errors } from 'undici';
import type { OutgoingRequest } from '../../client/outgoing-request.ts';
import { isRefusedHandshake } from '../../client/transient.ts';
import type { ClientTimeouts } from '../../contract/http-client.ts';
import { httpClientError } from '../../errors/client-catalogue.ts';

const unreachable = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT']);

/** What undici and the system tell of a failure. */
interface Failure {
  readonly code?: string;
  readonly message: string;
  readonly syscall?: string;
  /** Set by Node when a connection ended before its TLS handshake was complete. */
  readonly host?: string;
}

/** What went wrong with `request`, before or after the head of its answer. */
export function failureOf(
  error: unknown,
  request: OutgoingRequest,
  timeouts: ClientTimeouts,
  isAnswered: boolean,
): Error {
  // A body that failed by itself.
  if (IchorError.is(error)) return error;
  const { method, target } = request;
  const what = `${method} ${target.shown}`;
  const details = { method, url: target.url.href };
  const timedOut = (phase: 'connect' | 'headers' | 'body', ms: number): Error =>
    httpClientError('ICHOR_HTTP_REQUEST_TIMEOUT', `${what}: the ${phase} did not come within ${ms} ms.`, {
      cause: error,
      details: { ...details, phase },
    });
  if (error instanceof errors.ConnectTimeoutError) return timedOut('connect', timeouts.connectMs);
  if (error instanceof errors.HeadersTimeoutError) return timedOut('headers', timeouts.headersMs);
  if (error instanceof errors.BodyTimeoutError) return timedOut('body', timeouts.bodyMs);
  const options = { cause: error, details };
  if (error instanceof errors.RequestContentLengthMismatchError)
    return httpClientError(
      'ICHOR_HTTP_REQUEST_STREAM',
      `${what}: the stream of the body has another length than its Content-Length says. The request was broken off.`,
      options,
    );
  const { code, message, syscall, host } = error as Failure;
  const malformed = malformedBy(error, message, isAnswered);
  if (malformed !== undefined)
    return httpClientError('ICHOR_HTTP_RESPONSE_MALFORMED', `${what}: ${malformed}.`, options);
  const isConnecting =
    error instanceof AggregateError ||
    syscall === 'connect' ||
    syscall === 'getaddrinfo' ||
    host !== undefined ||
    isRefusedHandshake(code) ||
    (code !== undefined && unreachable.has(code));
  if (isConnecting) {
    const reason = error instanceof AggregateError ? error.errors.map((one: Error) => one.message).join('; ') : message;
    return httpClientError('ICHOR_HTTP_CONNECT_FAILED', `${what}: no connection: ${reason}.`, options);
  }
  return httpClientError(
    'ICHOR_HTTP_CONNECTION_LOST',
    `${what}: the connection ended before the answer was complete: ${message}.`,
    options,
  );
}

/** What is wrong with an answer that is not HTTP, or not one to this request. Ends that come early are lost connections. */
function malformedBy(error: unknown, message: string, isAnswered: boolean): string | undefined {
  if (error instanceof errors.HeadersOverflowError) return 'the headers of the answer are too long';
  if (error instanceof errors.HTTPParserError)
    return message.includes('Invalid EOF state') ? undefined : `the answer is not HTTP: ${message}`;
  // Any wrong head that has a length is reported like this as well.
  if (error instanceof errors.ResponseContentLengthMismatchError && !isAnswered) return 'the answer is not HTTP';
  if (error instanceof errors.SocketError && message === 'bad response')
    return 'the server sent 100 Continue, or an answer, that was not asked for';
  if (error instanceof errors.SocketError && message === 'bad upgrade')
    return 'the server changed the protocol, which was not asked for';
  return undefined;
}
