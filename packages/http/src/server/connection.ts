// One HTTP/1.1 connection over a transport: cuts its bytes into requests, one in flight at a time (HT-15), and sends the answers
// in order. What requests mean is the pipeline's business; bodies are read by BodyIntake, bytes sent by ConnectionOutput.

import type { MessageCodec } from '@ichor/core';
import { HttpError } from '../contract/http-error.ts';
import type { PeerAddress } from '../contract/request.ts';
import type { HttpResponse } from '../contract/response.ts';
import { httpError } from '../errors/catalogue.ts';
import type { HeadReader } from '../parser/head-reader.ts';
import type { ParseFailure } from '../parser/parse-failure.ts';
import { beginExchange } from './begin-exchange.ts';
import { BodyCollector } from './body-collector.ts';
import { BodyIntake } from './body-intake.ts';
import type { BodySink, Channel, StreamFraming } from './channel.ts';
import type { ConnectionEnvironment, HostedConnection } from './connection-environment.ts';
import { ConnectionOutput } from './connection-output.ts';
import { Exchange } from './exchange.ts';
import { InputQueue } from './input-queue.ts';
import { ParsedHead } from './parsed-head.ts';
import { problemResponse } from './problem.ts';
import { headRoomBytes, plainHeadRoomBytes, type HeadStyle } from './response-encoder.ts';
import type { Transport, TransportSink } from './transport.ts';

/**
 * What incoming bytes are now: `head` (of the next request), `body` (of the one in flight), `busy` (held back until the answer),
 * `discard` (rest of a body whose request was answered), `linger` (dropped until the peer closes), `closed`, `upgraded`.
 */
type ConnectionMode = 'head' | 'body' | 'busy' | 'discard' | 'linger' | 'closed' | 'upgraded';

/** A rest of a body up to this length is read and dropped, so that the connection can be kept. */
const discardBytes = 65_536;
const lingerBytes = 1_048_576;
const lingerMs = 2000;
/** How long middleware may take for the answer of a request that was out of time. */
const lateAnswerMs = 1000;
const never = Number.POSITIVE_INFINITY;

const continueHead = 'HTTP/1.1 100 Continue\r\n\r\n';
const closeLine = 'Connection: close\r\n';
const plainStyle: HeadStyle = { connection: '', withoutBody: false };
const headStyle: HeadStyle = { connection: '', withoutBody: true };

export class Connection implements Channel<Exchange>, HostedConnection, TransportSink {
  readonly #host: ConnectionEnvironment;
  readonly #transport: Transport;
  readonly #output: ConnectionOutput;
  #mode: ConnectionMode = 'head';
  #exchange: Exchange | undefined = undefined;
  // Only while it holds part of a head; otherwise the shared one of the host is used.
  #reader: HeadReader | undefined = undefined;
  #intake: BodyIntake | undefined = undefined;
  #sink: BodySink | undefined = undefined;
  // Bytes that cannot be used yet.
  #unread: InputQueue | undefined = undefined;
  // The bytes being worked on: what lies behind the head of a request while it is admitted and runs.
  #input: Uint8Array | undefined = undefined;
  #inputAt = 0;
  #inputEnd = 0;
  #requests = 0;
  #dropped = 0;
  #isPumping = false;
  #mustWake = false;
  #isPeerEnded = false;
  #isReadPaused = false;
  #isSendingChunks = false;
  // Coarse time at which what is being waited for has taken too long.
  #deadline: number;

  constructor(host: ConnectionEnvironment, transport: Transport) {
    this.#host = host;
    this.#transport = transport;
    this.#output = new ConnectionOutput(host, transport);
    this.#deadline = host.deadlineIn(host.options.timeouts.headersMs);
  }

  get peer(): PeerAddress {
    return this.#transport.peer;
  }

  /** Between two requests, with nothing of the next one received. */
  get isIdle(): boolean {
    return this.#mode === 'head' && this.#reader === undefined && this.#unread === undefined;
  }

