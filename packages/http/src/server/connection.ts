// One HTTP/1.1 connection over a transport: cuts its bytes into requests, one in flight at a time (HT-15), and sends the answers
// in order, gathered into one write per turn. Everything about requests themselves is the pipeline's business.

import type { MessageCodec } from '@ichor/core';
import { HttpError } from '../contract/http-error.ts';
import type { PeerAddress } from '../contract/request.ts';
import type { HttpResponse } from '../contract/response.ts';
import { httpError } from '../errors/catalogue.ts';
import { ChunkedDecoder } from '../parser/chunked-decoder.ts';
import type { HeadReader } from '../parser/head-reader.ts';
import type { ParseFailure } from '../parser/parse-failure.ts';
import type { BodySink, Channel, StreamFraming } from './channel.ts';
import type { ConnectionHost } from './connection-host.ts';
import { Exchange } from './exchange.ts';
import { InputQueue } from './input-queue.ts';
import type { OutputBuffer } from './output-buffer.ts';
import { ParsedHead } from './parsed-head.ts';
import { problemResponse } from './problem.ts';
import { headRoomBytes, plainHeadRoomBytes, type HeadStyle } from './response-encoder.ts';
import type { Transport, TransportSink } from './transport.ts';

/**
 * What incoming bytes are now: `head` (of the next request), `body` (of the one in flight), `busy` (held back until the answer),
 * `discard` (rest of a body whose request was answered), `linger` (dropped until the peer closes), `closed`, `upgraded`.
 */
export type ConnectionMode = 'head' | 'body' | 'busy' | 'discard' | 'linger' | 'closed' | 'upgraded';

const discardBytes = 65_536;
const lingerBytes = 1_048_576;
const lingerMs = 2000;
const rateGraceMs = 5000;
const streamHighWaterBytes = 65_536;

const continueBytes = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
const lastChunk = '0\r\n';
const noTemplateConnection: HeadStyle = { connection: '', withoutBody: false };
const withoutBody: HeadStyle = { connection: '', withoutBody: true };

export class Connection implements Channel, TransportSink {
  readonly #host: ConnectionHost;
  readonly #transport: Transport;
  #mode: ConnectionMode = 'head';
  #exchange: Exchange | undefined = undefined;
  // Only while it holds part of a head; otherwise the shared one of the host is used.
  #reader: HeadReader | undefined = undefined;
  #sink: BodySink | undefined = undefined;
  #decoder: ChunkedDecoder | undefined = undefined;
  #isChunkedBody = false;
  #bodyRemaining = 0;
  #bodyReceived = 0;
  #bodySince = 0;
  #isBodyPaused = false;
  #unread: InputQueue | undefined = undefined;
  #output: OutputBuffer | undefined = undefined;
  #requests = 0;
  #discarded = 0;
  #isPumping = false;
  #isQueued = false;
  #isPeerEnded = false;
  #isReadPaused = false;
  #isSendingChunks = false;
  #unsentBefore = 0;
  #stalledSince = 0;
  #drainWaiters: (() => void)[] | undefined = undefined;
  /** Coarse time at which what is being waited for has taken too long. Read by the sweep. */
  deadline: number;

  constructor(host: ConnectionHost, transport: Transport) {
    this.#host = host;
    this.#transport = transport;
    this.deadline = host.deadlineIn(host.options.timeouts.headersMs);
  }

  get peer(): PeerAddress {
    return this.#transport.peer;
  }

  get mode(): ConnectionMode {
    return this.#mode;
  }

  /** Between two requests, with nothing of the next one received. */
  get isIdle(): boolean {
    return this.#mode === 'head' && this.#reader === undefined && this.#unread === undefined;
  }

  // --- bytes in -------------------------------------------------------------------------------------------------------------

