// Responses: plain values that handlers return, made by json(), message(), text(), bytes(), stream(), sse(), redirect(), empty().
// The encoder of the engine turns them into bytes; nothing is encoded before that.

import type { MessageType } from '@ichor/core';
import { httpError } from '../errors/catalogue.ts';
import type { HeaderValues } from './headers.ts';

/** Status and headers of a response. */
export interface ResponseInit {
  /** Default: 200. */
  readonly status?: number;
  readonly headers?: HeaderValues;
}

/** How a response with a streamed body is sent. */
export interface StreamInit extends ResponseInit {
  /** Default: `application/octet-stream`. */
  readonly contentType?: string;
  /** Length in bytes, when it is known: sent as Content-Length instead of chunked, and enforced. */
  readonly lengthBytes?: number;
  /** Called at the end of a chunked body for its trailer fields. */
  readonly trailers?: () => HeaderValues;
}

/** What a streamed body is made of. Text is sent as UTF-8. */
export type StreamSource = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/** One server-sent event (https://html.spec.whatwg.org/#server-sent-events). */
export interface ServerEvent {
  /** Text, or a value that is sent as JSON. */
  readonly data: unknown;
  readonly event?: string;
  readonly id?: string;
  /** Tells the client how long to wait before it reconnects. */
  readonly retryMs?: number;
}

/** What the body of a response is. */
export type ResponseContent =
  | { readonly kind: 'empty' }
  | { readonly kind: 'message'; readonly type: MessageType<unknown>; readonly value: unknown; readonly json: boolean }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'stream';
      readonly source: StreamSource;
      readonly lengthBytes: number | undefined;
      readonly trailers: (() => HeaderValues) | undefined;
    };

/** A response. Make one with the functions of this module; returned by handlers, sent once per return. */
export class HttpResponse {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly headers: HeaderValues | undefined;
  readonly content: ResponseContent;

  /** @throws ICHOR_HTTP_RESPONSE_INVALID when the status is not an integer from 200 to 599, or has no body and one is given. */
  constructor(
    status: number,
    contentType: string | undefined,
    headers: HeaderValues | undefined,
    content: ResponseContent,
  ) {
    if (!Number.isInteger(status) || status < 200 || status > 599) {
      throw httpError(
        'ICHOR_HTTP_RESPONSE_INVALID',
        `A response was given the status ${status}. Pass an integer from 200 to 599.`,
      );
    }
    if (content.kind !== 'empty' && hasNoBody(status)) {
      throw httpError(
        'ICHOR_HTTP_RESPONSE_INVALID',
        `A response with the status ${status} was given a body, which clients would take for the next response. Use empty(${status}), or another status.`,
      );
    }
    this.status = status;
    this.contentType = contentType;
    this.headers = headers;
    this.content = content;
  }

  /** The same response with these header fields instead of those of the same names, for middleware. O(fields). */
  withHeaders(headers: HeaderValues): HttpResponse {
    const added = headerPairs(headers);
    const replaced = new Set(added.map(([name]) => name.toLowerCase()));
    const kept = headerPairs(this.headers).filter(([name]) => !replaced.has(name.toLowerCase()));
    return new HttpResponse(this.status, this.contentType, [...kept, ...added], this.content);
  }

  /** The same response with these header fields beside those it has, such as a further Set-Cookie. O(fields). */
  withAddedHeaders(headers: HeaderValues): HttpResponse {
    const all = [...headerPairs(this.headers), ...headerPairs(headers)];
    return new HttpResponse(this.status, this.contentType, all, this.content);
  }
}

/** Statuses whose answers end with their head (RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5). */
export function hasNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

const emptyContent: ResponseContent = { kind: 'empty' };

/** What middleware sees as the answer of a request whose connection was taken over. Never sent. */
export const switchedProtocols: HttpResponse = Object.defineProperty(
  new HttpResponse(200, undefined, undefined, emptyContent),
  'status',
  { value: 101 },
);

