// The body of a request as it is sent, with its content type.

import type { RequestBody } from '../contract/http-client.ts';
import { httpClientError } from '../errors/client-catalogue.ts';
import { Upload } from './upload.ts';

export const bodyKeys = ['message', 'json', 'text', 'bytes', 'form', 'stream'] as const;
type BodyKind = (typeof bodyKeys)[number];

export interface Body {
  readonly content: string | Uint8Array | Upload;
  readonly contentType: string | undefined;
}

interface Codec {
  readonly contentType: string;
  serialize(value: unknown): Uint8Array;
}

/** @throws ICHOR_HTTP_REQUEST_BODY, or what the codec of a message throws */
export function bodyOf(method: string, options: RequestBody): Body | undefined {
  let kind: BodyKind | undefined;
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
    case 'message':
      return messageBody(options.message);
    case 'json':
      return { content: jsonText(options.json), contentType: 'application/json' };
    case 'text':
      if (typeof options.text !== 'string') throw unsendable(kind, options.text, 'text');
      return { content: options.text, contentType: 'text/plain; charset=utf-8' };
    case 'form':
      return { content: formText(options.form), contentType: 'application/x-www-form-urlencoded' };
    case 'bytes':
      if (!(options.bytes instanceof Uint8Array)) throw unsendable(kind, options.bytes, 'a Uint8Array');
      return { content: options.bytes, contentType: undefined };
    default:
      return { content: uploadOf(options.stream), contentType: undefined };
  }
}

function messageBody(message: unknown): Body {
  const [type, value] = (Array.isArray(message) ? message : []) as [{ codecs?: readonly Codec[] } | undefined, unknown];
  const codec = type?.codecs?.[0];
  if (codec === undefined) throw unsendable('message', message, 'a list of a message type and a value');
  return { content: codec.serialize(value), contentType: codec.contentType };
}

function jsonText(value: unknown): string {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(value) as string | undefined;
  } catch (error) {
    cause = error;
  }
  if (text === undefined) throw unsendable('json', value, 'a value that JSON can express', cause);
  return text;
}

function formText(form: unknown): string {
  if (typeof form !== 'object' || form === null) throw unsendable('form', form, 'an object of names and texts');
  return new URLSearchParams(form as Record<string, string>).toString();
}

function uploadOf(stream: RequestBody['stream']): Upload {
  const isIterable =
    typeof stream === 'object' &&
    stream !== null &&
    !(stream instanceof Uint8Array) &&
    (Symbol.asyncIterator in stream || Symbol.iterator in stream);
  if (!isIterable) throw unsendable('stream', stream, 'an iterable or async iterable of Uint8Array and text');
  return new Upload(stream);
}

function unsendable(kind: BodyKind, given: unknown, allowed: string, cause?: unknown): Error {
  const received = given === null ? 'null' : `a value of type ${typeof given}`;
  return httpClientError(
    'ICHOR_HTTP_REQUEST_BODY',
    `The body "${kind}" was given ${received}${cause instanceof Error ? `: ${cause.message}` : ''}. Allowed: ${allowed}.`,
    { cause, details: { option: kind } },
  );
}
