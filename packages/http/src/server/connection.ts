// One HTTP/1.1 connection over a transport: cuts its bytes into requests, one in flight at a time (HT-15), and sends the answers
// in order. What requests mean is the pipeline's business; bytes are kept by ConnectionInput, bodies read by BodyIntake, answers
// written by ConnectionAnswers; how it ends is in ConnectionEnd.

import type { MessageCodec } from '@ichor/core';
import { HttpError } from '../contract/http-error.ts';
import type { HttpResponse } from '../contract/response.ts';
import { httpError } from '../errors/catalogue.ts';
import type { ParseFailure } from '../parser/parse-failure.ts';
import { beginExchange } from './begin-exchange.ts';
import { BodyCollector } from './body-collector.ts';
import { BodyIntake } from './body-intake.ts';
import type { BodySink, Channel, StreamFraming } from './channel.ts';
import { ConnectionAnswers } from './connection-answers.ts';
import { ConnectionEnd, never } from './connection-end.ts';
import type { ConnectionEnvironment } from './connection-environment.ts';
import { Exchange } from './exchange.ts';
import { ParsedHead } from './parsed-head.ts';
import type { Transport, TransportSink } from './transport.ts';

/** A rest of a body up to this length is read and dropped, so that the connection can be kept. */
const discardBytes = 65_536;

export class Connection extends ConnectionEnd implements Channel<Exchange>, TransportSink {
  readonly #answers: ConnectionAnswers;
  #requests = 0;
  // Bytes of the body in flight that had been read when its request was answered.
  #readBefore = 0;
  #mustWake = false;

  constructor(host: ConnectionEnvironment, transport: Transport) {
    super(host, transport);
    this.#answers = new ConnectionAnswers(host, this.output);
  }

  // --- bytes in: cut into heads and bodies ---

  received(bytes: Uint8Array, start: number, end: number): void {
    if (this.mode === 'linger') return this.linger(end - start);
    this.host.enterTurn();
    if (this.input.received(bytes, start, end)) this.#pumpWaiting();
    this.#throttle();
    this.host.flushAll();
  }

