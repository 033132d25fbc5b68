// The error codes of the client. docs/errors/http.md lists the same codes; a test compares both.

import { errorsOf } from '@ichor/core';

/** Codes of the HTTP client and what they mean. */
export const httpClientErrors = {
  ICHOR_HTTP_CLIENT_OPTION_INVALID: 'An option of the client or of a request has a value that is not allowed.',
  ICHOR_HTTP_CLIENT_STOPPED: 'The client, or the service it belongs to, stopped before the answer was complete.',
  ICHOR_HTTP_REQUEST_METHOD: 'The method of a request is not one that HTTP knows.',
  ICHOR_HTTP_REQUEST_HEADER: 'A header of a request has a name or a value that must not be sent.',
  ICHOR_HTTP_REQUEST_BODY:
    'A request has a body that its method does not take, more than one, or one that cannot be sent.',
  ICHOR_HTTP_REQUEST_STREAM: 'The stream that is the body of a request failed, or gave something that cannot be sent.',
  ICHOR_HTTP_REQUEST_TIMEOUT: 'Connecting, the headers, the body, or the whole request took too long.',
  ICHOR_HTTP_REQUEST_ABORTED: 'The signal of the request aborted, or the coroutine that waited for it was cancelled.',
  ICHOR_HTTP_CONNECT_FAILED: 'No connection could be made.',
  ICHOR_HTTP_CONNECTION_LOST: 'The connection ended before the answer was complete.',
  ICHOR_HTTP_RESPONSE_MALFORMED: 'What the server sent is not HTTP.',
  ICHOR_HTTP_RESPONSE_TOO_LONG: 'The body of the answer is longer than the limit.',
  ICHOR_HTTP_RESPONSE_TYPE: 'The answer has a content type that the message has no codec for.',
  ICHOR_HTTP_RESPONSE_STATUS: 'The answer has a status that was not expected.',
  ICHOR_HTTP_RESPONSE_USED: 'The body of an answer was read a second time.',
  ICHOR_HTTP_REDIRECT: 'The answer is a redirect that the policy does not follow.',
} as const;

/** Makes an error of the client. */
export const httpClientError = errorsOf(httpClientErrors);
