// A request made ready to be sent, once: its target, its headers and its body, everything checked (HC-3).

import type { RequestOptions } from '../contract/http-client.ts';
import { isHttpMethod } from '../contract/http-method.ts';
import { httpClientError } from '../errors/client-catalogue.ts';
import type { ResolvedClientOptions } from './client-options.ts';
import { checkKeys, checkObject, invalid } from './option-check.ts';
import { bodyKeys, bodyOf } from './request-body.ts';
import { headerOf, headerPairs, mergedHeaders, refused } from './request-headers.ts';
import type { RequestTarget, RequestTargets } from './request-target.ts';
import { Upload } from './upload.ts';

export interface OutgoingRequest {
  readonly method: string;
  readonly target: RequestTarget;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: string | Uint8Array | Upload | undefined;
  /** It can be sent a second time: nothing of its body is used up. */
  readonly isRepeatable: boolean;
}

const requestKeys: ReadonlySet<string> = new Set([
  'headers',
  'timeouts',
  'retry',
  'redirect',
  'maxRedirects',
  'maxResponseBytes',
  'query',
  'signal',
  ...bodyKeys,
]);

/** @throws ICHOR_HTTP_REQUEST_BODY, ICHOR_HTTP_REQUEST_METHOD, ICHOR_HTTP_REQUEST_HEADER, ICHOR_HTTP_CLIENT_OPTION_INVALID */
export function outgoingRequest(
  method: string,
  url: string | URL,
  options: RequestOptions,
  client: ResolvedClientOptions,
  targets: RequestTargets,
): OutgoingRequest {
  checkObject('options', options);
  checkKeys('', options, requestKeys);
  const { signal } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw invalid('signal', signal, 'an AbortSignal');
  const target = targets.find(url, options.query);
  const body = bodyOf(method, options);
  if (!isHttpMethod(method) || method === 'CONNECT')
    throw httpClientError(
      'ICHOR_HTTP_REQUEST_METHOD',
      `The method ${JSON.stringify(method)} cannot be sent. Methods are case-sensitive: GET, POST, …`,
    );
  const own = options.headers === undefined ? [] : headerPairs(options.headers);
  const headers = own.length === 0 ? client.flatHeaders : mergedHeaders(client.headers, own);
  if (headers.length > 0) checkMessageHeaders(headers, body?.content);
  const contentType = headerOf(headers, 'content-type') === undefined ? body?.contentType : undefined;
  return {
    method,
    target,
    headers: contentType === undefined ? headers : [...headers, 'content-type', contentType],
    body: body?.content,
    isRepeatable: options.stream === undefined,
  };
}

/** Fields that say something about the message have to be true. */
function checkMessageHeaders(headers: readonly string[], content: OutgoingRequest['body']): void {
  let hasLength = false;
  let hasHost = false;
  for (let i = 0; i < headers.length; i += 2) {
    const field = (headers[i] as string).toLowerCase();
    const value = headers[i + 1] as string;
    if (field === 'host') {
      if (hasHost || value === '') throw refused(field, value, 'A request has one Host, which is not empty.');
      hasHost = true;
    } else if (field === 'content-length') {
      const length = lengthOf(content);
      if (hasLength || !/^\d+$/.test(value) || (length !== undefined && Number(value) !== length))
        throw refused(
          field,
          value,
          'It has to be the length of the body, once; leave it out unless the body is a stream.',
        );
      hasLength = true;
    }
  }
}

function lengthOf(content: OutgoingRequest['body']): number | undefined {
  if (content === undefined) return 0;
  return content instanceof Upload ? undefined : Buffer.byteLength(content);
}
