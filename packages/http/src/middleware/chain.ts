// The way of one request through its middleware, from the outermost layer inwards and back. A work item of the queue, made only
// for requests that have middleware. Each hook runs on behalf of the service that owns it. What is inside the innermost layer
// (reading the body, the handler) is the pipeline's business: it is begun with `proceed` and reported with `inside`.

import { defineWork, type Awaitable, type DiscardReason, type Work } from '@ichor/core';
import { fromPromise } from '@ichor/coroutines';
import { HttpError } from '../contract/http-error.ts';
import type { MiddlewareRequest } from '../contract/middleware.ts';
import { HttpResponse } from '../contract/response.ts';
import { httpError } from '../errors/catalogue.ts';
import type { Layer } from './layer.ts';

/** The type of the events in which requests enter their middleware. Their handlers run in an `HttpRequest` event behind it. */
export const HttpMiddlewareWork = defineWork('HttpMiddleware');

/** What the chain needs of the pipeline. */
export interface ChainEnds<R> {
  /** The request leaves the queue. */
  entered(request: R): void;
  /** Begins what is inside the innermost layer. */
  proceed(request: R): void;
  /** The answer, or the failure to be answered, has come out of the outermost layer. */
  left(request: R, response: HttpResponse | undefined, failure: unknown): void;
  /** It will not be entered. */
  discarded(request: R, reason: DiscardReason): void;
  /** What is sent for a failure. */
  answerFor(request: R, failure: unknown): HttpResponse;
  /** A failure that was replaced by an answer and that nobody will see further out. */
  replaced(request: R, failure: unknown): void;
}

/** What `next()` of one layer has come to. */
class Inside {
  readonly promise: Promise<HttpResponse>;
  isSettled = false;
  response: HttpResponse | undefined = undefined;
  failure: unknown = undefined;
  /** Called once settled, when the layer has returned nothing before. */
  whenSettled: (() => void) | undefined = undefined;
  #resolve!: (response: HttpResponse) => void;
  #reject!: (failure: unknown) => void;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // A layer may answer without waiting for what it began.
    this.promise.catch(() => undefined);
  }

  settle(response: HttpResponse | undefined, failure: unknown): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.response = response;
    this.failure = failure;
    if (response === undefined) this.#reject(failure);
    else this.#resolve(response);
    this.whenSettled?.();
  }
}

export class Chain<R extends MiddlewareRequest> implements Work {
  readonly #ends: ChainEnds<R>;
  readonly #request: R;
  readonly layers: readonly Layer[];
  readonly #insides: (Inside | undefined)[] = [];
  #isInside = false;
  #isOver = false;

  constructor(ends: ChainEnds<R>, request: R, layers: readonly Layer[]) {
    this.#ends = ends;
    this.#request = request;
    this.layers = layers;
  }

  run(): void {
    this.#ends.entered(this.#request);
    this.#enter(0);
  }

  discarded(reason: DiscardReason): void {
    this.#isOver = true;
    this.#ends.discarded(this.#request, reason);
  }

  /** The innermost layer waits for what is inside. */
  get isInside(): boolean {
    return this.#isInside;
  }

  /** What is inside has come to an answer or to a failure. Only the first report counts. */
  inside(response: HttpResponse | undefined, failure: unknown): void {
    if (!this.#isInside) return;
    this.#isInside = false;
    this.#came(this.layers.length - 1, response, failure);
  }

  /** The request is answered without waiting for its middleware any longer. */
  abandon(): void {
    this.#isOver = true;
  }

  #enter(index: number): void {
    const layer = this.layers[index];
    if (layer === undefined) {
      this.#isInside = true;
      this.#ends.proceed(this.#request);
      return;
    }
    // A layer that decides who may come in must not be skipped because its service has just stopped.
    if (!layer.isConnected) return this.#came(index - 1, undefined, gone());
    const { middleware } = layer;
    if (middleware.before === undefined) return this.#around(layer, index);
    this.#execute(
      layer,
      () => middleware.before!(this.#request),
      (value) => {
        if (value === undefined) this.#around(layer, index);
        else if (value instanceof HttpResponse) this.#came(index - 1, value, undefined);
        else this.#came(index - 1, undefined, notAnAnswer(layer, 'before', value));
      },
      (error) => this.#came(index - 1, undefined, error),
    );
  }