/** A message, encoded by its JSON codec. */
export function json<T>(type: MessageType<T>, value: NoInfer<T>, init?: ResponseInit): HttpResponse;
/** Any value, encoded with `JSON.stringify`. */
export function json(value: unknown, init?: ResponseInit): HttpResponse;
export function json(first: unknown, second?: unknown, third?: ResponseInit): HttpResponse {
  if (isMessageType(first)) {
    return new HttpResponse(third?.status ?? 200, undefined, third?.headers, {
      kind: 'message',
      type: first,
      value: second,
      json: true,
    });
  }
  const init = second as ResponseInit | undefined;
  const encoded = JSON.stringify(first) as string | undefined;
  if (encoded === undefined) {
    throw httpError(
      'ICHOR_HTTP_RESPONSE_INVALID',
      `json() was given a ${typeof first}, which has no JSON form. Pass null for no value.`,
    );
  }
  return new HttpResponse(init?.status ?? 200, 'application/json', init?.headers, { kind: 'text', text: encoded });
}

/** A message, encoded by the codec the client asks for with Accept, else the one it sent, else the first one. */
export function message<T>(type: MessageType<T>, value: NoInfer<T>, init?: ResponseInit): HttpResponse {
  return new HttpResponse(init?.status ?? 200, undefined, init?.headers, {
    kind: 'message',
    type,
    value,
    json: false,
  });
}

/** Text as UTF-8. @param contentType Default: `text/plain; charset=utf-8`. */
export function text(content: string, init?: ResponseInit & { readonly contentType?: string }): HttpResponse {
  if (typeof content !== 'string') throw wrongContent('text', content, 'a string');
  return new HttpResponse(init?.status ?? 200, init?.contentType ?? 'text/plain; charset=utf-8', init?.headers, {
    kind: 'text',
    text: content,
  });
}

/** Bytes as they are; not copied, so leave them alone until they are sent. @param contentType Default: `application/octet-stream`. */
export function bytes(content: Uint8Array, init?: ResponseInit & { readonly contentType?: string }): HttpResponse {
  if (!(content instanceof Uint8Array)) throw wrongContent('bytes', content, 'a Uint8Array');
  return new HttpResponse(init?.status ?? 200, init?.contentType ?? 'application/octet-stream', init?.headers, {
    kind: 'bytes',
    bytes: content,
  });
}

/** A body that is produced while it is sent: an async iterable is asked for more only when the client has taken what was sent. */
export function stream(source: StreamSource, init?: StreamInit): HttpResponse {
  if (!isIterable(source)) {
    throw wrongContent('stream', source, 'an iterable or async iterable of Uint8Array and text');
  }
  return new HttpResponse(init?.status ?? 200, init?.contentType ?? 'application/octet-stream', init?.headers, {
    kind: 'stream',
    source,
    lengthBytes: init?.lengthBytes,
    trailers: init?.trailers,
  });
}

function isIterable(source: unknown): boolean {
  const given = source as Partial<AsyncIterable<unknown> & Iterable<unknown>> | null;
  return typeof given === 'object' && (given?.[Symbol.asyncIterator] ?? given?.[Symbol.iterator]) !== undefined;
}

/** Server-sent events. Ends when `source` ends or the client goes away (then `source.return()` is called). */
export function sse(
  source: AsyncIterable<ServerEvent | string> | Iterable<ServerEvent | string>,
  init?: { readonly headers?: HeaderValues },
): HttpResponse {
  if (!isIterable(source)) throw wrongContent('sse', source, 'an iterable or async iterable of events and text');
  const headers: (readonly [string, string])[] = [['Cache-Control', 'no-store'], ...headerPairs(init?.headers)];
  return stream(eventTexts(source), { contentType: 'text/event-stream', headers });
}

const redirectStatuses: readonly number[] = [301, 302, 303, 307, 308];

/**
 * Sends the client elsewhere. @param location Absolute or relative; what a URI must not contain (spaces, quotes, characters above
 * ASCII) is percent-encoded, control characters are refused when the response is sent. Check locations that come from a client:
 * any host may be in them.
 * @param status Default: 303, which makes the client use GET; 307 and 308 keep the method.
 * @throws ICHOR_HTTP_RESPONSE_INVALID for another status, or a location that is not text.
 */
