// Lets a request into the pipeline, unless its head shows that nothing there can answer it. Called by every engine.

import { HttpError } from '../contract/http-error.ts';
import type { Exchange } from './exchange.ts';
import type { ParsedHead } from './parsed-head.ts';
import type { RequestPipeline } from './request-pipeline.ts';

export function beginExchange(pipeline: RequestPipeline, exchange: Exchange, head: ParsedHead): void {
  if (head.method !== 'CONNECT' && !head.isInvalid) return pipeline.admit(exchange);
  exchange.keepAlive = false;
  pipeline.overload.admitted();
  pipeline.refuse(
    exchange,
    head.method === 'CONNECT'
      ? new HttpError(501, 'CONNECT is not implemented here.')
      : new HttpError(400, 'The request target is not valid for this method.'),
  );
}