  // Works on what was held back. Called when an exchange has finished, a body may go on, or the output has drained.
  #pumpWaiting(): void {
    if (!this.input.pumpWaiting()) return;
    this.#throttle();
    if (this.host.isDraining && this.isIdle) this.closeGently();
    else if (this.isPeerEnded && !this.input.hasWaiting) this.nothingMoreWillCome();
  }

  /** One head or one piece of a body. False when nothing can be used now. */
  step(bytes: Uint8Array, at: number, end: number): boolean {
    if (!this.#use(bytes, at, end)) return false;
    if (this.#mustWake) {
      this.#mustWake = false;
      this.host.wake();
    }
    return true;
  }

  #use(bytes: Uint8Array, at: number, end: number): boolean {
    if (this.mode === 'head') {
      if (this.output.isBlocked) return false;
      this.#readHead(bytes, at, end);
      return true;
    }
    const intake = this.intake;
    if (intake === undefined || intake.isPaused) return false;
    if (this.mode === 'body') this.#readBody(intake, bytes, at, end);
    else if (this.mode === 'discard') this.#discard(intake, bytes, at, end);
    else return false;
    return true;
  }

  #readHead(bytes: Uint8Array, at: number, end: number): void {
    const reader = this.reader ?? this.host.sharedReader;
    const behind = reader.read(bytes, at, end);
    if (behind === -1) {
      this.input.at = end;
      const { failure } = reader.parser;
      if (failure !== undefined) {
        // The shared reader must not take anything of this head into the next one, of any connection.
        reader.reset();
        return this.refuse(failure);
      }
      if (this.reader !== undefined) return;
      this.reader = reader;
      this.host.lendReader();
      this.deadline = this.host.deadlineIn(this.host.options.timeouts.headersMs);
      return;
    }
    this.input.at = behind;
    const head = new ParsedHead(reader);
    reader.reset();
    if (this.reader !== undefined) {
      this.host.returnReader(this.reader);
      this.reader = undefined;
    }
    this.#begin(head);
  }

  #begin(head: ParsedHead): void {
    const host = this.host;
    const exchange = new Exchange(host.pipeline, this, head);
    this.exchange = exchange;
    if (++this.#requests >= host.options.limits.requestsPerConnection || host.isDraining) exchange.keepAlive = false;
    this.deadline = never;
    this.intake = undefined;
    this.mode = head.bodyLength === 0 ? 'busy' : 'body';
    beginExchange(host.pipeline, exchange, head);
    if (this.exchange === exchange) this.#wasAdmitted(exchange);
  }

  #wasAdmitted(exchange: Exchange): void {
    if (exchange.state === 'queued') this.#mustWake = true;
    // Middleware runs before the body is asked for.
    if (this.mode === 'busy' || (this.mode === 'body' && this.intake === undefined)) this.awaitHandler(exchange);
  }

  readBody(exchange: Exchange, sink: BodySink | undefined): void {
    if (exchange !== this.exchange) return;
    const { head, route } = exchange;
    const { options, pipeline } = this.host;
    const length = head.bodyLength;
    const { bytes, at, end } = this.input;
    if (bytes !== undefined && length > 0 && end - at >= length && sink === undefined) {
      this.input.at = at + length;
      this.mode = 'busy';
      this.awaitHandler(exchange);
      return pipeline.bodyRead(exchange, bytes, at, at + length);
    }
    const hasBegun = bytes === undefined ? this.input.hasWaiting : at < end;
    if (head.expectsContinue && !hasBegun && head.minorVersion === 1) this.#answers.askForBody();
    this.sink = sink ?? new BodyCollector(pipeline, exchange, length);
    this.intake = new BodyIntake(length, route!.bodyBytes, options.limits, this.host.now);
    this.deadline = this.host.deadlineIn(options.timeouts.bodyMs);
    // Asked for after the bytes were received: what waits is read now.
    if (bytes === undefined) this.#pumpBody();
  }

  // Reads on in a body that waited for somebody to want it.
  #pumpBody(): void {
    this.#pumpWaiting();
    this.#throttle();
    if (this.isPeerEnded && this.mode === 'body' && this.intake?.isPaused !== true) this.bodyWillNotCome();
  }

  #readBody(intake: BodyIntake, bytes: Uint8Array, at: number, end: number): void {
    this.deadline = this.host.deadlineIn(this.host.options.timeouts.bodyMs);
    this.input.at = intake.read(bytes, at, end, this.sink);
    if (intake.failure !== undefined) {
      this.input.at = end;
      return this.refuseBody(intake.failure);
    }
    // While its reader takes nothing, time counts for the handler and not for the client.
    if (intake.isPaused) this.awaitHandler(this.exchange!);
    if (!intake.isDone) return;
    const exchange = this.exchange!;
    const sink = this.sink!;
    this.sink = undefined;
    this.mode = 'busy';
    sink.end(intake.trailers);
    if (exchange === this.exchange) this.#wasAdmitted(exchange);
  }

  continueBody(): void {
    const intake = this.intake;
    if (intake === undefined || !intake.isPaused) return;
    intake.resume(this.host.now);
    if (this.mode !== 'body') return;
    this.deadline = this.host.deadlineIn(this.host.options.timeouts.bodyMs);
    this.#pumpBody();
  }

  #discard(intake: BodyIntake, bytes: Uint8Array, at: number, end: number): void {
    this.input.at = intake.read(bytes, at, end, undefined);
    if (intake.failure !== undefined || intake.consumed > this.#readBefore + discardBytes) return this.closeGently();
    if (intake.isDone) this.#nextRequest();
  }

  // Reading stops while the peer has sent more than may be held, and goes on when there is room again.
  #throttle(): void {
    const isBodyPaused = this.mode === 'body' && this.intake?.isPaused === true;
    this.input.throttle(isBodyPaused ? 1 : this.host.options.limits.pipelineBytes);
  }

  // --- refusals ---

  protected refuse(failure: ParseFailure): void {
    this.#answers.refuse(failure);
    this.host.refused(failure);
    this.closeGently();
  }

  protected refuseBody(failure: ParseFailure): void {
    const exchange = this.exchange!;
    const sink = this.sink;
    this.sink = undefined;
    exchange.keepAlive = false;
    sink?.failed(
      httpError('ICHOR_HTTP_BODY_REFUSED', `The body of request ${exchange.id} was refused: ${failure.detail}`),
    );
    this.host.refused(failure);
    if (exchange.state === 'answering') return this.abort(exchange);
    // Nothing more of it is read, however long middleware takes for the answer.
    this.intake = undefined;
    this.awaitHandler(exchange);
    this.host.pipeline.refuse(exchange, new HttpError(failure.status, failure.detail));
  }

  // --- answers ---

  sendWhole(exchange: Exchange, response: HttpResponse, codec: MessageCodec<unknown> | undefined): void {
    if (exchange !== this.exchange) return;
    this.#decideKeepAlive(exchange);
    this.#answers.whole(exchange, response, codec);
    this.#finish(exchange);
  }

  startStream(exchange: Exchange, response: HttpResponse, framing: StreamFraming): void {
    if (exchange !== this.exchange) return;
    this.#decideKeepAlive(exchange);
    this.#answers.streamHead(exchange, response, framing);
    if (this.mode === 'busy') this.deadline = never;
  }

  sendPiece(bytes: Uint8Array): boolean {
    return this.mode === 'closed' || this.#answers.piece(bytes);
  }

  endStream(exchange: Exchange, trailers: string): void {
    if (exchange !== this.exchange) return;
    this.#answers.streamEnd(trailers);
    this.#finish(exchange);
  }

  whenDrained(): Promise<boolean> {
    this.host.flushAll();
    return this.mode === 'closed' ? Promise.resolve(false) : this.output.whenDrained();
  }

  abort(exchange: Exchange): void {
    if (exchange !== this.exchange) return;
    this.host.flushAll();
    this.transport.destroy();
  }

  #decideKeepAlive(exchange: Exchange): void {
    if (this.host.isDraining) exchange.keepAlive = false;
    if (this.mode !== 'body' || !exchange.keepAlive) return;
    // A rest of a body that was not read is worth reading only when it is short and surely comes.
    const rest = this.intake?.remaining ?? exchange.head.bodyLength;
    if (rest > discardBytes || exchange.head.expectsContinue) exchange.keepAlive = false;
  }

  // The answer is complete: on to the next request, or close.
  #finish(exchange: Exchange): void {
    const sink = this.sink;
    this.exchange = undefined;
    this.sink = undefined;
    this.host.pipeline.release(exchange, true);
    sink?.failed(
      httpError('ICHOR_HTTP_BODY_ABORTED', `Request ${exchange.id} was answered before its body had been read.`),
    );
    if (!exchange.keepAlive) return this.closeGently();
    if (this.mode !== 'body') return this.#nextRequest();
    const { limits, timeouts } = this.host.options;
    this.mode = 'discard';
    this.intake ??= new BodyIntake(exchange.head.bodyLength, discardBytes, limits, this.host.now);
    if (this.intake.isPaused) this.intake.resume(this.host.now);
    this.#readBefore = this.intake.consumed;
    this.deadline = this.host.deadlineIn(timeouts.bodyMs);
    this.#pumpWaiting();
    if (this.isPeerEnded && !this.input.hasWaiting) this.nothingMoreWillCome();
  }

  #nextRequest(): void {
    this.mode = 'head';
    this.intake = undefined;
    this.deadline = this.host.deadlineIn(this.host.options.timeouts.idleMs);
    if (this.input.hasWaiting) this.#pumpWaiting();
    else if ((this.host.isDraining || this.isPeerEnded) && !this.input.isPumping) this.closeGently();
  }

  takeOver(exchange: Exchange): { readonly socket: unknown; readonly head: Uint8Array } {
    this.host.flushAll();
    const head = this.input.takeRest();
    this.mode = 'upgraded';
    this.exchange = undefined;
    this.deadline = never;
    exchange.keepAlive = false;
    this.host.removed(this);
    return { socket: this.transport.detach(), head };
  }

  // --- the end ---

  drained(): void {
    this.output.drained(true);
    this.#pumpWaiting();
    this.host.flushAll();
  }
}
