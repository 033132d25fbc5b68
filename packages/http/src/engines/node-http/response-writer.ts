// Writes answers of the pipeline with node:http. What a handler gave is checked as in ResponseEncoder, before anything is sent.

import type { ServerResponse } from 'node:http';
import type { MessageCodec } from '@ichor/core';
import { reasonPhrase } from '../../contract/http-status.ts';
import type { HttpResponse } from '../../contract/response.ts';
import type { StreamFraming } from '../../server/channel.ts';
import { assertContentType, headerLines } from '../../server/response-encoder.ts';

/** What decides about the connection. */
export interface AnswerStyle {
  readonly keepAlive: boolean;
  /** HTTP/1.0 needs to be told that the connection stays. */
  readonly minorVersion: number;
  /** Value of the Server header. */
  readonly server: string | undefined;
}

/**
 * @returns Bytes of the body that are sent.
 * @throws ICHOR_HTTP_HEADER_INVALID, or the error of the codec; nothing has been sent then.
 */
export function writeWhole(
  target: ServerResponse,
  response: HttpResponse,
  codec: MessageCodec<unknown> | undefined,
  style: AnswerStyle,
): number {
  const body = bodyBytes(response, codec);
  const contentType = codec === undefined ? (response.contentType ?? '') : codec.contentType;
  const { status } = response;
  const isUnframed = response.content.kind === 'empty' && (status === 204 || status === 304);
  writeHead(target, response, contentType, isUnframed ? [] : ['Content-Length', String(body.length)], style);
  target.end(isUnframed ? undefined : body);
  return target.req.method === 'HEAD' ? 0 : body.length;
}

/** @throws as above */
export function writeStreamHead(
  target: ServerResponse,
  response: HttpResponse,
  framing: StreamFraming,
  style: AnswerStyle,
): void {
  const { lengthBytes } = framing;
  const isUnframed = response.status === 204 || response.status === 304 || style.minorVersion === 0;
  const line =
    lengthBytes !== undefined
      ? ['Content-Length', String(lengthBytes)]
      : isUnframed
        ? []
        : ['Transfer-Encoding', 'chunked'];
  writeHead(target, response, response.contentType ?? '', line, style);
  target.flushHeaders();
}

/** @param trailers Field lines, or empty. */
export function writeEnd(target: ServerResponse, trailers: string): void {
  if (trailers !== '') target.addTrailers(pairsOf(trailers));
  target.end();
}

function writeHead(
  target: ServerResponse,
  response: HttpResponse,
  contentType: string,
  framing: readonly string[],
  style: AnswerStyle,
): void {
  const fields = pairsOf(response.headers === undefined ? '' : headerLines(response.headers, true));
  assertContentType(contentType);
  if (contentType !== '') fields.push(['Content-Type', contentType]);
  if (style.server !== undefined) fields.push(['Server', style.server]);
  if (!style.keepAlive) fields.push(['Connection', 'close']);
  else if (style.minorVersion === 0) fields.push(['Connection', 'keep-alive']);
  else target.removeHeader('Connection');
  target.shouldKeepAlive = style.keepAlive;
  target.writeHead(response.status, reasonPhrase(response.status), [...fields.flat(), ...framing]);
}

// Field lines, as headerLines makes them, in pairs.
function pairsOf(lines: string): [name: string, value: string][] {
  return lines
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
}

function bodyBytes(response: HttpResponse, codec: MessageCodec<unknown> | undefined): Uint8Array {
  const { content } = response;
  switch (content.kind) {
    case 'empty':
      return new Uint8Array(0);
    case 'message':
      return codec!.serialize(content.value);
    case 'text':
      return Buffer.from(content.text, 'utf8');
    case 'bytes':
      return content.bytes;
    default:
      throw new TypeError('A streamed body cannot be sent as a whole.');
  }
}
