// The streamed body of a request on its way to the transport: its source is asked for more when the server takes more, ends with the
// request whatever it waits for, and its failures are told from those of the connection.

import { Readable } from 'node:stream';
import type { StreamSource } from '../contract/response.ts';
import { httpClientError } from '../errors/client-catalogue.ts';

const ignore = (): void => undefined;
const done: IteratorReturnResult<undefined> = { done: true, value: undefined };

type Piece = Uint8Array | string;

export class Upload implements AsyncIterableIterator<Piece> {
  readonly #source: StreamSource;
  #iterator: AsyncIterator<Piece> | Iterator<Piece> | undefined;
  #isOver = false;
  #reason: Error | undefined;
  #interrupt: (reason: Error | undefined) => void = ignore;

  constructor(source: StreamSource) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Piece, undefined>> {
    if (this.#isOver) return this.#afterEnd();
    let result: IteratorResult<Piece>;
    try {
      this.#iterator ??= iteratorOf(this.#source);
      const step = this.#iterator.next();
      result = isPromiseLike(step) ? await this.#orEnd(step) : step;
    } catch (error) {
      // What a source throws because the request has ended is not its failure.
      if (this.#isOver) return this.#afterEnd();
      this.#isOver = true;
      throw failed('failed', error);
    }
    if (this.#isOver) return this.#afterEnd();
    if (result.done === true) {
      this.#isOver = true;
      return done;
    }
    const { value } = result;
    if (typeof value === 'string' || value instanceof Uint8Array) return { done: false, value };
    const error = failed(`gave ${value === null ? 'null' : `a value of type ${typeof value}`}, which is not sent`);
    this.end(error);
    throw error;
  }

  async return(): Promise<IteratorResult<Piece, undefined>> {
    this.end(undefined);
    return done;
  }

  /** Nothing more is sent. The source is told; it may be in the middle of a wait. */
  end(reason: Error | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reason = reason;
    this.#interrupt(reason);
    if (this.#source instanceof Readable) this.#source.on('error', ignore).destroy();
    try {
      const ended = (this.#iterator ?? iteratorOf(this.#source)).return?.();
      if (isPromiseLike(ended)) Promise.resolve(ended).catch(ignore);
    } catch {
      // The request has its outcome; nobody is left to be told of this.
    }
  }

  #afterEnd(): IteratorResult<Piece, undefined> {
    if (this.#reason !== undefined) throw this.#reason;
    return done;
  }

  /** Sources that never answer must not hold what waits for them. */
  #orEnd<T>(step: PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#interrupt = reject;
      step.then(resolve, reject);
    });
  }
}

function iteratorOf(source: StreamSource): AsyncIterator<Piece> | Iterator<Piece> {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}

function isPromiseLike<T>(value: PromiseLike<T> | T): value is PromiseLike<T> {
  return typeof (value as Partial<PromiseLike<T>> | undefined)?.then === 'function';
}

function failed(what: string, cause?: unknown): Error {
  return httpClientError(
    'ICHOR_HTTP_REQUEST_STREAM',
    `The stream of the body ${what}${cause instanceof Error ? `: ${cause.message}` : ''}. Give Uint8Array or text; the request was broken off.`,
    { cause },
  );
}
