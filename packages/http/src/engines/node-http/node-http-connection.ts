// One connection of the engine on node:http: lets one request in at a time (HT-15), and keeps the time-outs, on the clock of the
// host. The requests themselves are the business of NodeHttpChannel.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { HttpError } from '../../contract/http-error.ts';
import type { PeerAddress, PeerTls } from '../../contract/request.ts';
import { HeadReader } from '../../parser/head-reader.ts';
import { ParseFailure } from '../../parser/parse-failure.ts';
import { beginExchange } from '../../server/begin-exchange.ts';
import type { ConnectionHost } from '../../server/connection-host.ts';
import type { HostedConnection } from '../../server/connection-environment.ts';
import { problemResponse } from '../../server/problem.ts';
import { NodeHttpChannel, type RequestOwner } from './node-http-channel.ts';
import { receivedHead } from './received-head.ts';
import { writeWhole } from './response-writer.ts';

interface Received {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What came behind a request that asks for another protocol. */
  readonly upgradeHead: Buffer | undefined;
}

const lingerMs = 2000;
const readers = new WeakMap<ConnectionHost, HeadReader>();

export class NodeHttpConnection implements HostedConnection, RequestOwner {
  readonly peer: PeerAddress;
  readonly #host: ConnectionHost;
  readonly #socket: Socket;
  readonly #waiting: Received[] = [];
  #current: NodeHttpChannel | undefined = undefined;
  // The last one that was answered: Node may still be about to send it.
  #previous: NodeHttpChannel | undefined = undefined;
  #refusal: ParseFailure | undefined = undefined;
  #requests = 0;
  #isPeerEnded = false;
  #isClosing = false;
  #isTaken = false;
  #isUpgraded = false;
  #isBeginning = false;
  #isPaused = false;
  // Bytes of the connection when its last request was complete: more of them are a head that is under way.
  #bytesBefore = 0;
  #isInHead = false;
  #deadline: number;
  #unsentBefore = 0;
  #stalledSince = 0;

  constructor(host: ConnectionHost, socket: Socket, tls: PeerTls | undefined) {
    this.#host = host;
    this.#socket = socket;
    this.peer = Object.freeze({
      address: socket.remoteAddress ?? '',
      port: socket.remotePort ?? 0,
      encrypted: tls !== undefined,
      tls,
    });
    this.#deadline = host.deadlineIn(host.options.timeouts.headersMs);
    socket.on('end', () => {
      this.#peerEnded();
    });
    socket.on('close', () => {
      this.#closed();
    });
    socket.on('error', () => undefined);
  }

