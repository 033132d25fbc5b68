// The way out of the pipeline: from what a handler returned or threw, through the middleware, to what its channel sends. Every
// request gets exactly one answer here. RequestPipeline is the way in.

import type { DiscardReason, Logger } from '@ichor/core';
import { HttpError } from '../contract/http-error.ts';
import type { ResolvedHostOptions } from '../contract/host-options.ts';
import type { HttpResponse } from '../contract/response.ts';
import { httpError } from '../errors/catalogue.ts';
import type { Chain } from '../middleware/chain.ts';
import { jsonCodec, negotiate } from './accept.ts';
import type { Exchange } from './exchange.ts';
import { problemResponse } from './problem.ts';
import { gone, isCancellation, late, serverError } from './refusals.ts';
import { StreamWriter } from './stream-writer.ts';

export abstract class RequestAnswers {
  protected readonly options: ResolvedHostOptions;
  protected readonly log: () => Logger;

  constructor(options: ResolvedHostOptions, log: () => Logger) {
    this.options = options;
    this.log = log;
  }

  // Out through the middleware, where there is any.
  protected respond(exchange: Exchange, response: HttpResponse): void {
    const { chain } = exchange;
    if (chain === undefined) return this.#write(exchange, response);
    exchange.state = 'leaving';
    chain.inside(response, undefined);
  }

  /** Called by the chain: the answer or the failure has come out of the outermost layer. */
  left(exchange: Exchange, response: HttpResponse | undefined, failure: unknown): void {
    exchange.chain = undefined;
    if (exchange.state === 'answering' || exchange.state === 'done') return;
    if (response === undefined) this.fail(exchange, failure);
    else this.#write(exchange, response);
  }

  /** Called by the chain: the answer that a failure will have, for middleware to see and to replace. */
  answerFor(exchange: Exchange, failure: unknown): HttpResponse {
    const error = failure instanceof HttpError ? failure : isCancellation(failure) ? gone() : serverError();
    return problemResponse(error, error.status >= 500 ? exchange.id : undefined);
  }

  /** Called by the chain: middleware answers a failure of which it does not know whether anybody has seen it. */
  replaced(exchange: Exchange, failure: unknown): void {
    exchange.failure = failure;
    if (!(failure instanceof HttpError) && !isCancellation(failure)) this.#logFailure(exchange, failure);
  }

