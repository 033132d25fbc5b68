// A request made ready to be sent, once: its URL, its headers and its body, everything checked (HC-3).

import type { RequestOptions } from '../contract/http-client.ts';
import { isHttpMethod } from '../contract/http-method.ts';
import { httpClientError } from '../errors/client-catalogue.ts';
import { headerPairs, invalid, type ResolvedClientOptions } from './client-options.ts';

export interface OutgoingRequest {
  readonly method: string;
  readonly url: URL;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array> | undefined;
  /** It can be sent a second time: nothing of its body is used up. */
  readonly isRepeatable: boolean;
}

const requestKeys = new Set([
  'headers',
  'timeouts',
  'retry',
  'redirect',
  'maxRedirects',
  'maxResponseBytes',
  'query',
  'signal',
  'message',
  'json',
  'text',
  'bytes',
  'form',
  'stream',
]);

const bodyKeys = ['message', 'json', 'text', 'bytes', 'form', 'stream'] as const;

/** @throws ICHOR_HTTP_REQUEST_BODY, ICHOR_HTTP_REQUEST_METHOD, ICHOR_HTTP_REQUEST_HEADER, ICHOR_HTTP_CLIENT_OPTION_INVALID */
export function outgoingRequest(
  method: string,
  url: string | URL,
  options: RequestOptions,
  client: ResolvedClientOptions,
): OutgoingRequest {
  for (const key in options)
    if (!requestKeys.has(key))
      throw invalid(key, (options as Record<string, unknown>)[key], `one of ${[...requestKeys].join(', ')}`);
  const body = bodyOf(method, options);
  if (!isHttpMethod(method) || method === 'CONNECT')
    throw httpClientError(
      'ICHOR_HTTP_REQUEST_METHOD',
      `The method ${JSON.stringify(method)} cannot be sent. Methods are case-sensitive: GET, POST, …`,
    );
  const headers: string[] = [];
  for (const [name, value] of client.headers) headers.push(name, value);
  if (options.headers !== undefined) {
    const own = headerPairs(options.headers);
    const names = new Set(own.map(([name]) => name.toLowerCase()));
    for (let i = headers.length - 2; i >= 0; i -= 2)
      if (names.has((headers[i] as string).toLowerCase())) headers.splice(i, 2);
    for (const [name, value] of own) headers.push(name, value);
  }
  if (body !== undefined && body.contentType !== undefined && !hasHeader(headers, 'content-type'))
    headers.push('content-type', body.contentType);
  return {
    method,
    url: resolvedUrl(url, options, client.baseUrl),
    headers,
    body: body?.content,
    isRepeatable: options.stream === undefined,
  };
}

/** Whether a flat list of names and values has a field. */
function hasHeader(headers: readonly string[], name: string): boolean {
  for (let i = 0; i < headers.length; i += 2) if ((headers[i] as string).toLowerCase() === name) return true;
  return false;
}

function resolvedUrl(url: string | URL, options: RequestOptions, baseUrl: URL | undefined): URL {
  let resolved: URL;
  try {
    resolved = new URL(url, baseUrl);
  } catch (error) {
    throw httpClientError(
      'ICHOR_HTTP_CLIENT_OPTION_INVALID',
      `${JSON.stringify(String(url))} is not a whole URL${baseUrl === undefined ? ', and the client has no baseUrl' : ''}.`,
      { cause: error },
    );
  }
  if (resolved.protocol !== 'http:' && resolved.protocol !== 'https:')
    throw invalid('url', String(url), 'URLs that begin with http:// or https://');
  if (options.query !== undefined)
    for (const [name, value] of Object.entries(options.query))
      if (typeof value === 'object') for (const one of value) resolved.searchParams.append(name, one);
      else resolved.searchParams.append(name, String(value));
  return resolved;
}

interface Body {
  readonly content: string | Uint8Array | AsyncIterable<Uint8Array>;
  readonly contentType: string | undefined;
}

function bodyOf(method: string, options: RequestOptions): Body | undefined {
  let kind: (typeof bodyKeys)[number] | undefined;
  for (const key of bodyKeys) {
    if (options[key] === undefined) continue;
    if (kind !== undefined)
      throw httpClientError('ICHOR_HTTP_REQUEST_BODY', `A request has one body; received both "${kind}" and "${key}".`);
    kind = key;
  }
  if (kind === undefined) return undefined;
  if (method === 'GET' || method === 'HEAD' || method === 'TRACE')
    throw httpClientError(
      'ICHOR_HTTP_REQUEST_BODY',
      `A ${method} request has no body; received "${kind}". Use query, or another method.`,
    );
  switch (kind) {
    case 'message': {
      const [type, value] = options.message as readonly [{ readonly codecs: readonly [Codec, ...Codec[]] }, unknown];
      const [codec] = type.codecs;
      return { content: codec.serialize(value), contentType: codec.contentType };
    }
    case 'json':
      return { content: JSON.stringify(options.json), contentType: 'application/json' };
    case 'text':
      return { content: options.text as string, contentType: 'text/plain; charset=utf-8' };
    case 'form':
      return {
        content: new URLSearchParams(options.form).toString(),
        contentType: 'application/x-www-form-urlencoded',
      };
    case 'bytes':
      return { content: options.bytes as Uint8Array, contentType: undefined };
    default:
      return { content: options.stream as AsyncIterable<Uint8Array>, contentType: undefined };
  }
}

interface Codec {
  readonly contentType: string;
  serialize(value: unknown): Uint8Array;
}
