// Every error code of @ichor/websocket with its meaning; docs/errors/websocket.md is compared with this list.

import { errorsOf } from '@ichor/core';

/**
 * Codes of WebSocket hosts, clients and connections, and what they mean.
 *
 * @example
 * ```ts
 * import { IchorError } from '@ichor/core';
 * import { webSocketErrors } from '@ichor/websocket';
 *
 * const explain = (error: unknown) =>
 *   IchorError.is(error) ? webSocketErrors[error.code as keyof typeof webSocketErrors] : undefined;
 * console.log(explain(new Error('another'))); // undefined
 * ```
 */
export const webSocketErrors = {
  ICHOR_WEBSOCKET_OPTION_INVALID:
    'An option of a host, endpoint, client or connection has a value that is not allowed.',
  ICHOR_WEBSOCKET_VERDICT_INVALID: 'A hook of an endpoint, authorise or origins, gave something that is no verdict.',
  ICHOR_WEBSOCKET_CLOSE_INVALID: 'A connection was closed with a code or reason that must not be sent.',
  ICHOR_WEBSOCKET_DATA_INVALID: 'Something was sent that is neither text nor bytes nor a message.',
  ICHOR_WEBSOCKET_CLOSED: 'Somebody waited for a connection that has closed.',
  ICHOR_WEBSOCKET_MESSAGE_INVALID: 'A message does not fit the type of the channel it came in on.',
  ICHOR_WEBSOCKET_CONNECT_FAILED: 'No connection to a server could be made, or it broke during the handshake.',
  ICHOR_WEBSOCKET_CONNECT_TIMEOUT: 'A connection was not open in time.',
  ICHOR_WEBSOCKET_CONNECT_ABORTED: 'The signal given to connect() aborted, or the service that connects stopped.',
  ICHOR_WEBSOCKET_REFUSED: 'A server answered the handshake with an HTTP status.',
} as const;

export const webSocketError = errorsOf(webSocketErrors);
