// What one connection sends, as bytes of HTTP: whole answers, streamed ones in chunks or with their length, refusals.

import type { MessageCodec } from '@ichor/core';
import { HttpError } from '../contract/http-error.ts';
import type { HttpResponse } from '../contract/response.ts';
import type { ParseFailure } from '../parser/parse-failure.ts';
import type { StreamFraming } from './channel.ts';
import type { ConnectionEnvironment } from './connection-environment.ts';
import type { ConnectionOutput } from './connection-output.ts';
import type { Exchange } from './exchange.ts';
import { problemResponse } from './problem.ts';
import { headRoomBytes, plainHeadRoomBytes, type HeadStyle } from './response-encoder.ts';

const continueHead = 'HTTP/1.1 100 Continue\r\n\r\n';
const closeLine = 'Connection: close\r\n';
const keepAliveLine = 'Connection: keep-alive\r\n';
const plainStyle: HeadStyle = { connection: '', withoutBody: false };
const headStyle: HeadStyle = { connection: '', withoutBody: true };
const closeStyle: HeadStyle = { connection: closeLine, withoutBody: false };

export class ConnectionAnswers {
  readonly #host: ConnectionEnvironment;
  readonly #output: ConnectionOutput;
  #isSendingChunks = false;

  constructor(host: ConnectionEnvironment, output: ConnectionOutput) {
    this.#host = host;
    this.#output = output;
  }

  /** Asks for the body (RFC 9110 section 10.1.1). */
  askForBody(): void {
    this.#output.appendLatin1(continueHead);
  }

  /** A head that is not HTTP is answered without a request (HT-9). */
  refuse(failure: ParseFailure): void {
    const response = problemResponse(new HttpError(failure.status, failure.detail), undefined);
    this.#host.encoder.appendWhole(this.#output.withRoom(headRoomBytes), response, undefined, closeStyle);
  }

  /** @throws before anything is sent, when it cannot be encoded. */
  whole(exchange: Exchange, response: HttpResponse, codec: MessageCodec<unknown> | undefined): void {
    const buffer = this.#output.withRoom(response.headers === undefined ? plainHeadRoomBytes : headRoomBytes);
    const apart = this.#host.encoder.appendWhole(buffer, response, codec, styleOf(exchange));
    exchange.sentBytes = this.#host.encoder.bodyBytes;
    if (apart !== undefined) this.#output.writeApart(apart);
  }

  /** @throws before anything is sent, when it cannot be encoded. */
  streamHead(exchange: Exchange, response: HttpResponse, framing: StreamFraming): void {
    let line = '';
    this.#isSendingChunks = false;
    if (framing.lengthBytes !== undefined) {
      line = `Content-Length: ${framing.lengthBytes}\r\n`;
    } else if (response.status !== 204 && response.status !== 304) {
      // HTTP/1.0 knows no chunks: there the end of the connection is the end of the body.
      if (exchange.head.minorVersion === 0) {
        exchange.keepAlive = false;
      } else {
        line = 'Transfer-Encoding: chunked\r\n';
        this.#isSendingChunks = framing.hasBody;
      }
    }
    this.#host.encoder.appendStreamHead(this.#output.withRoom(headRoomBytes), response, line, styleOf(exchange));
  }

  /** Returns false when the client should be waited for. */
  piece(bytes: Uint8Array): boolean {
    if (this.#isSendingChunks) this.#output.appendLatin1(`${bytes.length.toString(16)}\r\n`);
    this.#output.append(bytes);
    if (this.#isSendingChunks) this.#output.appendLatin1('\r\n');
    return this.#output.takesMore;
  }

  /** @param trailers Field lines, or empty. */
  streamEnd(trailers: string): void {
    if (this.#isSendingChunks) this.#output.appendLatin1(`0\r\n${trailers}\r\n`, headRoomBytes);
    this.#isSendingChunks = false;
  }
}

function styleOf(exchange: Exchange): HeadStyle {
  const withoutBody = exchange.method === 'HEAD';
  if (exchange.keepAlive && exchange.head.minorVersion === 1) return withoutBody ? headStyle : plainStyle;
  return { connection: exchange.keepAlive ? keepAliveLine : closeLine, withoutBody };
}
