// From the bytes of a complete body to `request.body`, as the route wants it: content type, encoding, schema.

import type { MessageCodec, MessageType, SchemaResult } from '@ichor/core';
import { HttpError } from '../contract/http-error.ts';
import { copyOf } from '../parser/copy-of.ts';
import { parseQuery } from '../routing/query.ts';
import { decodeProblem, issuesProblem } from './problem.ts';
import type { BodyKind, Route } from './route.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

const noBytes = new Uint8Array(0);

/**
 * The codec of a message for a content type. Without a content type it is the first one.
 * @throws HttpError 415 when the message has none for it.
 */
function codecFor(type: MessageType<unknown>, contentType: string | undefined): MessageCodec<unknown> {
  const first = type.codecs[0];
  if (contentType === undefined || contentType === first.contentType) return first;
  const wanted = mediaTypeOf(contentType);
  for (const codec of type.codecs) if (codec.contentType === wanted) return codec;
  throw unsupported(
    contentType,
    type.codecs.map((codec) => codec.contentType),
  );
}

/** The media type without parameters, in lower case. */
export function mediaTypeOf(contentType: string): string {
  const semicolon = contentType.indexOf(';');
  return (semicolon === -1 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
}

/**
 * Refuses a body whose content type the route does not take, before it is read.
 * @throws HttpError 415
 */
export function checkContentType(route: Route, contentType: string | undefined): void {
  if (contentType === undefined) return;
  switch (route.bodyKind) {
    case 'message':
      codecFor(route.message!, contentType);
      return;
    case 'json':
    case 'schema': {
      const type = mediaTypeOf(contentType);
      if (type !== 'application/json' && !/^application\/[^/]+\+json$/.test(type)) {
        throw unsupported(contentType, ['application/json']);
      }
      return;
    }
    case 'form':
      if (mediaTypeOf(contentType) !== 'application/x-www-form-urlencoded') {
        throw unsupported(contentType, ['application/x-www-form-urlencoded']);
      }
      return;
    default:
  }
}

/**
 * Decodes `bytes[start..end)`; keeps no reference to them.
 * @returns the body, or a promise of it when a schema validates asynchronously.
 * @throws HttpError 400 that says what is wrong
 */
export function decodeBody(
  route: Route,
  contentType: string | undefined,
  bytes: Uint8Array,
  start: number,
  end: number,
): unknown {
  const kind: BodyKind = route.bodyKind;
  switch (kind) {
    case 'message': {
      const codec = codecFor(route.message!, contentType);
      try {
        return codec.deserialize(bytes, start, end);
      } catch (error) {
        // eslint-disable-next-line typescript/only-throw-error -- what a codec threw is passed on as it is
        throw decodeProblem(start === 0 ? error : failureWithin(codec, bytes.subarray(start, end), error));
      }
    }
    case 'bytes':
      return start === end ? noBytes : copyOf(bytes, start, end);
    case 'text':
      return decodeText(bytes, start, end);
    case 'json':
      return parseJson(bytes, start, end);
    case 'form':
      return parseQuery(decodeText(bytes, start, end));
    case 'schema':
      return validated('body', route.schema!['~standard'].validate(parseJson(bytes, start, end)));
    default:
      return undefined;
  }
}

/** The failure again, with offsets that count from the beginning of the body, as the client knows it. */
function failureWithin(codec: MessageCodec<unknown>, body: Uint8Array, otherwise: unknown): unknown {
  try {
    codec.deserialize(body);
  } catch (error) {
    return error;
  }
  return otherwise;
}

/** The value of a validation. @throws HttpError 400, also as a rejection. */
export function validated(what: string, result: SchemaResult<unknown> | Promise<SchemaResult<unknown>>): unknown {
  if (result instanceof Promise) return result.then((settled) => validated(what, settled));
  if (result.issues !== undefined) throw issuesProblem(what, result.issues);
  return result.value;
}

function decodeText(bytes: Uint8Array, start: number, end: number): string {
  try {
    return utf8.decode(bytes.subarray(start, end));
  } catch (error) {
    throw new HttpError(400, 'The body is not valid UTF-8.', { cause: error });
  }
}

function parseJson(bytes: Uint8Array, start: number, end: number): unknown {
  if (start === end) throw new HttpError(400, 'The body is empty; a JSON value was expected.');
  const text = decodeText(bytes, start, end);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new HttpError(400, `The body is not valid JSON: ${(error as Error).message}.`, { cause: error });
  }
}

function unsupported(contentType: string, supported: readonly string[]): HttpError {
  return new HttpError(
    415,
    `The content type ${JSON.stringify(contentType.slice(0, 100))} is not accepted here. Send ${supported.join(' or ')}.`,
    { headers: { Accept: supported.join(', ') } },
  );
}
