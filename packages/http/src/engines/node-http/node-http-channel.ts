// One request of node:http as the pipeline uses it: its body in, its answer out. Made by NodeHttpConnection for each request.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MessageCodec } from '@ichor/core';
import { HttpError } from '../../contract/http-error.ts';
import type { PeerAddress } from '../../contract/request.ts';
import type { HttpResponse } from '../../contract/response.ts';
import { httpError } from '../../errors/catalogue.ts';
import type { ParseFailure } from '../../parser/parse-failure.ts';
import { BodyCollector } from '../../server/body-collector.ts';
import { BodyIntake } from '../../server/body-intake.ts';
import type { BodySink, Channel, StreamFraming } from '../../server/channel.ts';
import type { ConnectionEnvironment } from '../../server/connection-environment.ts';
import { Exchange, type RequestHead } from '../../server/exchange.ts';
import { receivedTrailers } from './received-head.ts';
import { writeEnd, writeStreamHead, writeWhole, type AnswerStyle } from './response-writer.ts';

/** A rest of a body up to this length is read and dropped, so that the connection can be kept. */
const discardBytes = 65_536;
/** How long middleware may take for the answer of a request that was out of time. */
const lateAnswerMs = 1000;
const never = Number.POSITIVE_INFINITY;

/** What a request needs of its connection. */
export interface RequestOwner {
  readonly peer: PeerAddress;
  /** The answer is on its way. */
  answered(): void;
  /** Gives the connection up. */
  destroy(): void;
  /** Hands the socket over. */
  takeOver(): unknown;
}

export class NodeHttpChannel implements Channel<Exchange> {
  readonly exchange: Exchange;
  readonly #host: ConnectionEnvironment;
  readonly #owner: RequestOwner;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #upgradeHead: Uint8Array | undefined;
  // Measures the body; Node has removed its framing already.
  #intake: BodyIntake | undefined = undefined;
  #sink: BodySink | undefined = undefined;
  #isBodyRead = false;
  #isAnswered = false;
  #deadline = never;

  constructor(
    host: ConnectionEnvironment,
    owner: RequestOwner,
    request: IncomingMessage,
    response: ServerResponse,
    head: RequestHead,
    upgradeHead: Uint8Array | undefined,
  ) {
    this.#host = host;
    this.#owner = owner;
    this.#request = request;
    this.#response = response;
    this.#upgradeHead = upgradeHead;
    this.exchange = new Exchange(host.pipeline, this, head);
    this.#isBodyRead = head.bodyLength === 0 || upgradeHead !== undefined;
  }

  get peer(): PeerAddress {
    return this.#owner.peer;
  }

  /** Its answer was given; only a rest of its body may still come. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /** Calls back when the answer has been written, or never will be. */
  whenSent(done: () => void): void {
    const response = this.#response;
    if (response.writableFinished || response.destroyed) return done();
    response.once('close', done);
  }

