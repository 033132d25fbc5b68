// The port between the pipeline and the engine: what carries one request's body in and its answer out.

import type { MessageCodec } from '@ichor/core';
import type { PeerAddress } from '../contract/request.ts';
import type { HttpResponse } from '../contract/response.ts';

/** Receives a body that does not lie in one piece, or that is streamed. */
export interface BodySink {
  /** `bytes[start..end)` are only valid during the call. Returns false to be given no more until `continueBody`. */
  data(bytes: Uint8Array, start: number, end: number): boolean;
  /** The body is complete. @param trailers Field lines of the trailer section. */
  end(trailers: string): void;
  /** The body will not be complete: refused, or the client has gone. */
  failed(error: Error): void;
}

/** How a streamed answer is framed. */
export interface StreamFraming {
  /** Content-Length, when known. */
  readonly lengthBytes: number | undefined;
  /** Whether a body may be sent at all (not for HEAD, 204 and 304). */
  readonly hasBody: boolean;
}

/** One connection (or, on engines that parse themselves, one request) as the pipeline uses it. */
export interface Channel<E> {
  readonly peer: PeerAddress;
  /**
   * Delivers the body to `sink`, after asking for it when the client waits for that (100 Continue). Called while the request
   * is admitted, or later: until then what arrives of the body waits.
   * @param sink Without one the body goes to the pipeline (`bodyRead`) when it is complete.
   */
  readBody(exchange: E, sink: BodySink | undefined): void;
  /** Delivers more after a sink returned false. */
  continueBody(): void;
  /** Sends a whole response and finishes the exchange. @throws before anything is sent, when it cannot be encoded. */
  sendWhole(exchange: E, response: HttpResponse, codec: MessageCodec<unknown> | undefined): void;
  /** Sends the head of a streamed response. @throws before anything is sent, when it cannot be encoded. */
  startStream(exchange: E, response: HttpResponse, framing: StreamFraming): void;
  /** Sends a piece of a streamed body. Returns false when the client should be waited for (`whenDrained`). */
  sendPiece(bytes: Uint8Array): boolean;
  /** Resolves when the system has taken what was sent: true; or when the client is gone before: false. */
  whenDrained(): Promise<boolean>;
  /** Ends a streamed body and finishes the exchange. @param trailers Field lines, or empty. */
  endStream(exchange: E, trailers: string): void;
  /** Gives the connection up: the answer cannot be completed. */
  abort(exchange: E): void;
  /** Hands the connection over. */
  takeOver(exchange: E): { readonly socket: unknown; readonly head: Uint8Array };
}
