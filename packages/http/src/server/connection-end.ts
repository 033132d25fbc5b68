// How one connection comes to its end: time-outs, the peer closing its side or going away, the stop of the host. Connection is
// the other half, which makes requests of its bytes and sends the answers.

import type { PeerAddress } from '../contract/request.ts';
import { httpError } from '../errors/catalogue.ts';
import type { HeadReader } from '../parser/head-reader.ts';
import type { ParseFailure } from '../parser/parse-failure.ts';
import type { BodyIntake } from './body-intake.ts';
import type { BodySink } from './channel.ts';
import type { ConnectionEnvironment, HostedConnection } from './connection-environment.ts';
import { ConnectionInput, type InputUser } from './connection-input.ts';
import { ConnectionOutput } from './connection-output.ts';
import type { Exchange } from './exchange.ts';
import type { Transport } from './transport.ts';

/**
 * What incoming bytes are now: `head` (of the next request), `body` (of the one in flight), `busy` (held back until the answer),
 * `discard` (rest of a body whose request was answered), `linger` (dropped until the peer closes), `closed`, `upgraded`.
 */
type ConnectionMode = 'head' | 'body' | 'busy' | 'discard' | 'linger' | 'closed' | 'upgraded';

const lingerBytes = 1_048_576;
const lingerMs = 2000;
/** How long middleware may take for the answer of a request that was out of time. */
const lateAnswerMs = 1000;
/** The deadline when nothing is waited for. */
export const never = Number.POSITIVE_INFINITY;

export abstract class ConnectionEnd implements HostedConnection, InputUser {
  protected readonly host: ConnectionEnvironment;
  protected readonly transport: Transport;
  protected readonly input: ConnectionInput;
  protected readonly output: ConnectionOutput;
  protected mode: ConnectionMode = 'head';
  protected exchange: Exchange | undefined = undefined;
  /** Only while it holds part of a head; otherwise the shared one of the host is used. */
  protected reader: HeadReader | undefined = undefined;
  protected intake: BodyIntake | undefined = undefined;
  protected sink: BodySink | undefined = undefined;
  protected isPeerEnded = false;
  /** Coarse time at which what is being waited for has taken too long. */
  protected deadline: number;
  #lingered = 0;

  constructor(host: ConnectionEnvironment, transport: Transport) {
    this.host = host;
    this.transport = transport;
    this.input = new ConnectionInput(transport, this);
    this.output = new ConnectionOutput(host, transport);
    this.deadline = host.deadlineIn(host.options.timeouts.headersMs);
  }

  abstract step(bytes: Uint8Array, at: number, end: number): boolean;

  /** A head that is not HTTP, or too slow: answered without a request, then closed. */
  protected abstract refuse(failure: ParseFailure): void;

  /** A body that is not HTTP, or too slow: its request gets the answer, if it has none yet. */
  protected abstract refuseBody(failure: ParseFailure): void;

  get peer(): PeerAddress {
    return this.transport.peer;
  }

  /** Between two requests, with nothing of the next one received. */
  get isIdle(): boolean {
    if (this.mode !== 'head' || this.input.hasWaiting) return false;
    return this.reader === undefined || this.reader.parser.isUntouched;
  }

  protected awaitHandler(exchange: Exchange): void {
    this.deadline = this.host.deadlineIn(this.host.pipeline.handlerMsOf(exchange));
  }

  ended(): void {
    this.isPeerEnded = true;
    const exchange = this.exchange;
    if (this.mode === 'linger') return this.transport.destroy();
    // What was received before is still to be read where the body is paused, or not asked for yet.
    if (this.mode === 'body' && this.intake?.isPaused === false) return this.bodyWillNotCome();
    if (exchange === undefined) {
      if (this.mode !== 'head' || !this.input.hasWaiting) this.closeGently();
      return;
    }
    if (!this.input.hasWaiting) exchange.keepAlive = false;
    if (!this.host.options.allowHalfOpen) this.abortExchange(exchange, 'closed the connection');
  }

  closed(): void {
    if (this.mode === 'closed') return;
    if (this.mode !== 'upgraded') this.clientGone('closed the connection');
    this.mode = 'closed';
    this.input.close();
    if (this.reader !== undefined) this.host.returnReader(this.reader);
    this.reader = undefined;
    this.output.drained(false);
    this.host.removed(this);
  }