export function redirect(location: string, status: 301 | 302 | 303 | 307 | 308 = 303): HttpResponse {
  if (typeof location !== 'string') throw wrongContent('redirect', location, 'a location as text');
  if (!redirectStatuses.includes(status)) {
    throw httpError(
      'ICHOR_HTTP_RESPONSE_INVALID',
      `redirect() was given the status ${String(status)}. Allowed: ${redirectStatuses.join(', ')}.`,
    );
  }
  const wellFormed = location.replace(/\p{Surrogate}/gu, '\ufffd');
  const encoded = wellFormed.replace(/[ "<>\\^`{|}\u0080-\u{10ffff}]+/gu, (characters) =>
    encodeURIComponent(characters),
  );
  return new HttpResponse(status, undefined, [['Location', encoded]], emptyContent);
}

/** No body. @param status Default: 204. */
export function empty(status = 204, init?: { readonly headers?: HeaderValues }): HttpResponse {
  return new HttpResponse(status, undefined, init?.headers, emptyContent);
}

function wrongContent(name: string, value: unknown, allowed: string): Error {
  const received = value === null ? 'null' : `a value of type ${typeof value}`;
  return httpError('ICHOR_HTTP_RESPONSE_INVALID', `${name}() was given ${received}. Allowed: ${allowed}.`);
}

/** The fields as pairs, in order. */
export function headerPairs(headers: HeaderValues | undefined): (readonly [name: string, value: string])[] {
  if (headers === undefined) return [];
  if (Array.isArray(headers)) return [...(headers as ReadonlyArray<readonly [string, string]>)];
  const pairs: (readonly [string, string])[] = [];
  for (const [name, value] of Object.entries(headers as Readonly<Record<string, string | number | string[]>>)) {
    if (Array.isArray(value)) for (const item of value) pairs.push([name, item]);
    else pairs.push([name, String(value)]);
  }
  return pairs;
}

/** Whether `value` is a message type with codecs. */
export function isMessageType(value: unknown): value is MessageType<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Array.isArray((value as { codecs?: unknown }).codecs) &&
    typeof (value as { name?: unknown }).name === 'string'
  );
}

// Not a generator: one that waits for its source could not be ended before the source has produced something.
function eventTexts(
  source: AsyncIterable<ServerEvent | string> | Iterable<ServerEvent | string>,
): AsyncIterable<string> {
  const given = source as AsyncIterable<ServerEvent | string> & Iterable<ServerEvent | string>;
  return {
    [Symbol.asyncIterator]() {
      const iterator = given[Symbol.asyncIterator]?.() ?? given[Symbol.iterator]();
      return {
        async next() {
          const { done, value } = await iterator.next();
          if (done === true) return ended;
          return { done: false, value: eventText(typeof value === 'string' ? { data: value } : value) };
        },
        async return() {
          await iterator.return?.();
          return ended;
        },
      };
    },
  };
}

const ended: IteratorReturnResult<undefined> = { done: true, value: undefined };

// A line break inside a field would begin another field, so data is sent line by line and the others must not have one.
function eventText(event: ServerEvent): string {
  let lines = '';
  if (event.event !== undefined) lines += `event: ${singleLine('event', event.event)}\n`;
  if (event.id !== undefined) lines += `id: ${singleLine('id', event.id)}\n`;
  if (event.retryMs !== undefined) lines += `retry: ${Math.max(0, Math.trunc(event.retryMs))}\n`;
  const data = typeof event.data === 'string' ? event.data : (JSON.stringify(event.data) ?? '');
  for (const line of data.split(/\r\n|\r|\n/)) lines += `data: ${line}\n`;
  return `${lines}\n`;
}

function singleLine(field: string, value: string): string {
  // eslint-disable-next-line no-control-regex
  if (!/[\r\n\0]/.test(value)) return value;
  throw httpError(
    'ICHOR_HTTP_RESPONSE_INVALID',
    `The ${field} of a server-sent event must not contain a line break or NUL: received ${JSON.stringify(value)}.`,
  );
}