  // --- bytes in: cut into heads and bodies ---

  received(bytes: Uint8Array, start: number, end: number): void {
    if (this.#mode === 'linger') return this.#linger(end - start);
    this.#host.enterTurn();
    if (this.#unread !== undefined) {
      this.#unread.append(bytes, start, end);
      this.#pumpUnread();
    } else {
      const rest = this.#pump(bytes, start, end);
      if (rest < end && this.#keepsInput) (this.#unread = new InputQueue()).append(bytes, rest, end);
    }
    this.#throttle();
    this.#host.flushAll();
  }

  get #keepsInput(): boolean {
    return this.#mode !== 'closed' && this.#mode !== 'linger' && this.#mode !== 'upgraded';
  }

  // Works on what was held back. Called when an exchange has finished, a body may go on, or the output has drained.
  #pumpUnread(): void {
    const unread = this.#unread;
    if (unread === undefined || this.#isPumping) return;
    unread.consumed(this.#pump(unread.bytes, unread.start, unread.end));
    if (unread.isEmpty || !this.#keepsInput) this.#unread = undefined;
    this.#throttle();
    if (this.#host.isDraining && this.isIdle) this.#closeGently();
    else if (this.#isPeerEnded && this.#unread === undefined) this.#nothingMoreWillCome();
  }

  // The peer has ended, and everything it sent has been used: what has begun will not be completed.
  #nothingMoreWillCome(): void {
    if (this.#mode === 'head' || this.#mode === 'discard') this.#closeGently();
    else if (this.#mode === 'body' && this.#intake?.isPaused === false) this.#bodyWillNotCome();
  }

  // Returns the offset of the first byte that was not used.
  #pump(bytes: Uint8Array, start: number, end: number): number {
    this.#isPumping = true;
    this.#input = bytes;
    this.#inputAt = start;
    this.#inputEnd = end;
    while (this.#inputAt < end && this.#step(bytes, this.#inputAt, end)) {
      if (!this.#mustWake) continue;
      this.#mustWake = false;
      this.#host.wake();
    }
    this.#isPumping = false;
    this.#input = undefined;
    return this.#inputAt;
  }

  // One head or one piece of a body. False when nothing can be used now.
  #step(bytes: Uint8Array, at: number, end: number): boolean {
    if (this.#mode === 'head') {
      if (this.#output.isBlocked) return false;
      this.#readHead(bytes, at, end);
      return true;
    }
    const intake = this.#intake;
    if (intake === undefined || intake.isPaused) return false;
    if (this.#mode === 'body') this.#readBody(intake, bytes, at, end);
    else if (this.#mode === 'discard') this.#discard(intake, bytes, at, end);
    else return false;
    return true;
  }

  #readHead(bytes: Uint8Array, at: number, end: number): void {
    const reader = this.#reader ?? this.#host.sharedReader;
    const behind = reader.read(bytes, at, end);
    if (behind === -1) {
      this.#inputAt = end;
      const { failure } = reader.parser;
      if (failure !== undefined) {
        // The shared reader must not take anything of this head into the next one, of any connection.
        reader.reset();
        return this.#refuse(failure);
      }
      if (this.#reader !== undefined) return;
      this.#reader = reader;
      this.#host.lendReader();
      this.#deadline = this.#host.deadlineIn(this.#host.options.timeouts.headersMs);
      return;
    }
    this.#inputAt = behind;
    const head = new ParsedHead(reader);
    reader.reset();
    if (this.#reader !== undefined) {
      this.#host.returnReader(this.#reader);
      this.#reader = undefined;
    }
    this.#begin(head);
  }

  #begin(head: ParsedHead): void {
    const host = this.#host;
    const exchange = new Exchange(host.pipeline, this, head);
    this.#exchange = exchange;
    if (++this.#requests >= host.options.limits.requestsPerConnection || host.isDraining) exchange.keepAlive = false;
    this.#deadline = never;
    this.#intake = undefined;
    this.#mode = head.bodyLength === 0 ? 'busy' : 'body';
    beginExchange(host.pipeline, exchange, head);
    if (this.#exchange === exchange) this.#wasAdmitted(exchange);
  }

  #wasAdmitted(exchange: Exchange): void {
    if (exchange.state === 'queued') this.#mustWake = true;
    // Middleware runs before the body is asked for.
    if (this.#mode === 'busy' || (this.#mode === 'body' && this.#intake === undefined)) this.#awaitHandler(exchange);
  }

  #awaitHandler(exchange: Exchange): void {
    this.#deadline = this.#host.deadlineIn(this.#host.pipeline.handlerMsOf(exchange));
  }

  readBody(exchange: Exchange, sink: BodySink | undefined): void {
    if (exchange !== this.#exchange) return;
    const { head, route } = exchange;
    const { options, pipeline } = this.#host;
    const length = head.bodyLength;
    const input = this.#input;
    const start = this.#inputAt;
    if (input !== undefined && length > 0 && this.#inputEnd - start >= length && sink === undefined) {
      this.#inputAt = start + length;
      this.#mode = 'busy';
      this.#awaitHandler(exchange);
      return pipeline.bodyRead(exchange, input, start, start + length);
    }
    const hasBegun = input === undefined ? this.#unread !== undefined : start < this.#inputEnd;
    if (head.expectsContinue && !hasBegun && head.minorVersion === 1) this.#output.appendLatin1(continueHead);
    this.#sink = sink ?? new BodyCollector(pipeline, exchange, length);
    this.#intake = new BodyIntake(length, route!.bodyBytes, options.limits, this.#host.now);
    this.#deadline = this.#host.deadlineIn(options.timeouts.bodyMs);
    // Asked for after the bytes were received: what waits is read now.
    if (input === undefined) this.#pumpBody();
  }

  // Reads on in a body that waited for somebody to want it.
  #pumpBody(): void {
    this.#pumpUnread();
    this.#throttle();
    if (this.#isPeerEnded && this.#mode === 'body' && this.#intake?.isPaused !== true) this.#bodyWillNotCome();
  }

  #bodyWillNotCome(): void {
    this.#clientGone('closed the connection before its body was complete');
    // The answers before it are still to be sent.
    this.#closeGently();
  }

  #readBody(intake: BodyIntake, bytes: Uint8Array, at: number, end: number): void {
    this.#deadline = this.#host.deadlineIn(this.#host.options.timeouts.bodyMs);
    this.#inputAt = intake.read(bytes, at, end, this.#sink);
    if (intake.failure !== undefined) {
      this.#inputAt = end;
      return this.#refuseBody(intake.failure);
    }
    // While its reader takes nothing, time counts for the handler and not for the client.
    if (intake.isPaused) this.#awaitHandler(this.#exchange!);
    if (!intake.isDone) return;
    const exchange = this.#exchange!;
    const sink = this.#sink!;
    this.#sink = undefined;
    this.#mode = 'busy';
    sink.end(intake.trailers);
    if (exchange === this.#exchange) this.#wasAdmitted(exchange);
  }

  continueBody(): void {
    const intake = this.#intake;
    if (intake === undefined || !intake.isPaused) return;
    intake.resume(this.#host.now);
    if (this.#mode !== 'body') return;
    this.#deadline = this.#host.deadlineIn(this.#host.options.timeouts.bodyMs);
    this.#pumpBody();
  }

  #discard(intake: BodyIntake, bytes: Uint8Array, at: number, end: number): void {
    this.#inputAt = intake.read(bytes, at, end, undefined);
    if (intake.failure !== undefined || intake.consumed > this.#dropped + discardBytes) return this.#closeGently();
    if (intake.isDone) this.#nextRequest();
  }

  #linger(bytes: number): void {
    this.#dropped += bytes;
    if (this.#dropped > lingerBytes) this.#transport.destroy();
  }

  // Reading stops while the peer has sent more than may be held, and goes on when there is room again.
  #throttle(): void {
    if (this.#mode === 'closed' || this.#mode === 'upgraded') return;
    const held = this.#unread?.length ?? 0;
    const isBodyPaused = this.#mode === 'body' && this.#intake?.isPaused === true;
    this.#pauseReading(held > 0 && (isBodyPaused || held >= this.#host.options.limits.pipelineBytes));
  }

  #pauseReading(pause: boolean): void {
    if (pause === this.#isReadPaused) return;
    this.#isReadPaused = pause;
    if (pause) this.#transport.pause();
    else this.#transport.resume();
  }

  // --- refusals ---

  // A head that is not HTTP: answered without a request, then closed (HT-9, RFC 9112 section 9.6).
  #refuse(failure: ParseFailure): void {
    const response = problemResponse(new HttpError(failure.status, failure.detail), undefined);
    const style: HeadStyle = { connection: closeLine, withoutBody: false };
    this.#host.encoder.appendWhole(this.#output.withRoom(headRoomBytes), response, undefined, style);
    this.#host.refused(failure);
    this.#closeGently();
  }

  // A body that is not HTTP: its request gets the answer, if it has none yet.
  #refuseBody(failure: ParseFailure): void {
    const exchange = this.#exchange!;
    const sink = this.#sink;
    this.#sink = undefined;
    exchange.keepAlive = false;
    sink?.failed(
      httpError('ICHOR_HTTP_BODY_REFUSED', `The body of request ${exchange.id} was refused: ${failure.detail}`),
    );
    this.#host.refused(failure);
    if (exchange.state === 'answering') return this.abort(exchange);
    // Nothing more of it is read, however long middleware takes for the answer.
    this.#intake = undefined;
    this.#awaitHandler(exchange);
    this.#host.pipeline.refuse(exchange, new HttpError(failure.status, failure.detail));
  }

  // --- answers ---

  sendWhole(exchange: Exchange, response: HttpResponse, codec: MessageCodec<unknown> | undefined): void {
    if (exchange !== this.#exchange) return;
    this.#decideKeepAlive(exchange);
    const buffer = this.#output.withRoom(response.headers === undefined ? plainHeadRoomBytes : headRoomBytes);
    const apart = this.#host.encoder.appendWhole(buffer, response, codec, this.#style(exchange));
    exchange.sentBytes = this.#host.encoder.bodyBytes;
    if (apart !== undefined) this.#output.writeApart(apart);
    this.#finish(exchange);
  }

  startStream(exchange: Exchange, response: HttpResponse, framing: StreamFraming): void {
    if (exchange !== this.#exchange) return;
    this.#decideKeepAlive(exchange);
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
    const buffer = this.#output.withRoom(headRoomBytes);
    this.#host.encoder.appendStreamHead(buffer, response, line, this.#style(exchange));
    if (this.#mode === 'busy') this.#deadline = never;
  }

  sendPiece(bytes: Uint8Array): boolean {
    if (this.#mode === 'closed') return true;
    if (this.#isSendingChunks) this.#output.appendLatin1(`${bytes.length.toString(16)}\r\n`);
    this.#output.append(bytes);
    if (this.#isSendingChunks) this.#output.appendLatin1('\r\n');
    return this.#output.takesMore;
  }

  endStream(exchange: Exchange, trailers: string): void {
    if (exchange !== this.#exchange) return;
    if (this.#isSendingChunks) this.#output.appendLatin1(`0\r\n${trailers}\r\n`, headRoomBytes);
    this.#isSendingChunks = false;
    this.#finish(exchange);
  }

  whenDrained(): Promise<boolean> {
    this.#host.flushAll();
    return this.#mode === 'closed' ? Promise.resolve(false) : this.#output.whenDrained();
  }

  abort(exchange: Exchange): void {
    if (exchange !== this.#exchange) return;
    this.#host.flushAll();
    this.#transport.destroy();
  }

  #decideKeepAlive(exchange: Exchange): void {
    if (this.#host.isDraining) exchange.keepAlive = false;
    if (this.#mode !== 'body' || !exchange.keepAlive) return;
    // A rest of a body that was not read is worth reading only when it is short and surely comes.
    const rest = this.#intake?.remaining ?? exchange.head.bodyLength;
    if (rest > discardBytes || exchange.head.expectsContinue) exchange.keepAlive = false;
  }

  #style(exchange: Exchange): HeadStyle {
    const withoutBody = exchange.method === 'HEAD';
    if (exchange.keepAlive && exchange.head.minorVersion === 1) return withoutBody ? headStyle : plainStyle;
    return { connection: exchange.keepAlive ? 'Connection: keep-alive\r\n' : closeLine, withoutBody };
  }

  // The answer is complete: on to the next request, or close.
  #finish(exchange: Exchange): void {
    const sink = this.#sink;
    this.#exchange = undefined;
    this.#sink = undefined;
    this.#host.pipeline.release(exchange, true);
    sink?.failed(
      httpError('ICHOR_HTTP_BODY_ABORTED', `Request ${exchange.id} was answered before its body had been read.`),
    );
    if (!exchange.keepAlive) return this.#closeGently();
    if (this.#mode !== 'body') return this.#nextRequest();
    const { limits, timeouts } = this.#host.options;
    this.#mode = 'discard';
    this.#intake ??= new BodyIntake(exchange.head.bodyLength, discardBytes, limits, this.#host.now);
    if (this.#intake.isPaused) this.#intake.resume(this.#host.now);
    this.#dropped = this.#intake.consumed;
    this.#deadline = this.#host.deadlineIn(timeouts.bodyMs);
    this.#pumpUnread();
    if (this.#isPeerEnded && this.#unread === undefined) this.#nothingMoreWillCome();
  }

  #nextRequest(): void {
    this.#mode = 'head';
    this.#intake = undefined;
    this.#deadline = this.#host.deadlineIn(this.#host.options.timeouts.idleMs);
    if (this.#unread !== undefined) this.#pumpUnread();
    else if ((this.#host.isDraining || this.#isPeerEnded) && !this.#isPumping) this.#closeGently();
  }

  takeOver(exchange: Exchange): { readonly socket: unknown; readonly head: Uint8Array } {
    this.#host.flushAll();
    const head = this.#takeRest();
    this.#mode = 'upgraded';
    this.#exchange = undefined;
    this.#unread = undefined;
    this.#deadline = never;
    exchange.keepAlive = false;
    this.#pauseReading(false);
    this.#host.removed(this);
    return { socket: this.#transport.detach(), head };
  }

  // What came behind the request that is being upgraded.
  #takeRest(): Uint8Array {
    if (this.#input !== undefined) return Uint8Array.from(this.#input.subarray(this.#inputAt, this.#inputEnd));
    const unread = this.#unread;
    return unread === undefined ? new Uint8Array(0) : Uint8Array.from(unread.bytes.subarray(unread.start, unread.end));
  }

  // --- the end ---

  drained(): void {
    this.#output.drained(true);
    this.#pumpUnread();
    this.#host.flushAll();
  }

  ended(): void {
    this.#isPeerEnded = true;
    const exchange = this.#exchange;
    if (this.#mode === 'linger') return this.#transport.destroy();
    // What was received before is still to be read where the body is paused, or not asked for yet.
    if (this.#mode === 'body' && this.#intake?.isPaused === false) return this.#bodyWillNotCome();
    if (exchange === undefined) {
      if (this.#mode !== 'head' || this.#unread === undefined) this.#closeGently();
      return;
    }
    if (this.#unread === undefined) exchange.keepAlive = false;
    if (!this.#host.options.allowHalfOpen) this.#abortExchange(exchange, 'closed the connection');
  }

  closed(): void {
    if (this.#mode === 'closed') return;
    if (this.#mode !== 'upgraded') this.#clientGone('closed the connection');
    this.#mode = 'closed';
    this.#unread = undefined;
    if (this.#reader !== undefined) this.#host.returnReader(this.#reader);
    this.#reader = undefined;
    this.#output.drained(false);
    this.#host.removed(this);
  }

  #clientGone(what: string): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    const sink = this.#sink;
    this.#exchange = undefined;
    this.#sink = undefined;
    sink?.failed(
      httpError(
        'ICHOR_HTTP_BODY_ABORTED',
        `The client of request ${exchange.id} ${what} while its body was being read.`,
      ),
    );
    this.#abortExchange(exchange, what);
    this.#host.pipeline.release(exchange, false);
  }

  #abortExchange(exchange: Exchange, what: string): void {
    exchange.abort(
      httpError('ICHOR_HTTP_CLIENT_GONE', `The client of request ${exchange.id} ${what} before it had the answer.`),
    );
  }

  // Sends the rest, closes this side, and drops what still comes for a while: closing at once would make the system throw
  // away an answer that the client has not read (RFC 9112 section 9.6).
  #closeGently(): void {
    if (this.#mode === 'closed' || this.#mode === 'linger') return;
    this.#mode = 'linger';
    this.#dropped = 0;
    this.#unread = undefined;
    this.#intake = undefined;
    this.#inputAt = this.#inputEnd;
    this.#deadline = this.#host.deadlineIn(lingerMs);
    this.#pauseReading(false);
    this.#output.flush();
    this.#transport.end();
  }

  /** Asks it to close: at once when idle, after the answer when a request is in flight. Called when the host drains. */
  drain(): void {
    if (this.isIdle) this.#closeGently();
    else if (this.#exchange !== undefined) this.#exchange.keepAlive = false;
  }

  /** Closes at once, whatever is in flight. */
  destroy(): void {
    if (this.#mode !== 'closed' && this.#mode !== 'upgraded') this.#transport.destroy();
  }

  /** Called by the sweep, twice a second. */
  check(now: number): void {
    if (this.#output.isStalled(now)) return this.#transport.destroy();
    const { minBytesPerSecond, timeouts } = this.#host.options;
    // A client that is still taking its answer is not idle yet; one that takes nothing is stalled.
    if (this.#output.hasUnsent) {
      if (this.#mode === 'linger') this.#deadline = this.#host.deadlineIn(lingerMs);
      else if (this.#mode === 'head' && this.#reader === undefined)
        this.#deadline = this.#host.deadlineIn(timeouts.idleMs);
    }
    if (this.#mode === 'body' && this.#intake?.isSlowerThan(minBytesPerSecond, now) === true) {
      this.#refuseBody({
        status: 408,
        detail: `The body came more slowly than ${minBytesPerSecond} bytes per second.`,
      });
    } else if (now >= this.#deadline) {
      this.#deadline = never;
      this.#timeOut();
    }
  }

  #timeOut(): void {
    switch (this.#mode) {
      case 'head':
        if (this.#reader?.parser.isUntouched === false) {
          this.#refuse({ status: 408, detail: 'The headers did not come in time.' });
        } else {
          this.#closeGently();
        }
        break;
      case 'body':
        if (this.#intake === undefined || this.#intake.isPaused) this.#handlerIsLate();
        else this.#refuseBody({ status: 408, detail: 'The body did not come in time.' });
        break;
      case 'busy':
        this.#handlerIsLate();
        break;
      case 'closed':
      case 'upgraded':
        break;
      default:
        this.#transport.destroy();
    }
  }

  #handlerIsLate(): void {
    const exchange = this.#exchange;
    if (exchange === undefined || exchange.state === 'answering') return;
    this.#deadline = this.#host.deadlineIn(lateAnswerMs);
    this.#host.pipeline.timedOut(exchange);
  }
}