  protected clientGone(what: string): void {
    const exchange = this.exchange;
    if (exchange === undefined) return;
    const sink = this.sink;
    this.exchange = undefined;
    this.sink = undefined;
    sink?.failed(
      httpError(
        'ICHOR_HTTP_BODY_ABORTED',
        `The client of request ${exchange.id} ${what} while its body was being read.`,
      ),
    );
    this.abortExchange(exchange, what);
    this.host.pipeline.release(exchange, false);
  }

  protected abortExchange(exchange: Exchange, what: string): void {
    exchange.abort(
      httpError('ICHOR_HTTP_CLIENT_GONE', `The client of request ${exchange.id} ${what} before it had the answer.`),
    );
  }

  /**
   * Sends the rest, closes this side, and drops what still comes for a while: closing at once would make the system throw away
   * an answer that the client has not read (RFC 9112 section 9.6).
   */
  protected closeGently(): void {
    if (this.mode === 'closed' || this.mode === 'linger') return;
    this.mode = 'linger';
    this.intake = undefined;
    this.input.close();
    this.deadline = this.host.deadlineIn(lingerMs);
    this.output.flush();
    this.transport.end();
  }

  /** Asks it to close: at once when idle, after the answer when a request is in flight. Called when the host drains. */
  drain(): void {
    if (this.isIdle) this.closeGently();
    else if (this.exchange !== undefined) this.exchange.keepAlive = false;
  }

  /** The peer has ended, and everything it sent has been used: what has begun will not be completed. */
  protected nothingMoreWillCome(): void {
    if (this.mode === 'head' || this.mode === 'discard') this.closeGently();
    else if (this.mode === 'body' && this.intake?.isPaused === false) this.bodyWillNotCome();
  }

  protected bodyWillNotCome(): void {
    this.clientGone('closed the connection before its body was complete');
    // The answers before it are still to be sent.
    this.closeGently();
  }

  /** Bytes that came behind the end are dropped, up to a limit. */
  protected linger(bytes: number): void {
    this.#lingered += bytes;
    if (this.#lingered > lingerBytes) this.transport.destroy();
  }

  /** Closes at once, whatever is in flight. */
  destroy(): void {
    if (this.mode !== 'closed' && this.mode !== 'upgraded') this.transport.destroy();
  }

  /** Called by the sweep, twice a second. */
  check(now: number): void {
    if (this.output.isStalled(now)) return this.transport.destroy();
    const { minBytesPerSecond, timeouts } = this.host.options;
    // A client that is still taking its answer is not idle yet; one that takes nothing is stalled.
    if (this.output.hasUnsent) {
      if (this.mode === 'linger') this.deadline = this.host.deadlineIn(lingerMs);
      else if (this.mode === 'head' && this.reader === undefined) this.deadline = this.host.deadlineIn(timeouts.idleMs);
    }
    if (this.mode === 'body' && this.intake?.isSlowerThan(minBytesPerSecond, now) === true) {
      this.refuseBody({
        status: 408,
        detail: `The body came more slowly than ${minBytesPerSecond} bytes per second.`,
      });
    } else if (now >= this.deadline) {
      this.deadline = never;
      this.#timeOut();
    }
  }

  #timeOut(): void {
    switch (this.mode) {
      case 'head':
        if (this.reader?.parser.isUntouched === false) {
          this.refuse({ status: 408, detail: 'The headers did not come in time.' });
        } else {
          this.closeGently();
        }
        break;
      case 'body':
        if (this.intake === undefined || this.intake.isPaused) this.#handlerIsLate();
        else this.refuseBody({ status: 408, detail: 'The body did not come in time.' });
        break;
      case 'busy':
        this.#handlerIsLate();
        break;
      case 'closed':
      case 'upgraded':
        break;
      default:
        this.transport.destroy();
    }
  }

  #handlerIsLate(): void {
    const exchange = this.exchange;
    if (exchange === undefined || exchange.state === 'answering') return;
    this.deadline = this.host.deadlineIn(lateAnswerMs);
    this.host.pipeline.timedOut(exchange);
  }
}
