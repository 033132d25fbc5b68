// Sends an answer whose body is produced while it is sent: asks its source for more only when the client has taken what was
// sent, and ends the source when the client goes away or the service of the route stops.

import type { HeaderValues } from '../contract/headers.ts';
import type { HttpResponse, StreamSource } from '../contract/response.ts';
import { httpError } from '../errors/catalogue.ts';
import type { Exchange } from './exchange.ts';
import { trailerLines } from './response-encoder.ts';

/** A source that never waits, to a client that takes everything, must not keep the thread from everybody else. */
const bytesPerTurn = 262_144;

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

type Next = IteratorResult<Uint8Array | string, unknown> | undefined;

export class StreamWriter {
  readonly #failed: (exchange: Exchange, error: unknown) => void;
  readonly #exchange: Exchange;
  readonly #response: HttpResponse;
  readonly #source: StreamSource;
  #iterator: AsyncIterator<Uint8Array | string> | Iterator<Uint8Array | string> | undefined = undefined;
  #remaining = Number.POSITIVE_INFINITY;
  #isStopping = false;
  #wakeStopped: (() => void) | undefined = undefined;

  /** @param failed Told when the answer broke off. */
  constructor(
    exchange: Exchange,
    response: HttpResponse,
    source: StreamSource,
    failed: (exchange: Exchange, error: unknown) => void,
  ) {
    this.#failed = failed;
    this.#exchange = exchange;
    this.#response = response;
    this.#source = source;
  }

  /** Sends the head, then the body without further calls. @throws before anything is sent, when the head cannot be encoded. */
  start(lengthBytes: number | undefined, trailers: (() => HeaderValues) | undefined): void {
    const { channel, method, route } = this.#exchange;
    const { status } = this.#response;
    const hasBody = method !== 'HEAD' && status !== 204 && status !== 304;
    channel.startStream(this.#exchange, this.#response, { lengthBytes, hasBody });
    if (!hasBody) {
      channel.endStream(this.#exchange, '');
      void this.#closeSource();
      return;
    }
    if (lengthBytes !== undefined) this.#remaining = lengthBytes;
    route?.streams.add(this);
    void this.#send(lengthBytes === undefined ? trailers : undefined);
  }

  /** Ends the answer early: its service stops. Events end in order, anything else breaks off. */
  stop(): void {
    this.#isStopping = true;
    this.#wakeStopped?.();
  }

  async #send(trailers: (() => HeaderValues) | undefined): Promise<void> {
    const { channel } = this.#exchange;
    let sinceTurn = 0;
    let isWhole = false;
    try {
      const iterator = this.#open();
      for (;;) {
        const given = this.#next(iterator);
        const next = given instanceof Promise ? await given : given;
        if (next === undefined) break;
        if (next.done === true) {
          isWhole = true;
          break;
        }
        const piece = typeof next.value === 'string' ? Buffer.from(next.value, 'utf8') : next.value;
        if (!(piece instanceof Uint8Array)) throw wrongPiece(piece);
        this.#count(piece);
        this.#exchange.sentBytes += piece.length;
        if (piece.length > 0 && !channel.sendPiece(piece)) await channel.whenDrained();
        if ((sinceTurn += piece.length) >= bytesPerTurn) {
          sinceTurn = 0;
          await nextTurn();
        }
      }
      if (this.#exchange.isAborted || (!isWhole && !this.#isEvents)) return channel.abort(this.#exchange);
      if (this.#remaining !== 0 && this.#remaining !== Number.POSITIVE_INFINITY) throw this.#wrongLength();
      channel.endStream(this.#exchange, trailers === undefined ? '' : trailerLines(trailers()));
    } catch (error) {
      // The status has been sent; a connection that breaks off is the only way left to tell the client.
      if (!this.#exchange.isAborted) this.#failed(this.#exchange, error);
      channel.abort(this.#exchange);
    } finally {
      this.#exchange.onAbort = undefined;
      this.#exchange.route?.streams.delete(this);
      // Not waited for: a source that never ends must not hold anything up.
      void this.#closeSource();
    }
  }

  /** A part of an answer must not look like the whole; events have no end that clients would miss. */
  get #isEvents(): boolean {
    return this.#response.contentType?.startsWith('text/event-stream') === true;
  }

  #open(): AsyncIterator<Uint8Array | string> | Iterator<Uint8Array | string> {
    const source = this.#source as AsyncIterable<Uint8Array | string> & Iterable<Uint8Array | string>;
    return (this.#iterator =
      typeof source[Symbol.asyncIterator] === 'function' ? source[Symbol.asyncIterator]() : source[Symbol.iterator]());
  }

  // The next piece, or undefined when the client has gone or the service stops, also while the source is being waited for.
  #next(iterator: AsyncIterator<Uint8Array | string> | Iterator<Uint8Array | string>): Next | Promise<Next> {
    if (this.#isStopping || this.#exchange.isAborted) return undefined;
    const given = iterator.next();
    if (!isThenable(given)) return given;
    return new Promise<Next>((resolve, reject) => {
      this.#wakeStopped = () => {
        resolve(undefined);
      };
      this.#exchange.onAbort = this.#wakeStopped;
      given.then(resolve, reject);
    });
  }

  #count(piece: Uint8Array): void {
    this.#remaining -= piece.length;
    if (this.#remaining < 0) throw this.#wrongLength();
  }

  #wrongLength(): Error {
    const difference = this.#remaining < 0 ? 'more' : `${this.#remaining} fewer`;
    return httpError(
      'ICHOR_HTTP_RESPONSE_INVALID',
      `A streamed response produced ${difference} bytes than its lengthBytes said. Leave lengthBytes out, or make it exact.`,
    );
  }

  async #closeSource(): Promise<void> {
    const iterator = this.#iterator;
    this.#iterator = undefined;
    try {
      if (iterator !== undefined) await iterator.return?.();
      else if (Symbol.asyncIterator in this.#source) await this.#source[Symbol.asyncIterator]().return?.();
    } catch (error) {
      this.#failed(this.#exchange, error);
    }
  }
}

function isThenable(given: object): given is PromiseLike<IteratorResult<Uint8Array | string, unknown>> {
  return typeof (given as { readonly then?: unknown }).then === 'function';
}

function wrongPiece(piece: unknown): Error {
  const received = piece === null ? 'null' : `a value of type ${typeof piece}`;
  return httpError(
    'ICHOR_HTTP_RESPONSE_INVALID',
    `A streamed response produced ${received}. Produce Uint8Array or text.`,
  );
}