  #around(layer: Layer, index: number): void {
    const { middleware } = layer;
    if (middleware.around === undefined) return this.#enter(index + 1);
    let isOver = false;
    const next = (): Awaitable<HttpResponse> => {
      if (isOver || this.#insides[index] !== undefined) throw nextRefused(layer, isOver);
      const inside = (this.#insides[index] = new Inside());
      this.#enter(index + 1);
      return fromPromise(inside.promise);
    };
    const leave = (response: HttpResponse | undefined, failure: unknown): void => {
      isOver = true;
      this.#leave(index, response, failure);
    };
    this.#execute(
      layer,
      () => middleware.around!(this.#request, next),
      (value) => {
        if (value instanceof HttpResponse) return leave(value, undefined);
        if (value !== undefined) return leave(undefined, notAnAnswer(layer, 'around', value));
        const inside = this.#insides[index];
        if (inside === undefined) return leave(undefined, noAnswer(layer));
        const passOn = (): void => leave(inside.response, inside.failure);
        if (inside.isSettled) passOn();
        else inside.whenSettled = passOn;
      },
      (error) => leave(undefined, error),
    );
  }

  // Something came out from below layer `index`.
  #came(index: number, response: HttpResponse | undefined, failure: unknown): void {
    if (index < 0) return this.#out(response, failure);
    const inside = this.#insides[index];
    if (inside === undefined) this.#leave(index, response, failure);
    else inside.settle(response, failure);
  }

  // The result of layer `index` is known but for its `after`.
  #leave(index: number, response: HttpResponse | undefined, failure: unknown): void {
    const layer = this.layers[index]!;
    const { after } = layer.middleware;
    if (after === undefined || !layer.isConnected || this.#isOver) return this.#came(index - 1, response, failure);
    this.#execute(
      layer,
      () => {
        const answer = response ?? this.#ends.answerFor(this.#request, failure);
        return layer.middleware.after!(this.#request, answer, failure);
      },
      (value) => {
        if (value === undefined) return this.#came(index - 1, response, failure);
        if (!(value instanceof HttpResponse)) {
          return this.#came(index - 1, undefined, notAnAnswer(layer, 'after', value));
        }
        if (response === undefined) this.#ends.replaced(this.#request, failure);
        this.#came(index - 1, value, undefined);
      },
      (error) => this.#came(index - 1, undefined, error),
    );
  }

  #out(response: HttpResponse | undefined, failure: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#ends.left(this.#request, response, failure);
  }

  #execute(
    layer: Layer,
    run: () => unknown,
    returned: (value: unknown) => void,
    threw: (error: unknown) => void,
  ): void {
    layer.context.execute(run, { returned, threw });
  }
}

function gone(): HttpError {
  return new HttpError(503, 'A service that takes part in this answer has stopped.', {
    headers: { 'Retry-After': '1' },
  });
}

function nextRefused(layer: Layer, isOver: boolean): Error {
  const what = isOver ? 'after it had answered' : 'a second time';
  return httpError(
    'ICHOR_HTTP_MIDDLEWARE_NEXT',
    `The middleware ${layer.name} called next() ${what}. Call it once, before answering; keep its result if you need it twice.`,
  );
}

function noAnswer(layer: Layer): Error {
  return httpError(
    'ICHOR_HTTP_MIDDLEWARE_ANSWER',
    `The middleware ${layer.name} returned nothing and did not call next(). Return a response, or call next() and wait for it.`,
  );
}

function notAnAnswer(layer: Layer, hook: string, value: unknown): Error {
  const received = value === null ? 'null' : typeof value === 'object' ? value.constructor?.name : typeof value;
  return httpError(
    'ICHOR_HTTP_MIDDLEWARE_ANSWER',
    `${hook} of the middleware ${layer.name} returned ${received}. Return json(), text(), empty() or another response, or nothing.`,
  );
}