  received(bytes: Uint8Array, start: number, end: number): void {
    if (this.#mode === 'linger') return this.#linger(end - start);
    this.#host.enterTurn();
    if (this.#unread !== undefined) {
      this.#unread.append(bytes, start, end);
      this.#pumpUnread();
    } else {
      const rest = this.#pump(bytes, start, end);
      if (rest < end && this.#keepsInput()) (this.#unread = new InputQueue()).append(bytes, rest, end);
    }
    this.#throttle();
    this.#host.flushAll();
  }

  #keepsInput(): boolean {
    return this.#mode !== 'closed' && this.#mode !== 'linger' && this.#mode !== 'upgraded';
  }

  // Works on what was held back. Called when an exchange has finished, a body may go on, or the output has drained.
  #pumpUnread(): void {
    const unread = this.#unread;
    if (unread === undefined || this.#isPumping) return;
    const rest = this.#pump(unread.bytes, unread.start, unread.end);
    unread.consumed(rest);
    if (unread.isEmpty || !this.#keepsInput()) this.#unread = undefined;
    this.#throttle();
    if (this.#isPeerEnded && this.isIdle) this.#closeGently();
  }

  // Returns the offset of the first byte that was not used.
  #pump(bytes: Uint8Array, start: number, end: number): number {
    if (this.#isPumping) return start;
    this.#isPumping = true;
    let at = start;
    while (at < end) {
      const before = at;
      if (this.#mode === 'head') {
        if (this.#isBlocked) break;
        at = this.#readHead(bytes, at, end);
      } else if (this.#mode === 'body' && !this.#isBodyPaused) {
        at = this.#readBody(bytes, at, end);
      } else if (this.#mode === 'discard') {
        at = this.#discard(bytes, at, end);
      } else {
        break;
      }
      if (this.#isQueued) {
        this.#isQueued = false;
        this.#pumpedBytes = bytes;
        this.#pumpedTo = at;
        this.#pumpedEnd = end;
        this.#host.wake();
      }
      if (at === before && this.#mode === 'body') break;
    }
    this.#isPumping = false;
    this.#pumpedBytes = undefined;
    return at;
  }

  // Where the pump is while requests run: an upgrade takes the rest.
  #pumpedBytes: Uint8Array | undefined = undefined;
  #pumpedTo = 0;
  #pumpedEnd = 0;

  #readHead(bytes: Uint8Array, start: number, end: number): number {
    const reader = this.#reader ?? this.#host.sharedReader;
    const behind = reader.read(bytes, start, end);
    if (behind === -1) {
      const { failure } = reader.parser;
      if (failure !== undefined) {
        this.#refuse(failure);
      } else if (this.#reader === undefined) {
        this.#reader = reader;
        this.#host.lendReader();
        this.deadline = this.#host.deadlineIn(this.#host.options.timeouts.headersMs);
      }
      return end;
    }
    const head = new ParsedHead(reader);
    reader.reset();
    if (this.#reader !== undefined) {
      this.#host.returnReader(this.#reader);
      this.#reader = undefined;
    }
    return this.#begin(head, bytes, behind, end);
  }

  #begin(head: ParsedHead, bytes: Uint8Array, at: number, end: number): number {
    const { limits } = this.#host.options;
    const exchange = new Exchange(this.#host.pipeline, this, head);
    this.#exchange = exchange;
    if (++this.#requests >= limits.requestsPerConnection || this.#host.isDraining || this.#isPeerEndedForGood) {
      exchange.keepAlive = false;
    }
    this.deadline = Number.POSITIVE_INFINITY;
    const length = head.bodyLength;
    this.#isChunkedBody = length === -1;
    this.#bodyRemaining = length === -1 ? 0 : length;
    this.#mode = length === 0 ? 'busy' : 'body';
    this.#inlineBody = bytes;
    this.#inlineStart = at;
    this.#inlineEnd = end;
    if (head.method === 'CONNECT') {
      this.#refuseRequest(exchange, new HttpError(501, 'CONNECT is not implemented here.'));
    } else if (head.isInvalid) {
      this.#refuseRequest(exchange, new HttpError(400, 'The request target is not valid for this method.'));
    } else {
      this.#host.pipeline.admit(exchange);
    }
    this.#inlineBody = undefined;
    if (this.#exchange === exchange) this.#wasAdmitted(exchange);
    return this.#inlineStart;
  }

  // The piece the head came in, while its request is being admitted: a body that lies in it whole is decoded in place.
  #inlineBody: Uint8Array | undefined = undefined;
  #inlineStart = 0;
  #inlineEnd = 0;

  get #isPeerEndedForGood(): boolean {
    return this.#isPeerEnded && this.#unread === undefined;
  }

  #wasAdmitted(exchange: Exchange): void {
    if (exchange.state === 'queued') this.#isQueued = true;
    if (this.#mode === 'busy') this.deadline = this.#host.deadlineIn(exchange.route!.handlerMs);
  }

  readBody(exchange: Exchange, sink: BodySink): void {
    if (exchange !== this.#exchange) return;
    const length = this.#bodyRemaining;
    if (length > 0 && this.#inlineEnd - this.#inlineStart >= length && exchange.route!.bodyKind !== 'stream') {
      const start = this.#inlineStart;
      this.#inlineStart = start + length;
      this.#bodyRemaining = 0;
      this.#mode = 'busy';
      this.#host.pipeline.bodyRead(exchange, this.#inlineBody!, start, start + length);
      return;
    }
    if (exchange.head.expectsContinue && this.#inlineStart === this.#inlineEnd && exchange.body === undefined) {
      this.sendContinue();
    }
    this.#sink = sink;
    this.#bodyReceived = 0;
    this.#bodySince = this.#host.now;
    if (this.#isChunkedBody) this.#decoder = new ChunkedDecoder(this.#host.options.limits, exchange.route!.bodyBytes);
    this.deadline = this.#host.deadlineIn(this.#host.options.timeouts.bodyMs);
  }

  #readBody(bytes: Uint8Array, start: number, end: number): number {
    const sink = this.#sink;
    if (sink === undefined) return start;
    this.deadline = this.#host.deadlineIn(this.#host.options.timeouts.bodyMs);
    let at: number;
    let goesOn = true;
    if (this.#decoder === undefined) {
      at = start + Math.min(this.#bodyRemaining, end - start);
      this.#bodyRemaining -= at - start;
      this.#bodyReceived += at - start;
      goesOn = sink.data(bytes, start, at);
      if (this.#bodyRemaining === 0) this.#endBody('');
    } else {
      const decoder = this.#decoder;
      at = decoder.decode(bytes, start, end);
      if (decoder.failure !== undefined) {
        this.#refuseBody(decoder.failure);
        return end;
      }
      if (decoder.dataEnd > decoder.dataStart) {
        this.#bodyReceived += decoder.dataEnd - decoder.dataStart;
        goesOn = sink.data(bytes, decoder.dataStart, decoder.dataEnd);
      }
      if (decoder.isDone) this.#endBody(decoder.trailers);
    }
    if (!goesOn && this.#mode === 'body') {
      this.#isBodyPaused = true;
      this.deadline = Number.POSITIVE_INFINITY;
    }
    return at;
  }

  #endBody(trailers: string): void {
    const exchange = this.#exchange!;
    const sink = this.#sink!;
    this.#sink = undefined;
    this.#decoder = undefined;
    this.#isChunkedBody = false;
    this.#mode = 'busy';
    sink.end(trailers);
    if (exchange === this.#exchange) this.#wasAdmitted(exchange);
  }

  continueBody(): void {
    if (!this.#isBodyPaused) return;
    this.#isBodyPaused = false;
    if (this.#mode !== 'body') return;
    this.#bodyReceived = 0;
    this.#bodySince = this.#host.now;
    this.deadline = this.#host.deadlineIn(this.#host.options.timeouts.bodyMs);
    this.#pumpUnread();
    this.#throttle();
  }

  #discard(bytes: Uint8Array, start: number, end: number): number {
    let at: number;
    if (this.#decoder === undefined) {
      at = start + Math.min(this.#bodyRemaining, end - start);
      this.#bodyRemaining -= at - start;
      if (this.#bodyRemaining === 0) this.#nextRequest();
      return at;
    }
    at = this.#decoder.decode(bytes, start, end);
    this.#discarded += at - start;
    if (this.#decoder.failure !== undefined || this.#discarded > discardBytes) {
      this.#closeGently();
      return end;
    }
    if (this.#decoder.isDone) this.#nextRequest();
    return at;
  }

  #linger(bytes: number): void {
    this.#discarded += bytes;
    if (this.#discarded > lingerBytes) this.#transport.destroy();
  }

  // Reading stops while the peer has sent more than may be held, and goes on when there is room again.
  #throttle(): void {
    if (this.#mode === 'closed' || this.#mode === 'upgraded') return;
    const held = this.#unread?.length ?? 0;
    const stop = held > 0 && (this.#isBodyPaused || held >= this.#host.options.limits.pipelineBytes);
    if (stop === this.#isReadPaused) return;
    this.#isReadPaused = stop;
    if (stop) this.#transport.pause();
    else this.#transport.resume();
  }

  // --- failures of the message ----------------------------------------------------------------------------------------------

  // A head that is not HTTP: answered without a request, then closed (HT-9, with RFC 9112 section 9.6).
  #refuse(failure: ParseFailure): void {
    const response = problemResponse(new HttpError(failure.status, failure.detail), undefined);
    const output = this.#outputWith(headRoomBytes);
    this.#host.encoder.appendWhole(output, response, undefined, { connection: closeLine, withoutBody: false });
    this.#host.refused(failure);
    this.#closeGently();
  }

  // A request that is answered without having been admitted.
  #refuseRequest(exchange: Exchange, error: HttpError): void {
    const { pipeline } = this.#host;
    exchange.keepAlive = false;
    pipeline.overload.admitted();
    pipeline.refuse(exchange, error);
  }

  // A body that is not HTTP: its request gets the answer, if it has none yet.
  #refuseBody(failure: ParseFailure): void {
    const exchange = this.#exchange!;
    const sink = this.#sink;
    this.#sink = undefined;
    this.#decoder = undefined;
    exchange.keepAlive = false;
    sink?.failed(
      httpError('ICHOR_HTTP_BODY_REFUSED', `The body of request ${exchange.id} was refused: ${failure.detail}`),
    );
    this.#host.refused(failure);
    if (exchange.state === 'answering' && this.#mode === 'body') return this.abort(exchange);
    this.#host.pipeline.refuse(exchange, new HttpError(failure.status, failure.detail));
  }

  // --- answers --------------------------------------------------------------------------------------------------------------

  sendContinue(): void {
    if (this.#exchange?.head.minorVersion !== 1) return;
    const output = this.#outputWith(plainHeadRoomBytes);
    output.bytes.set(continueBytes, output.length);
    output.length += continueBytes.length;
  }

  sendWhole(exchange: Exchange, response: HttpResponse, codec: MessageCodec<unknown> | undefined): void {
    if (exchange !== this.#exchange) return;
    this.#decideKeepAlive(exchange);
    const output = this.#outputWith(response.headers === undefined ? plainHeadRoomBytes : headRoomBytes);
    const apart = this.#host.encoder.appendWhole(output, response, codec, this.#style(exchange));
    if (apart !== undefined) this.#writeApart(apart);
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
      if (exchange.head.minorVersion === 0) exchange.keepAlive = false;
      else {
        line = 'Transfer-Encoding: chunked\r\n';
        this.#isSendingChunks = framing.hasBody;
      }
    }
    this.#host.encoder.appendStreamHead(this.#outputWith(headRoomBytes), response, line, this.#style(exchange));
    if (this.#mode === 'busy') this.deadline = Number.POSITIVE_INFINITY;
  }

  sendPiece(bytes: Uint8Array): boolean {
    if (this.#mode === 'closed') return true;
    if (this.#isSendingChunks) this.#outputWith(plainHeadRoomBytes).appendLatin1(`${bytes.length.toString(16)}\r\n`);
    this.#appendBytes(bytes);
    if (this.#isSendingChunks) this.#outputWith(plainHeadRoomBytes).appendLatin1('\r\n');
    return this.#transport.isOpen && this.#transport.unsentBytes < streamHighWaterBytes;
  }

  endStream(exchange: Exchange, trailers: string): void {
    if (exchange !== this.#exchange) return;
    if (this.#isSendingChunks) this.#outputWith(headRoomBytes).appendLatin1(`${lastChunk}${trailers}\r\n`);
    this.#isSendingChunks = false;
    this.#finish(exchange);
  }

  whenDrained(): Promise<void> {
    this.#host.flushAll();
    if (this.#mode === 'closed') return Promise.resolve();
    if (this.#transport.isOpen && this.#transport.unsentBytes === 0) return Promise.resolve();
    this.#transport.notifyDrained();
    return new Promise((resolve) => {
      (this.#drainWaiters ??= []).push(resolve);
    });
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
    const isShort = this.#isChunkedBody || this.#bodyRemaining <= discardBytes;
    if (!isShort || exchange.head.expectsContinue) exchange.keepAlive = false;
  }

  #style(exchange: Exchange): HeadStyle {
    const isHead = exchange.method === 'HEAD';
    if (exchange.keepAlive && exchange.head.minorVersion === 1) return isHead ? withoutBody : noTemplateConnection;
    return { connection: exchange.keepAlive ? 'Connection: keep-alive\r\n' : closeLine, withoutBody: isHead };
  }

  // The answer is complete: on to the next request, or close.
  #finish(exchange: Exchange): void {
    const sink = this.#sink;
    this.#exchange = undefined;
    this.#sink = undefined;
    this.#host.pipeline.release(exchange);
    sink?.failed(
      httpError('ICHOR_HTTP_BODY_ABORTED', `Request ${exchange.id} was answered before its body had been read.`),
    );
    if (!exchange.keepAlive) return this.#closeGently();
    if (this.#mode === 'body') {
      this.#discarded = 0;
      this.#isBodyPaused = false;
      this.#mode = 'discard';
      this.deadline = this.#host.deadlineIn(this.#host.options.timeouts.bodyMs);
      if (this.#isChunkedBody) this.#decoder ??= new ChunkedDecoder(this.#host.options.limits, discardBytes);
      this.#pumpUnread();
      return;
    }
    this.#nextRequest();
  }

  #nextRequest(): void {
    this.#mode = 'head';
    this.#decoder = undefined;
    this.#isChunkedBody = false;
    this.deadline = this.#host.deadlineIn(this.#host.options.timeouts.idleMs);
    if (this.#unread !== undefined) this.#pumpUnread();
    else if (this.#host.isDraining && !this.#isPumping) this.#closeGently();
  }

  // --- bytes out ------------------------------------------------------------------------------------------------------------

  // The buffer of this turn with at least `room` bytes free.
  #outputWith(room: number): OutputBuffer {
    let output = this.#output;
    if (output !== undefined && output.room < room) {
      this.#writeOutput(output);
      output = this.#output;
    }
    if (output === undefined) {
      output = this.#output = this.#host.output.take();
      this.#host.willFlush(this);
    }
    return output;
  }

  #appendBytes(bytes: Uint8Array): void {
    if (bytes.length > plainHeadRoomBytes * 2) return this.#writeApart(bytes);
    const output = this.#outputWith(bytes.length);
    output.bytes.set(bytes, output.length);
    output.length += bytes.length;
  }

  #writeApart(bytes: Uint8Array): void {
    if (this.#output !== undefined) this.#writeOutput(this.#output);
    if (bytes.length > 0) this.#transport.write(bytes);
  }

  #writeOutput(output: OutputBuffer): void {
    if (output.length > 0 && !this.#transport.write(output.view())) this.#output = undefined;
    else output.length = 0;
  }

  /** Sends what was gathered in this turn. Called by the host. */
  flush(): void {
    const output = this.#output;
    if (output === undefined) return;
    this.#output = undefined;
    if (output.length === 0 || this.#transport.write(output.view())) this.#host.output.giveBack(output);
    if (this.#isBlocked) this.#transport.notifyDrained();
  }

  // The client does not take its answers: no further request is begun until it does.
  get #isBlocked(): boolean {
    return this.#transport.unsentBytes > this.#host.options.limits.unsentBytes;
  }

  drained(): void {
    const waiters = this.#drainWaiters;
    this.#drainWaiters = undefined;
    if (waiters !== undefined) for (const waiter of waiters) waiter();
    this.#pumpUnread();
    this.#host.flushAll();
  }

  // --- the end --------------------------------------------------------------------------------------------------------------

  ended(): void {
    this.#isPeerEnded = true;
    const exchange = this.#exchange;
    if (this.#mode === 'linger') return this.#transport.destroy();
    if (this.#mode === 'body' && !this.#isBodyPaused) {
      this.#clientGone('closed the connection before its body was complete');
      return this.#transport.destroy();
    }
    if (exchange === undefined) {
      if (this.#mode === 'head' && this.#unread !== undefined) return;
      return this.#closeGently();
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
    const waiters = this.#drainWaiters;
    this.#drainWaiters = undefined;
    if (waiters !== undefined) for (const waiter of waiters) waiter();
    this.#host.removed(this);
  }

  #clientGone(what: string): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    const sink = this.#sink;
    this.#exchange = undefined;
    this.#sink = undefined;
    this.#decoder = undefined;
    sink?.failed(
      httpError(
        'ICHOR_HTTP_BODY_ABORTED',
        `The client of request ${exchange.id} ${what} while its body was being read.`,
      ),
    );
    this.#abortExchange(exchange, what);
    this.#host.pipeline.release(exchange);
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
    this.#discarded = 0;
    this.#unread = undefined;
    this.#decoder = undefined;
    this.deadline = this.#host.deadlineIn(lingerMs);
    if (this.#isReadPaused) {
      this.#isReadPaused = false;
      this.#transport.resume();
    }
    if (this.#output !== undefined) this.flush();
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
    this.#checkUnsent(now);
    if (this.#mode === 'body' && !this.#isBodyPaused && this.#isTooSlow(now)) {
      return this.#timeOut(`The body came more slowly than ${this.#host.options.minBytesPerSecond} bytes per second.`);
    }
    if (now < this.deadline) return;
    this.deadline = Number.POSITIVE_INFINITY;
    const exchange = this.#exchange;
    if (this.#mode === 'body') return this.#timeOut('The body did not come in time.');
    if (this.#mode === 'busy' && exchange !== undefined) {
      if (exchange.state === 'answering') return;
      this.#host.pipeline.timedOut(exchange);
    } else if (this.#mode === 'head' && this.#reader !== undefined && !this.#reader.parser.isUntouched) {
      this.#refuse({ status: 408, detail: 'The headers did not come in time.' });
    } else if (this.#mode === 'head') {
      this.#closeGently();
    } else if (this.#mode === 'linger' || this.#mode === 'discard') {
      this.#transport.destroy();
    }
    this.#host.flushAll();
  }

  #isTooSlow(now: number): boolean {
    const elapsed = now - this.#bodySince;
    const least = this.#host.options.minBytesPerSecond;
    return this.#sink !== undefined && elapsed > rateGraceMs && this.#bodyReceived * 1000 < least * elapsed;
  }

  #timeOut(detail: string): void {
    this.#refuseBody({ status: 408, detail });
    this.#host.flushAll();
  }

  #checkUnsent(now: number): void {
    const unsent = this.#transport.unsentBytes;
    if (unsent === 0 || unsent !== this.#unsentBefore) {
      this.#unsentBefore = unsent;
      this.#stalledSince = now;
    } else if (now - this.#stalledSince > this.#host.options.timeouts.writeMs && this.#mode !== 'upgraded') {
      this.#transport.destroy();
    }
  }

  takeOver(exchange: Exchange): { readonly socket: unknown; readonly head: Uint8Array } {
    this.#host.flushAll();
    const head = this.#takeRest();
    this.#mode = 'upgraded';
    this.#exchange = undefined;
    this.#unread = undefined;
    this.deadline = Number.POSITIVE_INFINITY;
    exchange.keepAlive = false;
    if (this.#isReadPaused) {
      this.#isReadPaused = false;
      this.#transport.resume();
    }
    this.#host.removed(this);
    return { socket: this.#transport.detach(), head };
  }

  #takeRest(): Uint8Array {
    if (this.#pumpedBytes !== undefined)
      return Uint8Array.from(this.#pumpedBytes.subarray(this.#pumpedTo, this.#pumpedEnd));
    const unread = this.#unread;
    return unread === undefined ? new Uint8Array(0) : Uint8Array.from(unread.bytes.subarray(unread.start, unread.end));
  }
}

const closeLine = 'Connection: close\r\n';