  /** Node has received the head of a request. @param upgradeHead Set when it asks for another protocol. */
  request(request: IncomingMessage, response: ServerResponse, upgradeHead: Buffer | undefined): void {
    request.on('error', () => undefined);
    if (upgradeHead !== undefined) this.#takenFromNode();
    const received = { request, response, upgradeHead };
    if (this.#current === undefined && !this.#isClosing) return this.#begin(received);
    this.#waiting.push(received);
    // Node begins to read again with each message that it has parsed, so the pause comes behind those of this piece.
    if (this.#socket.bytesRead - this.#bytesBefore > this.#host.options.limits.pipelineBytes)
      queueMicrotask(this.#pause);
  }

  readonly #pause = (): void => {
    if (this.#waiting.length === 0) return;
    this.#isPaused = true;
    this.#socket.pause();
  };

  // Behind the last answer, because Node pauses as well while its answers are not taken, and then goes on by itself.
  readonly #resume = (): void => {
    this.#isPaused = false;
    if ((this.#socket as { readonly _paused?: boolean })._paused !== true) this.#socket.resume();
  };

  #begin({ request, response, upgradeHead }: Received): void {
    const host = this.#host;
    const head = receivedHead(request, readerOf(host));
    if (upgradeHead !== undefined) response.assignSocket(this.#socket);
    if (head instanceof ParseFailure) {
      host.refused(head);
      this.#isClosing = true;
      const style = { keepAlive: false, minorVersion: 1, server: host.options.server };
      const refusal = problemResponse(new HttpError(head.status, head.detail), undefined);
      writeWhole(response, refusal, undefined, style);
      response.once('close', this.#end);
      return;
    }
    const channel = new NodeHttpChannel(host, this, request, response, head, upgradeHead);
    const { exchange } = channel;
    this.#current = channel;
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#isInHead = false;
    if (++this.#requests >= host.options.limits.requestsPerConnection || host.isDraining) exchange.keepAlive = false;
    this.#isBeginning = true;
    beginExchange(host.pipeline, exchange, head);
    this.#isBeginning = false;
    if (this.#current === channel && !channel.isAnswered) channel.admitted();
    else this.answered();
  }

  answered(): void {
    const channel = this.#current;
    if (this.#isBeginning || channel === undefined) return;
    this.#current = undefined;
    this.#previous = channel;
    if (!channel.exchange.keepAlive) {
      this.#isClosing = true;
      this.#waiting.length = 0;
      this.#deadline = this.#host.deadlineIn(lingerMs);
      channel.whenSent(this.#end);
      return;
    }
    this.#bytesBefore = this.#socket.bytesRead;
    this.#deadline = this.#host.deadlineIn(this.#host.options.timeouts.idleMs);
    const next = this.#waiting.shift();
    if (next !== undefined) return this.#begin(next);
    if (this.#isPaused) channel.whenSent(this.#resume);
    if (this.#refusal !== undefined || this.#isPeerEnded || this.#host.isDraining) this.#closeGently();
  }

  /** What came is not HTTP, for Node. */
  refused(error: NodeJS.ErrnoException): void {
    // Something behind a request that closes the connection.
    if (error.code === 'HPE_CLOSED_CONNECTION') return;
    if (this.#isClosing || !this.#socket.writable || error.code === 'ECONNRESET') return this.destroy();
    const failure = failureOf(error);
    if (this.#current?.isReading === true) {
      // The end of the connection in the middle of a body: nobody is there to be told.
      if (error.code === 'HPE_INVALID_EOF_STATE') return this.destroy();
      return this.#current.bodyRefused(failure);
    }
    if (this.#current === undefined) this.#refuse(failure);
    else this.#refusal ??= failure;
  }

  // A head that is not HTTP: answered without a request, then closed.
  #refuse(failure: ParseFailure): void {
    this.#refusal = failure;
    this.#host.refused(failure);
    this.#closeGently();
  }

  // Closes this side behind everything that was answered, and a refusal if there is one.
  #closeGently(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#deadline = this.#host.deadlineIn(lingerMs);
    const end = (): void => {
      this.#previous = undefined;
      if (this.#refusal === undefined) this.#socket.end();
      else this.#socket.end(this.#refusalBytes(this.#refusal));
    };
    if (this.#previous === undefined) end();
    else this.#previous.whenSent(end);
  }

  #refusalBytes(failure: ParseFailure): Uint8Array {
    const { encoder, output } = this.#host;
    const buffer = output.take();
    const response = problemResponse(new HttpError(failure.status, failure.detail), undefined);
    encoder.appendWhole(buffer, response, undefined, { connection: 'Connection: close\r\n', withoutBody: false });
    const bytes = Buffer.from(buffer.view());
    output.giveBack(buffer);
    return bytes;
  }

  #peerEnded(): void {
    this.#isPeerEnded = true;
    const channel = this.#current;
    if (channel === undefined) {
      if (!this.#isClosing) this.#closeGently();
    } else if (channel.isReading) {
      this.#socket.destroy();
    } else {
      if (this.#waiting.length === 0) channel.exchange.keepAlive = false;
      if (!this.#host.options.allowHalfOpen) channel.abortSignal();
    }
  }

  #closed(): void {
    if (this.#isUpgraded) return;
    this.#isClosing = true;
    this.#waiting.length = 0;
    const channel = this.#current;
    this.#current = undefined;
    channel?.clientGone();
    this.#host.removed(this);
  }

  // Node has let go of a connection whose client asks for another protocol, whoever answers.
  #takenFromNode(): void {
    this.#isTaken = true;
    this.#socket.on('error', () => undefined);
  }

  // Node closes behind an answer that says so. It does not behind one that had begun before this was known, nor where it has
  // let go: there nobody else reads that the client closes as well.
  readonly #end = (): void => {
    this.#socket.end();
    if (this.#isTaken) this.#socket.resume();
  };

  takeOver(): Socket {
    this.#isUpgraded = true;
    this.#current = undefined;
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#host.removed(this);
    return this.#socket;
  }

  drain(): void {
    if (this.#current !== undefined) this.#current.exchange.keepAlive = false;
    else if (this.#socket.bytesRead === this.#bytesBefore) this.#closeGently();
  }

  destroy(): void {
    if (!this.#isUpgraded) this.#socket.destroy();
  }

  check(now: number): void {
    if (this.#isStalled(now)) return this.destroy();
    this.#current?.check(now);
    if (this.#current !== undefined) return;
    // A client that is still taking its answer is not idle yet; one that takes nothing is stalled.
    if (this.#socket.writableLength > 0) {
      const { idleMs } = this.#host.options.timeouts;
      this.#deadline = this.#host.deadlineIn(this.#isClosing ? lingerMs : idleMs);
      return;
    }
    if (!this.#isClosing && !this.#isInHead && this.#socket.bytesRead > this.#bytesBefore) {
      this.#isInHead = true;
      this.#deadline = this.#host.deadlineIn(this.#host.options.timeouts.headersMs);
    }
    if (now < this.#deadline) return;
    if (this.#isClosing) this.destroy();
    else if (this.#isInHead) this.#refuse(new ParseFailure(408, 'The headers did not come in time.'));
    else this.#closeGently();
  }

  // Whether the client has taken nothing for longer than `writeMs`.
  #isStalled(now: number): boolean {
    const unsent = this.#socket.writableLength;
    if (unsent === 0 || unsent !== this.#unsentBefore) {
      this.#unsentBefore = unsent;
      this.#stalledSince = now;
      return false;
    }
    return now - this.#stalledSince > this.#host.options.timeouts.writeMs;
  }
}

function readerOf(host: ConnectionHost): HeadReader {
  let reader = readers.get(host);
  if (reader === undefined) readers.set(host, (reader = new HeadReader(host.options.limits)));
  return reader;
}

/** What Node says of bytes that are not HTTP; it takes some of them for an unknown method or version. */
function failureOf(error: NodeJS.ErrnoException & { readonly rawPacket?: Buffer }): ParseFailure {
  const line =
    error.rawPacket
      ?.toString('latin1')
      .split('\r\n', 2)
      .find((text) => text !== '') ?? '';
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new ParseFailure(431, 'The headers are too long.');
    case 'HPE_INVALID_METHOD':
      if (/^[A-Za-z-]+ /.test(line)) return new ParseFailure(501, 'The method is not known here.');
      break;
    case 'HPE_INVALID_VERSION':
      if (/ HTTP\/\d\.\d$/.test(line)) return new ParseFailure(505, 'Only HTTP/1.0 and HTTP/1.1 are spoken here.');
      break;
    default:
  }
  return new ParseFailure(400, `The request is not HTTP: ${error.message}.`);
}
