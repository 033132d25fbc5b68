// One request under way in undici, from its dispatch to the end of the answer. The body waits, in bounded memory and with the
// connection paused, until the caller gathers, streams or drops it: no stream object is made for answers that are read whole.

import { errors, type Dispatcher } from 'undici';
import type { OutgoingRequest } from '../../client/outgoing-request.ts';
import type { Abortable, RequestAbort } from '../../client/request-abort.ts';
import { Upload } from '../../client/upload.ts';
import type { ClientTimeouts } from '../../contract/http-client.ts';
import type { AnswerOwner, RawAnswer } from './raw-answer.ts';
import { failureOf } from './undici-failure.ts';

/** So many bytes of a body wait unread before the connection is paused. */
const waitingBytes = 65_536;
/** A body that nobody wants is read away up to this length, to keep its connection; a longer one costs the connection. */
const droppedBytes = 131_072;
/** A piece of a body keeps everything alive that was read with it; up to so many bytes that costs less than a copy. */
const keptBytes = 4096;

type Reading = 'waiting' | 'gathering' | 'streaming' | 'dropping';

const ignore = (): void => undefined;

export class UndiciExchange implements Dispatcher.DispatchHandler, RawAnswer, Abortable {
  status = 0;
  headers: RawAnswer['headers'] = {};
  /** Settles when the headers of the answer are there. */
  readonly answered: Promise<RawAnswer>;
  readonly #request: OutgoingRequest;
  readonly #timeouts: ClientTimeouts;
  readonly #abort: RequestAbort;
  #controller: Dispatcher.DispatchController | undefined = undefined;
  #resolve: (answer: RawAnswer) => void = ignore;
  #reject: (error: unknown) => void = ignore;
  #isAnswered = false;
  #isComplete = false;
  #hasFailed = false;
  #failure: unknown = undefined;
  #reading: Reading = 'waiting';
  #chunks: Uint8Array[] = [];
  #length = 0;
  /** Whoever reads the body is to look again. */
  #wake: () => void = ignore;
  #owner: AnswerOwner | undefined = undefined;

  constructor(request: OutgoingRequest, timeouts: ClientTimeouts, abort: RequestAbort) {
    this.#request = request;
    this.#timeouts = timeouts;
    this.#abort = abort;
    this.answered = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (abort.aborted) this.#fail(abort.reason);
    else abort.target = this;
  }

  aborted(reason: unknown): void {
    if (this.isOver) return;
    this.#fail(reason);
    this.#controller?.abort(reason as Error);
  }

  get isOver(): boolean {
    return this.#hasFailed || (this.#isComplete && this.#reading !== 'streaming');
  }

  ownedBy(owner: AnswerOwner): void {
    if (this.isOver) owner.over();
    else this.#owner = owner;
  }

  /** May come again, when a connection was lost before the request was on its way. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#hasFailed) controller.abort(this.#failure as Error);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: RawAnswer['headers']): void {
    // Interim answers, such as 103.
    if (status < 200) return;
    this.status = status;
    this.headers = headers;
    this.#isAnswered = true;
    this.#resolve(this);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#hasFailed) return;
    this.#length += chunk.length;
    if (this.#reading === 'dropping') {
      if (this.#length > droppedBytes) this.#abandon();
      return;
    }
    this.#chunks.push(chunk);
    if (this.#reading === 'gathering') return;
    if (this.#length >= waitingBytes) controller.pause();
    this.#wake();
  }

  onResponseEnd(): void {
    this.#isComplete = true;
    this.#endUpload(undefined);
    this.#wake();
    if (this.#reading !== 'streaming') this.#over();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#hasFailed) return;
    // Such answers have no body, whatever length they announce (RFC 9112 section 6.3); undici misses it.
    const isBodiless = this.status === 204 || this.status === 304;
    if (isBodiless && error instanceof errors.ResponseContentLengthMismatchError) this.onResponseEnd();
    else this.#fail(failureOf(error, this.#request, this.#timeouts, this.#isAnswered));
  }

  get body(): AsyncIterable<Uint8Array> {
    return this.#stream();
  }

  collect(): Promise<Uint8Array> {
    // The usual case of a short answer, which came in one piece with its headers.
    if (this.#isComplete && !this.#hasFailed) return Promise.resolve(this.#gathered());
    this.#reading = 'gathering';
    this.#controller?.resume();
    return this.#ended().then(() => this.#gathered());
  }

  async dump(): Promise<void> {
    this.#reading = 'dropping';
    this.#chunks = [];
    this.#controller?.resume();
    await this.#ended().catch(ignore);
    if (this.#abort.aborted) throw this.#abort.reason;
  }

  async *#stream(): AsyncGenerator<Uint8Array, void, undefined> {
    this.#reading = 'streaming';
    try {
      for (;;) {
        if (this.#hasFailed) throw this.#failure;
        const chunk = this.#chunks.shift();
        if (chunk !== undefined) {
          this.#length -= chunk.length;
          yield chunk;
        } else if (this.#isComplete) return;
        else {
          this.#controller?.resume();
          // Data that was held back may have come while resuming.
          if (this.#chunks.length === 0 && !this.#isEnded()) await this.#changed();
        }
      }
    } finally {
      if (this.#isEnded()) this.#over();
      else this.#abandon();
    }
  }

  #gathered(): Uint8Array {
    const chunks = this.#chunks;
    this.#chunks = [];
    if (chunks.length !== 1) return Buffer.concat(chunks);
    const chunk = chunks[0] as Uint8Array;
    const { byteLength } = chunk.buffer;
    return byteLength > keptBytes && byteLength > 2 * chunk.length ? Uint8Array.from(chunk) : chunk;
  }

  #isEnded(): boolean {
    return this.#isComplete || this.#hasFailed;
  }

  async #ended(): Promise<void> {
    while (!this.#isEnded()) await this.#changed();
    if (this.#hasFailed) throw this.#failure;
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #fail(reason: unknown): void {
    this.#hasFailed = true;
    this.#failure = reason;
    this.#chunks = [];
    this.#endUpload(reason as Error);
    if (!this.#isAnswered) this.#reject(reason);
    this.#wake();
    this.#over();
  }

  #over(): void {
    const owner = this.#owner;
    this.#owner = undefined;
    owner?.over();
  }

  #endUpload(reason: Error | undefined): void {
    const { body } = this.#request;
    if (body instanceof Upload) body.end(reason);
  }

  /** Nobody wants the rest: its connection is given up. */
  #abandon(): void {
    const reason = new Error('The rest of the body is not wanted.');
    this.#fail(reason);
    this.#controller?.abort(reason);
  }
}