  /** The request waits in the queue: its time to the answer begins. */
  admitted(): void {
    if (this.#isAnswered) return;
    if (this.exchange.state === 'queued') this.#host.wake();
    // Middleware runs before the body is asked for.
    if ((this.#isBodyRead || this.#intake === undefined) && !this.#isAnswered) this.#awaitHandler();
  }

  #awaitHandler(): void {
    this.#deadline = this.#host.deadlineIn(this.#host.pipeline.handlerMsOf(this.exchange));
  }

  readBody(exchange: Exchange, sink: BodySink | undefined): void {
    const { head, route } = exchange;
    const { limits, timeouts } = this.#host.options;
    if (head.expectsContinue && head.minorVersion === 1) this.#response.writeContinue();
    this.#sink = sink ?? new BodyCollector(this.#host.pipeline, exchange, head.bodyLength);
    this.#intake = new BodyIntake(Number.MAX_SAFE_INTEGER, route!.bodyBytes, limits, this.#host.now);
    this.#deadline = this.#host.deadlineIn(timeouts.bodyMs);
    const request = this.#request;
    request.on('data', (bytes: Buffer) => {
      this.#received(bytes);
    });
    request.on('end', () => {
      this.#ended();
    });
  }

  #received(bytes: Buffer): void {
    const intake = this.#intake!;
    if (this.#isAnswered) {
      intake.consumed += bytes.length;
      if (intake.consumed > discardBytes) this.#owner.destroy();
      return;
    }
    const { bodyBytes } = this.exchange.route!;
    if (intake.consumed + bytes.length > bodyBytes) {
      return this.bodyRefused({ status: 413, detail: `The body is longer than ${bodyBytes} bytes.` });
    }
    this.#deadline = this.#host.deadlineIn(this.#host.options.timeouts.bodyMs);
    intake.read(bytes, 0, bytes.length, this.#sink);
    if (!intake.isPaused) return;
    // While its reader takes nothing, time counts for the handler and not for the client.
    this.#awaitHandler();
    this.#request.pause();
  }

  #ended(): void {
    if (this.#isBodyRead || !this.#request.complete) return;
    this.#isBodyRead = true;
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.end(receivedTrailers(this.#request));
    this.admitted();
  }

  continueBody(): void {
    if (this.#intake?.isPaused !== true) return;
    this.#intake.resume(this.#host.now);
    this.#deadline = this.#host.deadlineIn(this.#host.options.timeouts.bodyMs);
    this.#request.resume();
  }

  /** The body is not HTTP, too long or too slow: its request gets the answer, if it has none yet. */
  bodyRefused(failure: ParseFailure): void {
    const { exchange } = this;
    const sink = this.#sink;
    this.#sink = undefined;
    exchange.keepAlive = false;
    sink?.failed(
      httpError('ICHOR_HTTP_BODY_REFUSED', `The body of request ${exchange.id} was refused: ${failure.detail}`),
    );
    this.#host.refused(failure);
    if (exchange.state === 'answering') return this.#owner.destroy();
    // Nothing more of it is read, however long middleware takes for the answer.
    this.#request.pause();
    this.#awaitHandler();
    this.#host.pipeline.refuse(exchange, new HttpError(failure.status, failure.detail));
  }

  /** Whether the body is still being received. */
  get isReading(): boolean {
    return !this.#isBodyRead && !this.#isAnswered;
  }

  sendWhole(_exchange: Exchange, response: HttpResponse, codec: MessageCodec<unknown> | undefined): void {
    if (this.#isAnswered) return;
    this.#decideKeepAlive();
    this.exchange.sentBytes = writeWhole(this.#response, response, codec, this.#style());
    this.#finish();
  }

  startStream(exchange: Exchange, response: HttpResponse, framing: StreamFraming): void {
    if (this.#isAnswered) return;
    this.#decideKeepAlive();
    const isUnframed = framing.lengthBytes === undefined && response.status !== 204 && response.status !== 304;
    // HTTP/1.0 knows no chunks: there the end of the connection is the end of the body.
    if (isUnframed && exchange.head.minorVersion === 0) exchange.keepAlive = false;
    writeStreamHead(this.#response, response, framing, this.#style());
    if (this.#isBodyRead) this.#deadline = never;
  }

  sendPiece(bytes: Uint8Array): boolean {
    return this.#response.destroyed || this.#response.write(bytes);
  }

  whenDrained(): Promise<boolean> {
    const response = this.#response;
    if (response.destroyed) return Promise.resolve(false);
    if (!response.writableNeedDrain) return Promise.resolve(true);
    return new Promise((resolve) => {
      const drained = (): void => {
        response.off('close', closed);
        resolve(true);
      };
      const closed = (): void => {
        response.off('drain', drained);
        resolve(false);
      };
      response.once('drain', drained);
      response.once('close', closed);
    });
  }

  endStream(_exchange: Exchange, trailers: string): void {
    if (this.#isAnswered) return;
    writeEnd(this.#response, trailers);
    this.#finish();
  }

  abort(_exchange: Exchange): void {
    this.#owner.destroy();
  }

  takeOver(_exchange: Exchange): { readonly socket: unknown; readonly head: Uint8Array } {
    this.#isAnswered = true;
    return { socket: this.#owner.takeOver(), head: this.#upgradeHead! };
  }

  /** The connection is gone. */
  clientGone(): void {
    const { exchange } = this;
    this.#isAnswered = true;
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.failed(
      httpError(
        'ICHOR_HTTP_BODY_ABORTED',
        `The client of request ${exchange.id} closed the connection while its body was being read.`,
      ),
    );
    this.abortSignal();
    this.#host.pipeline.release(exchange, false);
  }

  /** Nobody waits for the answer any more. */
  abortSignal(): void {
    const { exchange } = this;
    exchange.abort(
      httpError(
        'ICHOR_HTTP_CLIENT_GONE',
        `The client of request ${exchange.id} closed the connection before it had the answer.`,
      ),
    );
  }

  check(now: number): void {
    const { minBytesPerSecond } = this.#host.options;
    if (this.isReading && this.#sink !== undefined && this.#intake?.isSlowerThan(minBytesPerSecond, now) === true) {
      const detail = `The body came more slowly than ${minBytesPerSecond} bytes per second.`;
      return this.bodyRefused({ status: 408, detail });
    }
    if (now < this.#deadline) return;
    this.#deadline = never;
    if (this.#isAnswered) this.#owner.destroy();
    else if (this.isReading && this.#sink !== undefined && this.#intake?.isPaused !== true) {
      this.bodyRefused({ status: 408, detail: 'The body did not come in time.' });
    } else if (this.exchange.state !== 'answering') {
      this.#deadline = this.#host.deadlineIn(lateAnswerMs);
      this.#host.pipeline.timedOut(this.exchange);
    }
  }

  #decideKeepAlive(): void {
    const { exchange } = this;
    if (this.#host.isDraining || this.#upgradeHead !== undefined) exchange.keepAlive = false;
    if (this.#isBodyRead || !exchange.keepAlive) return;
    const rest = exchange.head.bodyLength - (this.#intake?.consumed ?? 0);
    if (rest > discardBytes || exchange.head.expectsContinue) exchange.keepAlive = false;
  }

  #style(): AnswerStyle {
    const { keepAlive, head } = this.exchange;
    return { keepAlive, minorVersion: head.minorVersion, server: this.#host.options.server };
  }

  #finish(): void {
    this.#isAnswered = true;
    const { exchange } = this;
    const sink = this.#sink;
    this.#sink = undefined;
    this.#host.pipeline.release(exchange, true);
    sink?.failed(
      httpError('ICHOR_HTTP_BODY_ABORTED', `Request ${exchange.id} was answered before its body had been read.`),
    );
    this.#deadline = never;
    if (!this.#isBodyRead) this.#dropRest();
    this.#owner.answered();
  }

  // What still comes of the body is dropped, within bounds.
  #dropRest(): void {
    const request = this.#request;
    this.#deadline = this.#host.deadlineIn(this.#host.options.timeouts.bodyMs);
    if (this.#intake === undefined) {
      this.#intake = new BodyIntake(Number.MAX_SAFE_INTEGER, discardBytes, this.#host.options.limits, this.#host.now);
      request.on('data', (bytes: Buffer) => {
        this.#received(bytes);
      });
    }
    this.#intake.consumed = 0;
    request.on('end', () => {
      this.#deadline = never;
    });
    request.resume();
  }
}