  // Write: whole answers at once, the others piece by piece. Error exit: 406, or 500 before the first byte.
  #write(exchange: Exchange, response: HttpResponse): void {
    const { content } = response;
    try {
      if (content.kind === 'message') {
        const codec = content.json ? jsonCodec(content.type) : this.#negotiate(exchange, response);
        if (codec === undefined) return this.#notAcceptable(exchange, response);
        exchange.state = 'answering';
        exchange.status = response.status;
        exchange.channel.sendWhole(exchange, response, codec);
      } else if (content.kind === 'stream') {
        exchange.state = 'answering';
        exchange.status = response.status;
        new StreamWriter(exchange, response, content.source, this.#streamFailed).start(
          content.lengthBytes,
          content.trailers,
        );
      } else {
        exchange.state = 'answering';
        exchange.status = response.status;
        exchange.channel.sendWhole(exchange, response, undefined);
      }
    } catch (error) {
      exchange.state = 'running';
      this.fail(exchange, error);
    }
  }

  #negotiate(exchange: Exchange, response: HttpResponse): ReturnType<typeof negotiate> {
    const { head } = exchange;
    const type = response.content.kind === 'message' ? response.content.type : undefined;
    return (
      type && negotiate(type, head.hasSeveralAccepts ? exchange.headers.get('accept') : head.accept, head.contentType)
    );
  }

  #notAcceptable(exchange: Exchange, response: HttpResponse): void {
    const type = response.content.kind === 'message' ? response.content.type : undefined;
    const offered = type?.codecs.map((codec) => codec.contentType) ?? [];
    this.refuse(exchange, new HttpError(406, `This answer is only available as ${offered.join(' or ')}.`));
  }

  /** The error exit of handlers: HttpError as it says, a cancelled handler 503, everything else 500 and a log entry. */
  fail(exchange: Exchange, error: unknown): void {
    if (exchange.state === 'done' || exchange.state === 'answering') {
      this.log().debug('A handler failed after its request was over', { request: exchange.id, error });
      return;
    }
    if (exchange.chain !== undefined) return this.#failInside(exchange, exchange.chain, error);
    if (error instanceof HttpError) return this.refuse(exchange, error);
    exchange.failure = error;
    if (isCancellation(error)) return this.#sendProblem(exchange, gone());
    this.#logFailure(exchange, error);
    this.#sendProblem(exchange, serverError());
  }

  #failInside(exchange: Exchange, chain: Chain<Exchange>, error: unknown): void {
    exchange.state = 'leaving';
    chain.inside(undefined, error);
  }

  // A handler that gives up because its client has left has not failed.
  #logFailure(exchange: Exchange, error: unknown): void {
    this.log()[exchange.isClientGone ? 'debug' : 'error']('A request handler failed', {
      request: exchange.id,
      method: exchange.method,
      path: exchange.path,
      service: exchange.route?.owner,
      error,
    });
  }

  /** The error exit of the queue: vetoed by an interceptor, or its service has stopped meanwhile. */
  discarded(exchange: Exchange, reason: DiscardReason): void {
    if (exchange.state === 'done') return;
    // Discarded before it entered its middleware: none of it runs.
    if (exchange.chain?.isInside === false) exchange.chain = undefined;
    this.refuse(exchange, reason === 'vetoed' ? new HttpError(403, 'This request was refused.') : gone());
  }

  /** Answers with a problem document. Anything but an HttpError is a failure of the server. */
  refuse(exchange: Exchange, error: unknown): void {
    if (exchange.state === 'answering' || exchange.state === 'done') return;
    if (exchange.chain !== undefined) return this.#failInside(exchange, exchange.chain, error);
    if (!(error instanceof HttpError)) return this.fail(exchange, error);
    exchange.failure = error;
    this.#sendProblem(exchange, error);
  }

  #sendProblem(exchange: Exchange, error: HttpError): void {
    exchange.state = 'answering';
    exchange.status = error.status;
    const id = error.status >= 500 ? exchange.id : undefined;
    try {
      exchange.channel.sendWhole(exchange, problemResponse(error, id), undefined);
    } catch (failure) {
      this.log().error('An error answer could not be sent', { request: exchange.id, error: failure });
      exchange.status = 500;
      exchange.channel.sendWhole(exchange, problemResponse(serverError(), exchange.id), undefined);
    }
  }

  /** Called by the sweep: the handler has not answered in time. Its later result is ignored. */
  timedOut(exchange: Exchange): void {
    const handlerMs = this.handlerMsOf(exchange);
    this.log().warn('A request handler ran out of time', { request: exchange.id, path: exchange.path, handlerMs });
    exchange.keepAlive = false;
    exchange.abort(
      httpError(
        'ICHOR_HTTP_HANDLER_TIMEOUT',
        `The handler of ${exchange.method} ${exchange.path} did not answer within ${handlerMs} ms. Raise handlerTimeoutMs or answer sooner.`,
      ),
    );
    // Middleware may have its say about a handler that is late, but not be late itself.
    if (exchange.chain?.isInside === false) {
      exchange.chain.abandon();
      exchange.chain = undefined;
    }
    this.refuse(exchange, late());
  }

  /** Longest time until a request is answered, in milliseconds. */
  handlerMsOf(exchange: Exchange): number {
    return exchange.route?.handlerMs ?? this.options.timeouts.handlerMs;
  }

  // A streamed answer broke off.
  readonly #streamFailed = (exchange: Exchange, error: unknown): void => {
    this.log().error('A streamed answer broke off', { request: exchange.id, path: exchange.path, error });
  };
}
