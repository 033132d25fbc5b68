// One request on its way through the pipeline: what the handler sees as HttpRequest, and the work item of the queue.
// Made once its head has been parsed; one object per request and nothing else on the usual path.

import { IchorError, type DiscardReason, type EventView, type Handled, type Work } from '@ichor/core';
import type { HttpHeaders } from '../contract/headers.ts';
import type { HttpMethod } from '../contract/http-method.ts';
import type { HttpError } from '../contract/http-error.ts';
import type { MiddlewareRequest } from '../contract/middleware.ts';
import type { PeerAddress } from '../contract/request.ts';
import type { HttpResponse } from '../contract/response.ts';
import type { UpgradedConnection } from '../contract/upgrade.ts';
import { httpError } from '../errors/catalogue.ts';
import { parseQuery } from '../routing/query.ts';
import { noCaptures, noParams } from '../routing/router.ts';
import type { Chain } from '../middleware/chain.ts';
import type { Layer } from '../middleware/layer.ts';
import type { Channel } from './channel.ts';
import { HeaderList, noHeaders } from './header-list.ts';
import type { Route } from './route.ts';

/** Where a request is in the pipeline; `leaving`: it has an answer, which is on its way out through the middleware. */
export type ExchangeState = 'reading' | 'queued' | 'running' | 'leaving' | 'answering' | 'done';

/** What an engine knows of a request when its head is complete. */
export interface RequestHead {
  readonly method: HttpMethod;
  readonly target: string;
  readonly path: string;
  readonly queryText: string;
  /** Host and port, from an absolute target or the Host header. */
  readonly host: string | undefined;
  /** Path and query, without the authority of an absolute target: what matchers see. */
  readonly pathAndQuery: string;
  /** Field lines with their line ends. */
  readonly fieldsText: string;
  readonly contentType: string | undefined;
  /** The last Accept header; `hasSeveralAccepts` tells when there are more. */
  readonly accept: string | undefined;
  readonly hasSeveralAccepts: boolean;
  readonly minorVersion: number;
  /** Whether the client lets the connection stay open. */
  readonly keepAlive: boolean;
  /** Length of the body, -1 when it is not known beforehand. */
  readonly bodyLength: number;
  readonly expectsContinue: boolean;
  /** The Upgrade header, when the Connection header asks for it. */
  readonly upgrade: string | undefined;
}

/** The steps of the pipeline that the queue and the handler cause. */
export interface ExchangeSteps {
  handle(exchange: Exchange): Handled;
  encode(exchange: Exchange, value: unknown): void;
  fail(exchange: Exchange, error: unknown): void;
  discarded(exchange: Exchange, reason: DiscardReason): void;
  takeOver(exchange: Exchange): UpgradedConnection;
}

let lastId = 0;
const idPrefix = Math.floor(Math.random() * 0x1_0000_0000).toString(36);

export class Exchange implements MiddlewareRequest, Work {
  readonly #pipeline: ExchangeSteps;
  readonly #head: RequestHead;
  #id: string | undefined = undefined;
  #headers: HttpHeaders | undefined = undefined;
  #query: unknown = undefined;
  #abort: AbortController | undefined = undefined;
  #abortReason: Error | undefined = undefined;
  #locals: object | undefined = undefined;

  readonly channel: Channel<Exchange>;
  state: ExchangeState = 'reading';
  route: Route | undefined = undefined;
  /** The answer when there is no route. */
  unrouted: HttpResponse | HttpError | undefined = undefined;
  /** Its middleware, while it has not come out of it. */
  chain: Chain<Exchange> | undefined = undefined;
  /** Who is told when it is over. */
  layers: readonly Layer[] | undefined = undefined;
  /** What the answer was made of when the handling failed. */
  failure: unknown = undefined;
  /** Status that was sent. */
  status: number | undefined = undefined;
  /** Bytes of the answer's body so far. */
  sentBytes = 0;
  /** When it entered its middleware, on the manager's clock. */
  startedAt: number | undefined = undefined;
  params: unknown = noParams;
  captures: readonly string[] = noCaptures;
  body: unknown = undefined;
  trailersText = '';
  /** Whether the connection stays open after the answer. */
  keepAlive: boolean;
  /** Called when the request is aborted. */
  onAbort: (() => void) | undefined = undefined;
  /** When it was pushed, on the coarse clock of the pipeline. */
  queuedAt = 0;

  constructor(pipeline: ExchangeSteps, channel: Channel<Exchange>, head: RequestHead) {
    this.#pipeline = pipeline;
    this.#head = head;
    this.channel = channel;
    this.keepAlive = head.keepAlive;
  }

  get head(): RequestHead {
    return this.#head;
  }

  get id(): string {
    return (this.#id ??= `${idPrefix}-${(++lastId).toString(36)}`);
  }

  set id(id: string) {
    this.#id = id;
  }

  get locals(): object {
    return (this.#locals ??= Object.create(null) as object);
  }

  get routePath(): string | undefined {
    return this.route?.path;
  }

  get method(): HttpMethod {
    return this.#head.method;
  }

  get target(): string {
    return this.#head.target;
  }

  get path(): string {
    return this.#head.path;
  }

  get query(): unknown {
    return (this.#query ??= parseQuery(this.#head.queryText));
  }

  set query(value: unknown) {
    this.#query = value;
  }

  get headers(): HttpHeaders {
    return (this.#headers ??= new HeaderList(this.#head.fieldsText));
  }

  get trailers(): HttpHeaders {
    return this.trailersText === '' ? noHeaders : new HeaderList(this.trailersText);
  }

  get host(): string | undefined {
    return this.#head.host;
  }

  get httpVersion(): '1.0' | '1.1' {
    return this.#head.minorVersion === 1 ? '1.1' : '1.0';
  }

  get peer(): PeerAddress {
    return this.channel.peer;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#abortReason !== undefined) this.#abort.abort(this.#abortReason);
    }
    return this.#abort.signal;
  }

  /** Aborts `signal`, once. */
  abort(reason: Error): void {
    if (this.#abortReason !== undefined) return;
    this.#abortReason = reason;
    this.#abort?.abort(reason);
    this.onAbort?.();
  }

  /** It was aborted because nobody waits for its answer. */
  get isClientGone(): boolean {
    return IchorError.is(this.#abortReason, 'ICHOR_HTTP_CLIENT_GONE');
  }

  get isAborted(): boolean {
    return this.#abortReason !== undefined;
  }

  /** Hands the connection over (see UpgradeRequest). */
  takeOver(): UpgradedConnection {
    if (this.state !== 'running' || this.#head.upgrade === undefined || this.isAborted) {
      throw httpError(
        'ICHOR_HTTP_UPGRADE_INVALID',
        `Request ${this.id} cannot be upgraded: ${this.#whyNotUpgradable()}. Call takeOver() once, in the handler of an upgrade route.`,
      );
    }
    return this.#pipeline.takeOver(this);
  }

  run(_event: EventView): Handled {
    return this.#pipeline.handle(this);
  }

  returned(value: unknown): void {
    this.#pipeline.encode(this, value);
  }

  threw(error: unknown): void {
    this.#pipeline.fail(this, error);
  }

  discarded(reason: DiscardReason): void {
    this.#pipeline.discarded(this, reason);
  }

  #whyNotUpgradable(): string {
    if (this.#head.upgrade === undefined) return 'the client did not ask for it';
    return this.isAborted ? 'the client has gone' : 'it was answered or taken over already';
  }
}
